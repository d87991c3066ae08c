"""Errors as HTTP answers: problem documents (RFC 9457) without internal details."""

import inspect
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial, wraps
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import azure.functions as func

from api.errors import LengthRequired, MethodNotAllowed, RequestError, TooLarge
from api.http.access import admit, current_caller, forget_caller, is_open, kept_private
from api.http.place import place_of
from api.http.responses import NOT_KEPT, set_length, unsendable_header
from api.http.visit import Visit, begin_visit, current_visit, visit_of
from api.request_metrics import process_request_metrics
from api.schema.problems import BAD_SETTING, NO_TYPE, BadParameter, Conflict, Problem
from shared.alerts.links import PATH as LINKS
from shared.costs import track
from shared.errors import (
    CycleAwaited,
    CycleRunning,
    QueueUnavailable,
    SettingsError,
    StoreError,
    StoreNotProvisioned,
    StoreOutdated,
    StoreUnavailable,
)
from shared.feed_addresses import PATH as FEEDS
from shared.logs import event, repeated_event
from shared.settings import settings
from shared.telemetry import SpanAttributes, invocation
from shared.times import utc_now

log = logging.getLogger(__name__)

Endpoint = Callable[..., Awaitable[func.HttpResponse]]

PROBLEM_JSON = "application/problem+json"

EXPOSED = (
    "Content-Disposition, ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After,"
    " Server-Timing, Undertone-Origin, Undertone-Rematching, WWW-Authenticate, X-Request-Id"
)
# What follows is a token.
SIGNED = (LINKS, FEEDS)
FIRST_SERVER_ERROR = 500
MAX_BODY_BYTES = 64 * 1024
MAX_QUERY_BYTES = 4 * 1024
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

# http.HTTPStatus names 422 differently in different versions of Python.
TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    409: "Conflict",
    411: "Length Required",
    412: "Precondition Failed",
    413: "Content Too Large",
    414: "URI Too Long",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    428: "Precondition Required",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


@dataclass(frozen=True)
class Fault:
    """Client-facing error details, and the retry delay in seconds."""

    status: int
    detail: str
    retry_seconds: int | None = None
    type: str = NO_TYPE


# From special to general; the first match is used.
FAULTS: dict[type[Exception], Fault] = {
    StoreUnavailable: Fault(503, "The database doesn't answer.", 5),
    StoreNotProvisioned: Fault(503, "The database isn't set up: the log says what is missing.", 60),
    StoreOutdated: Fault(503, "Another version wrote the database: the log says which.", 60),
    StoreError: Fault(500, "The database refused the operation: the log says why."),
    QueueUnavailable: Fault(
        503,
        "The queue accepts no message, so nothing was requested or taken: the log says why.",
        30,
    ),
    SettingsError: Fault(500, "A setting is missing or bad: the log says which.", type=BAD_SETTING),
    Exception: Fault(500, "An unexpected error occurred: the log describes it."),
}


def answering(endpoint: Endpoint) -> Endpoint:
    """Wrap an endpoint whose bodies have at most MAX_BODY_BYTES: see `answering_bodies`."""
    return answering_bodies(MAX_BODY_BYTES)(endpoint)


def answering_bodies(max_bytes: int) -> Callable[[Endpoint], Endpoint]:
    """Wrap an endpoint: log a line for each request, and answer errors as problems.

    The answer has the request's id, as in the log, and its timing. A body may have max_bytes.
    """
    return partial(_answering, max_bytes=max_bytes)


