"""Schemas of tools, small enough that a client can hand all of them to its model.

They promise what the models do, in fewer characters: what only describes an answer is left out, and
so is what is deep in it. https://json-schema.org/draft/2020-12/json-schema-validation
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final

from pydantic import BaseModel

from api.schema.incidents import IncidentsParameters
from api.schema.parameters import ComparedSpanParameters, PostParameters

Schema = dict[str, Any]

DEFS: Final = "$defs"
NULL: Final[Schema] = {"type": "null"}
# Keywords that only describe.
DESCRIBING: Final = frozenset(
    {"default", "description", "examples", "format", "propertyNames", "title"}
)
# Levels of objects of an answer that are described, itself the first. A deeper one is an object.
LEVELS: Final = 3
# Keywords that an argument needs in no case.
PLAIN: Final = frozenset({"anyOf", "format", "title"})
# Arguments that are taken and not offered: an earlier name, and one whose default fits.
UNOFFERED: Final = frozenset({"subreddit", "until"})

NEXT_PAGE: Final = "next_cursor of the page before, with the same arguments"
# Descriptions of the API's parameters that are long, for tools that share them.
BRIEF: Final[Mapping[type[BaseModel], Mapping[str, str]]] = {
    ComparedSpanParameters: {
        "hours": "whole hours until now, from 1 to 2160; without `start`, 24",
        "start": "instead of `hours`: where the window begins, a date or a time in UTC such as"
        " 2026-11-22T08:00:00Z, at most 366 days before its end",
        "end": "with `start`: the window ends before then; without it, with the last full hour",
        "baseline": "what it is compared with. before: the equally long time before; rhythm: the"
        " same weekdays and hours a week earlier. Without it, before with `hours`, and rhythm with"
        " `start`",
    },
    PostParameters: {
        "cursor": NEXT_PAGE,
        "community": "the id of a community; without it, all of them",
    },
    IncidentsParameters: {
        "limit": "incidents of a page, from 1 to 100; with `status` it may have fewer, and another"
        " may follow",
        "cursor": NEXT_PAGE,
    },
}
BRIEF_FOR: Final = {
    model.model_fields[name].description: brief
    for model, each in BRIEF.items()
    for name, brief in each.items()
}


def input_schema(model: type[BaseModel]) -> Schema:
    """Return the schema of arguments, with short descriptions.

    What is optional may be left out; that it may be null, too, isn't said.
    """
    schema = model.model_json_schema()
    kept = {name: each for name, each in schema.items() if name not in {"description", "title"}}
    properties = {n: _argument(p) for n, p in schema["properties"].items() if n not in UNOFFERED}
    return {**kept, "properties": properties}


def output_schema(model: type[BaseModel], *, without: AbstractSet[str]) -> Schema:
    """Return the schema of an answer: names and types, below it less the fields of `without`."""
    schema = model.model_json_schema(mode="serialization")
    defs: Mapping[str, Schema] = schema.get(DEFS, {})
    short: Schema = _object(schema, defs, without, 0)
    return short


def _argument(schema: Schema) -> Schema:
    options = [each for each in schema.get("anyOf", ()) if each != NULL]
    only = options[0] if len(options) == 1 else {"anyOf": options} if options else {}
    kept = {**only, **{n: each for n, each in schema.items() if n not in PLAIN}}
    said = kept.get("description")
    brief = {"description": BRIEF_FOR[said]} if said in BRIEF_FOR else {}
    left_out = {
        *(["examples"] if brief or "enum" in kept or kept.get("type") == "integer" else []),
        *(["default"] if kept.get("default") is None else []),
        # What a cursor is made of is nothing to a caller.
        *(["pattern"] if {**kept, **brief}.get("description") == NEXT_PAGE else []),
    }
    return {name: each for name, each in {**kept, **brief}.items() if name not in left_out}


def _part(schema: Any, defs: Mapping[str, Schema], without: AbstractSet[str], level: int) -> Any:
    """Return a part of a schema that is in an object of a level."""
    match schema:
        case list():
            return [_part(each, defs, without, level) for each in schema]
        case {"$ref": str() as name}:
            return _part(defs[name.removeprefix(f"#/{DEFS}/")], defs, without, level)
        case {"properties": dict()}:
            return _object(schema, defs, without, level + 1)
        case dict():
            kept = {name: each for name, each in schema.items() if name not in DESCRIBING}
            return _small({n: _part(each, defs, without, level) for n, each in kept.items()})
        case _:
            return schema


def _object(
    schema: Schema, defs: Mapping[str, Schema], without: AbstractSet[str], level: int
) -> Schema:
    """Return the schema of an object of a level."""
    if level == LEVELS:
        return {"type": "object"}
    named = {n: each for n, each in schema["properties"].items() if not level or n not in without}
    properties = {name: _part(each, defs, without, level) for name, each in named.items()}
    # What is required below is left out: a list of it takes as much as the properties.
    required = {} if level else {"required": schema["required"]}
    return {"type": "object", "properties": properties, **required}


def _small(schema: Schema) -> Schema:
    """Return a schema whose enumerations have no type beside them.

    "or null" stays anyOf: some models take no list of types.
    """
    return {n: each for n, each in schema.items() if n != "type" or "enum" not in schema}
