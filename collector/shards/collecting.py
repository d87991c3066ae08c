"""Collects one shard: its communities that are due, its sweep, and its part of the cycle."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from collector.collection.context import CycleContext, Progress, no_progress
from collector.collection.pipeline import Collected, collect_part
from collector.collection.recount import Recount
from collector.collection.state import collection_state
from collector.rollups.hours import Shares
from collector.sentiment.base import Method
from collector.shards.beside import ShardAtWorkError, shard_leases
from collector.shards.documents import (
    change_cycle,
    change_queue,
    with_part,
    with_turn,
    without_shard,
    without_turn,
)
from collector.shards.journal import ShardJournal, is_of, read_part
from collector.shards.queue import (
    SIDE_BY_SIDE,
    Sending,
    begun,
    ended,
    gone_wrong,
    sent_again,
    sent_as,
)
from collector.shards.totals import leave_note
from collector.sources.base import Source
from collector.watchlist.mentions import MentionRules
from collector.writers.lease import NO_WAIT, HeldLease, LeaseWait
from collector.writers.session import closing_journal
from shared.communities import REDDIT, SourceName, source_of
from shared.errors import DeadlineReached, LeaseLost, Stopped, StoreError
from shared.logs import event
from shared.models import CommunityState, Cycle, ShardCycle, ShardQueue
from shared.settings import Settings
from shared.shards import (
    NEVER,
    ShardMessage,
    due_after,
    due_since,
    source_of_shard,
    sweep_requests,
)
from shared.store import CYCLES, SHARD_QUEUES, Store
from shared.store.community_states import states_of_shard
from shared.subjects.watchlist import read_watchlist
from shared.times import Clock, iso, utc_now

log = logging.getLogger(__name__)

# As many watched communities, and as many that aren't, as any shard may have.
MAX_MEMBERS = 1000
# Turns in a row that read nothing, each with more time than the one before.
MAX_STALLED = 4
# A collection that ended further in the future than this has a wrong time.
CLOCKS_APART = timedelta(minutes=2)

OpenSources = Callable[[Settings, int], AbstractContextManager[Mapping[SourceName, Source]]]
"""Opens the sources of the settings' communities; a number of stalled turns asks for more time."""


