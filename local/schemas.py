"""Generates a schema: `python -m local.schemas NAME > docs/schemas/NAME.schema.json`.

NAME is item, or alert.
"""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from collector.alerts.channels.webhook import WebhookBody
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


def alert_schema() -> dict[str, Any]:
    """Return the JSON Schema of the body of an alert's web hook."""
    schema = WebhookBody.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A web hook of an alert",
        **{name: value for name, value in schema.items() if name != "title"},
    }


SCHEMAS: Mapping[str, Callable[[], dict[str, Any]]] = {"item": item_schema, "alert": alert_schema}

if __name__ == "__main__":
    print(json.dumps(SCHEMAS[sys.argv[1]](), indent=2))
