"""HTTP answers: JSON with an ETag, gzipped for who takes it, and 304 where nothing has changed.

Headers that every answer has, such as the security policy of data, are host.json's customHeaders:
the host puts them on its own answers too.
"""

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import azure.functions as func
from pydantic import BaseModel

from api.http.negotiation import encodings
from api.schema.cycles import Triggered
from api.schema.health import Health
from api.schema.parameters import Parameters
from shared.models import Origin

JSON = "application/json"
# Data changes when a collection ends, every half hour: these seconds make no difference.
FRESH_SECONDS = 10
ENTITY_TAG = re.compile(r'(?:W/)?("[^"]*")')
# https://www.rfc-editor.org/rfc/rfc9110#section-8.6
WITHOUT_BODY = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}
NOT_KEPT = {"Cache-Control": "no-store"}
# Less than this fits in the packet that carries the headers.
MIN_GZIP_BYTES = 1000
# Half a megabyte in some milliseconds, to a fifth.
GZIP_LEVEL = 3
# What is packed already.
COMPRESSED_TYPES = {"font/woff2"}


@dataclass(frozen=True)
class Prepared:
    """An answer as it is sent, with the tag of what it says."""

    body: bytes
    tag: str
    headers: Mapping[str, str]

    @cached_property
    def gzipped(self) -> bytes:
        """The body, gzipped once however many ask for it."""
        return gzip.compress(self.body, GZIP_LEVEL, mtime=0)


def prepare(
    answer: BaseModel,
    origin: Origin,
    *,
    moments: Mapping[str, Any] | None = None,
    fresh_seconds: int = FRESH_SECONDS,
    headers: Mapping[str, str] | None = None,
) -> Prepared:
    """Write an answer down.

    moments are the fields that change with every second. Where there are some, the ETag is weak
    and leaves them out: a client that polls learns that nothing else has changed. A client may
    reuse the answer for fresh_seconds; with 0 it always asks again.
    """
    body = answer.model_dump_json().encode()
    steady = answer.model_dump_json(exclude=dict(moments)).encode() if moments else body
    return prepared(
        body,
        origin,
        steady=steady,
        is_weak=bool(moments),
        fresh_seconds=fresh_seconds,
        more=headers,
    )


def prepared(
    body: bytes,
    origin: Origin,
    *,
    steady: bytes | None = None,
    is_weak: bool = False,
    fresh_seconds: int = FRESH_SECONDS,
    more: Mapping[str, str] | None = None,
) -> Prepared:
    """Add the headers of a body; the tag is that of its steady part, or of all of it."""
    tag = f'{"W/" if is_weak else ""}"{hashlib.sha256(steady or body).hexdigest()[:32]}"'
    headers = {
        "Cache-Control": f"public, max-age={fresh_seconds}" if fresh_seconds else "no-cache",
        "ETag": tag,
        "Undertone-Origin": origin,
        "Vary": "Accept, Accept-Encoding",
        **(more or {}),
    }
    return Prepared(body, tag, headers)


def data_answer(
    request: func.HttpRequest,
    prepared: Prepared,
    *,
    mimetype: str = JSON,
    policy: str | None = None,
) -> func.HttpResponse:
    """Answer with the data, or with 304 where the client has it already.

    policy is the Content-Security-Policy of a page; without one host.json's holds, which is data's.
    """
    headers = dict(prepared.headers)
    if policy is not None:
        headers["Content-Security-Policy"] = policy
    if is_known(request.headers.get("If-None-Match", ""), prepared.tag):
        return func.HttpResponse(
            status_code=HTTPStatus.NOT_MODIFIED, headers=headers, mimetype=mimetype
        )
    taken = encodings(request.headers.get("accept-encoding", ""))
    if taken.plain and not (taken.gzip and _is_worth_gzip(prepared, mimetype)):
        return func.HttpResponse(prepared.body, headers=headers, mimetype=mimetype)
    # Of two encodings the bytes differ, so that a strong tag can't be that of both:
    # https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3.3
    headers |= {"Content-Encoding": "gzip", "ETag": f"W/{prepared.tag.removeprefix('W/')}"}
    return func.HttpResponse(prepared.gzipped, headers=headers, mimetype=mimetype)


def _is_worth_gzip(prepared: Prepared, mimetype: str) -> bool:
    return len(prepared.body) >= MIN_GZIP_BYTES and mimetype not in COMPRESSED_TYPES


def wants_fresh(request: func.HttpRequest) -> bool:
    """Return whether the client has reason to think that what is kept is too old.

    https://www.rfc-editor.org/rfc/rfc9111#section-5.2.1
    """
    directives = {each.strip() for each in request.headers.get("cache-control", "").split(",")}
    return not directives.isdisjoint({"no-cache", "max-age=0"})


def triggered_answer(triggered: Triggered) -> func.HttpResponse:
    """Answer that a collection was asked for, and where it shows. Never kept."""
    return func.HttpResponse(
        triggered.model_dump_json(),
        status_code=HTTPStatus.ACCEPTED,
        headers={**NOT_KEPT, "Location": f"/api/v1/cycles/{triggered.cycle}"},
        mimetype=JSON,
    )


def health_answer(health: Health) -> func.HttpResponse:
    """Answer how the service is: 503 where it is unhealthy. Never kept."""
    unhealthy = health.status == "unhealthy"
    return func.HttpResponse(
        health.model_dump_json(),
        status_code=HTTPStatus.SERVICE_UNAVAILABLE if unhealthy else HTTPStatus.OK,
        headers={**NOT_KEPT, "Undertone-Origin": health.application.origin},
        mimetype=JSON,
    )


def unsendable_header(headers: Mapping[str, str]) -> str | None:
    """Return the name of a header whose value the host can't send: its client gets an empty 500."""
    for name, value in headers.items():
        if not value.isascii() or not value.isprintable():
            return name
    return None


def set_length(answer: func.HttpResponse) -> None:
    """Add the body's length: without it the host sends chunks, and HEAD says nothing of a size."""
    if answer.status_code not in WITHOUT_BODY:
        answer.headers["Content-Length"] = str(len(answer.get_body()))


def is_known(if_none_match: str, tag: str) -> bool:
    """Compare weakly, as https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2 says."""
    if if_none_match.strip() == "*":
        return True
    return tag.removeprefix("W/") in ENTITY_TAG.findall(if_none_match)


def next_link(
    path: str, parameters: Parameters, cursor: str | None, *, without: frozenset[str] = frozenset()
) -> dict[str, str]:
    """Return the Link header that leads to the next page with the same parameters, if there is one.

    without names those that stand in the path.
    It is an absolute path (https://www.rfc-editor.org/rfc/rfc8288#section-3.1): behind a gateway
    the address that a request arrives at isn't the one that its client knows.
    """
    if cursor is None:
        return {}
    given = parameters.model_dump(exclude_unset=True, exclude={"cursor", *without})
    return {"Link": f'<{path}?{urlencode({**given, "cursor": cursor})}>; rel="next"'}
