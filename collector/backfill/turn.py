"""Reads on in a community's past for one turn at the lease.

Slices are read, newest first, and written in batches as a cycle writes: compared, scored, written
ahead, written, recounted. The cursor moves last, in the write that says that the cells agree. So a
turn that is killed anywhere is read again from the last batch, and writes nothing twice.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Protocol

from collector.backfill.journal import BackfillJournal, compared_days
from collector.collection.context import WriteContext
from collector.collection.covering import cover
from collector.collection.diff import Changes, Comparer
from collector.collection.kept import give_back, keep
from collector.collection.recount import Recount
from collector.collection.shared_items import Shared, stored_items
from collector.collection.writing import write_changes
from collector.rollups.copies import WITHIN, unmarked_near
from collector.rollups.hours import Shares
from collector.sentiment.base import Method
from collector.sources.base import CountsPast, Seen, Slice, Source
from collector.watchlist.mentions import MentionRules
from collector.writers.lease import NO_WAIT, HeldLease, LeaseWait
from collector.writers.session import Begin, Writer
from shared.backfills import backfill_id
from shared.errors import DeadlineReached, SourceError, UndertoneError
from shared.logs import event
from shared.models import Backfill, Watermark
from shared.settings import Settings
from shared.store import BACKFILLS, Store
from shared.subjects.watchlist import read_watchlist
from shared.telemetry import span
from shared.times import Clock, hour_of, iso, utc_now

log = logging.getLogger(__name__)

BATCH_ITEMS = 1000
# Requests that a backfill leaves to polling, where a source says how many it still allows.
REQUESTS_FOR_POLLING = 30
OUT_OF_TIME = "the source asks for a longer wait than a turn has"

Progress = Callable[[Backfill], None]
"""Takes the document after each batch."""


def no_progress(_backfill: Backfill) -> None:
    """Show nothing."""


@dataclass
class Batch:
    """Slices that were read and aren't written yet."""

    items: dict[str, Seen] = field(default_factory=dict)
    cursor: Watermark | None = None
    reached: str | None = None
    slices: int = 0

    def add(self, one: Slice) -> None:
        """Add a slice. Of an item that shows twice, the first is kept, which is the newest."""
        for item in one.items:
            self.items.setdefault(item.key, item)
        self.cursor = one.cursor
        self.reached = one.complete_since or self.reached
        self.slices += 1


class BesideShards(Protocol):
    """A turn beside the shards of a cycle, in which it writes its own community alone."""

    @property
    def shard(self) -> str:
        """Return the community's shard."""
        ...

    def session(
        self, begin: Begin[BackfillJournal], work_id: str
    ) -> AbstractAsyncContextManager[BackfillJournal]:
        """Hold the leases of the community's shard while the block runs. Raises CycleRunning."""
        ...

    async def add_up(self, shares: Shares) -> None:
        """Leave these shares to the totals."""
        ...