def _answering(endpoint: Endpoint, *, max_bytes: int) -> Endpoint:

    @wraps(endpoint)
    async def answered(
        req: func.HttpRequest, context: func.Context | None = None, **outputs: Any
    ) -> func.HttpResponse:
        started = perf_counter()
        request_id = request_id_of(req)
        forget_caller()
        visit = _begun_visit(req, endpoint.__name__)
        with invocation(endpoint.__name__, "http", context) as attributes, track() as costs:
            answer = await _answer_of(endpoint, req, outputs, request_id, max_bytes=max_bytes)
            visit.charge(costs.request_units)
            answer.headers.update(visit.fields)
            _allow_origin(req, answer)
            _keep_private(endpoint.__name__, answer)
            answer = _sendable(req, answer, request_id)
            attributes.update(_span_attributes(req, answer, request_id))
        seconds = perf_counter() - started
        process_request_metrics().record(
            endpoint.__name__, req.method, answer.status_code, seconds, costs
        )
        milliseconds = seconds * 1000
        set_length(answer)
        answer.headers["X-Request-Id"] = request_id
        answer.headers["Server-Timing"] = (
            f'total;dur={milliseconds:.1f}, store;desc="{costs.operations} operations,'
            f' {costs.request_units:g} RU"'
        )
        event(
            log,
            "request",
            function=endpoint.__name__,
            method=req.method,
            path=_logged_path(req.url),
            status=answer.status_code,
            ms=round(milliseconds),
            store_operations=costs.operations,
            request_units=round(costs.request_units, 2),
            request_id=request_id,
            **_named_caller(),
        )
        return answer

    _take_context(answered, endpoint)
    return answered


def _begun_visit(request: func.HttpRequest, function: str) -> Visit:
    """Begin a visit; one without limits where a setting is bad, since nothing is read then."""
    try:
        visit = visit_of(request, function, settings())
    except SettingsError:
        visit = Visit()
    begin_visit(visit)
    return visit


def _named_caller() -> dict[str, str]:
    name = current_caller().name
    return {} if name is None else {"caller": name}


def _logged_path(url: str) -> str:
    """Return the path of a request; without the token of a signed address, which is like a key."""
    path = urlsplit(url).path
    signed = next((each for each in SIGNED if path.lower().startswith(each)), None)
    return path if signed is None else f"{signed}…"


def _sendable(
    request: func.HttpRequest, answer: func.HttpResponse, request_id: str
) -> func.HttpResponse:
    """Return the answer, or a problem if the host couldn't send the answer."""
    name = unsendable_header(answer.headers)
    if name is None:
        return answer
    event(log, "request.unsendable_header", logging.ERROR, request_id=request_id, header=name)
    return problem_answer(urlsplit(request.url).path, FAULTS[Exception])


def _span_attributes(
    request: func.HttpRequest, answer: func.HttpResponse, request_id: str
) -> SpanAttributes:
    """Return the attributes of a request's span, without path and query, which clients choose."""
    status = answer.status_code
    failed: SpanAttributes = {"error.type": str(status)} if status >= FIRST_SERVER_ERROR else {}
    return {
        "http.request.method": request.method,
        "http.response.status_code": status,
        "undertone.request_id": request_id,
        **failed,
    }


def _take_context(answered: Endpoint, endpoint: Endpoint) -> None:
    """Add `context` to the signature, so that the worker passes the host's span."""
    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=func.Context)
    signature = inspect.signature(endpoint)
    parameters = [*signature.parameters.values(), context]
    answered.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    answered.__annotations__ = {**endpoint.__annotations__, "context": func.Context}


def _allow_origin(request: func.HttpRequest, answer: func.HttpResponse) -> None:
    """Allow pages of the configured origins to read the answer: https://fetch.spec.whatwg.org."""
    origin = request.headers.get("origin")
    try:
        allowed = settings().cors_origins
    except SettingsError:
        return
    if not allowed:
        return
    vary = answer.headers.get("Vary")
    answer.headers["Vary"] = f"{vary}, Origin" if vary else "Origin"
    if origin in allowed:
        answer.headers["Access-Control-Allow-Origin"] = origin
        answer.headers["Access-Control-Expose-Headers"] = EXPOSED


