"""Removes data older than RETENTION_DAYS, and closes orphaned work.

Items are removed day by day, oldest first, and the statistics of each day are recounted. So after
an interruption the remaining items agree with their statistics, and the next cleanup continues.
"""

import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal, cast

from collector.maintenance.expired_alerts import remove_expired_alerts
from collector.maintenance.expired_digests import remove_expired_digests
from collector.maintenance.expired_questions import remove_expired_questions
from collector.maintenance.expired_subjects import remove_expired_subjects
from collector.maintenance.expired_verdicts import remove_expired_verdicts
from collector.maintenance.journals import CleanupJournal
from collector.rollups.hours import Shares, rebuild_all, rebuild_cells
from collector.rollups.months import remove_months
from collector.rollups.ranked_days import remove_ranked_days
from collector.trending.snapshots import expired_snapshots, remove_expired
from collector.writers.journal import DATED, unreconciled_work
from collector.writers.lease import NO_WAIT, HeldLease, LeaseWait
from collector.writers.session import Writer
from shared.backfills import backfill_id
from shared.corrections.documents import forget_corrections
from shared.cycles import is_orphaned
from shared.errors import DeadlineReached
from shared.logs import event
from shared.models import ALL, Cleanup, Item, Removed, ScopeHour
from shared.settings import Settings
from shared.stats.hour_parts import keys_to_delete
from shared.stats.watched import names_ever
from shared.store import (
    BACKFILLS,
    COMMENTS,
    DAYS,
    LEASES,
    POSTS,
    WORK,
    Container,
    Key,
    Query,
    Store,
)
from shared.store.community_states import forget_state
from shared.store.keys import item_key
from shared.store.scan import LAST_KEY, after, pages_between
from shared.times import Clock, day_of, hour_of, hour_start, iso, month_of, parse_iso, utc_now

log = logging.getLogger(__name__)

PAGE = 500
# Keeps the document of pending cells small, and writes it and `all` once for many communities.
MAX_PENDING = 5000
HOURS = 24
DAY = timedelta(days=1)
What = Literal["posts", "comments"]
ITEMS: dict[What, Container[Any]] = {"posts": POSTS, "comments": COMMENTS}


def no_check() -> None:
    """Never end the cleanup."""


@dataclass(frozen=True)
class Plan:
    """The plan of a cleanup: remove data created before `before`, and close orphaned cycles."""

    before: str
    removed: Removed
    orphaned_cycles: list[str]


