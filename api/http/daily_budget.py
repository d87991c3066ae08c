"""The request units that anonymous reads may cost a day (UTC), for all instances together.

A process takes a step of the day's units from the store under an ETag, and spends it by itself. So
a day writes about STEPS documents, whatever the number of requests. Reads are charged when they
have ended: a day may cost more than its limit by what the reads under way cost. The rest of a step
is lost where a process ends.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from math import ceil
from typing import Final, Literal

from api.errors import RequestError
from api.http.quotas import ClientTable
from api.schema.problems import QUOTA_EXCEEDED
from shared.contention import tries
from shared.errors import DocumentChanged, DocumentExists, StoreUnavailable
from shared.logs import repeated_event
from shared.models import UnitsSpent
from shared.store import READ_UNITS, Store
from shared.times import Clock, day_of, iso

log = logging.getLogger(__name__)

KIND: Final = "read_units"
ID: Final = "anonymous"
TTL_SECONDS: Final = 7 * 86_400
STEPS: Final = 200
# Less than a few reads cost isn't worth a write, which costs 10.
MIN_STEP: Final = 2_000.0
# The rest is for cheap reads. It is released over the day, so that a flood leaves them some.
SHARE_OF_HEAVY: Final = 0.9
RELEASES: Final = 24 * 60
# What one client may spend of a day in one process, so that it doesn't close the app for others.
SHARE_OF_CLIENT: Final = 0.1
DAY: Final = timedelta(days=1)
RELEASED_EVERY: Final = DAY / RELEASES


Reason = Literal["all", "heavy", "client"]
SPENT: Final = (
    "The request units that reads without a key may cost a day are spent (the setting"
    " DAILY_READ_UNITS)"
)
REASONS: Final[Mapping[Reason, str]] = {
    "all": f"{SPENT}, but for a part for cheap reads by the minute: what isn't in memory",
    "heavy": f"{SPENT}, but for a part for cheap reads: searches, files and long spans",
    "client": "You have spent a tenth of the request units that reads without a key may cost a day"
    " (the setting DAILY_READ_UNITS), and the others are for others: what isn't in memory",
}


class BudgetSpent(RequestError):
    """The request units of the day are spent: all, those for heavy reads, or those of a client."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    type = QUOTA_EXCEEDED

    def __init__(self, resumes_at: datetime, now: datetime, reason: "Reason") -> None:
        super().__init__(f"{REASONS[reason]} can be read again from {iso(resumes_at)}.")
        self.reason = reason
        self.retry_seconds = max(1, ceil((resumes_at - now).total_seconds()))


class DailyBudget:
    """A process's part of the day's units; `limit` is that of a day. 0 is no limit.

    What SQLite reads costs no request units, so that nothing is counted there.
    """

    def __init__(self, store: Callable[[], Awaitable[Store]], limit: int, clock: Clock) -> None:
        self._store = store
        self._limit = float(limit)
        self._clock = clock
        self._taking = asyncio.Lock()
        self._day = ""
        self._left = 0.0
        self._taken_by_all = 0.0
        self._of_clients = ClientTable()

    @property
    def is_limited(self) -> bool:
        """Return whether there is a limit."""
        return self._limit > 0

    async def check(self, client: str | None, *, is_heavy: bool) -> None:
        """Check that a client's read may begin; None is one who isn't known.

        Raises BudgetSpent, and StoreError of the database.
        """
        if not self.is_limited:
            return
        now = self._clock()
        self._begin(day_of(iso(now)))
        if self._left <= 0 and not self._is_over(now):
            async with self._taking:
                # Those who waited find what the first one took.
                if self._left <= 0:
                    await self._take(now)
        if (reason := self._reason_against(client, is_heavy=is_heavy)) is not None:
            if reason != "client":
                until = iso(self._next_day())
                repeated_event(log, "reads.spent", logging.WARNING, reason=reason, until=until)
            resumes_at = self._next_release(now) if reason == "all" else self._next_day()
            raise BudgetSpent(resumes_at, now, reason)

    def spend(self, client: str | None, request_units: float) -> None:
        """Charge what a client's read has cost, also one that was never checked."""
        self._begin(day_of(iso(self._clock())))
        self._left -= request_units
        if client is not None:
            self._of_clients[client] += request_units

    def _reason_against(self, client: str | None, *, is_heavy: bool) -> Reason | None:
        if is_heavy and self._is_over_for_heavy:
            return "heavy"
        if self._left <= 0:
            return "all"
        share = self._limit * SHARE_OF_CLIENT
        if client is not None and self._of_clients[client] >= share:
            return "client"
        return None

    def _released(self, now: datetime) -> float:
        """Return the units of the day that reads may have cost until now."""
        shares = min(RELEASES, max(0, self._releases(now)) + 1) / RELEASES
        return self._limit * (SHARE_OF_HEAVY + (1 - SHARE_OF_HEAVY) * shares)

    def _releases(self, now: datetime) -> int:
        """Return the number of releases since the day began; below 0 of a day of faster clocks."""
        return (now - self._next_day() + DAY) // RELEASED_EVERY

    def _next_release(self, now: datetime) -> datetime:
        own = self._next_day() - DAY + (self._releases(now) + 1) * RELEASED_EVERY
        return min(own, self._next_day())

    def _is_over(self, now: datetime) -> bool:
        return self._taken_by_all >= self._released(now)

    @property
    def _is_over_for_heavy(self) -> bool:
        # What others have taken counts as spent.
        return self._taken_by_all - self._left >= self._limit * SHARE_OF_HEAVY

    def _begin(self, day: str) -> None:
        """Begin a day. A process whose clock is behind keeps the day of the others."""
        if day > self._day:
            self._day, self._left, self._taken_by_all = day, 0.0, 0.0
            self._of_clients.clear()

    def _next_day(self) -> datetime:
        return datetime.fromisoformat(self._day).replace(tzinfo=UTC) + DAY

    async def _take(self, now: datetime) -> None:
        """Take a step of the day's units; none if there are none. Raises StoreError."""
        store = await self._store()
        if store.kind == "sqlite":
            self._left = self._limit
            return
        async for _ in tries():
            stored = await store.read(READ_UNITS, KIND, ID)
            if stored is not None and self._day < stored["day"] <= _day_after(now):
                # The clock of another process is ahead: a day must not begin twice.
                self._begin(stored["day"])
            is_same = stored is not None and stored["day"] == self._day
            spent = stored["spent"] if stored is not None and is_same else 0.0
            self._taken_by_all = spent
            step = min(self._released(now) - spent, max(MIN_STEP, self._limit / STEPS) - self._left)
            if step <= 0:
                return
            after = UnitsSpent(id=ID, kind=KIND, ttl=TTL_SECONDS, day=self._day, spent=spent + step)
            try:
                if stored is None:
                    await store.create(READ_UNITS, after)
                else:
                    await store.replace(READ_UNITS, after, stored["_etag"])
            except (DocumentExists, DocumentChanged):
                continue
            self._left += step
            self._taken_by_all = spent + step
            return
        raise StoreUnavailable("the units of the day: too many others write them")


def _day_after(now: datetime) -> str:
    return day_of(iso(now + DAY))
