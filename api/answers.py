"""HTTP answers: JSON with an ETag, and 304 where nothing has changed."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import azure.functions as func
from pydantic import BaseModel

from api.models import Feed, Health, Parameters, Triggered

JSON = "application/json"
# Data changes when a collection ends, every half hour: nobody misses these seconds.
FRESH_SECONDS = 10
ENTITY_TAG = re.compile(r'(?:W/)?("[^"]*")')
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": DATA_POLICY,
}
NOT_KEPT = {"Cache-Control": "no-store"}


@dataclass(frozen=True)
class Prepared:
    """An answer as it is sent, with the tag of what it says."""

    body: bytes
    tag: str
    headers: Mapping[str, str]


def prepare(
    answer: BaseModel,
    feed: Feed,
    *,
    moments: Mapping[str, Any] | None = None,
    fresh_seconds: int = FRESH_SECONDS,
    headers: Mapping[str, str] | None = None,
) -> Prepared:
    """Write an answer down.

    moments are the fields that change with every second. Where there are some, the ETag is weak
    and leaves them out: a client that polls is told that nothing else has changed. For so many
    seconds a client needn't ask again; with 0 it always does.
    """
    body = answer.model_dump_json().encode()
    steady = answer.model_dump_json(exclude=dict(moments)).encode() if moments else body
    return prepared(
        body, feed, steady=steady, is_weak=bool(moments), fresh_seconds=fresh_seconds, more=headers
    )


def prepared(
    body: bytes,
    feed: Feed,
    *,
    steady: bytes | None = None,
    is_weak: bool = False,
    fresh_seconds: int = FRESH_SECONDS,
    more: Mapping[str, str] | None = None,
) -> Prepared:
    """Give a body its headers; the tag is that of its steady part, or of all of it."""
    tag = f'{"W/" if is_weak else ""}"{hashlib.sha256(steady or body).hexdigest()[:32]}"'
    headers = {
        "Cache-Control": f"public, max-age={fresh_seconds}" if fresh_seconds else "no-cache",
        "ETag": tag,
        "Undertone-Feed": feed,
        "Vary": "Accept",
        **(more or {}),
    }
    return Prepared(body, tag, headers)


def data_answer(
    request: func.HttpRequest,
    prepared: Prepared,
    *,
    mimetype: str = JSON,
    policy: str = DATA_POLICY,
) -> func.HttpResponse:
    """Answer with the data, or with 304 where the client has it already."""
    headers = {**SECURITY, "Content-Security-Policy": policy, **prepared.headers}
    if is_known(request.headers.get("If-None-Match", ""), prepared.tag):
        return func.HttpResponse(
            status_code=HTTPStatus.NOT_MODIFIED, headers=headers, mimetype=mimetype
        )
    return func.HttpResponse(prepared.body, headers=headers, mimetype=mimetype)


def triggered_answer(triggered: Triggered) -> func.HttpResponse:
    """Answer that a collection was asked for, and where it shows. Never kept."""
    return func.HttpResponse(
        triggered.model_dump_json(),
        status_code=HTTPStatus.ACCEPTED,
        headers={**SECURITY, **NOT_KEPT, "Location": f"/api/v1/cycles/{triggered.cycle}"},
        mimetype=JSON,
    )


def health_answer(health: Health) -> func.HttpResponse:
    """Answer how the service is: 503 where it is unhealthy. Never kept."""
    unhealthy = health.status == "unhealthy"
    return func.HttpResponse(
        health.model_dump_json(),
        status_code=HTTPStatus.SERVICE_UNAVAILABLE if unhealthy else HTTPStatus.OK,
        headers={**SECURITY, **NOT_KEPT, "Undertone-Feed": health.application.feed},
        mimetype=JSON,
    )


def is_known(if_none_match: str, tag: str) -> bool:
    """Compare weakly, as https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2 says."""
    if if_none_match.strip() == "*":
        return True
    return tag.removeprefix("W/") in ENTITY_TAG.findall(if_none_match)


def next_link(path: str, parameters: Parameters, cursor: str | None) -> dict[str, str]:
    """Give the Link header that leads to the next page with the same parameters, if there is one.

    It is an absolute path (https://www.rfc-editor.org/rfc/rfc8288#section-3.1): behind a gateway
    the address that a request arrives at isn't the one that its client knows.
    """
    if cursor is None:
        return {}
    given = parameters.model_dump(exclude_unset=True, exclude={"cursor"})
    return {"Link": f'<{path}?{urlencode({**given, "cursor": cursor})}>; rel="next"'}
