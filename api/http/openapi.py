"""The OpenAPI 3.1 document, generated from the models of parameters and answers."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from api.endpoint import PARQUET, UNAUTHORIZED, Endpoint
from api.endpoints import ENDPOINTS
from api.schema.health import Health
from api.schema.problems import Conflict, Problem
from shared import __version__

JSON, PROBLEM_JSON = "application/json", "application/problem+json"
NDJSON = "application/x-ndjson"
# What generators of clients know.
BYTES, BINARY = "application/octet-stream", {"type": "string", "format": "binary"}
REFERENCE = "#/components/schemas/{model}"

FORBIDDEN, CONFLICT, UNAVAILABLE = 403, 409, 503
KEY: dict[str, list[str]] = {"functionKey": []}
NOT_ACCEPTABLE = 406
TOO_MANY = 429
PROBLEMS = {
    400: "The question is empty.",
    401: "A key is missing or wrong, or no caller is signed in. Reads answer so where READ_ACCESS"
    " isn't public.",
    403: "Who asks is known, and hasn't the role for it.",
    404: "The requested resource doesn't exist.",
    406: "The Accept header refuses every format of the answer with q=0.",
    409: "A cycle is running, or a requested one waits for its worker.",
    411: "The body is chunked, without a Content-Length.",
    412: "What is changed isn't as If-Match says that it was read.",
    413: "The body is larger than the call takes.",
    414: "The query string is longer than 4 KB.",
    415: "The body is in a form that the call doesn't read.",
    422: "A parameter, or a value in the body, is bad or unknown; `errors` says which, and what is"
    " accepted.",
    428: "If-Match is missing.",
    429: "Too many heavy reads at the same time or by one client, or the day's request units or"
    " tokens are spent: retry after `Retry-After` seconds.",
    500: "An unexpected error, which the log describes.",
    503: "The database doesn't answer: retry after `Retry-After` seconds.",
}
ALWAYS = (411, 413, 414, 500, 503)


# https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1
TAGS = r'^(\*|(W/)?"[!#-~]*"(, ?(W/)?"[!#-~]*"){0,9})$'
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "the ETag of what is changed, of the whole that it is part of (GET"
    " /api/v1/watchlist or /api/v1/alerts/rules), or of the last change: refused with 412 if it has"
    " changed since; * is any",
    "schema": {"type": "string", "pattern": TAGS, "maxLength": 1000},
    "example": "*",
}
NEXT: dict[str, Any] = {
    "description": 'the address of the next page: <path>; rel="next"; absent on the last page',
    "schema": {"type": "string"},
}


@lru_cache(maxsize=1)
def openapi_document() -> dict[str, Any]:
    """Return the document: https://spec.openapis.org/oas/v3.1.1.html."""
    models: list[type[BaseModel]] = [Problem, Conflict, *(each.answer for each in ENDPOINTS)]
    bodies = [each.body for each in ENDPOINTS if each.body is not None]
    _, schemas = models_json_schema(
        [
            *((model, "serialization") for model in models),
            *((model, "validation") for model in bodies),
        ],
        ref_template=REFERENCE,
    )
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        operation = _operation(endpoint)
        paths.setdefault(endpoint.address, {})[endpoint.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Undertone",
            "version": __version__,
            "description": "The sentiment and the topics of communities.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "functionKey": {"type": "apiKey", "in": "header", "name": "x-functions-key"}
            },
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    responses = {str(endpoint.status): _answered(endpoint)}
    if endpoint.creates:
        responses["201"] = {**_answered(endpoint), "description": "It is new."}
    if endpoint.is_kept:
        responses["304"] = {"description": "Nothing has changed since the given ETag."}
    chosen = [NOT_ACCEPTABLE, TOO_MANY] if endpoint.is_kept else []
    closed = [] if endpoint.is_open else [UNAUTHORIZED, FORBIDDEN]
    for status in sorted({*endpoint.problems, *chosen, *closed, *ALWAYS}):
        responses[str(status)] = _problem(endpoint, status)
    operation: dict[str, Any] = {
        "operationId": endpoint.operation,
        "summary": endpoint.summary,
        "tags": [endpoint.path.split("/")[1].partition(".")[0]],
        "parameters": [*_parameters(endpoint), *([IF_MATCH] if endpoint.needs_match else [])],
        "responses": responses,
    }
    if endpoint.takes:
        operation["requestBody"] = {
            "description": endpoint.takes,
            # Without one nothing is taken, which isn't an error.
            "required": False,
            "content": {NDJSON: {"schema": BINARY}, BYTES: {"schema": BINARY}},
        }
    if endpoint.body is not None:
        operation["requestBody"] = {
            "description": (endpoint.body.__doc__ or "").split("\n")[0],
            # Without one each property has its default, as in an empty object.
            "required": any(each.is_required() for each in endpoint.body.model_fields.values()),
            "content": {JSON: {"schema": _reference(endpoint.body)}},
        }
    if endpoint.needs_key:
        operation["security"] = [KEY]
    elif not endpoint.is_open:
        # Without one it does where reads are public.
        operation["security"] = [{}, KEY]
    return operation