async def _admit(request: func.HttpRequest, function: str) -> None:
    """Check that the caller may call the function. Raises RequestError, also where settings fail.

    What is open needs no settings: the page says which one is bad.
    """
    try:
        given = settings()
    except SettingsError:
        if is_open(function):
            return
        raise
    await admit(request, function, given, utc_now(), base=place_of(request, given).base)
    if name := current_caller().name:
        current_visit().is_by(name)


def _keep_private(function: str, answer: func.HttpResponse) -> None:
    """Have no shared cache keep an answer, where reads are closed."""
    with suppress(SettingsError):
        for name, value in kept_private(answer.headers, function, settings()).items():
            answer.headers[name] = value


def request_id_of(request: func.HttpRequest) -> str:
    """Return the request's own id if it is valid, or a new one."""
    given = request.headers.get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else uuid4().hex


async def _answer_of(
    endpoint: Endpoint,
    request: func.HttpRequest,
    outputs: Mapping[str, Any],
    request_id: str,
    *,
    max_bytes: int,
) -> func.HttpResponse:
    path = urlsplit(request.url).path
    try:
        check_size(request, max_bytes)
        await _admit(request, endpoint.__name__)
        return await endpoint(request, **outputs)
    except RequestError as error:
        fault = Fault(error.status, str(error), error.retry_seconds, error.type)
        answer = problem_answer(path, fault, error.errors)
        if isinstance(error, MethodNotAllowed):
            answer.headers["Allow"] = error.allowed
        if error.challenge is not None:
            answer.headers["WWW-Authenticate"] = error.challenge
        return answer
    except CycleRunning as error:
        return conflict_answer(path, error)
    except (StoreError, QueueUnavailable, SettingsError) as error:
        repeated_event(
            log, "request.failed", logging.ERROR, request_id=request_id, reason=str(error)
        )
        return problem_answer(path, fault_of(error))
    except Exception as error:
        log.exception("request.failed request_id=%s", request_id)
        return problem_answer(path, fault_of(error))


def check_size(request: func.HttpRequest, max_bytes: int = MAX_BODY_BYTES) -> None:
    """Check the size of a request. Raises TooLarge and LengthRequired."""
    if "transfer-encoding" in request.headers and "content-length" not in request.headers:
        raise LengthRequired(
            "The length of the body is missing: send it with Content-Length, not in chunks."
        )
    if len(urlsplit(request.url).query) > MAX_QUERY_BYTES:
        raise TooLarge(414, f"A query string may have at most {MAX_QUERY_BYTES} characters.")
    if len(request.get_body()) > max_bytes:
        raise TooLarge(413, f"A body may have at most {max_bytes} bytes.")


def problem_answer(
    path: str, fault: Fault, errors: Sequence[BadParameter] = ()
) -> func.HttpResponse:
    """Answer with a problem document. Never cached."""
    problem = Problem(
        type=fault.type,
        title=TITLES[fault.status],
        status=fault.status,
        detail=fault.detail,
        instance=path,
        errors=list(errors),
    )
    return _answer(problem, retry_seconds=fault.retry_seconds)


def conflict_answer(path: str, error: CycleRunning) -> func.HttpResponse:
    """Answer that a cycle already runs or is requested. Never cached."""
    awaited = isinstance(error, CycleAwaited)
    return _answer(
        Conflict(
            title=TITLES[409],
            status=409,
            detail=f"{error}." if awaited else f"{error}: ask again when it has ended.",
            instance=path,
            cycle=error.holder,
        )
    )


def _answer(problem: Problem, *, retry_seconds: int | None = None) -> func.HttpResponse:
    retry = {"Retry-After": str(retry_seconds)} if retry_seconds else {}
    return func.HttpResponse(
        problem.model_dump_json(),
        status_code=problem.status,
        headers={**NOT_KEPT, **retry},
        mimetype=PROBLEM_JSON,
    )


def fault_of(error: Exception) -> Fault:
    """Return what a client is shown of an error."""
    return next(fault for kind, fault in FAULTS.items() if isinstance(error, kind))
