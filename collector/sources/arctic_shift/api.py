"""Arctic Shift's API: searches by time, lookups by id, and counts by day.

It is one volunteer's server: requests go one after another, a second apart, and ask for less after
its database timed out. https://github.com/ArthurHeitmann/arctic_shift/blob/master/api/README.md
"""

import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from collector.sources.arctic_shift.objects import created_of
from collector.sources.http import (
    LONGEST_PAUSE,
    OK,
    TOO_MANY_REQUESTS,
    Answer,
    HttpClient,
    measure_left,
    usual_fault,
)
from collector.sources.retrying import Attempt
from collector.sources.waiting import Backoff, Wait
from shared.communities import Kind
from shared.errors import SourceUnavailable
from shared.retry_after import retry_after

BASE_URL = "https://arctic-shift.photon-reddit.com"
# "A couple requests per second" is said to be fine.
PACE = 1.0
UNPROCESSABLE = 422
BLOCKED = (401, 403)
# The most that a lookup by id takes.
MAX_IDS = 500
KINDS: Mapping[Kind, str] = {"post": "posts", "comment": "comments"}

Limit = Literal["auto"] | int
# "auto" gives 100 to 1,000 objects, as the server has capacity. A number over 100 is refused.
LIMITS: Sequence[Limit] = ("auto", 100, 50, 25)
MIN_OF_AUTO = 100
# Others' clients wait so long after "Timeout. Maybe slow down a bit".
SLOWER_SECONDS = (10.0, 20.0)
ATTEMPTS = len(LIMITS)
SLOW_DOWN = re.compile(r"time(?:d )?-?\s?out|slow down", re.IGNORECASE)
# The seconds until a reset; a larger number is a time.
LONGEST_WINDOW = 1_000_000
MAX_SAID = 200

T = TypeVar("T")


class TimedOut(SourceUnavailable):
    """The archive's database took too long for a request; a smaller one may work."""


@dataclass(frozen=True)
class Batch:
    """Objects that a search found, in its order; is_whole says that these are all."""

    things: Sequence[object]
    is_whole: bool

    @property
    def seconds(self) -> Sequence[int]:
        """Return the seconds in which they were created, where these can be read."""
        times = (created_of(thing) for thing in self.things)
        return [each for each in times if each is not None]


