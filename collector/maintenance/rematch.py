"""Matches stored items again by the rules of a changed watchlist, one turn at the lease at a time.

With many communities each shard has its own turns (collector/rounds/rematch.py).

Hours are read newest first, over all communities, in batches: matched, written ahead, written,
recounted. Only items whose mentions change are written. The cursor moves last, in the write that
says that the cells agree. So a turn that is killed anywhere is matched again from the last batch,
and writes nothing twice.
"""

import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, Protocol

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


AddUp = Callable[[Shares], Awaitable[None]]
"""Brings `all` and the subjects up to date with the shares of communities, or has that done."""


def no_progress(_rematch: Rematch) -> None:
    """Show nothing."""


class MatchJournal(Protocol):
    """The journal of a turn: the write-ahead of cells, and how far matching has come."""

    @property
    def pending(self) -> Mapping[str, set[str]]:
        """Return by community the hours whose statistics may differ from their items."""
        ...

    async def will_change(self, subjects: set[str]) -> None:
        """Note whose mentions the next write changes: readers know it before it is written."""
        ...

    async def write_ahead(self, hours: Mapping[str, set[str]]) -> None:
        """Store which hours of which communities will change, before they do."""
        ...

    async def matched(self, cursor: str, *, items: int, changed: int) -> None:
        """Store that a batch is matched that ends at this cursor, and that its cells agree."""
        ...

    async def reconciled(self) -> None:
        """Store that all pending cells agree with their items again."""
        ...


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
        add_up = partial(rebuild_all, self.store)
        await recount_pending(self.store, journal, add_up)
        document = journal.document
        if document["ended_at"] is not None:
            return
        if document["cursor"] is None:
            document["items"] = await count_items(self.store)
            log_begin(document)
        self.progress(document)
        names = await names_ever(self.store, self.settings.watched)
        rules = MentionRules.of(journal.watchlist, self.settings.watched)
        matcher = Matcher(self.store, journal, rules, add_up, self.batch_items)
        span_of_all = await span_of_days(self.store)
        hours = stored_hours(self.store, names, document["cursor"], span_of_all)
        async for _ in matcher.batches(hours):
            self.progress(document)
            if self.is_over():
                return
        document["ended_at"] = iso(self.clock())


@dataclass(frozen=True)
class Matcher:
    """Matches stored hours in batches by these rules; add_up takes the shares that change."""

    store: Store
    journal: MatchJournal
    rules: MentionRules
    add_up: AddUp
    batch_items: int = BATCH_ITEMS

    async def batches(self, hours: AsyncIterator[Hour]) -> AsyncIterator[None]:
        """Match these hours, and yield after each batch."""
        async for batch in _batches(hours, self.batch_items):
            await self._match(batch)
            yield

    async def _match(self, batch: Sequence[Hour]) -> None:
        """Match a batch, write what changes, and move the cursor."""
        hours: dict[str, set[str]] = defaultdict(set)
        for each in batch:
            hours[each.community].add(each.hour)
        changes = Changes()
        for name, of_name in hours.items():
            await self._compare(name, of_name, changes)
        if changes.posts or changes.comments:
            await self._write(changes)
        await self.journal.matched(
            batch[-1].cursor,
            items=sum(each.items for each in batch),
            changed=len(changes.posts) + len(changes.comments),
        )

    async def _compare(self, name: str, hours: Iterable[str], changes: "Changes") -> None:
        """Match the items of a community's hours, and add those whose mentions change."""
        for near in nearby(sorted(hours)):
            ends = near[0], next_hour(near[-1])
            posts = [each async for each in items_between(self.store, POSTS, name, *ends)]
            comments = [each async for each in items_between(self.store, COMMENTS, name, *ends)]
            found = await rematched(self.store, self.rules, posts, comments)
            changes.add([*posts, *comments], *found)

    async def _write(self, changes: "Changes") -> None:
        """Write the changed items ahead, then themselves, and recount their hours."""
        hours: dict[str, set[str]] = defaultdict(set)
        for item in (*changes.posts, *changes.comments):
            hours[item["community"]].add(hour_of(item["order_key"]))
        await self.journal.will_change(changes.subjects)
        await self.journal.write_ahead(hours)
        await self.store.upsert(POSTS, changes.posts)
        await self.store.upsert(COMMENTS, changes.comments)
        await _rebuild(self.store, hours, self.add_up)


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
    store: Store, names: Sequence[str], cursor: str | None, days: tuple[str, str]
) -> AsyncIterator[Hour]:
    """Yield the hours with items that come after the cursor, newest first, over all communities.

    days are the first and the last one that they have.
    """
    below = tuple((cursor or "~ ").split(" ", 1))
    first, last = days
    day = min(last, day_of(below[0]))
    while first and day >= first:
        stored = await store.read_many(DAYS, [(name, day) for name in names])
        hours = [
            Hour(f"{day}T{hour}", found["scope"], items_in(cell))
            for found in stored.values()
            for hour, cell in found["hours"].items()
        ]
        for each in sorted(hours, reverse=True):
            if (each.hour, each.community) < below:
                yield each
        day = days_before(day, 1)


async def count_items(store: Store) -> int:
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


def log_begin(document: Rematch) -> None:
    """Log that a rematch begins."""
    event(
        log,
        "rematch.begun",
        revision=document["revision"],
        subjects=len(document["subjects"]),
        items=document["items"],
    )


async def recount_pending(store: Store, journal: MatchJournal, add_up: AddUp) -> None:
    """Recount the cells that a killed turn left pending."""
    if any(journal.pending.values()):
        await _rebuild(store, journal.pending, add_up)
        await journal.reconciled()


async def _rebuild(store: Store, hours: Mapping[str, Iterable[str]], add_up: AddUp) -> None:
    shares: Shares = {
        name: await rebuild_cells(store, name, of_name) for name, of_name in hours.items()
    }
    await add_up(shares)
