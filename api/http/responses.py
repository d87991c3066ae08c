"""HTTP answers: JSON with an ETag, gzipped if the client accepts it, or 304 if nothing has changed.

Headers of every answer, such as the security policy, are customHeaders in host.json, because the
host then adds them to its own answers too.
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

from api.endpoint import PARQUET
from api.http.negotiation import encodings
from api.schema.cycles import Triggered
from api.schema.health import Health, LeastHealth
from api.schema.ingest import Ingested
from api.schema.parameters import Parameters
from shared.models import Origin

JSON = "application/json"
# Data changes every half hour, when a collection ends, so 10 s make no difference.
FRESH_SECONDS = 10
ENTITY_TAG = re.compile(r'(?:W/)?("[^"]*")')
# https://www.rfc-editor.org/rfc/rfc9110#section-8.6
WITHOUT_BODY = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}
NOT_KEPT = {"Cache-Control": "no-store"}
# A form of a page without a referrer sends `Origin: null`, which hosts refuse as a stranger's:
# https://fetch.spec.whatwg.org/#append-a-request-origin-header
OWN_FORMS = {"Referrer-Policy": "same-origin"}
# A smaller body fits in one packet with the headers.
MIN_GZIP_BYTES = 1000
# Compresses half a megabyte to a fifth in some milliseconds.
GZIP_LEVEL = 3
# Already compressed.
COMPRESSED_TYPES = {"font/woff2", PARQUET}


@dataclass(frozen=True)
class Prepared:
    """The body and headers of an answer, with its ETag."""

    body: bytes
    tag: str
    headers: Mapping[str, str]
    gzip_level: int = GZIP_LEVEL

    @cached_property
    def gzipped(self) -> bytes:
        """Return the gzipped body, compressed once for all requests."""
        return gzip.compress(self.body, self.gzip_level, mtime=0)


def prepare(
    answer: BaseModel,
    origin: Origin,
    *,
    moments: Mapping[str, Any] | None = None,
    fresh_seconds: int = FRESH_SECONDS,
    headers: Mapping[str, str] | None = None,
    changeable: BaseModel | None = None,
) -> Prepared:
    """Return an answer as JSON, with its headers.

    moments are the fields that change every second. If there are any, the ETag is weak and ignores
    them, so that a polling client learns that nothing else has changed. A client may reuse the
    answer for fresh_seconds; with 0 it always revalidates. changeable is the part of it whose ETag
    leads that of the answer.
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
        leading=tag_of(changeable) if changeable else None,
    )


def tag_of(answer: BaseModel) -> str:
    """Return the ETag of an answer, which is whole in it: that of `prepare` without moments."""
    return _tag_of(answer.model_dump_json().encode())


