"""Readers that request every read endpoint during the soak, and check each answer."""

import json
import statistics
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from api.deps import RETRY_SECONDS

PATHS = (
    "health",
    "sentiment/stats",
    "sentiment/stats?subreddit=aws&hours=48",
    "sentiment/trends?hours=48",
    "sentiment/trends?subreddit=claude&granularity=day",
    "sentiment/trends?format=csv",
    "sentiment/compare?subreddits=aws,claude,OpenAI",
    "posts/recent?limit=500&hours=48",
    "posts/recent?subreddit=aws&sentiment=positive",
    "posts/recent?format=ndjson",
    "posts/p0?subreddit=aws",
    "subreddits",
    "trending",
    "trending.atom",
    "cycles",
    "openapi.json",
)
# Few readers, each with a pause, because they share the machine with the product.
READERS = 2
PAUSE_SECONDS = 0.05
TIMEOUT_SECONDS = 30.0
# A killed process's connections close a moment after it.
KILL_SECONDS = 2.0
FIRST_SERVER_ERROR, UNAVAILABLE = 500, 503
# Where each request to the database fails with a chance of 0.3, six tries in a row fail once in
# 1,400 times, and a read has up to five such requests: one read in 300 is refused.
MAX_REFUSED, MAX_REFUSED_SHARE = 3, 0.02

Since = Callable[[float], bool]
"""Returns whether something was broken since a time of `time.monotonic`."""


@dataclass
class Readers:
    """Threads that read until they are stopped. A violation is a line that says what was wrong.

    `database_broken` returns whether a 503 is justified, `host_killed` whether a missing answer is.
    """

    base_url: str
    database_broken: Since
    host_killed: Since
    statuses: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    seconds: list[float] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """The 503 within the time that a read may take, though the database could be reached."""

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._read, args=(number,)) for number in range(READERS)
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop the threads, and wait for their end."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        if len(self.refused) > max(MAX_REFUSED, MAX_REFUSED_SHARE * len(self.seconds)):
            self.violations += self.refused

    def _read(self, number: int) -> None:
        with httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False) as http:
            while not self._stop.wait(PAUSE_SECONDS):
                self._ask(http, PATHS[number % len(PATHS)])
                number += 1

    def _ask(self, http: httpx.Client, path: str) -> None:
        began = time.monotonic()
        try:
            answer = http.get(f"{self.base_url}/api/v1/{path}")
        except httpx.HTTPError as error:
            self._note(path, "no answer", began)
            if not self.host_killed(began - KILL_SECONDS):
                self._violated(f"{path}: {type(error).__name__} though nothing was killed")
            return
        self._note(path, str(answer.status_code), began)
        if problem := self._problem(path, answer, began):
            self._violated(f"{path}: {problem}")

    def _problem(self, path: str, answer: httpx.Response, began: float) -> str | None:
        if answer.status_code == UNAVAILABLE:
            took = time.monotonic() - began
            problem = f"{path}: 503 after {took:.1f} s though the database could be reached"
            # Where it took longer, a starved machine has used up the time that a read may take.
            if took < RETRY_SECONDS and not self.database_broken(began):
                self._refused(problem)
            says_when = "retry-after" in answer.headers
            says_how = path == "health" and answer.json()["status"] == "unhealthy"
            return None if says_when or says_how else "503 without Retry-After"
        if answer.status_code >= FIRST_SERVER_ERROR:
            return f"{answer.status_code}: {answer.text[:200]}"
        if path.startswith("posts/recent") and answer.is_success:
            return _disorder(answer)
        return None

    def _note(self, path: str, status: str, began: float) -> None:
        with self._lock:
            self.statuses[path.partition("?")[0]][status] += 1
            self.seconds.append(time.monotonic() - began)

    def _refused(self, line: str) -> None:
        with self._lock:
            self.refused.append(line)

    def _violated(self, line: str) -> None:
        with self._lock:
            self.violations.append(line)

    def summary(self) -> dict[str, object]:
        """Return the answers by status, of each path and in all, and percentiles of their time."""
        with self._lock:
            total: Counter[str] = sum(self.statuses.values(), Counter())
            cuts = (
                statistics.quantiles(self.seconds, n=100) if len(self.seconds) > 1 else [0.0] * 99
            )
            return {
                "asked": total.total(),
                "statuses": dict(total),
                "by_path": {path: dict(found) for path, found in sorted(self.statuses.items())},
                "p50_ms": round(cuts[49] * 1000, 1),
                "p99_ms": round(cuts[98] * 1000, 1),
            }


def _disorder(answer: httpx.Response) -> str | None:
    """Return what is wrong with a page of posts: a repeated one, or a wrong order. Else None."""
    lines = answer.text.splitlines()
    is_json = "ndjson" not in answer.headers["content-type"]
    posts = answer.json() if is_json else [json.loads(line) for line in lines]
    names = [post["id"] for post in posts]
    if len(set(names)) < len(names):
        return f"a post twice in one page: {names}"
    moments = [post["created_utc"] for post in posts]
    return None if moments == sorted(moments, reverse=True) else "posts out of order"
