"""The OpenAPI 3.1 document of the API, made from the models that read and write it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.item_models import Items
from api.models import (
    Comparison,
    Conflict,
    CycleAnswer,
    Cycles,
    Health,
    PostDetail,
    Posts,
    Problem,
    SentimentTrends,
    Stats,
    Subreddits,
    TopicsAnswer,
    Triggered,
)
from api.parameter_models import (
    CompareParameters,
    CycleParameters,
    CyclesParameters,
    ItemsParameters,
    Parameters,
    PostParameters,
    PostsParameters,
    ScopeParameters,
    TrendingParameters,
    TrendsParameters,
)
from shared import __version__

BASE = "/api/v1"
JSON, PROBLEM_JSON = "application/json", "application/problem+json"
REFERENCE = "#/components/schemas/{model}"

UNAUTHORIZED, CONFLICT, UNAVAILABLE = 401, 409, 503
NOT_ACCEPTABLE = 406
FILES = ("text/csv", "application/x-ndjson")
PROBLEMS = {
    401: "A function key is missing or wrong.",
    404: "What was asked for doesn't exist.",
    406: "The Accept header refuses, with q=0, all that the call answers.",
    409: "A cycle is running, or was asked for already and waits for its worker.",
    411: "A body came in chunks, without its Content-Length.",
    413: "The body is larger than 64 KB.",
    414: "The query string is longer than 4 KB.",
    422: "A parameter was refused or isn't known; `errors` says which and what is taken.",
    429: "Too many heavy reads at once: ask again after `Retry-After` seconds.",
    500: "Something unexpected happened: the log says what.",
    503: "The database doesn't answer: ask again after `Retry-After` seconds.",
}
ALWAYS = (411, 413, 414, 500, 503)


NEXT = {
    "description": 'where the next page is: <path>; rel="next"; none on the last one',
    "schema": {"type": "string"},
}


@dataclass(frozen=True)
class Endpoint:
    """One endpoint: its operation's id, its path below /api/v1, and its shapes."""

    operation: str
    path: str
    summary: str
    answer: type[BaseModel]
    parameters: type[Parameters] | None = None
    method: str = "GET"
    status: int = 200
    problems: tuple[int, ...] = ()
    media_type: str = "application/json"
    files: tuple[str, ...] = ()
    """Other media types that it answers with."""
    is_kept: bool = True
    """Whether the answer has an ETag, so that 304 may follow, and its form is chosen by Accept."""
    is_paged: bool = False
    """Whether a Link header leads to the next page."""

    @property
    def function(self) -> str:
        """Name the function that answers: api_ for a fixed address, item_ for one with a part."""
        return f"{'item' if '{' in self.path else 'api'}_{self.operation}"


ENDPOINTS = (
    Endpoint("health", "/health", "How the service is", Health, problems=(422,), is_kept=False),
    Endpoint(
        "sentiment_stats",
        "/sentiment/stats",
        "The sentiment of a window",
        Stats,
        ScopeParameters,
        problems=(404, 422),
    ),
    Endpoint(
        "sentiment_trends",
        "/sentiment/trends",
        "The sentiment of a window by the hour, day or week",
        SentimentTrends,
        TrendsParameters,
        problems=(404, 422, 429),
        files=FILES,
    ),
    Endpoint(
        "sentiment_compare",
        "/sentiment/compare",
        "Subreddits side by side, each with the window before",
        Comparison,
        CompareParameters,
        problems=(404, 422, 429),
    ),
    Endpoint(
        "posts_recent",
        "/posts/recent",
        "The newest posts, page by page; the next page is in the Link header",
        Posts,
        PostsParameters,
        problems=(404, 422, 429),
        files=FILES,
        is_paged=True,
    ),
    Endpoint(
        "items",
        "/items",
        "The newest posts and comments, page by page: what the statistics count",
        Items,
        ItemsParameters,
        problems=(404, 422, 429),
        files=FILES,
        is_paged=True,
    ),
    Endpoint(
        "post",
        "/posts/{id}",
        "A post with its comments, page by page; the next page is in the Link header",
        PostDetail,
        PostParameters,
        problems=(404, 422),
        is_paged=True,
    ),
    Endpoint(
        "trending_topics",
        "/trending",
        "What people talk about more than in the week before",
        TopicsAnswer,
        TrendingParameters,
        problems=(404, 422),
    ),
    Endpoint(
        "trending_feed",
        "/trending.atom",
        "The trending topics for feed readers",
        TopicsAnswer,
        problems=(422,),
        media_type="application/atom+xml",
        files=("text/xml",),
    ),
    Endpoint("subreddits", "/subreddits", "The watched subreddits", Subreddits, problems=(422,)),
    Endpoint(
        "cycles",
        "/cycles",
        "The newest collection cycles",
        Cycles,
        CyclesParameters,
        problems=(422,),
    ),
    Endpoint(
        "cycle",
        "/cycles/{id}",
        "A collection cycle, also while it goes on",
        CycleAnswer,
        CycleParameters,
        problems=(404, 422),
    ),
    Endpoint(
        "admin_collect",
        "/admin/collect",
        "Ask for a collection now",
        Triggered,
        method="POST",
        status=202,
        problems=(401, 409, 422),
        is_kept=False,
    ),
)


