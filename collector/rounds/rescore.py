"""Scores stored items again, shard by shard, beside their collection.

The shards with stale items have their turns, one batch each, newest hours first. A batch is read
and scored while the shard is collected. It is written with the leases of the shard's writers, and
its hours are noted for the totals. Once all shards are done, the totals are added up, and the items
that wait are counted again.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from collector.maintenance.backlog import Backlog, PartProgress, TakenOver
from collector.maintenance.journals import RescoreJournal
from collector.maintenance.rescore import RescoreEnd, Rescorer, log_paused
from collector.maintenance.rescore_batch import Batch
from collector.maintenance.stale import (
    HOURS_AT_ONCE,
    MAX_HOURS,
    Hour,
    HourQueue,
    Stale,
    StaleHour,
    hours_of,
    own_hours_of,
)
from collector.rollups.hours import Shares, rebuild_all
from collector.rounds.documents import change_round, new_round, read_round
from collector.rounds.journal import PartJournal, reading_claim, shard_claim
from collector.rounds.worker import RoundEnd, RoundWorker, TurnEnd
from collector.sentiment.rescoring import Paused
from collector.shards.totals import Totals, leave_note
from collector.writers.deadline import Check, no_check
from collector.writers.journal import Kind
from collector.writers.lease import LET_GO_SECONDS, LOOK_AGAIN_SECONDS, HeldLease, LeaseWait
from collector.writers.session import Writer, closing_journal
from shared.errors import CycleRunning, DeadlineReached
from shared.logs import event
from shared.models import RoundName, ShardPart, ShardRound
from shared.scoring import read_scoring
from shared.store import SHARD_PARTS
from shared.store.community_states import all_states, states_of_shard
from shared.telemetry import span

log = logging.getLogger(__name__)

KIND: Final[Kind] = "rescore"
# Watched communities, and those that aren't any more: many more than a shard has.
MAX_COMMUNITIES = 1000
# As for a cycle in shards.
TOTALS_LAG = timedelta(seconds=60)
# Names of the counts of a round. What failed before is tried again in it, or not.
RETRIES = "retries"
ITEMS = "items"
BROKEN = "broken"


@dataclass(frozen=True)
class ShardRescorer:
    """Rescores a store by shard: one worker on a round, whose run is the ticket.

    rescorer says how a batch is scored. A batch is written once its shard is free, and lost after
    write_wait. has_time raises DeadlineReached once no time is left to add up totals.
    """

    rescorer: Rescorer
    write_wait: LeaseWait
    has_time: Check = no_check
    totals_lag: timedelta = TOTALS_LAG

    @property
    def name(self) -> RoundName:
        """Return the name of the round."""
        return "score" if self.rescorer.state == "scoring" else "score_by_model"

    async def to_its_end(self) -> RescoreEnd:
        """Take over from any other run, and rescore until nothing is left.

        Raises what `run` raises.
        """
        return await self.finish(await self.rescorer.backlog.take_over())

    async def finish(self, ticket: str) -> RescoreEnd:
        """Begin the round of a ticket, and work on it alone until nothing is left."""
        scored = 0
        while True:
            try:
                await self.begin(ticket)
            except TakenOver:
                return _taken_over(self.rescorer.backlog, scored)
            done = await self.run(ticket, scored=scored, may_go_on=False)
            scored = done.rescored
            if not await self._is_under_way(ticket):
                return done
            # Another worker has the last shards, or was killed, and its lease runs out.
            await asyncio.sleep(LET_GO_SECONDS)

    async def begin(self, ticket: str) -> bool:
        """Begin the round of a ticket, unless it has begun; return whether it began now.

        Its workers are then to be sent for. Raises TakenOver and StoreError.
        """
        store = self.rescorer.store
        before = await read_round(store, self.name)
        if before is not None and before["run"] == ticket:
            return False
        stale, is_retried = await self.rescorer.backlog.begin_round(ticket)
        shards = await self._shards() if stale.hours else []
        # The last round may have been given up: it goes on with the shards that are next.
        first = [each for each in (before["open"] if before else []) if each in shards]
        in_turn = list(dict.fromkeys([*first, *shards]))
        fresh = new_round(self.name, ticket, in_turn, self.rescorer.clock())
        fresh["counts"] = {RETRIES: int(is_retried)}
        await change_round(
            store, self.name, lambda found: None if found and found["run"] == ticket else fresh
        )
        return True

    async def run(self, ticket: str, *, scored: int = 0, may_go_on: bool = True) -> RescoreEnd:
        """Take turns of shards until none is open or the time is over.

        scored items were written before. may_go_on says that another round may follow, whose ticket
        the caller sends. Raises CycleRunning if the totals can't be added up at the end, since
        another writer holds or wants a lease, LeaseLost, Stopped and StoreError.
        """
        backlog = self.rescorer.backlog
        work = _Work(self, backlog, ticket, Stale(Counter(), []), scored)
        with span("rescore", {"undertone.method": backlog.current}):
            try:
                await backlog.alive(ticket)
                work.stale = await backlog.find()
                work.show()
                return await self._run(work, may_go_on=may_go_on)
            except TakenOver:
                return _taken_over(backlog, work.scored)

    async def _run(self, work: "_Work", *, may_go_on: bool) -> RescoreEnd:
        """Take turns, and do the end of the round. Raises TakenOver."""

        def is_over() -> bool:
            return work.is_stopped or self.rescorer.is_over()

        store, clock = self.rescorer.store, self.rescorer.clock
        worker = RoundWorker(store, work, clock, is_over, self._add_up_late)
        end = await worker.run(work.ticket)
        if work.is_taken_over:
            return _taken_over(work.backlog, work.scored)
        if work.paused or end.is_done or end.failed:
            return await self._end(work, end, may_go_on=may_go_on)
        # A round that is another's begins again, unless the ticket is void.
        await work.backlog.owned(work.ticket)
        return await work.end(goes_on=end.goes_on or end.is_other)

    async def _end(self, work: "_Work", end: RoundEnd, *, may_go_on: bool) -> RescoreEnd:
        """Add up the totals, and count again; it is repeated after a kill. Raises TakenOver."""
        await work.backlog.alive(work.ticket)
        try:
            await self._add_up()
        except DeadlineReached:
            return await work.end(goes_on=True)
        found = await read_round(self.rescorer.store, self.name)
        counts = found["counts"] if found else {}
        recounted = await self._recount_differing(await work.backlog.find())
        is_hindered = bool(work.paused or end.failed or counts.get(BROKEN))
        has_changed = bool(counts.get(ITEMS) or recounted)
        state = await work.backlog.end_round(
            work.ticket, may_go_on=may_go_on and has_changed and not is_hindered
        )
        event(
            log,
            "scoring.done",
            method=state["method"],
            rescored=counts.get(ITEMS, 0),
            waiting=state["waiting"],
            failed=sum(state["failed"].values()),
        )
        return await work.end(goes_on=state["ticket"] is not None)

    async def _is_under_way(self, ticket: str) -> bool:
        state = await read_scoring(self.rescorer.store, self.rescorer.state)
        return state is not None and state["ticket"] == ticket

    async def _shards(self) -> list[str]:
        """Return all shards. A community that has none yet comes with a later round."""
        shards = {state["shard"] async for state in all_states(self.rescorer.store)}
        return sorted(shards - {""})

    @property
    def _totals(self) -> Totals:
        rescorer = self.rescorer
        return Totals(rescorer.store, rescorer.clock, rescorer.settings.lease_seconds)

    async def _add_up_late(self) -> None:
        await self._totals.add_up_late(self.name, self.totals_lag, self.has_time)

    async def _add_up(self) -> None:
        """Add up all that waits. Raises CycleRunning and DeadlineReached."""
        until = asyncio.get_running_loop().time() + self.write_wait.seconds
        while True:
            try:
                await self._totals.add_up(self.name, self.has_time)
            except CycleRunning:
                if asyncio.get_running_loop().time() >= until:
                    raise
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
            else:
                return

    async def _recount_differing(self, stale: Stale) -> int:
        """Recount hours that are stale by `all`, but not by the days of their communities.

        Such days were stored before they named the methods of mentions. Return the number.
        """
        rescorer = self.rescorer
        store, accepted = rescorer.store, rescorer.method.accepted
        # New items are stale in the newest ones.
        names = [each.hour for each in sorted(stale.hours)[:HOURS_AT_ONCE]]
        if not names:
            return 0
        of_all = await hours_of(store, names, accepted)
        own = await own_hours_of(store, sorted({e.community for e in of_all}), names, accepted)
        known = {each.name for each in own}
        differing = [each for each in of_all if each.name not in known][:MAX_HOURS]
        if not differing:
            return 0
        batch = Batch(done={})
        for each in differing:
            batch.done.setdefault(each.community, set()).add(each.hour)

        async def begin(held: HeldLease) -> RescoreJournal:
            method = rescorer.backlog.current
            return await RescoreJournal.begin(store, held, rescorer.clock, method=method)

        seconds = rescorer.settings.lease_seconds
        writer = Writer(store, rescorer.clock, seconds, self.write_wait)
        with suppress(CycleRunning):  # The end of the next round does it.
            async with writer.session(KIND, begin) as journal:
                add_up = partial(rebuild_all, store)
                await rescorer.batches.write(journal, batch, add_up=add_up, note=_no_note)
                return len(differing)
        return 0


@dataclass
class _Work:
    """The work of one worker on a round, with what it has done.

    stale has the hours that were stale by `all` when it began: no other hour of a shard is looked
    at.
    """

    shards: ShardRescorer
    backlog: Backlog
    ticket: str
    stale: Stale
    scored: int
    error: str | None = None
    paused: Paused | None = None
    is_taken_over: bool = False

    @property
    def name(self) -> RoundName:
        return self.shards.name

    @property
    def is_stopped(self) -> bool:
        """Return whether no other turn may begin."""
        return self.is_taken_over or self.paused is not None

    def claim(self, shard: str) -> AbstractAsyncContextManager[HeldLease]:
        rescorer = self.shards.rescorer
        seconds = rescorer.settings.lease_seconds
        return reading_claim(
            rescorer.store, self.name, shard, seconds=seconds, clock=rescorer.clock
        )

    async def turn(self, found: ShardRound, shard: str, held: HeldLease) -> TurnEnd:
        """Score and write the next batch of a shard."""
        try:
            return await self._turn(found, shard, held)
        except TakenOver:
            self.is_taken_over = True
            return TurnEnd(is_done=False)

    async def _turn(self, found: ShardRound, shard: str, held: HeldLease) -> TurnEnd:
        """Take a turn. Raises TakenOver, and CycleRunning if the shard stays busy."""
        rescorer = self.shards.rescorer
        state = await self.backlog.owned(self.ticket)
        part = await rescorer.store.read(SHARD_PARTS, KIND, f"{KIND}_{self._part_of(shard)}")
        counts = part["counts"] if part and part["run"] == self.ticket else {}
        tried = part["cursor"] if part and part["run"] == self.ticket else None
        queue = await self._queue(found, shard, state["failed"], tried)
        hours = await queue.next(rescorer.batch_items)
        batch = await rescorer.batches.scored(hours)
        held.check()
        queue.put_back(batch.left)
        now_tried = _last_tried(hours, batch, state["failed"], tried)
        scored = 0
        if batch.is_written or now_tried != tried or (part and part["reconciled"] == "no"):
            scored, counts = await self._write(shard, batch, now_tried)
        await self._note(batch, scored)
        # What failed before may be all that fails: the method itself needn't be broken.
        is_broken = batch.scored.is_broken and not all(e.name in state["failed"] for e in hours)
        is_done = is_broken or not (self.paused or await queue.next(1))
        return TurnEnd(is_done, {**counts, BROKEN: int(is_broken)})

    async def _queue(
        self, found: ShardRound, shard: str, failed: dict[str, int], tried: str | None
    ) -> HourQueue:
        """Return the hours of a shard that have stale items."""
        store, accepted = self.shards.rescorer.store, self.shards.rescorer.method.accepted
        states = await states_of_shard(store, shard, MAX_COMMUNITIES)
        names = [state["id"] for state in states]

        async def find(hours: Sequence[str]) -> list[Hour]:
            return await own_hours_of(store, names, hours, accepted)

        hours: list[StaleHour] = [*self.stale.hours]
        is_retried = bool(found["counts"].get(RETRIES))
        return HourQueue(find, hours, dict(failed), is_retried, tried)

    async def _write(
        self, shard: str, batch: Batch, tried: str | None
    ) -> tuple[int, dict[str, int]]:
        """Write a batch with the leases of its shard, and return its items and the part's counts.

        Raises CycleRunning.
        """
        rescorer = self.shards.rescorer
        store, clock = rescorer.store, rescorer.clock
        scored = 0

        async def add_up(shares: Shares) -> None:
            await leave_note(store, shard, shares, clock)

        async with self._writing_claim(shard) as held:
            journal = await PartJournal.reopen(
                store, held, clock, kind=KIND, shard=self._part_of(shard), run=self.ticket
            )

            def note(items: int) -> None:
                nonlocal scored
                scored = items
                _count(journal.document, items)

            async with closing_journal(journal):
                await rescorer.batches.write(journal, batch, add_up=add_up, note=note)
                journal.document["cursor"] = tried
        return scored, journal.document["counts"]

    @asynccontextmanager
    async def _writing_claim(self, shard: str) -> AsyncIterator[HeldLease]:
        """Hold the leases of a shard's writers, once they are free. Raises CycleRunning.

        While another writer has the one, the other is free.
        """
        rescorer = self.shards.rescorer
        seconds = rescorer.settings.lease_seconds
        loop = asyncio.get_running_loop()
        until = loop.time() + self.shards.write_wait.seconds
        async with AsyncExitStack() as stack:
            while True:
                claim = shard_claim(
                    rescorer.store, self.name, shard, seconds=seconds, clock=rescorer.clock
                )
                try:
                    held = await stack.enter_async_context(claim)
                    break
                except CycleRunning:
                    if loop.time() >= until:
                        raise
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
            yield held

    async def _note(self, batch: Batch, scored: int) -> None:
        """Note what came of a batch. Raises TakenOver."""
        self.scored += scored
        self.error = batch.scored.error or self.error
        self.paused = batch.paused
        failed = batch.failed
        if batch.scored.pairs and not batch.scored.is_broken:
            # Where there was no time for all of an hour, the rest of it comes next, and not last.
            failed = {name: n for name, n in failed.items() if name in batch.names_done}
        if batch.paused:
            log_paused(batch.paused, self.backlog.current)
        error = batch.scored.error if failed else None
        progress = PartProgress(scored, failed, batch.names_done, error, batch.paused)
        if scored or progress.failed or progress.cured or batch.paused:
            await self.backlog.note_part(self.ticket, progress)
        self.show()

    def _part_of(self, shard: str) -> str:
        """Return what names a shard's part: that of a language model is its own."""
        return shard if self.name == "score" else f"{shard}_model"

    def show(self) -> None:
        """Show how far it has come."""
        # Of items with stale mentions alone, one of an hour was counted.
        self.shards.rescorer.progress(self.scored, max(self.stale.items, self.scored))

    async def end(self, *, goes_on: bool) -> RescoreEnd:
        """Return how the run ends."""
        store, state_id = self.shards.rescorer.store, self.shards.rescorer.state
        state = await read_scoring(store, state_id)
        return RescoreEnd(
            id=None,
            method=self.backlog.current,
            rescored=self.scored,
            waiting=state["waiting"] if state else 0,
            failed=sum(state["failed"].values()) if state else 0,
            error=self.error,
            goes_on=goes_on,
            paused=self.paused.reason if self.paused else None,
            ticket=state["ticket"] if state and goes_on else None,
        )


def _last_tried(
    hours: Sequence[Hour], batch: Batch, failed: dict[str, int], tried: str | None
) -> str | None:
    """Return the last of a shard's hours that failed before and were tried again in this run."""
    left = "" if batch.scored.is_broken else max((e.name for e in batch.left), default="")
    again = [each.name for each in hours if each.name in failed and each.name > left]
    return min([*again, *([tried] if tried else [])], default=None)


def _count(part: ShardPart, items: int) -> None:
    part["counts"] = {ITEMS: part["counts"].get(ITEMS, 0) + items}


def _no_note(_items: int) -> None:
    """Count no item: none was scored."""


def _taken_over(backlog: Backlog, scored: int) -> RescoreEnd:
    return RescoreEnd(
        id=None,
        method=backlog.current,
        rescored=scored,
        waiting=0,
        failed=0,
        error=None,
        goes_on=False,
        is_taken_over=True,
    )
