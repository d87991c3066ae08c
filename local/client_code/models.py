"""The schemas of the OpenAPI document as models of pydantic."""

import keyword
from collections.abc import Iterator, Mapping
from typing import Any

from local.client_code.text import docstring
from local.client_code.types import Schema, type_of

HEAD = '''"""The models of the API. Generated from its OpenAPI document: edit nothing here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field

from undertone_client.base import Body, Model
'''


def models_source(document: Mapping[str, Any]) -> str:
    """Return the source of models.py, not formatted yet."""
    schemas = document["components"]["schemas"]
    models = {name: schema for name, schema in schemas.items() if "properties" in schema}
    return "\n".join([HEAD, *(_model(name, schema) for name, schema in models.items())])


def is_body(schema: Schema) -> bool:
    """Return whether a schema is of what is sent: others than its own fields are refused."""
    return schema.get("additionalProperties") is False


def _model(name: str, schema: Schema) -> str:
    described = schema.get("description", f"{name}.")
    base = "Body" if is_body(schema) else "Model"
    fields = "\n".join(_fields(schema))
    return f"\n\nclass {name}({base}, frozen=True):\n{docstring(described)}\n\n{fields}\n"


def _fields(schema: Schema) -> Iterator[str]:
    is_sent = is_body(schema)
    for name, field in schema["properties"].items():
        is_required = name in schema.get("required", ())
        kind = type_of(field, is_sent=is_sent)
        default = "" if is_required else _default(field)
        own = f"{name}_" if keyword.iskeyword(name) else name
        if own != name:
            given = f"default={default}, " if default else ""
            default = f'Field({given}validation_alias="{name}", serialization_alias="{name}")'
        yield f"    {own}: {kind}{f' = {default}' if default else ''}"
        if "description" in field:
            yield docstring(field["description"])


def _default(field: Schema) -> str:
    default = field.get("default")
    if default == []:
        return "()"
    if default == {}:
        return "Field(default_factory=dict)"
    return repr(default)
