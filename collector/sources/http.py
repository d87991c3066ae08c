"""A client of one server: it paces, counts and retries requests, and bounds their answers.

Adapters of sources read the answers; what no adapter can use (no connection, 429, 5xx, a body that
is cut or isn't JSON) is retried here.
"""

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests

from collector.sources.retrying import Attempt, retried
from collector.sources.sessions import BoundedSession, cause_of, is_silence
from collector.sources.waiting import Backoff, Wait
from shared import __version__
from shared.communities import SourceName
from shared.errors import SourceUnavailable
from shared.lenient_json import loads
from shared.retry_after import retry_after
from shared.telemetry import SOURCE_REQUESTS, SOURCE_REQUESTS_LEFT, measure, span

OK, REDIRECT, BAD_REQUEST, TOO_MANY_REQUESTS, FIRST_SERVER_ERROR = 200, 300, 400, 429, 500
# Limits of a silence and of a whole answer: a server that trickles is as bad as one that hangs.
TIMEOUT_SECONDS = 16.0
ANSWER_SECONDS = 60.0
MAX_BYTES = 32_000_000
CHUNK = 65536
# A server that asks for a longer wait is left to the next cycle.
LONGEST_PAUSE = 120.0


def user_agent(contact: str | None) -> str:
    """Return the User-Agent: this program, and how its operator is reached."""
    return f"undertone/{__version__} ({contact or 'no contact given'})"


@dataclass(frozen=True)
class Answer:
    """An answer of a server."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> object:
        """Return the body's JSON. Raises SourceUnavailable if it is none."""
        try:
            return loads(self.body)
        except (ValueError, RecursionError):
            raise SourceUnavailable("unreadable", "the answer was no JSON") from None


Fault = Callable[[Answer], Attempt[Answer] | None]
"""Returns the fault of an answer that is worth retrying, or None."""


def usual_fault(answer: Answer) -> Attempt[Answer] | None:
    """Return the fault of 429, of 5xx, and of a success that isn't JSON."""
    status = answer.status
    asked = retry_after(answer.headers.get("retry-after"))
    if status == TOO_MANY_REQUESTS:
        fault = SourceUnavailable("rate_limited", "the server asks for fewer requests (429)")
        return Attempt(fault=fault, asked=asked)
    if status >= FIRST_SERVER_ERROR:
        fault = SourceUnavailable("server_error", f"the server answered {status}")
        return Attempt(fault=fault, asked=asked)
    if OK <= status < REDIRECT:
        try:
            answer.json()
        except SourceUnavailable as error:
            return Attempt(fault=error)
    return None


class Pace:
    """Keeps requests at least some seconds apart, also those of several threads."""

    def __init__(
        self, apart: float, wait: Wait, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._apart = apart
        self._wait = wait
        self._seconds = seconds
        self._last = float("-inf")
        self._lock = threading.Lock()

    def keep(self) -> None:
        """Wait until the next request is due. Raises what the wait raises."""
        with self._lock:
            due = self._last + self._apart - self._seconds()
            if due > 0:
                self._wait(due)
            self._last = self._seconds()


class HttpClient:
    """Sends requests to one server, at the pace given, or `pace` seconds apart by `seconds`.

    requests_used counts them, retries included. It follows no redirect. One thread at a time may
    use it; several clients may share a Pace.
    """

    def __init__(
        self,
        base_url: str,
        *,
        source: SourceName,
        agent: str,
        wait: Wait,
        pace: float | Pace = 0.0,
        backoff: Backoff | None = None,
        fault_of: Fault = usual_fault,
        headers: Mapping[str, str] | None = None,
        seconds: Callable[[], float] = time.monotonic,
        before: Callable[[], None] | None = None,
    ) -> None:
        """Open no connection yet. `before` is called before each request, and may raise."""
        self.base_url = base_url.rstrip("/")
        self.requests_used = 0
        self._source: SourceName = source
        self._wait = wait
        self._pace = pace if isinstance(pace, Pace) else Pace(pace, wait, seconds)
        self._backoff = backoff or Backoff()
        self._fault_of = fault_of
        self._before = before
        self._rng = random.Random()  # noqa: S311 - jitter
        self._session = BoundedSession()
        self._session.headers.update({"User-Agent": agent, **(headers or {})})

    def get(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return the answer to GET. Raises SourceUnavailable, and what the wait raises."""
        return self._send("GET", path, params=params, headers=headers)

    def post(self, path: str, body: object) -> Answer:
        """Return the answer to POST of a JSON body, which must be safe to repeat."""
        return self._send("POST", path, json=body)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _send(self, method: str, path: str, **more: object) -> Answer:
        def attempt(number: int) -> Attempt[Answer]:
            self._pace.keep()
            if self._before is not None:
                self._before()
            return self._attempt(method, path, number, more)

        return retried(
            attempt,
            source=self._source,
            server=urlsplit(self.base_url).netloc.rpartition("@")[2],
            wait=self._wait,
            backoff=self._backoff,
            rng=self._rng,
            longest=LONGEST_PAUSE,
        )

    def _attempt(
        self, method: str, path: str, number: int, more: Mapping[str, object]
    ) -> Attempt[Answer]:
        self.requests_used += 1
        measure(SOURCE_REQUESTS, 1, {"source": self._source})
        url = self.base_url + path
        attributes: dict[str, str | int] = {
            "http.request.method": method,
            "server.address": urlsplit(url).hostname or "",
            "url.path": urlsplit(url).path,
            **({"http.request.resend_count": number - 1} if number > 1 else {}),
        }
        try:
            with span(f"{method} {self._source}", attributes, kind="client") as recorded:
                answer = self._answer(method, url, more)
                recorded["http.response.status_code"] = answer.status
                if answer.status >= BAD_REQUEST:
                    recorded["error.type"] = str(answer.status)
        except requests.RequestException as error:
            if is_silence(error):
                return Attempt(fault=SourceUnavailable("timeout", "no answer in time"))
            reason = f"the connection failed ({cause_of(error)})"
            return Attempt(fault=SourceUnavailable("connection", reason))
        return self._fault_of(answer) or Attempt(answer)

    def _answer(self, method: str, url: str, more: Mapping[str, object]) -> Answer:
        with (
            self._session.within(ANSWER_SECONDS),
            self._session.request(
                method,
                url,
                timeout=TIMEOUT_SECONDS,
                stream=True,
                allow_redirects=False,
                **more,  # type: ignore[arg-type]
            ) as response,
        ):
            body = bytearray()
            for chunk in response.iter_content(CHUNK):
                body += chunk
                if len(body) > MAX_BYTES:
                    raise requests.ConnectionError(f"more than {MAX_BYTES} bytes")
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status_code, bytes(body), headers)


def measure_left(source: SourceName, left: int) -> None:
    """Measure how many requests a server still allows."""
    measure(SOURCE_REQUESTS_LEFT, left, {"source": source})
