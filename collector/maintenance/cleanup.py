"""Removes data older than RETENTION_DAYS, and closes orphaned work."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import cast

from collector.maintenance.expired_communities import ITEMS, ExpiredCommunities, old_statistics
from collector.maintenance.expired_shared import ExpiredShared, old_work
from collector.maintenance.journals import CleanupJournal
from collector.rollups.hours import rebuild_all
from collector.trending.snapshots import expired_snapshots
from collector.writers.deadline import Check, no_check
from collector.writers.journal import DATED, unreconciled_work
from collector.writers.lease import NO_WAIT, HeldLease, LeaseWait
from collector.writers.session import Writer
from shared.cycles import is_orphaned
from shared.errors import DeadlineReached
from shared.logs import event
from shared.models import ALL, Cleanup, Removed
from shared.settings import Settings
from shared.stats.watched import names_ever
from shared.store import LEASES, Store
from shared.store.scan import pages_between
from shared.times import Clock, hour_start, iso, parse_iso, utc_now

log = logging.getLogger(__name__)


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
    check: Check = no_check

    def before(self) -> datetime:
        """Return the hour before which everything is removed."""
        return first_kept(self.settings, self.clock())

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
            async for keys in old_statistics(self.store, scope, before):
                removed["statistics"] += len(keys)
        for kind in DATED:
            async for keys in old_work(self.store, kind, before):
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
        names = await names_ever(self.store, self.settings.watched)
        communities = ExpiredCommunities(
            self.store,
            journal,
            cast("dict[str, int]", journal.document["removed"]),
            self.check,
            partial(rebuild_all, self.store),
            self.clock,
        )
        unwatched = set(names) - set(self.settings.watched)
        await communities.remove(names, before, unwatched=unwatched)
        shared = ExpiredShared(self.store, self.settings, journal, self.check, self.clock)
        await shared.remove_totals(before)
        await shared.remove_others(before)


def first_kept(settings: Settings, now: datetime) -> datetime:
    """Return the hour before which everything is removed; hours are removed whole."""
    return hour_start(now - timedelta(days=settings.retention_days))


def _nothing() -> Removed:
    return Removed(posts=0, comments=0, statistics=0, topics=0, cycles=0)