@dataclass(frozen=True)
class Cleaner:
    """Cleans up a store. `check` is called regularly, and raises DeadlineReached to end it."""

    store: Store
    settings: Settings
    clock: Clock = utc_now
    check: Callable[[], None] = no_check

    def before(self) -> datetime:
        """Return the hour before which everything is removed; hours are removed whole."""
        return hour_start(self.clock() - timedelta(days=self.settings.retention_days))

    async def run(self, *, lease_wait: LeaseWait = NO_WAIT) -> Cleanup:
        """Clean up, and return the stored document of the cleanup.

        Raises CycleRunning if another writer holds the lease, LeaseLost and StoreUnavailable.
        """

        async def begin(held: HeldLease) -> CleanupJournal:
            before = iso(self.before())
            return await CleanupJournal.begin(self.store, held, self.clock, before=before)

        writer = Writer(self.store, self.clock, self.settings.lease_seconds, lease_wait)
        async with writer.session("cleanup", begin) as journal:
            journal.document["cycles_closed"] = journal.cycles_closed
            try:
                await self._remove(journal, parse_iso(journal.document["before"]))
                journal.document["complete"] = True
            except DeadlineReached as error:
                event(log, "cleanup.incomplete", logging.WARNING, reason=str(error))
        return journal.document

    async def plan(self) -> Plan:
        """Return what a cleanup would do now; nothing is written, and no lease is needed."""
        before = self.before()
        removed = _nothing()
        names = await names_ever(self.store, self.settings.watched)
        for name in names:
            for what, container in ITEMS.items():
                async for page in pages_between(self.store, container, name, "", iso(before)):
                    removed[what] += len(page)
        for scope in (*names, ALL):
            async for keys in self._old_statistics(scope, before):
                removed["statistics"] += len(keys)
        for kind in DATED:
            async for keys in self._old_work(kind, before):
                removed["cycles"] += len(keys)
        days = self.settings.retention_days
        removed["topics"] = len(await expired_snapshots(self.store, self.clock(), days))
        return Plan(iso(before), removed, await self._orphaned_cycles())

    async def _orphaned_cycles(self) -> list[str]:
        lease = await self.store.read(LEASES, "lease", "lease")
        return [
            work["id"]
            for work in await unreconciled_work(self.store)
            if work["kind"] == "cycle" and is_orphaned(work, lease, self.clock())
        ]

    async def _remove(self, journal: CleanupJournal, before: datetime) -> None:
        removed = journal.document["removed"]
        names = await names_ever(self.store, self.settings.watched)
        await self._remove_items(journal, names, before)
        await self._remove_impossible(journal, names)
        for scope in (*names, ALL):
            async for keys in self._old_statistics(scope, before):
                removed["statistics"] += await self._delete(journal, DAYS, keys)
        for name in names:
            self.check()
            journal.check()
            await remove_months(self.store, name, before=month_of(iso(before)))
        await remove_ranked_days(self.store, ALL, day_of(iso(before)))
        check = partial(self._check_both, journal)
        removed["statistics"] += await remove_expired_subjects(self.store, before, check)
        await remove_expired_alerts(self.store, before, check)
        await remove_expired_digests(self.store, before, check)
        await remove_expired_questions(self.store, self.clock(), check)
        await remove_expired_verdicts(self.store, before, check)
        for kind in DATED:
            async for keys in self._old_work(kind, before):
                removed["cycles"] += await self._delete(journal, WORK, keys)
        days = self.settings.retention_days
        removed["topics"] += await remove_expired(self.store, self.clock(), days)
        await self._forget_empty(names)

    async def _remove_items(
        self, journal: CleanupJournal, names: list[str], before: datetime
    ) -> None:
        oldest = {name: await self._oldest_day(name, before) for name in names}
        first = min((day for day in oldest.values() if day is not None), default=None)
        if first is None:
            return
        day = datetime.fromisoformat(f"{first}T00:00:00+00:00")
        while day < before:
            here = [n for n, begins in oldest.items() if begins and begins <= day_of(iso(day))]
            for start in range(0, len(here), MAX_PENDING // HOURS):
                some = here[start : start + MAX_PENDING // HOURS]
                await self._remove_day(journal, some, day, min(day + DAY, before))
            day += DAY

    async def _remove_impossible(self, journal: CleanupJournal, names: list[str]) -> None:
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
                        await journal.write_ahead({name: hours})
                        await self._remove_page(journal, name, what, gone)
                        shares = await rebuild_cells(self.store, name, hours)
                        await rebuild_all(self.store, {name: shares})
                        await journal.reconciled()

    async def _oldest_day(self, name: str, before: datetime) -> str | None:
        found = [
            item
            for container in ITEMS.values()
            for item in await self.store.query(Query(container, name, 1, below=iso(before)))
        ]
        return min((day_of(item["order_key"]) for item in found), default=None)

    async def _remove_day(
        self, journal: CleanupJournal, names: list[str], start: datetime, end: datetime
    ) -> None:
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
            if not journal.pending:
                await journal.write_ahead(dict.fromkeys(names, hours))
            touched = await self._remove_page(journal, name, *first)
            async for what, page in pages:
                touched |= await self._remove_page(journal, name, what, page)
            shares[name] = await rebuild_cells(self.store, name, touched)
        if journal.pending:
            await rebuild_all(self.store, shares)
            await journal.reconciled()

    async def _pages_of_day(
        self, name: str, start: datetime, end: datetime
    ) -> AsyncIterator[tuple[What, list[Item]]]:
        for what, container in ITEMS.items():
            async for page in pages_between(self.store, container, name, iso(start), iso(end)):
                yield what, page

    async def _remove_page(
        self, journal: CleanupJournal, name: str, what: What, page: list[Item]
    ) -> set[str]:
        """Remove these items, and return the hours that change."""
        corrected = [item for item in page if "correction" in item]
        keys_of_items = [item_key(item["kind"], item["id"]) for item in corrected]
        await forget_corrections(self.store, keys_of_items)
        keys = [(name, item["id"]) for item in page]
        journal.document["removed"][what] += await self._delete(journal, ITEMS[what], keys)
        return {hour_of(item["order_key"]) for item in page}

    async def _old_statistics(self, scope: str, before: datetime) -> AsyncIterator[list[Key]]:
        """Yield the keys of statistics that are empty now: days, and in `all` also hours.

        They are to be deleted in this order.
        """
        day = day_of(iso(before))
        limit = hour_of(iso(before)) if scope == ALL else day
        last = ""
        while page := await self.store.query(
            Query(DAYS, scope, PAGE, order_by="id", at_least=last, below=limit)
        ):
            # The day that is only partly removed has an id that sorts before those of its hours.
            old = [cast("ScopeHour", each) for each in page if each["id"] != day]
            for keys in await keys_to_delete(self.store, old):
                yield keys
            last = after(page[-1]["id"])

    async def _old_work(self, kind: str, before: datetime) -> AsyncIterator[list[Key]]:
        limit = before.strftime(f"{kind}_%Y%m%d_%H%M%S")
        last = ""
        while page := await self.store.query(
            Query(WORK, kind, PAGE, order_by="id", at_least=last, below=limit)
        ):
            yield [(kind, work["id"]) for work in page if work["reconciled"] == "yes"]
            last = after(page[-1]["id"])

    def _check_both(self, journal: CleanupJournal) -> None:
        self.check()
        journal.check()

    async def _delete(
        self, journal: CleanupJournal, container: Container[Any], keys: list[Key]
    ) -> int:
        self._check_both(journal)
        await self.store.delete(container, keys)
        return len(keys)

    async def _forget_empty(self, names: list[str]) -> None:
        """Forget the state of communities that are no longer configured and have no items left."""
        for name in set(names) - set(self.settings.watched):
            left = [await self.store.query(Query(each, name, 1)) for each in ITEMS.values()]
            if not any(left):
                await forget_state(self.store, name)
                await self.store.delete(BACKFILLS, [("backfill", backfill_id(name))])


def _is_impossible(item: Item) -> bool:
    return item["created_utc"] > iso(parse_iso(item["collected_at"]) + DAY)


def _nothing() -> Removed:
    return Removed(posts=0, comments=0, statistics=0, topics=0, cycles=0)
