"""Sends all requests to Reddit: counts, paces and retries them."""

import random
import re
import time
from typing import Any
from urllib.parse import urlsplit

import prawcore
import requests
from prawcore.const import ACCESS_TOKEN_PATH

from collector.sources.reddit.causes import REDIRECTS, REFUSED_CREDENTIALS, cause_of, token_cause
from collector.sources.retrying import Attempt, retried
from collector.sources.waiting import Backoff, Wait
from shared.errors import SourceUnavailable
from shared.lenient_json import loads
from shared.retry_after import retry_after
from shared.telemetry import SOURCE_REQUESTS, SOURCE_REQUESTS_LEFT, Attributes, measure, span

SOURCE: Attributes = {"source": "reddit"}
TOO_MANY_REQUESTS = 429
UNAUTHORIZED = 401
OK = 200
FIRST_SERVER_ERROR = 500
# PRAW's own timeout: prawcore.const.TIMEOUT.
TIMEOUT_SECONDS = 16.0

SUBREDDIT_IN_PATH = re.compile(r"/r/[^/]+")
# More requests than any client has, and more seconds than any window.
MAX_LIMIT = 1_000_000
LIMIT_HEADERS = ("x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-used")


class PatientRequestor(prawcore.Requestor):
    """A PRAW requestor that retries.

    It retries 429, 5xx, timeouts, cut connections and unreadable bodies a bounded number of times,
    and waits as Retry-After says. Raises SourceUnavailable after the last attempt, SourceRefused if
    Reddit refuses the credentials, and DeadlineReached if waiting would take too long. These aren't
    prawcore's own exceptions, so prawcore doesn't retry on top of it.
    """

    def __init__(
        self,
        *,
        wait: Wait,
        backoff: Backoff,
        rng: random.Random,
        seconds: float = TIMEOUT_SECONDS,
        **kwargs: Any,
    ) -> None:
        super().__init__(timeout=seconds, **kwargs)
        self.requests_used = 0
        self.requests_left: int | None = None
        self._wait = wait
        self._backoff = backoff
        self._rng = rng
        self._window_ends = 0.0
        self._unauthorized = 0

    def wait_for_window(self) -> None:
        """Wait until Reddit allows the next request: PRAW's own wait can't be interrupted."""
        if self.requests_left is not None and self.requests_left < 1:
            self._wait(max(0.0, self._window_ends - time.monotonic()))

    def request(self, *args: Any, timeout: float | None = None, **kwargs: Any) -> requests.Response:
        """Send a request and return its usable answer; PRAW's timeout is ignored."""
        del timeout
        url = str(args[1] if len(args) > 1 else kwargs.get("url"))

        def attempt(number: int) -> Attempt[requests.Response]:
            response, fault = self._attempt(url, args, kwargs, number)
            return Attempt(response, fault, self._asked(response))

        response = retried(
            attempt, source="reddit", wait=self._wait, backoff=self._backoff, rng=self._rng
        )
        return self._authorized(response, url)

    def _attempt(
        self, url: str, args: tuple[Any, ...], kwargs: dict[str, Any], attempt: int
    ) -> tuple[requests.Response | None, SourceUnavailable | None]:
        if not url.endswith(ACCESS_TOKEN_PATH):
            self.requests_used += 1
            measure(SOURCE_REQUESTS, 1, SOURCE)
        method = str(args[0] if args else kwargs.get("method")).upper()
        # The redirect itself gives the cause; see causes.py.
        kwargs = {**kwargs, "allow_redirects": False}
        try:
            with span(
                f"{method} {_template(url)}", _span_attributes(method, url, attempt), kind="client"
            ) as recorded:
                response = super().request(*args, timeout=self.timeout, **kwargs)
                _read_leniently(response)
                recorded["http.response.status_code"] = response.status_code
                if not response.ok:
                    recorded["error.type"] = str(response.status_code)
        except prawcore.RequestException as error:
            return None, _no_answer(error.original_exception)
        self._read_limits(response)
        return response, _fault(response)

    def _read_limits(self, response: requests.Response) -> None:
        """Read Reddit's rate-limit headers, and rewrite them so that PRAW can read them.

        Headers that aren't numbers, or are out of range, are ignored and removed.
        """
        limits = [response.headers.pop(name, None) for name in LIMIT_HEADERS]
        try:
            left, reset, used = (float(limit) for limit in limits if limit is not None)
        except ValueError:
            return
        if not all(0 <= limit <= MAX_LIMIT for limit in (left, reset, used)):
            return
        self.requests_left = int(left)
        measure(SOURCE_REQUESTS_LEFT, self.requests_left, SOURCE)
        self._window_ends = time.monotonic() + reset
        for name, value in zip(LIMIT_HEADERS, (left, reset, used), strict=True):
            response.headers[name] = str(int(value))

    def _asked(self, response: requests.Response | None) -> float | None:
        """Return the seconds that Reddit asks to wait before the next attempt, if it does."""
        if response is None:
            return None
        asked = retry_after(response.headers.get("retry-after"))
        if asked is None and response.status_code == TOO_MANY_REQUESTS and self.requests_left == 0:
            return max(0.0, self._window_ends - time.monotonic())
        return asked

    def _authorized(self, response: requests.Response, url: str) -> requests.Response:
        is_token = url.endswith(ACCESS_TOKEN_PATH)
        if response.status_code in REDIRECTS and "location" not in response.headers:
            raise SourceUnavailable("unreadable", "Reddit redirects without an address")
        if is_token and response.status_code != UNAUTHORIZED and (cause := token_cause(response)):
            raise cause
        if response.status_code != UNAUTHORIZED:
            self._unauthorized = self._unauthorized if is_token else 0
            return response
        self._unauthorized += 1
        # PRAW fetches a new token after a first 401: tokens expire.
        if is_token or self._unauthorized > 1:
            raise REFUSED_CREDENTIALS.raised()
        return response


def _template(url: str) -> str:
    """Return a request's path with a placeholder for the subreddit, as the span's name."""
    return SUBREDDIT_IN_PATH.sub("/r/{subreddit}", urlsplit(url).path)


def _span_attributes(method: str, url: str, attempt: int) -> Attributes:
    """Return the attributes of a request's span: its address without the query.

    https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span
    """
    parts = urlsplit(url)
    again = {"http.request.resend_count": attempt - 1} if attempt > 1 else {}
    return {
        "http.request.method": method,
        "server.address": parts.hostname or "",
        "url.full": f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}",
        "url.path": parts.path,
        "url.template": _template(url),
        **again,
    }


def _no_answer(error: Exception) -> SourceUnavailable:
    if isinstance(error, requests.Timeout):
        return SourceUnavailable("timeout", "no answer in time")
    if isinstance(error, requests.RequestException):
        message = f"the connection failed ({type(error).__name__})"
        return SourceUnavailable("connection", message)
    raise error


def _fault(response: requests.Response) -> SourceUnavailable | None:
    status = response.status_code
    if status == TOO_MANY_REQUESTS or status >= FIRST_SERVER_ERROR:
        cause = cause_of(response)
        return SourceUnavailable(cause.kind, str(cause))
    if status == OK and not _is_json(response):
        return SourceUnavailable("unreadable", "Reddit's answer wasn't JSON")
    return None


def _read_leniently(response: requests.Response) -> None:
    """Let PRAW read JSON leniently, so that one number that is too long loses no page."""

    def read(**_: Any) -> Any:
        return loads(response.content)

    response.json = read  # type: ignore[method-assign]


def _is_json(response: requests.Response) -> bool:
    try:
        return isinstance(response.json(), dict | list)
    except ValueError:
        return False
