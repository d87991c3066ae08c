"""Translates documents and queries for SQLite."""

import json
import uuid
from typing import Any

from shared.lenient_json import loads
from shared.store.base import Container, Query

BROKEN_CHARACTER = "\ufffd"

Row = tuple[str, str, str, str]
"""Partition, id, ETag and body, as a table stores them."""


def row_of(container: Container[Any], document: Any) -> Row:
    """Return the row that stores the document, with a new ETag."""
    kept = {name: value for name, value in document.items() if not name.startswith("_")}
    body = json.dumps(kept, separators=(",", ":"))
    return str(kept[container.partition_key]), str(kept["id"]), uuid.uuid4().hex, body


def decode(raw: bytes) -> str:
    """Return a stored text; bytes that aren't UTF-8 become U+FFFD."""
    return raw.decode(errors="replace")


def document_of(document_id: str, body: object) -> dict[str, Any] | None:
    """Return the document of a row, or None if the row is damaged.

    Bodies are written in ASCII, so U+FFFD means damage.
    """
    if not isinstance(body, str) or BROKEN_CHARACTER in body:
        return None
    try:
        # Every whole number of a document is a count.
        document = loads(body, huge=0)
    except ValueError:
        return None
    if not isinstance(document, dict) or document.get("id") != document_id:
        return None
    return document


def column(path: str) -> str:
    """Return the SQL expression for a path in a document."""
    return "id" if path == "id" else f"json_extract(body, '$.{path}')"


def sql(query: Query[Any]) -> tuple[str, list[object]]:
    """Return the query's text, which selects id, ETag and body, and its values."""
    order = column(query.order_by)
    conditions: list[str] = ["partition = ?"]
    values: list[object] = [query.partition]
    for path, value in query.equals.items():
        conditions.append(f"{column(path)} = ?")
        values.append(value)
    for bound, sign in ((query.at_least, ">="), (query.below, "<")):
        if bound is not None:
            conditions.append(f"{order} {sign} ?")
            values.append(bound)
    if query.order_by != "id":
        conditions.append(f"{order} IS NOT NULL")
    text = (
        f"SELECT id, etag, body FROM {query.container.name}"  # noqa: S608 - names are constants
        f" WHERE {' AND '.join(conditions)}"
        f" ORDER BY {order} {'DESC' if query.descending else 'ASC'} LIMIT ?"
    )
    return text, [*values, query.limit]
