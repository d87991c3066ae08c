"""The columns of files: their types, which are derived from the models of answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel

Simple: TypeAlias = Literal["string", "int64", "double", "bool", "timestamp"]
SIMPLE: Mapping[str, Simple] = {
    "string": "string",
    "integer": "int64",
    "number": "double",
    "boolean": "bool",
}


@dataclass(frozen=True)
class ListOf:
    """A list without nulls."""

    of: "ColumnType"


@dataclass(frozen=True)
class MapOf:
    """Values by name, none of which is null."""

    of: "ColumnType"


@dataclass(frozen=True)
class StructOf:
    """Named values."""

    fields: tuple["Column", ...]


ColumnType: TypeAlias = Simple | ListOf | MapOf | StructOf


@dataclass(frozen=True)
class Column:
    """A column of a file, or a field of a struct in one."""

    name: str
    type: ColumnType
    is_nullable: bool
    description: str


def columns_of(model: type[BaseModel], names: Sequence[str]) -> tuple[Column, ...]:
    """Return the named columns of a model's objects.

    The fields of a nested object are columns such as sentiment_label; they may be null if the
    object may. Raises KeyError for a name that no field has.
    """
    schema = model.model_json_schema(mode="serialization")
    fields = _struct(schema, schema.get("$defs", {})).fields
    found = {each.name: each for field in fields for each in _flattened(field)}
    return tuple(found[name] for name in names)


def _flattened(field: Column) -> Iterator[Column]:
    """Yield the column of a field, or those of its fields."""
    if not isinstance(field.type, StructOf):
        yield field
        return
    for each in field.type.fields:
        is_nullable = field.is_nullable or each.is_nullable
        yield replace(each, name=f"{field.name}_{each.name}", is_nullable=is_nullable)


def _struct(schema: Mapping[str, Any], models: Mapping[str, Any]) -> StructOf:
    """Return the fields of an object of a JSON schema; models are those that it refers to."""
    return StructOf(
        tuple(_column(name, given, models) for name, given in schema["properties"].items())
    )


def _column(name: str, given: Mapping[str, Any], models: Mapping[str, Any]) -> Column:
    choices = given.get("anyOf", [given])
    (value,) = [each for each in choices if each.get("type") != "null"]
    return Column(name, _type(value, models), len(choices) > 1, given.get("description", ""))


def _type(given: Mapping[str, Any], models: Mapping[str, Any]) -> ColumnType:
    if "$ref" in given:
        return _type(models[given["$ref"].rsplit("/", 1)[1]], models)
    if given["type"] == "array":
        return ListOf(_type(given["items"], models))
    if given["type"] == "object":
        if "properties" in given:
            return _struct(given, models)
        return MapOf(_type(given["additionalProperties"], models))
    if given.get("format") == "date-time":
        return "timestamp"
    return SIMPLE[given["type"]]


def type_text(given: ColumnType) -> str:
    """Return a type in words of Arrow, such as list<string>."""
    match given:
        case ListOf(of):
            return f"list<{type_text(of)}>"
        case MapOf(of):
            return f"map<string, {type_text(of)}>"
        case StructOf(fields):
            inner = ", ".join(f"{each.name}: {type_text(each.type)}" for each in fields)
            return f"struct<{inner}>"
        case "timestamp":
            return "timestamp[us, UTC]"
        case _:
            return given
