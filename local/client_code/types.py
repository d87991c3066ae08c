"""Schemas of the OpenAPI document as types of Python."""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


def name_of(schema: Schema) -> str | None:
    """Return the name of the schema that a reference leads to; None if it is no reference."""
    reference = schema.get("$ref")
    return None if reference is None else str(reference).rpartition("/")[2]


def type_of(schema: Schema, *, is_sent: bool = False) -> str:
    """Return the type of a schema.

    Values that an app sends may be newer than the client, so that one of an enumeration may be any
    text; one that the client sends is one of the enumeration.
    """
    if (name := name_of(schema)) is not None:
        return name
    if "anyOf" in schema:
        parts = [type_of(each, is_sent=is_sent) for each in schema["anyOf"]]
        return " | ".join(dict.fromkeys(each for part in parts for each in part.split(" | ")))
    if values := schema.get("enum") or [each for each in (schema.get("const"),) if each]:
        literal = f"Literal[{', '.join(map(repr, values))}]"
        return literal if is_sent else f"{literal} | str"
    return _by_type(schema, is_sent=is_sent)


def _by_type(schema: Schema, *, is_sent: bool) -> str:
    if schema["type"] == "array":
        return _array(schema, is_sent=is_sent)
    if schema["type"] == "object":
        return f"Mapping[str, {_value(schema, is_sent=is_sent)}]"
    return "datetime" if schema.get("format") == "date-time" else PLAIN[schema["type"]]


def _array(schema: Schema, *, is_sent: bool) -> str:
    inner = type_of(schema["items"], is_sent=is_sent)
    if is_sent:
        return f"Sequence[{inner}]"
    if schema.get("minItems") == schema.get("maxItems") == 2:  # noqa: PLR2004 - low and high
        return f"tuple[{inner}, {inner}]"
    return f"tuple[{inner}, ...]"


def _value(schema: Schema, *, is_sent: bool) -> str:
    patterns = list(schema.get("patternProperties", {}).values())
    (inner,) = patterns or [schema["additionalProperties"]]
    return type_of(inner, is_sent=is_sent)


def names_in(schema: Any) -> Iterator[str]:
    """Yield the names of the schemas that one refers to, also more than once."""
    if isinstance(schema, Mapping):
        if (name := name_of(schema)) is not None:
            yield name
        for each in schema.values():
            yield from names_in(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from names_in(each)
