"""The generated modules of the client are those of the current OpenAPI document."""

import inspect
from collections.abc import Mapping
from typing import Any

import pytest
from undertone_client import Client, models
from undertone_client.base import Body, Model

from api.http.openapi import openapi_document
from local.client_code.operations import BY_HAND, EARLIER, FEED, NAMES, operations_source
from local.client_code.types import type_of
from local.client_code.written import FOLDER, sources

# Of a call that is written by hand.
ARGUMENTS = {"ingest": {"items"}}
# What the client does by itself, or has under another name.
# Objects with a page inside, and the newest cycles: one page is read.
ONE_PAGE = frozenset({"post", "subreddits", "communities", "cycles"})
NEVER = {"format", "bom", "cursor", "subreddit", "subreddits"}


def operations() -> dict[str, Mapping[str, Any]]:
    document = openapi_document()
    return {
        each["operationId"]: each
        for methods in document["paths"].values()
        for each in methods.values()
        if FEED not in next(iter(each["responses"].values()))["content"]
        and each["operationId"] not in EARLIER
    }


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return sources()


@pytest.mark.parametrize("name", ["models.py", "operations.py"])
def test_the_module_is_current(made, name) -> None:
    assert (FOLDER / name).read_text() == made[name], "`make docs` writes it"


@pytest.mark.parametrize(("name", "operation"), operations().items(), ids=operations())
def test_every_call_has_a_method_with_its_parameters(name, operation) -> None:
    method = getattr(Client, NAMES.get(name, name))
    taken = set(inspect.signature(method).parameters) - {"self"}
    if name in BY_HAND:
        assert taken == ARGUMENTS[name]
        return
    is_file = "application/json" not in next(iter(operation["responses"].values()))["content"]
    never = NEVER - {"format"} if is_file else NEVER
    expected = {each["name"] for each in operation["parameters"]} - never
    if (
        "Link" in next(iter(operation["responses"].values())).get("headers", {})
        and name not in ONE_PAGE
    ):
        sized = {"page_size" if each == "limit" else each for each in expected}
        expected = sized | {"max_items"}
    if "If-Match" in expected:
        expected = (expected - {"If-Match"}) | {"if_match"}
    assert taken == expected | ({"body"} if "requestBody" in operation else set())


def test_every_shape_of_the_document_is_a_model_with_its_fields() -> None:
    schemas = openapi_document()["components"]["schemas"]
    shaped = {name: schema for name, schema in schemas.items() if "properties" in schema}
    assert len(shaped) > 100
    for name, schema in shaped.items():
        model = getattr(models, name)
        assert issubclass(model, Body if name.endswith("Body") else Model)
        model.model_rebuild()
        fields = {field.rstrip("_") for field in model.model_fields}
        assert fields == set(schema["properties"])
        required = {each for each, field in model.model_fields.items() if field.is_required()}
        assert {each.rstrip("_") for each in required} == set(schema.get("required", ()))


@pytest.mark.parametrize(
    ("schema", "answered", "sent"),
    [
        ({"enum": ["a", "b"]}, "Literal['a', 'b'] | str", "Literal['a', 'b']"),
        ({"const": "a", "type": "string"}, "Literal['a'] | str", "Literal['a']"),
        ({"type": "array", "items": {"type": "number"}}, "tuple[float, ...]", "Sequence[float]"),
        (
            {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
            "tuple[float, float]", "Sequence[float]",
        ),
        (
            {"anyOf": [{"enum": ["a"]}, {"type": "string"}, {"type": "null"}]},
            "Literal['a'] | str | None", "Literal['a'] | str | None",
        ),
        ({"type": "string", "format": "date-time"}, "datetime", "datetime"),
        (
            {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Stats"}},
            "Mapping[str, Stats]", "Mapping[str, Stats]",
        ),
    ],
)  # fmt: skip
def test_a_schema_has_a_type_for_each_way(schema, answered, sent) -> None:
    assert (type_of(schema), type_of(schema, is_sent=True)) == (answered, sent)


def test_a_file_is_bytes_in_the_format_that_one_chooses() -> None:
    formats = {"type": "string", "enum": ["csv", "ndjson"]}
    operation = {
        "operationId": "export",
        "summary": "A file",
        "parameters": [
            {"name": name, "in": "query", "required": name == "day", "description": name,
             "schema": formats if name == "format" else {"type": "string"}}
            for name in ("day", "format", "bom")
        ],
        "responses": {"200": {"content": {"text/csv": {}}}},
    }  # fmt: skip
    made = operations_source({"paths": {"/x": {"get": operation}}, "components": {"schemas": {}}})
    assert (
        "def export(self, *, day: str, format: Literal['csv', 'ndjson'] | None = None)"
        " -> Answer[bytes]:"
    ) in made
    assert 'return self._file("/x", {"day": day, "format": format})' in made
