"""Writes items that don't come from a poll: compared, scored and counted as a cycle does it.

It works in turns: it holds the lease for some seconds, writes chunks of items, rebuilds the cells
of their hours once, and frees the lease, so that no collection waits for long.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from collector.collection.covering import cover
from collector.collection.diff import MAX_AHEAD, Changes, Comparer
from collector.collection.mentions import assign_mentions
from collector.collection.replies import take_moods
from collector.collection.score import score_changes
from collector.collection.shared_items import stored_items
from collector.collection.state import collection_state
from collector.collection.writing import write_items
from collector.ingest.journal import ImportJournal
from collector.rollups.copies import WITHIN, unmarked_posts
from collector.rollups.hours import rebuild_all, rebuild_cells
from collector.sentiment.base import Method
from collector.sources.base import Seen
from collector.watchlist.mentions import MentionRules
from collector.writers.lease import LET_GO_SECONDS, NO_WAIT, HeldLease, LeaseWait
from collector.writers.session import Writer
from shared.models import Import, Item, SourceState
from shared.settings import Settings
from shared.store import COMMUNITIES, SOURCE_STATES, Store
from shared.store.community_states import never_read, states_to_change
from shared.subjects.watchlist import read_watchlist
from shared.times import Clock, hour_of, iso, parse_iso, utc_now

HELD_SECONDS = 10.0
# Keeps the document of pending cells small.
MAX_PENDING = 5000
# Hours whose items are read back together: their items are in memory.
HOURS_AT_ONCE = 24
# A week of posts is compared with the week before it.
DAYS_OF_COPIES = timedelta(days=7)
CHANGES = ("new", "edited", "moved", "removed", "unchanged")


async def nothing() -> None:
    """Do nothing."""


@dataclass(frozen=True)
class Written:
    """The changes of a chunk; oldest and newest are the hours of its new posts."""

    counts: Mapping[str, int] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    oldest: str | None = None
    newest: str | None = None


@dataclass(frozen=True)
class Chunk:
    """Items by community, each as its last line has it, and what to do once they are written.

    A chunk without items needs no lease.
    """

    items: Mapping[str, Sequence[Seen]]
    written: Callable[[Written], Awaitable[None]]


@dataclass(frozen=True)
class Importer:
    """Writes chunks of items into a store."""

    store: Store
    method: Method
    settings: Settings
    clock: Clock = utc_now
    held_seconds: float = HELD_SECONDS
    let_go_seconds: float = LET_GO_SECONDS

    async def run(
        self, what: str, chunks: AsyncIterator[Chunk], *, lease_wait: LeaseWait = NO_WAIT
    ) -> Import | None:
        """Write all chunks, and return the stored document; None if there was no item.

        Raises CycleRunning if another writer holds the lease for longer than lease_wait, LeaseLost,
        StoreUnavailable, SettingsError if the store has data of another origin, and what `chunks`
        raises. Chunks that were written stay.
        """
        writer = Writer(self.store, self.clock, self.settings.lease_seconds, lease_wait)
        journal: ImportJournal | None = None
        chunk = await anext(chunks, None)
        while chunk is not None:
            if not chunk.items:
                await chunk.written(Written())
                chunk = await anext(chunks, None)
                continue
            if journal is not None:
                await asyncio.sleep(self.let_go_seconds)
            work_id = journal.document["id"] if journal else None
            begin = self._begin(what, journal)
            async with writer.session("import", begin, work_id=work_id) as journal:
                try:
                    chunk = await self._turn(journal, chunk, chunks)
                finally:
                    # Also what a damaged file ended: its whole lines are kept, and counted.
                    await self._settle(journal)
        return journal.document if journal else None

    def _begin(
        self, what: str, journal: ImportJournal | None
    ) -> Callable[[HeldLease], Awaitable[ImportJournal]]:
        async def begin(held: HeldLease) -> ImportJournal:
            if journal is not None:
                await journal.go_on(held)
                return journal
            await collection_state(self.store, self.settings.origin)
            return await ImportJournal.begin(self.store, held, self.clock, what=what)

        return begin

    async def _turn(
        self, journal: ImportJournal, chunk: Chunk | None, chunks: AsyncIterator[Chunk]
    ) -> Chunk | None:
        """Write chunks until the time with the lease is over, and return the one that is next."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self.held_seconds
        rules = MentionRules.of(await read_watchlist(self.store), self.settings.watched)
        while chunk is not None and chunk.items and loop.time() < until:
            await chunk.written(await self._write(journal, rules, chunk.items))
            if sum(map(len, journal.pending.values())) > MAX_PENDING:
                await self._settle(journal)
            chunk = await anext(chunks, None)
        return chunk

    async def _write(
        self, journal: ImportJournal, rules: MentionRules, items: Mapping[str, Sequence[Seen]]
    ) -> Written:
        now = self.clock()
        found: dict[str, Changes] = {}
        for name, seen in items.items():
            stored = await stored_items(self.store, name, seen)
            found[name] = await asyncio.to_thread(self._compare, now, name, seen, stored)
        watched = self.settings.watched
        scored = await score_changes(self.store, self.method, found, watched=watched, now=iso(now))
        if scored.degraded:
            await journal.note_degraded(scored.degraded)
        found = await assign_mentions(self.store, rules, scored.changes)
        take_moods(found, scored.replies)
        await self._know(found)
        await journal.write_ahead({name: changes.hours for name, changes in found.items()})
        await write_items(self.store, found)
        await cover(self.store, journal.spans_with(items))
        return _written(journal, found)

    def _compare(
        self, now: datetime, name: str, seen: Sequence[Seen], stored: Mapping[str, Item]
    ) -> Changes:
        """Return the changes; what is taken back and was never there changes nothing."""
        oldest = iso(now - timedelta(days=self.settings.retention_days))
        comparer = Comparer(now=iso(now), oldest=oldest, source_of=self.settings.source_of)
        wanted = [each for each in seen if not each.deleted or each.key in stored]
        changes = comparer.compare(name, wanted, stored)
        unchanged = changes.counts.get("unchanged", 0) + len(seen) - len(wanted)
        changes.counts["unchanged"] = unchanged
        return changes

    async def _know(self, names: Mapping[str, Changes]) -> None:
        """Store the state of communities that have none, so that other work finds their items."""
        known = await states_to_change(self.store, names)
        fresh = [never_read(name) for name in names if name not in known]
        if fresh:
            await self.store.upsert(COMMUNITIES, fresh)
        pushed = [name for name in names if self.settings.source_of(name) == "push"]
        if pushed:
            await self._note_pushed(pushed)

    async def _note_pushed(self, names: Sequence[str]) -> None:
        """Keep for the push source that items of these communities came without their files."""
        state = await self.store.read(SOURCE_STATES, "source", "push")
        kept = state["kept"] if state else {}
        if not kept.keys() >= set(names):
            kept = {**kept, **dict.fromkeys(names, "pushed")}
            fresh = SourceState(id="push", kind="source", ttl=-1, kept=kept)
            await self.store.upsert(SOURCE_STATES, [fresh])

    async def _settle(self, journal: ImportJournal) -> None:
        """Rebuild the pending cells from their items."""
        pending = {name: set(hours) for name, hours in journal.pending.items() if hours}
        hours = sorted({hour for of_name in pending.values() for hour in of_name})
        for start in range(0, len(hours), HOURS_AT_ONCE):
            some = set(hours[start : start + HOURS_AT_ONCE])
            shares = {
                name: await rebuild_cells(self.store, name, of_name & some)
                for name, of_name in pending.items()
                if of_name & some
            }
            await rebuild_all(self.store, shares)
            journal.check()
        if pending:
            await journal.reconciled()

    async def mark_copies(
        self, what: str, oldest: str, newest: str, *, lease_wait: LeaseWait = NO_WAIT
    ) -> None:
        """Mark copies among the posts of these hours, and the week before and after.

        A cycle does so for the posts of the last week. Raises what `run` raises.
        """
        writer = Writer(self.store, self.clock, self.settings.lease_seconds, lease_wait)
        start = parse_iso(f"{oldest}:00:00Z") - WITHIN
        last = min(parse_iso(f"{newest}:59:59Z") + WITHIN, self.clock() + MAX_AHEAD)
        journal: ImportJournal | None = None
        while start + WITHIN <= last or journal is None:
            until = min(start + WITHIN + DAYS_OF_COPIES, last)
            marked = await unmarked_posts(self.store, self.settings.watched, start, until)
            start += DAYS_OF_COPIES
            if not marked:
                if start + WITHIN > last:
                    return
                continue
            work_id = journal.document["id"] if journal else None
            begin = self._begin(f"copies of {what}", journal)
            async with writer.session("import", begin, work_id=work_id) as journal:
                found = {name: Changes(posts=posts) for name, posts in marked.items()}
                for changes in found.values():
                    changes.hours = {hour_of(post["order_key"]) for post in changes.posts}
                await journal.write_ahead({name: each.hours for name, each in found.items()})
                await write_items(self.store, found)
                await self._settle(journal)


def _written(journal: ImportJournal, found: Mapping[str, Changes]) -> Written:
    counts: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    hours: set[str] = set()
    for changes in found.values():
        counts.update(changes.counts)
        left_out.update(changes.left_out)
        hours.update(hour_of(post["created_utc"]) for post in changes.posts)
    document = journal.document
    for change in CHANGES:
        document[change] += counts[change]  # type: ignore[literal-required]
    return Written(counts, left_out, min(hours, default=None), max(hours, default=None))