class ArcticShiftApi:
    """The requests to the archive. Raises SourceUnavailable, and what the wait raises."""

    def __init__(
        self, base_url: str, *, agent: str, wait: Wait, backoff: Backoff | None, pace: float
    ) -> None:
        self.left: int | None = None
        self._wait = wait
        self._rng = random.Random()  # noqa: S311 - jitter
        self._level = 0
        self._resumes_at = 0.0
        self.client = HttpClient(
            base_url,
            source="arctic_shift",
            agent=agent,
            wait=wait,
            pace=pace,
            backoff=backoff,
            fault_of=self._fault_of,
        )

    def search(
        self,
        kind: Kind,
        subreddit: str,
        *,
        after: int,
        before: int | None = None,
        newest_first: bool = False,
    ) -> Batch:
        """Return objects created after and before these seconds, both excluded.

        A page whose objects are all of one second can't be followed by another: it is read once
        more, as large as the server allows.
        """
        params: dict[str, str | int] = {
            "subreddit": subreddit,
            "after": after,
            "sort": "desc" if newest_first else "asc",
            **({} if before is None else {"before": before}),
        }
        found = self._search(kind, params)
        if not found.is_whole and len(set(found.seconds)) == 1:
            self._level = 0
            found = self._search(kind, params)
        if not found.is_whole and not found.seconds:
            raise SourceUnavailable("unreadable", "Arctic Shift's objects have no times")
        return found

    def has_any(self, subreddit: str) -> bool:
        """Return whether the archive has a post of this subreddit, of any time."""
        params: dict[str, str | int] = {"subreddit": subreddit, "limit": 1}
        return bool(self._patiently(lambda: self._get("/api/posts/search", params)))

    def by_ids(self, kind: Kind, ids: Sequence[str]) -> list[object]:
        """Return the objects with these ids that the archive has, MAX_IDS at most."""
        path = f"/api/{KINDS[kind]}/ids"
        waiting: list[tuple[Sequence[str], int]] = [(ids, 1)]
        found: list[object] = []
        while waiting:
            some, attempt = waiting.pop()
            try:
                found += self._get(path, {"ids": ",".join(some)})
            except TimedOut:
                if attempt == ATTEMPTS:
                    raise
                self._slow_down()
                half = (len(some) + 1) // 2
                parts = (some[:half], some[half:])
                waiting += [(part, attempt + 1) for part in parts if part]
        return found

    def count(self, kind: Kind, subreddit: str, after: int, before: int) -> int:
        """Return how many objects the archive counted in the days between these seconds."""
        key = f"r/{subreddit}/{KINDS[kind]}/count"
        span = {"after": after, "before": before}
        params: dict[str, str | int] = {"key": key, "precision": "day", **span}
        days = self._patiently(lambda: self._get("/api/time_series", params))
        values = (day.get("value") for day in days if isinstance(day, dict))
        return sum(int(value) for value in values if isinstance(value, int | float) and value > 0)

    def _search(self, kind: Kind, params: Mapping[str, str | int]) -> Batch:
        def ask() -> Batch:
            limit = LIMITS[self._level]
            things = self._get(f"/api/{KINDS[kind]}/search", {**params, "limit": limit})
            return Batch(things, len(things) < (MIN_OF_AUTO if limit == "auto" else limit))

        found = self._patiently(ask)
        self._level = max(0, self._level - 1)
        return found

    def _patiently(self, ask: Callable[[], T]) -> T:
        """Return what `ask` returns; after a timeout of the archive's it asks for less."""
        for _ in range(ATTEMPTS - 1):
            try:
                return ask()
            except TimedOut:
                self._level = min(self._level + 1, len(LIMITS) - 1)
                self._slow_down()
        return ask()

    def _slow_down(self) -> None:
        self._wait(self._rng.uniform(*SLOWER_SECONDS))

    def _get(self, path: str, params: Mapping[str, str | int]) -> list[object]:
        self._wait_for_window()
        answer = self.client.get(path, params)
        if answer.status in BLOCKED:
            raise SourceUnavailable(
                "blocked", f"Arctic Shift answers {answer.status} to this address"
            )
        data, said = _read(answer)
        if answer.status == UNPROCESSABLE or (said and SLOW_DOWN.search(said)):
            raise TimedOut("timeout", "Arctic Shift's database timed out: it asks to slow down")
        if answer.status != OK or data is None:
            reason = f"Arctic Shift refused the request ({answer.status})"
            raise SourceUnavailable("refused", f"{reason}: {said}" if said else reason)
        return data

    def _wait_for_window(self) -> None:
        """Wait until the archive allows the next request."""
        if self.left is None or self.left > 0:
            return
        seconds = max(0.0, self._resumes_at - time.monotonic())
        if seconds > LONGEST_PAUSE:
            reason = f"Arctic Shift allows no request for another {seconds:.0f} seconds"
            raise SourceUnavailable("rate_limited", reason)
        self._wait(seconds)

    def _fault_of(self, answer: Answer) -> Attempt[Answer] | None:
        """Return the fault of an answer that is worth the same request again, or None."""
        reset = self._read_limits(answer.headers)
        fault = usual_fault(answer)
        if answer.status == TOO_MANY_REQUESTS and fault is not None and fault.asked is None:
            return Attempt(fault=fault.fault, asked=reset)
        if answer.status == OK and fault is None and _read(answer) == (None, None):
            unreadable = SourceUnavailable("unreadable", "Arctic Shift's answer has no data")
            return Attempt(fault=unreadable)
        return fault

    def _read_limits(self, headers: Mapping[str, str]) -> float | None:
        """Note how many requests are left, and return the seconds until there are more."""
        left = _number(headers.get("x-ratelimit-remaining"))
        reset = _number(headers.get("x-ratelimit-reset"))
        if reset is not None and reset > LONGEST_WINDOW:
            reset = max(0.0, reset - time.time())
        if left is not None and reset is not None:
            self.left = int(left)
            self._resumes_at = time.monotonic() + reset
            measure_left("arctic_shift", self.left)
        return reset


def _read(answer: Answer) -> tuple[list[object] | None, str | None]:
    """Return an answer's data and error, each None where it has none."""
    try:
        body = answer.json()
    except SourceUnavailable:
        return None, None
    if not isinstance(body, dict):
        return None, None
    data, error = body.get("data"), body.get("error")
    said = " ".join(error.split())[:MAX_SAID] if isinstance(error, str) else None
    return (data if isinstance(data, list) else None), said or None


def _number(header: str | None) -> float | None:
    """Return the number in a header, written as seconds are; None for anything else."""
    return retry_after(header) if header and header[:1].isdigit() else None
