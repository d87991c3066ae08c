"""Finds stored items that another method scored than the accepted ones, by the statistics.

Each cell counts its items by method. The days of `all` say which hours have stale items, and the
hours of `all` in which communities; so nothing else is read where there are none. Both also name
the methods by which only mentions count: an item whose text is scored may have a stale mention.
The days of a community say the same of its own hours.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from shared.models import ALL, Cell
from shared.stats.cells import cells_by_hour, items_in, methods_of
from shared.stats.hour_parts import read_hours
from shared.store import DAYS, HOURS_OF_ALL, Query, Store
from shared.times import day_of

# Days and hours of `all` that are read at a time.
DAYS_AT_ONCE = 30
HOURS_AT_ONCE = 24
# Keeps the document of pending cells small.
MAX_HOURS = 1000


class StaleHour(NamedTuple):
    """An hour of all communities, in which `stale` items were scored by other methods.

    Where only mentions were, their items aren't counted: one stands for all of them.
    """

    hour: str
    stale: int


class Hour(NamedTuple):
    """An hour of a community: `stale` of its `items` were scored by other methods."""

    hour: str
    community: str
    stale: int
    items: int

    @property
    def name(self) -> str:
        """Return the hour's name in the state of scoring."""
        return f"{self.hour} {self.community}"


FindHours = Callable[[Sequence[str]], Awaitable[list[Hour]]]
"""Finds the communities with stale items in these hours, newest first."""


@dataclass(frozen=True)
class Stale:
    """The stored items by method, and the hours with stale ones, newest first."""

    methods: Counter[str]
    hours: list[StaleHour]

    @property
    def items(self) -> int:
        """Return the number of stale items."""
        return sum(each.stale for each in self.hours)


@dataclass
class HourQueue:
    """The hours with stale items, newest first; those that failed before come last, or not at all.

    find looks up which communities have stale items in some hours. failed counts the items that
    couldn't be scored, by the names of their hours. Of these, `tried` was the last one that was
    tried again.
    """

    find: FindHours
    hours: list[StaleHour]
    failed: dict[str, int]
    is_retried: bool
    tried: str | None = None
    _ready: list[Hour] = field(default_factory=list)
    _deferred: list[Hour] = field(default_factory=list)

    async def next(self, most: int) -> list[Hour]:
        """Take the next hours, up to the one that reaches `most` items; empty at the end."""
        taken: list[Hour] = []
        items = 0
        while items < most and len(taken) < MAX_HOURS:
            while not self._ready and self.hours:
                await self._look_up()
            if not self._ready and self.is_retried:
                self._ready, self._deferred = self._deferred, []
            if not self._ready:
                break
            hour = self._ready.pop(0)
            items += hour.items
            taken.append(hour)
        return taken

    def put_back(self, hours: Sequence[Hour]) -> None:
        """Have these hours come next."""
        self._ready[:0] = hours

    def left(self) -> list[str]:
        """Return the hours that are left."""
        known = [each.hour for each in (*self._ready, *self._deferred)]
        return known + [each.hour for each in self.hours]

    async def _look_up(self) -> None:
        """Find the communities of the next hours."""
        names = [each.hour for each in self.hours[:HOURS_AT_ONCE]]
        del self.hours[:HOURS_AT_ONCE]
        for each in await self.find(names):
            if each.name not in self.failed:
                self._ready.append(each)
            elif self.tried is None or each.name < self.tried:
                self._deferred.append(each)


async def find_stale(store: Store, accepted: Collection[str]) -> Stale:
    """Count all items by method, and find the hours with items of others than these."""
    methods: Counter[str] = Counter()
    hours: list[StaleHour] = []
    first, last = await span_of_days(store)
    while first and last >= first:
        names = [days_before(last, number) for number in range(DAYS_AT_ONCE)]
        days = await store.read_many(DAYS, [(ALL, name) for name in names])
        by_mentions = {
            f"{day['id']}T{hour}": names
            for day in days.values()
            for hour, names in day.get("mention_methods", {}).items()
        }
        for hour, cell in cells_by_hour(days.values()).items():
            methods.update(methods_of(cell))
            if stale := _stale_in(cell, by_mentions.get(hour, ()), accepted):
                hours.append(StaleHour(hour, stale))
        last = days_before(last, DAYS_AT_ONCE)
    return Stale(methods, sorted(hours, reverse=True))


async def hours_of(store: Store, hours: Iterable[str], accepted: Collection[str]) -> list[Hour]:
    """Return the communities with stale items in these hours, newest first."""
    found = await read_hours(store, HOURS_OF_ALL, ALL, hours)
    stale = [
        Hour(hour, name, count, items_in(share["cell"]))
        for hour, document in found.items()
        for name, share in document["shares"].items()
        if (count := _stale_in(share["cell"], share.get("mention_methods", ()), accepted))
    ]
    return sorted(stale, reverse=True)


async def own_hours_of(
    store: Store, communities: Sequence[str], hours: Iterable[str], accepted: Collection[str]
) -> list[Hour]:
    """Return those of these hours in which these communities have stale items, newest first.

    Their own days say it, so that hours of `all` with thousands of communities aren't read.
    """
    wanted = set(hours)
    keys = [(name, day) for day in sorted(set(map(day_of, wanted))) for name in communities]
    stale: list[Hour] = []
    for (name, day), document in (await store.read_many(DAYS, keys)).items():
        by_mentions = document.get("mention_methods", {})
        for short, cell in document["hours"].items():
            hour = f"{day}T{short}"
            if hour not in wanted:
                continue
            if count := _stale_in(cell, by_mentions.get(short, ()), accepted):
                stale.append(Hour(hour, name, count, items_in(cell)))
    return sorted(stale, reverse=True)


async def span_of_days(store: Store, scopes: Iterable[str] = (ALL,)) -> tuple[str, str]:
    """Return the first and the last day with statistics of any scope; both are empty without."""
    ends: dict[bool, set[str]] = {False: set(), True: set()}
    for scope in scopes:
        for descending, days in ends.items():
            found = await store.query(Query(DAYS, scope, 1, order_by="id", descending=descending))
            days.update(day_of(each["id"]) for each in found)
    return min(ends[False], default=""), max(ends[True], default="")


def days_before(day: str, count: int) -> str:
    """Return the day that lies this number of days earlier."""
    return (date.fromisoformat(day) - timedelta(days=count)).isoformat()


def _stale_in(cell: Cell, by_mentions: Iterable[str], accepted: Collection[str]) -> int:
    """Count the stale items of a cell; by_mentions are the methods by which only mentions count."""
    methods = methods_of(cell)
    stale = items_in(cell) - sum(methods.get(name, 0) for name in accepted)
    return stale or int(any(name not in accepted for name in by_mentions))