@dataclass(frozen=True)
class BackfillTurn:
    """One turn of a backfill. `is_over` says that its time with the lease is used up.

    beside is there where communities are collected in shards. Copies may be in any community, so
    the turn that marks them has the lease of every writer.
    """

    store: Store
    source: Source
    method: Method
    settings: Settings
    is_over: Callable[[], bool]
    clock: Clock = utc_now
    progress: Progress = no_progress
    batch_items: int = BATCH_ITEMS
    beside: BesideShards | None = None

    async def run(
        self, community: str, *, ticket: str, lease_wait: LeaseWait = NO_WAIT
    ) -> Backfill:
        """Read and write at least one batch, and return the backfill's document.

        Raises BackfillEnded if there is nothing to do, CycleRunning if another writer holds the
        lease for longer than lease_wait, LeaseLost, Stopped and StoreUnavailable.
        """

        async def begin(held: HeldLease) -> BackfillJournal:
            origin = self.settings.origin
            return await BackfillJournal.reopen(
                self.store, held, self.clock, ticket=ticket, origin=origin
            )

        writer = Writer(self.store, self.clock, self.settings.lease_seconds, lease_wait)
        work_id = backfill_id(community)
        beside = None if await self._are_copies_due(work_id) else self.beside
        session = (
            beside.session(begin, work_id)
            if beside is not None
            else writer.session("backfill", begin, work_id=work_id)
        )
        async with session as journal:
            with span("backfill", {"undertone.community": community}):
                await self._work(journal, beside)
        return journal.document

    async def _are_copies_due(self, work_id: str) -> bool:
        """Return whether the next thing to do, beside shards, is to mark copies."""
        if self.beside is None:
            return False
        found = await self.store.read(BACKFILLS, "backfill", work_id)
        return found is not None and _are_copies_due(found)

    async def _work(self, journal: BackfillJournal, beside: BesideShards | None) -> None:
        work = WriteContext(
            store=self.store,
            method=self.method,
            rules=MentionRules.of(await read_watchlist(self.store), self.settings.watched),
            journal=journal,
            recount=Recount(
                self.store, journal, self.clock, add_up=beside.add_up if beside else None
            ),
        )
        await work.recount.finish(is_sure=False)
        shard = self.beside.shard if self.beside else ""
        await give_back(self.store, {self.source.name: self.source}, shard)
        try:
            await self._read(work)
        except SourceError as error:
            self._note(journal, partial(journal.failed, error.kind, error))
        except UndertoneError:
            raise
        except Exception as error:
            log.exception("backfill.broke community=%s", journal.document["community"])
            reason = f"{type(error).__name__} while reading the past"
            self._note(journal, partial(journal.failed, "internal", reason))
        await keep(self.store, {self.source.name: self.source}, shard)
        document = journal.document
        if beside is not None:
            # The next turn marks copies, if they are due, and then ends the backfill.
            return
        if _are_copies_due(document):
            await self._mark_copies(work)
        document["complete"] = document["are_topics_due"] = document["is_read"]

    def _note(self, journal: BackfillJournal, failed: Callable[[], None]) -> None:
        failed()
        document = journal.document
        error = document["last_error"]
        if error is not None:
            event(
                log,
                "backfill.failed",
                logging.WARNING,
                community=document["community"],
                kind=error["kind"],
                reason=error["message"],
                retry_at=document["retry_at"],
            )

    async def _read(self, work: WriteContext[BackfillJournal]) -> None:
        """Read and write batches until the turn is over. Raises SourceError."""
        journal, document = work.journal, work.journal.document
        if document["is_read"]:
            return
        has_read = False
        slices = self.source.backfill(
            document["community"], document["start"], document["end"], document["cursor"]
        )
        try:
            await self._count(document)
            while not document["is_read"] and not (self.beside and _are_copies_due(document)):
                batch, ended_by = await self._batch(document, slices)
                has_read = has_read or bool(batch.slices)
                if batch.slices:
                    await self._write(work, batch)
                if ended_by is not None:
                    raise ended_by
                if self.is_over():
                    break
                if self._must_leave_requests():
                    journal.leave_to_polling()
                    break
        except DeadlineReached:
            # A source whose pace is slow ends its turn so. One that gave nothing would be asked
            # again immediately.
            if not has_read:
                journal.failed("waiting", OUT_OF_TIME)

    async def _count(self, document: Backfill) -> None:
        """Find out how many items to expect, where the source can count them."""
        if document["expected"] is None and isinstance(self.source, CountsPast):
            span_of_past = document["community"], document["start"], document["end"]
            document["expected"] = await asyncio.to_thread(self.source.count, *span_of_past)

    def _must_leave_requests(self) -> bool:
        left = self.source.requests_left
        return left is not None and left < REQUESTS_FOR_POLLING

    async def _batch(
        self, document: Backfill, slices: Iterator[Slice]
    ) -> tuple[Batch, UndertoneError | None]:
        """Read slices until the batch is full; also return the error that ended it."""
        batch = Batch()
        before = Counter(self.source.left_out)
        ended_by: UndertoneError | None = None
        try:
            while len(batch.items) < self.batch_items:
                one = await asyncio.to_thread(next, slices, None)
                batch.add(one or Slice([], None))
                if batch.cursor is None or self.is_over() or self._must_leave_requests():
                    break
        except (SourceError, DeadlineReached) as error:
            ended_by = error
        for reason, count in (Counter(self.source.left_out) - before).items():
            document["left_out"][reason] = document["left_out"].get(reason, 0) + count
        return batch, ended_by

    async def _write(self, work: WriteContext[BackfillJournal], batch: Batch) -> None:
        """Write a batch, recount its hours, and move the cursor."""
        journal, document = work.journal, work.journal.document
        changes = await self._changes(journal, list(batch.items.values()))
        await write_changes(work, {document["community"]: changes})
        journal.took(changes, items=len(batch.items), cursor=batch.cursor, reached=batch.reached)
        await _settle(work)
        if document["reached"] is not None:
            read = [document["reached"], document["end"]]
            await cover(self.store, {document["community"]: read})
        self.progress(document)

    async def _changes(self, journal: BackfillJournal, seen: list[Seen]) -> Changes:
        document, settings = journal.document, self.settings
        community, source = document["community"], document["source"]
        stored = await stored_items(self.store, community, seen)
        if source != settings.source_of(community):
            # An archive knows less of an item than the source that the community is polled at.
            seen = [each for each in seen if each.key not in stored]
        if self.source.shares_items:
            siblings = [name for name in settings.watched if settings.source_of(name) == source]
            others = await Shared(self.store, siblings).of_others(community, seen, stored)
            seen = [each for each in seen if each.key not in others]
        oldest = journal.began_at - timedelta(days=settings.retention_days)
        comparer = Comparer(
            now=iso(journal.began_at),
            oldest=max(document["start"], iso(oldest)),
            source_of=lambda _community: source,
        )
        return await asyncio.to_thread(comparer.compare, community, seen, stored, listed=True)

    async def _mark_copies(self, work: WriteContext[BackfillJournal]) -> None:
        """Mark copies among the posts that were read since the last time, and near them."""
        document = work.journal.document
        if not document["uncompared"]:
            return
        first, last = document["uncompared"]
        found = await unmarked_near(
            self.store, self.settings.watched, first, last, community=document["community"]
        )
        changes = {
            name: Changes(posts=posts, hours={hour_of(post["order_key"]) for post in posts})
            for name, posts in found.items()
        }
        if changes:
            await write_changes(work, changes)
        document["uncompared"] = []
        await _settle(work)


def _are_copies_due(document: Backfill) -> bool:
    return compared_days(document["uncompared"]) >= WITHIN or document["is_read"]


async def _settle(work: WriteContext[BackfillJournal]) -> None:
    """Bring all statistics up to date, and store the document."""
    if work.journal.pending:
        await work.recount.finish()
    else:
        await work.journal.save()
