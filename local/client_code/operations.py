"""The operations of the OpenAPI document as methods of the client."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.client_code.text import docstring
from local.client_code.types import Schema, name_of, type_of

# Shorter names of a client's own; others are those of the document.
NAMES = {
    "sentiment_stats": "stats",
    "sentiment_trends": "trends",
    "sentiment_compare": "compare",
    "posts_recent": "posts",
    "trending_topics": "trending",
    "admin_collect": "collect",
}
# client.py has these; feeds are for feed readers, and a call of the earlier system for its clients.
BY_HAND = {"ingest"}
EARLIER = {"ai_query"}
FEED = "application/atom+xml"
JSON = "application/json"
# Answers that are tables, too, and aren't paged.
# Lists whose first page, the newest, is what callers want.
ONE_PAGE = frozenset({"cycles"})
TABLES = {
    "sentiment_trends",
    "sentiment_compare",
    "subjects",
    "share_of_voice",
    "topics",
    "trending_topics",
    "cycles",
}
# The client chooses the format, but that of a file, and goes from page to page.
OWN = {"format", "bom", "cursor", "If-Match"}
OF_FILES = {"format"}
# Of two names for one thing the client takes one.
OTHER_NAMES = {"subreddit": "community", "subreddits": "scopes"}
HEAD = '''"""The calls of the API. Generated from its OpenAPI document: edit nothing here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal
from urllib.parse import quote

from undertone_client import models
from undertone_client.answers import Answer, Table
from undertone_client.paging import Pages
from undertone_client.requests import Requests


class Operations(Requests):
    """The calls of the API: a method for each."""
