"""Sends requests: headers, retries, and errors instead of answers that aren't 2xx."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from undertone_client.errors import ConnectionFailed, ParameterError, ProblemError, kind_of
from undertone_client.retries import Retry, is_passing, is_repeatable
from undertone_client.version import __version__

USER_AGENT = (
    f"undertone-client/{__version__} python/{platform.python_version()} httpx/{httpx.__version__}"
)
NOT_MODIFIED = 304
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
# Longer texts are pages of a gateway, not details.
MAX_DETAIL_CHARS = 300

Value = str | int | float | bool | datetime | date | Sequence[str] | None
"""The value of a parameter; None leaves it out."""


@dataclass(frozen=True)
class Request:
    """A request to the API. `also` has statuses that are answers too: an unhealthy health's 503."""

    method: str
    path: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    also: frozenset[int] = frozenset()


class Transport:
    """Sends requests to one app, whose address it checks."""

    def __init__(self, address: str, *, key: str | None, http: httpx.Client, retry: Retry) -> None:
        self.address = checked_address(address, has_key=key is not None)
        self._key = key
        self._http = http
        self._retry = retry

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def url_of(self, request: Request) -> str:
        """Return the whole address of a request."""
        return str(httpx.URL(self.address + request.path, params=dict(request.parameters)))

    def send(self, request: Request) -> httpx.Response:
        """Return the answer, which is 2xx, 304 or one of `also`.

        Raises ConnectionFailed and ProblemError.
        """
        repeatable = is_repeatable(request.method, request.headers.get("If-Match"))
        attempt = 1
        while True:
            outcome = self._attempt(request)
            if isinstance(outcome, httpx.Response):
                return outcome
            is_worth_it = repeatable and may_pass(outcome)
            retry_after = outcome.retry_after if isinstance(outcome, ProblemError) else None
            attempt += 1
            seconds = self._retry.seconds_before(attempt, retry_after) if is_worth_it else None
            if seconds is None:
                raise outcome
            self._retry.sleep(seconds)

    def _attempt(self, request: Request) -> httpx.Response | ConnectionFailed | ProblemError:
        key = {} if self._key is None else {"x-functions-key": self._key}
        body = {} if request.content is None else {"Content-Type": "application/json"}
        try:
            answer = self._http.request(
                request.method,
                self.url_of(request),
                headers={
                    "User-Agent": USER_AGENT,
                    "Accept": "application/json",
                    **key,
                    **body,
                    **request.headers,
                },
                content=request.content,
            )
        except httpx.RequestError as error:
            reason = str(error) or type(error).__name__
            failed = ConnectionFailed(f"{request.method} {self.url_of(request)}: {reason}")
            failed.__cause__ = error
            return failed
        if answer.is_success or answer.status_code == NOT_MODIFIED or _is_also(answer, request):
            return answer
        retry_after = self._retry.retry_after(answer.headers.get("retry-after"))
        return problem_of(answer, retry_after)


def checked_address(address: str, *, has_key: bool) -> str:
    """Return the address without a slash at its end.

    Raises ValueError if it isn't http(s), and if a key would go over the net unencrypted.
    """
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"{address!r} isn't the address of an app: it takes https://HOST")
    if has_key and parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError(f"{address!r} would send the key unencrypted: it takes https://")
    return address.rstrip("/")


def may_pass(error: ConnectionFailed | ProblemError) -> bool:
    """Return whether the same request may succeed later."""
    return isinstance(error, ConnectionFailed) or is_passing(error.status)


def _is_also(answer: httpx.Response, request: Request) -> bool:
    media_type = answer.headers.get("content-type", "").partition(";")[0]
    return answer.status_code in request.also and media_type == "application/json"


class _Lenient(BaseModel):
    """Reads what is there: a gateway's error may have none of it."""

    model_config = ConfigDict(extra="ignore")


class _Error(_Lenient):
    parameter: str = ""
    detail: str = ""
    takes: str = ""


class _Problem(_Lenient):
    title: str = ""
    detail: str = ""
    errors: list[_Error] = []
    cycle: str | None = None


def problem_of(answer: httpx.Response, retry_after: float | None) -> ProblemError:
    """Return the error of an answer: a problem document, or the host's own, which is empty."""
    try:
        problem = _Problem.model_validate_json(answer.content)
    except ValidationError:
        problem = _Problem(detail=_plain_text(answer))
    kind = kind_of(answer.status_code)
    return kind(
        status=answer.status_code,
        title=problem.title or answer.reason_phrase,
        detail=problem.detail or kind.usual_detail,
        errors=[ParameterError(each.parameter, each.detail, each.takes) for each in problem.errors],
        request_id=answer.headers.get("x-request-id"),
        retry_after=retry_after,
        cycle=problem.cycle,
    )


def _plain_text(answer: httpx.Response) -> str:
    is_text = answer.headers.get("content-type", "").startswith("text/plain")
    return answer.text[:MAX_DETAIL_CHARS] if is_text else ""


def text_of(value: Value) -> str:
    """Return a parameter as the API reads it. Raises ValueError for a time without a zone."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone: for UTC give it tzinfo=UTC")
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    return ",".join(value or ())


def texts_of(parameters: Mapping[str, Value]) -> dict[str, str]:
    """Return the given parameters as the API reads them."""
    return {name: text_of(value) for name, value in parameters.items() if value is not None}
