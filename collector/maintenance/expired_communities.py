"""Removes what is expired of communities: items, their statistics, and states without items.

Items are removed day by day, oldest first, and the statistics of each day are recounted. So after
an interruption the remaining items agree with their statistics, and the next cleanup continues.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from collector.rollups.hours import Shares, rebuild_cells
from collector.rollups.months import remove_months
from collector.writers.deadline import Check
from collector.writers.journal import Journal
from shared.backfills import backfill_id
from shared.corrections.documents import forget_corrections
from shared.models import ALL, Item, ScopeHour
from shared.stats.hour_parts import keys_to_delete
from shared.store import BACKFILLS, COMMENTS, DAYS, POSTS, Container, Key, Query, Store
from shared.store.community_states import forget_state
from shared.store.keys import item_key
from shared.store.scan import LAST_KEY, after, pages_between
from shared.times import Clock, day_of, hour_of, iso, month_of, parse_iso

PAGE = 500
# Keeps the document of pending cells small, and writes it and `all` once for many communities.
MAX_PENDING = 5000
HOURS = 24
DAY = timedelta(days=1)
What = Literal["posts", "comments"]
ITEMS: dict[What, Container[Any]] = {"posts": POSTS, "comments": COMMENTS}


@dataclass(frozen=True)
class ExpiredCommunities:
    """Removes what is expired of communities.

    removed counts posts, comments and statistics. check is called before each write, and raises
    what ends the work. add_up brings `all` and the subjects up to date with the shares of
    communities, or has that done.
    """

    store: Store
    journal: Journal[Any]
    removed: dict[str, int]
    check: Check
    add_up: Callable[[Shares], Awaitable[None]]
    clock: Clock
    _touched: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """By community the hours whose items were removed, and that aren't added up yet."""

    async def remove(
        self, names: Sequence[str], before: datetime, *, unwatched: Collection[str]
    ) -> None:
        """Remove what these communities have from before an hour.

        Those that are unwatched and have no items left are forgotten.
        """
        await self._remove_items(names, before)
        await self._remove_impossible(names)
        for scope in names:
            await self.remove_statistics(scope, before)
        for name in names:
            self._check()
            await remove_months(self.store, name, before=month_of(iso(before)))
        await self._forget_empty(unwatched)

    async def remove_statistics(self, scope: str, before: datetime) -> None:
        """Remove statistics of a community or of `all` that are empty now."""
        async for keys in old_statistics(self.store, scope, before):
            await self._delete("statistics", DAYS, keys)

    async def recount_pending(self) -> None:
        """Recount the cells that a killed run named."""
        await self._recount(self.journal.pending)

    async def recount_removed(self) -> None:
        """Recount the cells of the items that were removed before `check` ended the work."""
        await self._recount(self._touched)

    async def _recount(self, hours: Mapping[str, set[str]]) -> None:
        shares = {name: await rebuild_cells(self.store, name, hours[name]) for name in hours}
        if any(shares.values()):
            await self.add_up(shares)
        if self.journal.pending:
            await self._reconciled()

    async def _remove_items(self, names: Sequence[str], before: datetime) -> None:
        oldest = {name: await self._oldest_day(name, before) for name in names}
        first = min((day for day in oldest.values() if day is not None), default=None)
        if first is None:
            return
        day = datetime.fromisoformat(f"{first}T00:00:00+00:00")
        while day < before:
            here = [n for n, begins in oldest.items() if begins and begins <= day_of(iso(day))]
            for start in range(0, len(here), MAX_PENDING // HOURS):
                some = here[start : start + MAX_PENDING // HOURS]
                await self._remove_day(some, day, min(day + DAY, before))
            day += DAY

    async def _remove_impossible(self, names: Sequence[str]) -> None:
        """Remove items dated more than a day after their collection, which would never expire.

        The check compares the item's own times, so it doesn't depend on the clock.
        """
        upcoming = iso(self.clock() + DAY)
        for name in names:
            for what, container in ITEMS.items():
                async for page in pages_between(self.store, container, name, upcoming, LAST_KEY):
                    gone = [item for item in page if _is_impossible(item)]
                    if gone:
                        hours = {hour_of(item["order_key"]) for item in gone}
                        await self.journal.write_ahead({name: hours})
                        await self._remove_page(name, what, gone)
                        shares = await rebuild_cells(self.store, name, hours)
                        await self.add_up({name: shares})
                        await self._reconciled()

    async def _oldest_day(self, name: str, before: datetime) -> str | None:
        found = [
            item
            for container in ITEMS.values()
            for item in await self.store.query(Query(container, name, 1, below=iso(before)))
        ]
        return min((day_of(item["order_key"]) for item in found), default=None)

    async def _remove_day(self, names: list[str], start: datetime, end: datetime) -> None:
        """Remove these communities' items of a day, or of its first hours, and recount them."""
        every_hour = (hour_of(iso(start + n * timedelta(hours=1))) for n in range(HOURS))
        hours = {hour for hour in every_hour if hour < hour_of(iso(end))}
        shares: Shares = {}
        for name in names:
            self.check()
            pages = self._pages_of_day(name, start, end)
            first = await anext(pages, None)
            if first is None:
                continue
            if not self.journal.pending:
                await self.journal.write_ahead(dict.fromkeys(names, hours))
            touched = await self._remove_page(name, *first)
            async for what, page in pages:
                touched |= await self._remove_page(name, what, page)
            shares[name] = await rebuild_cells(self.store, name, touched)
        if self.journal.pending:
            await self.add_up(shares)
            await self._reconciled()

    async def _reconciled(self) -> None:
        self._touched.clear()
        await self.journal.reconciled()

    async def _pages_of_day(
        self, name: str, start: datetime, end: datetime
    ) -> AsyncIterator[tuple[What, list[Item]]]:
        for what, container in ITEMS.items():
            async for page in pages_between(self.store, container, name, iso(start), iso(end)):
                yield what, page

    async def _remove_page(self, name: str, what: What, page: list[Item]) -> set[str]:
        """Remove these items, and return the hours that change."""
        corrected = [item for item in page if "correction" in item]
        keys_of_items = [item_key(item["kind"], item["id"]) for item in corrected]
        await forget_corrections(self.store, keys_of_items)
        keys = [(name, item["id"]) for item in page]
        hours = {hour_of(item["order_key"]) for item in page}
        self._touched[name] |= hours
        await self._delete(what, ITEMS[what], keys)
        return hours

    async def _delete(self, what: str, container: Container[Any], keys: list[Key]) -> None:
        self._check()
        await self.store.delete(container, keys)
        self.removed[what] = self.removed.get(what, 0) + len(keys)

    def _check(self) -> None:
        self.check()
        self.journal.check()

    async def _forget_empty(self, unwatched: Collection[str]) -> None:
        """Forget the state of communities that are no longer watched and have no items left."""
        for name in unwatched:
            left = [await self.store.query(Query(each, name, 1)) for each in ITEMS.values()]
            if not any(left):
                await forget_state(self.store, name)
                await self.store.delete(BACKFILLS, [("backfill", backfill_id(name))])


async def old_statistics(store: Store, scope: str, before: datetime) -> AsyncIterator[list[Key]]:
    """Yield the keys of statistics that are empty now: days, and in `all` also hours.

    They are to be deleted in this order.
    """
    day = day_of(iso(before))
    limit = hour_of(iso(before)) if scope == ALL else day
    last = ""
    while page := await store.query(
        Query(DAYS, scope, PAGE, order_by="id", at_least=last, below=limit)
    ):
        # The day that is only partly removed has an id that sorts before those of its hours.
        old = [cast("ScopeHour", each) for each in page if each["id"] != day]
        for keys in await keys_to_delete(store, old):
            yield keys
        last = after(page[-1]["id"])


def _is_impossible(item: Item) -> bool:
    return item["created_utc"] > iso(parse_iso(item["collected_at"]) + DAY)