'''
MAX_ITEMS = (
    "max_items",
    "the list ends after this number of items; without it, all are read, up to 100,000",
)
IF_MATCH = (
    "if_match",
    "the `etag` of what was read: if that has changed since, ChangeConflict; * is any state",
)


@dataclass(frozen=True)
class Operation:
    """An operation: its method and path, and what the document says of it."""

    method: str
    path: str
    described: Schema
    schemas: Mapping[str, Schema]

    @property
    def id(self) -> str:
        """Return its id."""
        return str(self.described["operationId"])

    @property
    def answer(self) -> Schema:
        """Return its answer of the first status."""
        return next(iter(self.described["responses"].values()))

    @property
    def is_generated(self) -> bool:
        """Return whether it gets a method."""
        return self.id not in BY_HAND | EARLIER and FEED not in self.answer["content"]

    @property
    def is_file(self) -> bool:
        """Return whether it answers with a file alone."""
        return JSON not in self.answer["content"]

    @property
    def kind(self) -> str:
        """Return the type of its answer."""
        if self.is_file:
            return "bytes"
        name = self.answered
        items = self.schemas[name].get("items")
        return f"tuple[models.{name_of(items)}, ...]" if items else f"models.{name}"

    @property
    def answered(self) -> str:
        """Return the name of the schema of its answer."""
        return str(name_of(self.answer["content"][JSON]["schema"]))

    @property
    def is_paged(self) -> bool:
        """Return whether it answers a list page by page."""
        is_linked = "Link" in self.answer.get("headers", {}) and not self.is_file
        return is_linked and self.id not in ONE_PAGE and "items" in self.schemas[self.answered]

    @property
    def also(self) -> list[int]:
        """Return the statuses of errors that are answered in the form of the answer."""
        return [
            int(status)
            for status, response in self.described["responses"].items()
            if status > "3" and name_of(_json(response)) == self.answered
        ]

    @property
    def body(self) -> Schema | None:
        """Return its body."""
        return self.described.get("requestBody")

    @property
    def needs_match(self) -> bool:
        """Return whether it takes If-Match."""
        return any(each["name"] == "If-Match" for each in self.described["parameters"])

    def parameters(self, where: str) -> Iterator[Schema]:
        """Yield its parameters in the path or in the query, each by one name."""
        own = OWN - OF_FILES if self.is_file else OWN
        given = {
            each["name"]: each
            for each in self.described["parameters"]
            if each["name"] not in own and each["in"] == where
        }
        for other, name in OTHER_NAMES.items():
            if other in given and name in given:
                left_out = given.pop(other)
                is_same = f"same as `{other}`" in given[name]["description"]
                described = left_out["description"] if is_same else given[name]["description"]
                given[name] = {**given[name], "description": described}
        yield from given.values()


def operations_source(document: Mapping[str, Any]) -> str:
    """Return the source of operations.py, not formatted yet."""
    schemas = document["components"]["schemas"]
    found = [
        Operation(method.upper(), path, described, schemas)
        for path, operations in document["paths"].items()
        for method, described in operations.items()
    ]
    methods = [_method(each) for each in found if each.is_generated]
    return "\n".join([HEAD, *methods])


def _method(operation: Operation) -> str:
    name = NAMES.get(operation.id, operation.id)
    taken = "".join(f", {each}" for each in _arguments(operation))
    return (
        f"    def {name}(self{taken}) -> {_returned(operation)}:\n"
        f"{docstring(_described(operation), indent=' ' * 8)}\n"
        f"        return {_call(operation)}\n"
    )


def _returned(operation: Operation) -> str:
    if operation.is_paged:
        return f"Pages[{_item(operation)}]"
    return f"{'Table' if operation.id in TABLES else 'Answer'}[{operation.kind}]"


def _item(operation: Operation) -> str:
    return f"models.{name_of(operation.schemas[operation.answered]['items'])}"


def _arguments(operation: Operation) -> Iterator[str]:
    for each in operation.parameters("path"):
        yield f"{each['name']}: str"
    if operation.body is not None:
        body = f"models.{name_of(_json(operation.body))}"
        yield f"body: {body}" if operation.body["required"] else f"body: {body} | None = None"
    named = [
        f"{_own_name(operation, each)}: {_taken(each)}{_or_none(each)}"
        for each in operation.parameters("query")
    ]
    if operation.needs_match:
        named.append("if_match: str")
    if operation.is_paged:
        named.append("max_items: int | None = None")
    if named:
        yield "*"
        yield from named


def _or_none(parameter: Schema) -> str:
    return "" if parameter["required"] else " | None = None"


def _own_name(operation: Operation, parameter: Schema) -> str:
    is_size = operation.is_paged and parameter["name"] == "limit"
    return "page_size" if is_size else str(parameter["name"])


def _taken(parameter: Schema) -> str:
    schema = parameter["schema"]
    if schema.get("format") == "date-time":
        return "datetime | date | str"
    return type_of(schema, is_sent=True)


def _described(operation: Operation) -> str:
    summary = operation.described["summary"]
    if operation.method == "GET":
        summary = f"Read {summary[0].lower()}{summary[1:]}"
    elif summary.startswith("What "):
        summary = f"Return w{summary[1:]}"
    lines = [
        f"{_own_name(operation, each)}: {each['description']}."
        for where in ("path", "query")
        for each in operation.parameters(where)
    ]
    lines += [f"{name}: {what}." for name, what in _more(operation)]
    # An empty one says that it may be left out.
    required = {} not in operation.described.get("security", [{}])
    key = ["Needs a function key."] if required else []
    return "\n\n".join([f"{summary}.", *key, *lines])


def _more(operation: Operation) -> Iterator[tuple[str, str]]:
    if operation.needs_match:
        yield IF_MATCH
    if operation.is_paged:
        yield MAX_ITEMS


def _call(operation: Operation) -> str:
    path = _path(operation)
    pairs = ", ".join(
        f'"{each["name"]}": {_own_name(operation, each)}' for each in operation.parameters("query")
    )
    query = f"{{{pairs}}}"
    if operation.method == "GET":
        if operation.is_file:
            return f"self._file({path}, {query})"
        if operation.is_paged:
            return f"self._pages({path}, {_item(operation)}, {query}, max_items)"
        way = "_table" if operation.id in TABLES else "_read"
        also = f", also=frozenset({operation.also})" if operation.also else ""
        return f"self.{way}({path}, {operation.kind}, {query}{also})"
    more = [f"parameters={query}"] if pairs else []
    more += ["body=body"] if operation.body else []
    more += ["if_match=if_match"] if operation.needs_match else []
    given = "".join(f", {each}" for each in more)
    return f'self._change("{operation.method}", {path}, {operation.kind}{given})'


def _path(operation: Operation) -> str:
    filled = re.sub(r"\{(\w+)\}", r'{quote(\1, safe="")}', operation.path)
    return f"f'{filled}'" if filled != operation.path else f'"{operation.path}"'


def _json(content: Schema) -> Schema:
    schema: Schema = content.get("content", {}).get(JSON, {}).get("schema", {})
    return schema
