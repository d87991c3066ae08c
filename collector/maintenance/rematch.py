"""Matches stored items again by the rules of a changed watchlist, one turn at the lease at a time.

Hours are read newest first, over all communities, in batches: matched, written ahead, written,
recounted. Only items whose mentions change are written. The cursor moves last, in the write that
says that the cells agree. So a turn that is killed anywhere is matched again from the last batch,
and writes nothing twice.
"""

import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from collector.maintenance.journals import RematchJournal
from collector.maintenance.stale import days_before, span_of_days
from collector.rollups.hours import Shares, rebuild_all, rebuild_cells
from collector.watchlist.mentions import MentionRules, rematched
from collector.writers.lease import NO_WAIT, HeldLease, LeaseWait
from collector.writers.session import Writer
from shared.logs import event
from shared.models import ALL, Comment, DayStats, Post, Rematch
from shared.rematches import ID, is_done, read_rematch
from shared.settings import Settings
from shared.stats.cells import items_in
from shared.stats.watched import names_ever
from shared.store import COMMENTS, DAYS, POSTS, Store
from shared.store.scan import items_between, nearby
from shared.subjects.watchlist import read_watchlist
from shared.telemetry import span
from shared.times import Clock, day_of, hour_of, iso, next_hour, utc_now

log = logging.getLogger(__name__)

# Limits of a batch: other writers wait for it, and the document of pending cells must stay small.
BATCH_ITEMS = 2000
BATCH_HOURS = 1000
# Days of `all` that are read at a time, to count what is stored.
DAYS_AT_ONCE = 30

Progress = Callable[[Rematch], None]
"""Takes the document after each batch."""


def no_progress(_rematch: Rematch) -> None:
    """Show nothing."""


class Hour(NamedTuple):
    """An hour of a community, and how many items it has."""

    hour: str
    community: str
    items: int

    @property
    def cursor(self) -> str:
        """Return the cursor of a rematch that has matched this hour, and all newer ones."""
        return f"{self.hour} {self.community}"


@dataclass(frozen=True)
class RematchTurn:
    """One turn of the rematch. `is_over` says that its time with the lease is used up.

    begins_again: all items are matched again, whether or not the rules have changed.
    """

    store: Store
    settings: Settings
    is_over: Callable[[], bool]
    clock: Clock = utc_now
    progress: Progress = no_progress
    batch_items: int = BATCH_ITEMS
    begins_again: bool = False

    async def run(self, *, lease_wait: LeaseWait = NO_WAIT) -> Rematch | None:
        """Match at least one batch, and return the document; None if there is nothing to do.

        Raises CycleRunning if another writer holds the lease for longer than lease_wait, LeaseLost
        and StoreUnavailable.
        """
        if not self.begins_again and await nothing_to_do(self.store):
            return None

        async def begin(held: HeldLease) -> RematchJournal:
            return await RematchJournal.reopen(
                self.store, held, self.clock, begins_again=self.begins_again
            )

        writer = Writer(self.store, self.clock, self.settings.lease_seconds, lease_wait)
        async with writer.session("rematch", begin, work_id=ID) as journal:
            with span("rematch", {"undertone.revision": journal.document["revision"]}):
                await self._work(journal)
        return journal.document

    async def _work(self, journal: RematchJournal) -> None:
        await _recount_pending(self.store, journal)
        document = journal.document
        if document["ended_at"] is not None:
            return
        if document["cursor"] is None:
            document["items"] = await _count_items(self.store)
            event(
                log,
                "rematch.begun",
                revision=document["revision"],
                subjects=len(document["subjects"]),
                items=document["items"],
            )
        self.progress(document)
        names = await names_ever(self.store, self.settings.watched)
        rules = MentionRules.of(journal.watchlist, self.settings.watched)
        hours = stored_hours(self.store, names, document["cursor"])
        async for batch in _batches(hours, self.batch_items):
            await self._match(journal, rules, batch)
            self.progress(document)
            if self.is_over():
                return
        document["ended_at"] = iso(self.clock())

    async def _match(
        self, journal: RematchJournal, rules: MentionRules, batch: Sequence[Hour]
    ) -> None:
        """Match a batch, write what changes, and move the cursor."""
        hours: dict[str, set[str]] = defaultdict(set)
        for each in batch:
            hours[each.community].add(each.hour)
        changes = Changes()
        for name, of_name in hours.items():
            await self._compare(rules, name, of_name, changes)
        document = journal.document
        if changes.posts or changes.comments:
            await _write(self.store, journal, changes)
        document["cursor"] = batch[-1].cursor
        document["matched"] += sum(each.items for each in batch)
        document["changed"] += len(changes.posts) + len(changes.comments)
        await journal.reconciled()

    async def _compare(
        self, rules: MentionRules, name: str, hours: Iterable[str], changes: "Changes"
    ) -> None:
        """Match the items of a community's hours, and add those whose mentions change."""
        for near in nearby(sorted(hours)):
            ends = near[0], next_hour(near[-1])
            posts = [each async for each in items_between(self.store, POSTS, name, *ends)]
            comments = [each async for each in items_between(self.store, COMMENTS, name, *ends)]
            changes.add([*posts, *comments], *await rematched(self.store, rules, posts, comments))


