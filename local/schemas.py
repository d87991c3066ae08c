"""Generates a schema: `python -m local.schemas > docs/schemas/item.schema.json`."""

import json
from typing import Any

from shared.pushed import PushedItem


def item_schema() -> dict[str, Any]:
    """Return the JSON Schema of a line of pushed items: https://json-schema.org/draft/2020-12."""
    schema = PushedItem.model_json_schema()
    of_comment = {
        "if": {"properties": {"kind": {"const": "comment"}}},
        "then": {
            "required": ["post_id"],
            "properties": {"post_id": {"type": "string"}, "title": {"pattern": r"^\s*$"}},
        },
        "else": {"properties": {"post_id": {"type": "null"}}},
    }
    has_words = {"pattern": r"\S"}
    words = {
        "anyOf": [
            {"required": ["deleted"], "properties": {"deleted": {"type": "string"}}},
            {"required": ["title"], "properties": {"title": has_words}},
            {"required": ["text"], "properties": {"text": has_words}},
        ]
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A pushed item",
        **{name: value for name, value in schema.items() if name != "title"},
        "allOf": [of_comment, words],
    }


if __name__ == "__main__":
    print(json.dumps(item_schema(), indent=2))