@dataclass(frozen=True)
class ShardCollector:
    """Collects shards with these dependencies.

    interval is the schedule's: no community is due sooner.
    """

    store: Store
    open_sources: OpenSources
    method: Method
    settings: Settings
    interval: timedelta
    clock: Clock = utc_now
    progress: Progress = no_progress
    lease_wait: LeaseWait = NO_WAIT

    async def run(self, message: ShardMessage) -> list[ShardMessage]:
        """Collect the shard of a message, and return the messages to send next.

        A message that doesn't count any more, or whose shard is at work, is left out: the messages
        are then those that may follow it. After an error the shard is tried again behind the others
        of its source. Raises CycleRunning where another writer doesn't let it begin: send the
        message again. Raises LeaseLost and StoreError, and what cancels it.
        """
        source = source_of_shard(message.shard)
        if source is None:
            event(log, "shard.skipped", shard=message.shard, cycle=message.cycle)
            return []
        if sent_as(await self._queue(source), message) is None:
            return await self._skip(message, source)
        seconds, waits = self.settings.lease_seconds, self.lease_wait.seconds
        try:
            async with shard_leases(
                self.store,
                message.shard,
                message.shard,
                source,
                cycle=message.cycle,
                seconds=seconds,
                clock=self.clock,
                # That of a killed worker is waited for; one that is alive has the same message.
                shard_wait=LeaseWait(waits, yields_to="shard"),
                lease_wait=self.lease_wait,
            ) as held:
                return await self._run(message, source, held)
        except ShardAtWorkError as error:
            sent = sent_as(await self._queue(source), message)
            # A worker that has not begun may hold a message that doesn't count any more.
            if error.holder != message.shard or (sent is not None and not sent.get("begun")):
                raise
            return await self._skip(message, source)

    async def _skip(self, message: ShardMessage, source: SourceName) -> list[ShardMessage]:
        """Leave a message out, and return what its worker may have been killed before it sent."""
        event(log, "shard.skipped", shard=message.shard, cycle=message.cycle)
        now = self.clock()
        sent = await change_queue(self.store, source, lambda queue: sent_again(queue, message, now))
        return [*(sent[1] if sent else ()), *await self._end_of_cycle(message.cycle)]

    async def _queue(self, source: SourceName) -> ShardQueue | None:
        return await self.store.read(SHARD_QUEUES, "shard_queue", source)

    async def _run(
        self, message: ShardMessage, source: SourceName, held: HeldLease
    ) -> list[ShardMessage]:
        """Collect the shard under its leases."""

        def begin(queue: ShardQueue) -> Sending | None:
            if sent_as(queue, message) is None:
                return None
            return begun(queue, message, self.clock()), []

        if await change_queue(self.store, source, begin) is None:
            return await self._skip(message, source)
        try:
            part = await self._turn(message, held)
        except (LeaseLost, StoreError, Stopped):
            raise
        except Exception as error:
            log.exception("shard.broke shard=%s", message.shard)
            return await self._fail(message, source, f"{type(error).__name__}: {error}")
        goes_on = part["left"] > 0
        now = self.clock()
        await self._count(part, is_open=goes_on)
        sent = await change_queue(
            self.store,
            source,
            lambda queue: (
                ended(queue, message, now, goes_on=goes_on) if sent_as(queue, message) else None
            ),
        )
        if goes_on and sent and sent[0]["cycle"] != message.cycle:
            await self._move_turn(message, sent[0]["cycle"], now)
        return [*(sent[1] if sent else ()), *await self._end_of_cycle(message.cycle)]

    async def _move_turn(self, message: ShardMessage, later: str, now: datetime) -> None:
        """Have a later cycle, which was planned meanwhile, wait for the shard's next turn."""
        shard = message.shard
        await change_cycle(self.store, later, lambda cycle: with_turn(cycle, shard, now))
        await change_cycle(self.store, message.cycle, lambda cycle: without_turn(cycle, shard, now))

    async def _fail(
        self, message: ShardMessage, source: SourceName, reason: str
    ) -> list[ShardMessage]:
        """Put the shard behind the others, or close it in its cycle after its last attempt."""
        now = self.clock()
        sent = await change_queue(
            self.store,
            source,
            lambda queue: (
                gone_wrong(queue, message, reason, now) if sent_as(queue, message) else None
            ),
        )
        if sent is None:
            return []
        queue, messages = sent
        waits = any(each["shard"] == message.shard for each in queue["waiting"])
        if waits or message.shard in queue["sent"]:
            return messages
        part = await read_part(self.store, message.shard)
        if part is not None and is_of(part, message):
            await self._count(part, is_open=True)
        await change_cycle(
            self.store,
            message.cycle,
            lambda cycle: without_shard(cycle, message.shard, reason, now),
        )
        return [*messages, *await self._end_of_cycle(message.cycle)]

    async def _turn(self, message: ShardMessage, held: HeldLease) -> ShardCycle:
        """Do the shard's turn, unless it was done before, and return its part of the cycle."""
        known = await read_part(self.store, message.shard)
        if known is not None and not is_of(known, message):
            # It may have been killed after its last write, or before its counts were added.
            await self._count(known, is_open=False)
        if known is not None and is_of(known, message) and known["status"] == "completed":
            return known
        cycle = await self.store.read(CYCLES, "cycle", message.cycle)
        trigger = cycle["trigger"] if cycle else "timer"
        await collection_state(self.store, self.settings.origin)
        journal = await ShardJournal.open(
            self.store,
            held,
            self.clock,
            message,
            trigger=trigger,
            origin=self.settings.origin,
            known=known,
        )
        async with closing_journal(journal):
            # One that somebody asked for collects all: in the first turn, and then what is left.
            since = cycle["start_time"] if cycle and message.turn > 1 else NEVER
            whole_since = "" if trigger == "timer" else since
            await self._collect(journal, whole_since, cycle or journal.part)
        return journal.part

    async def _collect(self, journal: ShardJournal, whole_since: str, cycle: Cycle) -> None:
        part, now = journal.part, self.clock()
        members = await states_of_shard(self.store, part["id"], MAX_MEMBERS)
        watched = frozenset(self.settings.watched)
        due = [
            state["id"]
            for state in members
            if state["id"] in watched and is_due(state, now, whole_since)
        ]
        swept = self._swept(cycle, part["id"], len(due))
        settings = _settings_of(self.settings, due, swept)
        since = due_since(cycle["start_time"], cycle["trigger"], now, self.interval)
        watchlist = await read_watchlist(self.store)

        async def add_up(shares: Shares) -> None:
            await leave_note(self.store, part["id"], shares, self.clock)

        # Where nothing is due, the items of communities that aren't watched any more are swept.
        has_client = source_of_shard(part["id"]) not in SIDE_BY_SIDE
        to_open = due or [state["id"] for state in members if has_client]
        opened = _settings_of(self.settings, to_open, swept)
        with self.open_sources(opened, part["stalled"]) as sources:
            context = CycleContext(
                store=self.store,
                sources=sources,
                method=self.method,
                rules=MentionRules.of(watchlist, self.settings.watched),
                settings=settings,
                journal=journal,
                recount=Recount(self.store, journal, self.clock, add_up=add_up),
                clock=self.clock,
                progress=self.progress,
                shard=part["id"],
                next_poll=lambda state, _: due_after(state, since, self.interval),
            )
            states = {state["id"]: state for state in members}
            done = await collect_part(context, list(states), states)
        part["oldest_new"] = done.oldest_new
        _note_left(part, due, done)

    def _swept(self, cycle: Cycle, shard: str, polls: int) -> int:
        """Return the requests of a shard's sweep: its share, where the cycle's have one client."""
        source, asked = source_of_shard(shard), self.settings.sweep_requests
        if source in SIDE_BY_SIDE:
            return asked
        shards = sum(source_of_shard(each) == source for each in cycle.get("turns", {}))
        return sweep_requests(asked, polls, shards, self.interval)

    async def _count(self, part: ShardCycle, *, is_open: bool) -> None:
        """Add a part to its cycle; its counts are added once."""
        now = self.clock()
        await change_cycle(
            self.store, part["cycle"], lambda cycle: with_part(cycle, part, now, is_open=is_open)
        )

    async def _end_of_cycle(self, cycle_id: str) -> list[ShardMessage]:
        """Return the message that ends a cycle, if no shard of it is open."""
        cycle = await change_cycle(self.store, cycle_id, lambda _: None)
        if cycle is None or cycle["status"] != "running" or cycle.get("open_shards", [""]):
            return []
        return [ShardMessage(cycle=cycle_id)]