def _answered(endpoint: Endpoint) -> dict[str, Any]:
    is_json = endpoint.media_type == JSON
    texts = endpoint.files if is_json else (endpoint.media_type, *endpoint.files)
    content: dict[str, Any] = {
        each: {"schema": BINARY if each == PARQUET else {"type": "string"}} for each in texts
    }
    if is_json:
        content = {JSON: {"schema": _reference(endpoint.answer)}, **content}
    answered = {
        "description": (endpoint.answer.__doc__ or "").split("\n")[0],
        "content": content,
    }
    if not endpoint.is_paged:
        return answered
    headers: dict[str, Any] = {"Link": NEXT}
    if endpoint.parameters and "via" in endpoint.parameters.model_fields:
        headers["Undertone-Rematching"] = REMATCHING
    return {**answered, "headers": headers}


REMATCHING: dict[str, Any] = {
    "description": "true while stored items are being matched with changed rules of the subject, so"
    " that its mentions may not be right yet; else absent",
    "schema": {"type": "string", "enum": ["true"]},
}


def _problem(endpoint: Endpoint, status: int) -> dict[str, Any]:
    if status == UNAUTHORIZED:
        # Where the host checks keys, it sends this answer itself, without a body.
        return {"description": PROBLEMS[status]}
    if status == UNAVAILABLE and endpoint.answer is Health:
        # An unhealthy service also answers with its health.
        content = {JSON: {"schema": _reference(Health)}}
        return {"description": "The database doesn't answer.", "content": content}
    model = Conflict if status == CONFLICT else Problem
    return {
        "description": PROBLEMS[status],
        "content": {PROBLEM_JSON: {"schema": _reference(model)}},
    }


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REFERENCE.format(model=model.__name__)}


class _Untitled(GenerateJsonSchema):
    """Makes schemas whose fields have no titles but those that their models give."""

    def field_title_should_be_set(self, schema: object) -> bool:
        """Return False: a name isn't a title."""
        del schema
        return False


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    if endpoint.parameters is None:
        return []
    schema = endpoint.parameters.model_json_schema(mode="validation", schema_generator=_Untitled)
    required = schema.get("required", [])
    return [
        _parameter(name, field, is_path=f"{{{name}}}" in endpoint.path, required=name in required)
        for name, field in schema["properties"].items()
    ]


def _parameter(
    name: str, field: Mapping[str, Any], *, is_path: bool, required: bool
) -> dict[str, Any]:
    kept = {key: value for key, value in field.items() if key != "description"}
    examples = kept.pop("examples", [])
    if "anyOf" in kept:
        # Null only stands for a missing parameter.
        (given,) = [each for each in kept.pop("anyOf") if each.get("type") != "null"]
        kept = {**given, **{key: value for key, value in kept.items() if key != "default"}}
    parameter: dict[str, Any] = {
        "name": name,
        "in": "path" if is_path else "query",
        "required": is_path or required,
        "description": field["description"],
        "schema": kept,
    }
    if not is_path and not required:
        # An empty value counts as missing, because old clients send it.
        parameter["allowEmptyValue"] = True
    if kept.get("type") == "array":
        parameter |= {"style": "form", "explode": False}
    if examples:
        parameter["example"] = examples[0]
    return parameter