def _tag_of(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def prepared(
    body: bytes,
    origin: Origin,
    *,
    steady: bytes | None = None,
    is_weak: bool = False,
    fresh_seconds: int = FRESH_SECONDS,
    more: Mapping[str, str] | None = None,
    leading: str | None = None,
) -> Prepared:
    """Return a body with its headers.

    The ETag is a hash of `steady`, or else of the body, after the ETag of its part `leading`.
    """
    tag = _tag_of(steady or body)
    if leading is not None:
        tag = f"{leading[:-1]}.{tag[1:]}"
    tag = f"W/{tag}" if is_weak else tag
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
    """Answer with the data, or with 304 if the client already has it.

    policy is the Content-Security-Policy of a page; data has the one in host.json.
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
    # Two encodings have different bytes, so they can't share a strong tag:
    # https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3.3
    headers |= {"Content-Encoding": "gzip", "ETag": f"W/{prepared.tag.removeprefix('W/')}"}
    return func.HttpResponse(prepared.gzipped, headers=headers, mimetype=mimetype)


def _is_worth_gzip(prepared: Prepared, mimetype: str) -> bool:
    return len(prepared.body) >= MIN_GZIP_BYTES and mimetype not in COMPRESSED_TYPES


def wants_fresh(request: func.HttpRequest) -> bool:
    """Return whether the client asks for an answer that isn't cached.

    https://www.rfc-editor.org/rfc/rfc9111#section-5.2.1
    """
    directives = {each.strip() for each in request.headers.get("cache-control", "").split(",")}
    return not directives.isdisjoint({"no-cache", "max-age=0"})


def triggered_answer(triggered: Triggered) -> func.HttpResponse:
    """Answer that a collection was requested, with the address of its cycle. Never cached."""
    return accepted_answer(triggered, f"/api/v1/cycles/{triggered.cycle}")


def accepted_answer(
    answer: BaseModel, address: str, *, retry_seconds: int | None = None
) -> func.HttpResponse:
    """Answer that something was requested, with the address of what it becomes. Never cached.

    retry_seconds is when to look there first.
    """
    retry = {} if retry_seconds is None else {"Retry-After": str(retry_seconds)}
    return func.HttpResponse(
        answer.model_dump_json(),
        status_code=HTTPStatus.ACCEPTED,
        headers={**NOT_KEPT, "Location": address, **retry},
        mimetype=JSON,
    )


def ingested_answer(ingested: Ingested) -> func.HttpResponse:
    """Answer what became of pushed lines. Never cached.

    It is 200 and not 202: the answer is whole, and nothing more can be asked about it later.
    """
    return func.HttpResponse(ingested.model_dump_json(), headers=NOT_KEPT, mimetype=JSON)


def written_answer(
    answer: BaseModel, tag: str, *, created_at: str | None = None
) -> func.HttpResponse:
    """Answer with what was written, and the ETag for the next change. Never cached.

    created_at is the address of something that is new.
    """
    location = {"Location": created_at} if created_at else {}
    return func.HttpResponse(
        answer.model_dump_json(),
        status_code=HTTPStatus.CREATED if created_at else HTTPStatus.OK,
        headers={**NOT_KEPT, "ETag": tag, **location},
        mimetype=JSON,
    )


def uncached_answer(answer: BaseModel, origin: Origin) -> func.HttpResponse:
    """Answer with the result of a POST that changes nothing. Never cached."""
    headers = {**NOT_KEPT, "Undertone-Origin": origin}
    return func.HttpResponse(answer.model_dump_json(), headers=headers, mimetype=JSON)


def page_answer(
    page: bytes, policy: str, *, status: HTTPStatus = HTTPStatus.OK
) -> func.HttpResponse:
    """Answer with a page of HTML that is one person's, under its policy. Never cached."""
    headers = {**NOT_KEPT, **OWN_FORMS, "Content-Security-Policy": policy}
    return func.HttpResponse(page, status_code=status, headers=headers, mimetype="text/html")


def health_answer(health: Health, *, strict: bool = False) -> func.HttpResponse:
    """Answer with the service's health. Never cached.

    The status is 503 if the service is unhealthy, and with `strict` if anything is wrong.
    """
    unhealthy = health.status == "unhealthy" or (strict and bool(health.faults))
    return func.HttpResponse(
        health.model_dump_json(),
        status_code=HTTPStatus.SERVICE_UNAVAILABLE if unhealthy else HTTPStatus.OK,
        headers={**NOT_KEPT, "Undertone-Origin": health.application.origin},
        mimetype=JSON,
    )


def least_health_answer(health: Health, *, strict: bool = False) -> func.HttpResponse:
    """Answer a probe that may not read with the status alone: see `health_answer`."""
    whole = health_answer(health, strict=strict)
    return func.HttpResponse(
        LeastHealth(status=health.status).model_dump_json(),
        status_code=whole.status_code,
        headers=NOT_KEPT,
        mimetype=JSON,
    )


def unsendable_header(headers: Mapping[str, str]) -> str | None:
    """Return the name of a header that the host can't send; it would answer with an empty 500."""
    for name, value in headers.items():
        if not value.isascii() or not value.isprintable():
            return name
    return None


def set_length(answer: func.HttpResponse) -> None:
    """Add the body's length. Without it the host sends chunks, and HEAD has no size."""
    if answer.status_code not in WITHOUT_BODY:
        answer.headers["Content-Length"] = str(len(answer.get_body()))


def is_known(if_none_match: str, tag: str) -> bool:
    """Return whether If-None-Match has the tag, compared weakly (RFC 9110, section 13.1.2)."""
    if if_none_match.strip() == "*":
        return True
    return tag.removeprefix("W/") in ENTITY_TAG.findall(if_none_match)


def next_link(
    path: str, parameters: Parameters, cursor: str | None, *, without: frozenset[str] = frozenset()
) -> dict[str, str]:
    """Return the Link header of the next page with the same parameters, if there is a next page.

    without names the parameters that are in the path. The link is an absolute path
    (https://www.rfc-editor.org/rfc/rfc8288#section-3.1), because behind a gateway the request's
    address isn't the one that the client knows.
    """
    if cursor is None:
        return {}
    given = parameters.model_dump(exclude_unset=True, exclude={"cursor", *without})
    return {"Link": f'<{path}?{urlencode({**given, "cursor": cursor})}>; rel="next"'}