def is_due(state: CommunityState, now: datetime, whole_since: str) -> bool:
    """Return whether a community is collected now.

    whole_since is the time since when all are to be collected, or empty. One whose last collection
    lies in the future was collected by a wrong clock, and is due.
    """
    if state["due_at"] == NEVER:
        return False
    last = state["last_attempt_at"]
    return state["due_at"] <= iso(now) or last < whole_since or last > iso(now + CLOCKS_APART)


def _settings_of(settings: Settings, names: Sequence[str], swept: int) -> Settings:
    """Return the settings with these communities as the watched ones, and a sweep's requests."""
    return settings.model_copy(
        update={
            "subreddits": tuple(name for name in names if source_of(name) == REDDIT),
            "communities": tuple(name for name in names if source_of(name) != REDDIT),
            "sweep_requests": swept,
        }
    )


def _note_left(part: ShardCycle, due: Sequence[str], done: Collected) -> None:
    """Note in the part which communities its time didn't reach: they have another turn."""
    read = set(part["communities_processed"])
    left = len(set(due) - read)
    is_late = any(isinstance(error, DeadlineReached) for error in done.ended_by.values())
    part["stalled"] = part["stalled"] + 1 if left and not read else 0
    part["left"] = left if is_late and part["stalled"] <= MAX_STALLED else 0