@dataclass
class Changes:
    """The items of a batch whose mentions change, with their new ones; and of which subjects."""

    posts: list[Post] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    subjects: set[str] = field(default_factory=set)

    def add(
        self, stored: Iterable[Post | Comment], posts: Sequence[Post], comments: Sequence[Comment]
    ) -> None:
        """Add changed posts and comments; stored are all that were matched, as they were."""
        before = {(each["kind"], each["id"]): each.get("mentions", []) for each in stored}
        for item in (*posts, *comments):
            earlier, later = before[item["kind"], item["id"]], item.get("mentions", [])
            moved = [each for each in earlier if each not in later]
            moved += [each for each in later if each not in earlier]
            self.subjects.update(each["subject"] for each in moved)
        self.posts += posts
        self.comments += comments


async def nothing_to_do(store: Store) -> bool:
    """Return whether all stored items are matched by the current rules. Raises StoreError."""
    return is_done(await read_rematch(store), await read_watchlist(store))


async def stored_hours(
    store: Store, names: Sequence[str], cursor: str | None
) -> AsyncIterator[Hour]:
    """Yield the hours with items that come after the cursor, newest first, over all communities."""
    below = tuple((cursor or "~ ").split(" ", 1))
    first, last = await span_of_days(store)
    day = min(last, day_of(below[0]))
    while first and day >= first:
        days = await store.read_many(DAYS, [(name, day) for name in names])
        hours = [
            Hour(f"{day}T{hour}", found["scope"], items_in(cell))
            for found in days.values()
            for hour, cell in found["hours"].items()
        ]
        for each in sorted(hours, reverse=True):
            if (each.hour, each.community) < below:
                yield each
        day = days_before(day, 1)


async def _count_items(store: Store) -> int:
    """Count all stored items by the days of `all`."""
    first, last = await span_of_days(store)
    items = 0
    while first and last >= first:
        days = [days_before(last, number) for number in range(DAYS_AT_ONCE)]
        found = await store.read_many(DAYS, [(ALL, day) for day in days])
        items += sum(map(_items_of, found.values()))
        last = days_before(last, DAYS_AT_ONCE)
    return items


def _items_of(day: DayStats) -> int:
    return sum(map(items_in, day["hours"].values()))


async def _batches(hours: AsyncIterator[Hour], most: int) -> AsyncIterator[list[Hour]]:
    """Yield the hours in batches, which end with the hour that reaches `most` items."""
    batch: list[Hour] = []
    items = 0
    async for hour in hours:
        batch.append(hour)
        items += hour.items
        if items >= most or len(batch) == BATCH_HOURS:
            yield batch
            batch, items = [], 0
    if batch:
        yield batch


async def _write(store: Store, journal: RematchJournal, changes: Changes) -> None:
    """Write the changed items ahead, then themselves, and recount their hours."""
    hours: dict[str, set[str]] = defaultdict(set)
    for item in (*changes.posts, *changes.comments):
        hours[item["community"]].add(hour_of(item["order_key"]))
    journal.will_change(changes.subjects)
    await journal.write_ahead(hours)
    await store.upsert(POSTS, changes.posts)
    await store.upsert(COMMENTS, changes.comments)
    await _rebuild(store, hours)


async def _recount_pending(store: Store, journal: RematchJournal) -> None:
    """Recount the cells that a killed turn left pending."""
    if any(journal.pending.values()):
        await _rebuild(store, journal.pending)
        await journal.reconciled()


async def _rebuild(store: Store, hours: Mapping[str, Iterable[str]]) -> None:
    shares: Shares = {
        name: await rebuild_cells(store, name, of_name) for name, of_name in hours.items()
    }
    await rebuild_all(store, shares)