@lru_cache(maxsize=1)
def openapi_document() -> dict[str, Any]:
    """Return the document: https://spec.openapis.org/oas/v3.1.1.html."""
    models: list[type[BaseModel]] = [Problem, Conflict, *(each.answer for each in ENDPOINTS)]
    _, schemas = models_json_schema(
        [(model, "serialization") for model in models], ref_template=REFERENCE
    )
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        operation = _operation(endpoint)
        paths.setdefault(BASE + endpoint.path, {})[endpoint.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Undertone",
            "version": __version__,
            "description": "What communities on Reddit say, and how they feel about it.",
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
    if endpoint.is_kept:
        responses["304"] = {"description": "Nothing has changed since the given ETag."}
    chosen = [NOT_ACCEPTABLE] if endpoint.is_kept else []
    for status in sorted({*endpoint.problems, *chosen, *ALWAYS}):
        responses[str(status)] = _problem(endpoint, status)
    operation: dict[str, Any] = {
        "operationId": endpoint.operation,
        "summary": endpoint.summary,
        "tags": [endpoint.path.split("/")[1].partition(".")[0]],
        "parameters": _parameters(endpoint),
        "responses": responses,
    }
    if UNAUTHORIZED in endpoint.problems:
        operation["security"] = [{"functionKey": []}]
    return operation


def _answered(endpoint: Endpoint) -> dict[str, Any]:
    is_json = endpoint.media_type == JSON
    texts = endpoint.files if is_json else (endpoint.media_type, *endpoint.files)
    content: dict[str, Any] = {each: {"schema": {"type": "string"}} for each in texts}
    if is_json:
        content = {JSON: {"schema": _reference(endpoint.answer)}, **content}
    answered = {
        "description": (endpoint.answer.__doc__ or "").split("\n")[0],
        "content": content,
    }
    return {**answered, "headers": {"Link": NEXT}} if endpoint.is_paged else answered


def _problem(endpoint: Endpoint, status: int) -> dict[str, Any]:
    if status == UNAUTHORIZED:
        # The Functions host answers this one by itself.
        return {"description": PROBLEMS[status]}
    if status == UNAVAILABLE and endpoint.answer is Health:
        # An unhealthy service says how it is, too.
        content = {JSON: {"schema": _reference(Health)}}
        return {"description": "The database doesn't answer.", "content": content}
    model = Conflict if status == CONFLICT else Problem
    return {
        "description": PROBLEMS[status],
        "content": {PROBLEM_JSON: {"schema": _reference(model)}},
    }


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REFERENCE.format(model=model.__name__)}


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    if endpoint.parameters is None:
        return []
    schema = endpoint.parameters.model_json_schema(mode="validation")
    required = schema.get("required", [])
    return [
        _parameter(name, field, is_path=f"{{{name}}}" in endpoint.path, required=name in required)
        for name, field in schema["properties"].items()
    ]


def _parameter(
    name: str, field: Mapping[str, Any], *, is_path: bool, required: bool
) -> dict[str, Any]:
    kept = {key: value for key, value in field.items() if key not in {"description", "title"}}
    examples = kept.pop("examples", [])
    if "anyOf" in kept:
        # Left out it is null; given it never is.
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
        # An empty value counts as not given: clients of old send it.
        parameter["allowEmptyValue"] = True
    if kept.get("type") == "array":
        parameter |= {"style": "form", "explode": False}
    if examples:
        parameter["example"] = examples[0]
    return parameter
