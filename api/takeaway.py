"""Answers to take away, as CSV or NDJSON: written page by page, so that rows never pile up.

An HTTP function answers with bytes (the azure-functions library has no streams), so what grows is
the written text, gzipped where the client takes that; of the rows one page is held at a time.
"""

import csv
import io
import json
import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Literal

import azure.functions as func

from api.answers import qualities, takes_gzip
from api.parameter_models import Format

TYPES: dict[Format, str] = {
    "json": "application/json",
    "csv": "text/csv",
    "ndjson": "application/x-ndjson",
}
# What a spreadsheet takes for a formula: https://owasp.org/www-community/attacks/CSV_Injection
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
GZIP_WINDOW = 16 + zlib.MAX_WBITS

Row = Mapping[str, Any]


def format_of(given: Format | None, accept: str) -> Format:
    """Choose the format: the parameter's, or else the one that the Accept header likes best."""
    if given is not None:
        return given
    given_to = qualities(accept)
    liked = [(given_to[known], name) for name, known in TYPES.items() if known in given_to]
    return max(liked, key=lambda pair: pair[0])[1] if liked else "json"


async def written(
    pages: AsyncIterator[Sequence[Row]], columns: Sequence[str], form: Literal["csv", "ndjson"]
) -> AsyncIterator[bytes]:
    """Write pages of rows, the header of a CSV first."""
    if form == "csv":
        yield _csv([columns])
    async for rows in pages:
        flat = [_flat(row, columns) for row in rows]
        if form == "csv":
            yield _csv([[_cell(row[column]) for column in columns] for row in flat])
        else:
            lines = (json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
            yield "".join(f"{line}\n" for line in lines).encode()


async def download(
    request: func.HttpRequest,
    parts: AsyncIterator[bytes],
    form: Format,
    name: str,
    headers: Mapping[str, str],
) -> func.HttpResponse:
    """Answer with the parts as a file; headers may get more while the parts are written."""
    zips = takes_gzip(request)
    packer = zlib.compressobj(wbits=GZIP_WINDOW) if zips else None
    body = bytearray()
    async for part in parts:
        body += packer.compress(part) if packer else part
    if packer:
        body += packer.flush()
    encoding = {"Content-Encoding": "gzip"} if zips else {}
    return func.HttpResponse(
        bytes(body),
        headers={
            **headers,
            **encoding,
            "Content-Disposition": f'attachment; filename="{name}.{form}"',
            "Vary": "Accept, Accept-Encoding",
        },
        mimetype=TYPES[form],
        charset="utf-8",
    )


def _csv(rows: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _flat(row: Row, columns: Sequence[str]) -> dict[str, Any]:
    """Give an object that has no column as columns of its own: sentiment_label, …."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict) and name not in columns:
            flat.update({f"{name}_{inner}": each for inner, each in value.items()})
        else:
            flat[name] = value
    return flat


def _cell(value: object) -> object:
    """Write counts by name in one cell, and keep a spreadsheet from running a text.

    Such a text begins with an apostrophe then.
    """
    if isinstance(value, dict):
        return "; ".join(f"{name}: {count}" for name, count in value.items())
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
