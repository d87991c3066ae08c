"""Plans a cycle that is collected in shards: which are due, and which messages go to the queue."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from collector.collection.context import CycleContext
from collector.collection.journal import CycleJournal
from collector.collection.pipeline import move_respelled
from collector.collection.recount import Recount
from collector.collection.requested import forget_request
from collector.collection.state import collection_state
from collector.sentiment.base import Method
from collector.shards.assignment import assigned, unwatched_shards
from collector.shards.collecting import CLOCKS_APART, is_due
from collector.shards.documents import (
    alive,
    change_cycle,
    change_queue,
    failed_shard,
    with_error,
)
from collector.shards.queue import planned, under_way
from collector.watchlist.mentions import MentionRules
from collector.writers.journal import free_id
from collector.writers.lease import NO_WAIT, HeldLease, LeaseWait, lease
from collector.writers.session import Writer
from shared.communities import SOURCES, SourceName
from shared.cycles import lease_holder, new_cycle
from shared.errors import CycleEnded
from shared.logs import event
from shared.models import Cycle, Origin, ShardPlan, ShardQueue, ShardsState, Trigger, WorkStatus
from shared.rematches import begin_matched
from shared.settings import Settings
from shared.shards import NEVER, SHARDING, Sharding, ShardMessage, source_of_shard
from shared.store import (
    COLLECTION,
    COMMUNITIES,
    CYCLES,
    LEASES,
    SHARD_PLAN,
    SHARD_QUEUES,
    SHARDS,
    Store,
)
from shared.store.community_states import (
    BUCKETS,
    all_states,
    due_states,
    never_read,
    states_of_shard,
)
from shared.subjects.watchlist import keep_watchlist
from shared.times import Clock, iso, utc_now

log = logging.getLogger(__name__)

PLAN = "plan"
# The assignment waits for the shards under way, and for other writers.
ASSIGNMENT_WAIT = LeaseWait(600.0)
MAX_DUE = 20_000
OPEN_CYCLES = 50


@dataclass(frozen=True)
class Planned:
    """A cycle that was planned, and the messages that begin it."""

    cycle: str
    messages: Sequence[ShardMessage]


class PlanJournal(CycleJournal):
    """The document of a cycle while its communities are assigned: the shards go on with it."""

    @classmethod
    async def begin(
        cls, store: Store, held: HeldLease, clock: Clock, *, trigger: Trigger, origin: Origin
    ) -> "PlanJournal":
        """Write the document of a cycle that starts now; its id is the lease's holder."""
        cycle = sharded_cycle(held.holder, clock(), trigger, origin)
        return cls(store, held, clock, cycle, await store.create(CYCLES, cycle))

    async def end(self, status: WorkStatus) -> None:
        """Close the document if the assignment failed; else leave it to the shards."""
        if status == "failed":
            await super().end(status)
            return
        self.document["reconciled"] = "yes"
        await self.save()

    async def closed(self) -> None:
        """Count the cycle if it failed."""
        if self.document["status"] == "failed":
            await super().closed()


def sharded_cycle(cycle_id: str, now: datetime, trigger: Trigger, origin: Origin) -> Cycle:
    """Return the document of a cycle that is collected in shards, before it has any."""
    cycle = new_cycle(cycle_id, iso(now), trigger, origin)
    cycle["turns"], cycle["open_shards"], cycle["oldest_new"] = {}, [], None
    return alive(cycle, now)


@dataclass(frozen=True)
class Planner:
    """Plans cycles of a store."""

    store: Store
    settings: Settings
    method: Method
    clock: Clock = utc_now
    sharding: Sharding = SHARDING

    async def plan(
        self, trigger: Trigger, *, cycle_id: str | None = None, lease_wait: LeaseWait = NO_WAIT
    ) -> Planned:
        """Plan a cycle: put the shards on their queues that are due and not under way.

        What the cycle before left waiting is part of this one. A cycle that isn't the timer's
        collects all communities. Raises CycleRunning if another planner is at work, CycleEnded if
        the requested cycle has already run, SettingsError, and StoreError.
        """
        holder = cycle_id or await free_id(self.store, "cycle", self.clock)
        async with lease(
            self.store,
            holder,
            seconds=self.settings.lease_seconds,
            clock=self.clock,
            lease_wait=lease_wait,
            name=PLAN,
        ) as held:
            known = await self.store.read(CYCLES, "cycle", holder)
            if known is not None and known["status"] != "running":
                await forget_request(self.store, holder)
                raise CycleEnded(f"{holder} has run already: it {known['status']}")
            await collection_state(self.store, self.settings.origin)
            plan = await read_plan(self.store)
            # A planner that is killed leaves no cycle that the next one doesn't know.
            cycles = list(dict.fromkeys([holder, *plan["cycles"]]))[:OPEN_CYCLES]
            latest = max(plan.get("latest", ""), iso(self.clock()))
            plan = {**plan, "cycles": cycles, "latest": latest}
            await self.store.upsert(SHARD_PLAN, [plan])
            watched = digest_of(self.settings.watched)
            if known is None:
                plan["unwatched"] = await self._begin(holder, trigger, plan, watched)
            await forget_request(self.store, holder)
            held.check()
            messages = await self._put(holder, trigger, plan)
            messages += await self._repair([each for each in cycles if each != holder])
            held.check()
            left = [each for each in cycles if await self._is_open(each)]
            # One that is begun again may have been killed before all were assigned.
            assigned_names = watched if known is None else plan["watched"]
            fresh: ShardPlan = {**plan, "watched": assigned_names, "cycles": left}
            await self.store.upsert(SHARD_PLAN, [fresh])
        event(log, "cycle.planned", cycle=holder, trigger=trigger, messages=len(messages))
        return Planned(holder, messages)

    async def _begin(
        self, cycle_id: str, trigger: Trigger, plan: ShardPlan, watched: str
    ) -> list[str]:
        """Write the cycle's document, after new communities were assigned to shards.

        Return the shards without a watched community.
        """
        if plan["watched"] != watched or await self._unassigned():
            return await self._assign(cycle_id, trigger)
        cycle = sharded_cycle(cycle_id, self.clock(), trigger, self.settings.origin)
        cycle["reconciled"] = "yes"
        await self.store.create(CYCLES, cycle)
        return plan["unwatched"]

    async def _unassigned(self) -> bool:
        """Return whether a community was added that has no shard yet."""
        return bool(await states_of_shard(self.store, "", 1))

    async def _assign(self, cycle_id: str, trigger: Trigger) -> list[str]:
        """Assign communities, while no shard and no other writer is at work.

        Return the shards without a watched community.
        """

        async def begin(held: HeldLease) -> PlanJournal:
            origin = self.settings.origin
            return await PlanJournal.begin(
                self.store, held, self.clock, trigger=trigger, origin=origin
            )

        writer = Writer(self.store, self.clock, self.settings.lease_seconds, ASSIGNMENT_WAIT)
        async with writer.session("cycle", begin, work_id=cycle_id) as journal:
            watchlist = await keep_watchlist(self.store, self.clock())
            await begin_matched(self.store, watchlist, self.clock())
            context = CycleContext(
                store=self.store,
                sources={},
                method=self.method,
                rules=MentionRules.of(watchlist, self.settings.watched),
                settings=self.settings,
                journal=journal,
                recount=Recount(self.store, journal, self.clock),
                clock=self.clock,
            )
            await move_respelled(context)
            states = {state["id"]: state async for state in all_states(self.store)}
            for name in self.settings.watched:
                states.setdefault(name, never_read(name))
            changed = assigned(
                states.values(),
                self.settings.watched,
                self.settings.source_of,
                size=self.sharding.size,
            )
            journal.check()
            # Written first, so that shards that are not wanted any more are found.
            await self._note_shards({state["shard"] for state in [*states.values(), *changed]})
            await self.store.upsert(COMMUNITIES, changed)
        now_known = {**states, **{state["id"]: state for state in changed}}
        return unwatched_shards(now_known.values())

    async def _note_shards(self, shards: set[str]) -> None:
        """Note in the state of collection that there are shards."""
        state = await self.store.read(COLLECTION, "collection", "collection")
        if state is not None:
            failed = state["shards"]["failed"] if "shards" in state else {}
            state["shards"] = ShardsState(count=len(shards - {""}), failed=failed)
            await self.store.upsert(COLLECTION, [state])

    async def _put(self, cycle_id: str, trigger: Trigger, plan: ShardPlan) -> list[ShardMessage]:
        """Put the due shards on their queues, and return the messages to send."""
        now = self.clock()
        was_ahead = plan.get("latest", "") > iso(now + CLOCKS_APART)
        due = await self._due(now if trigger == "timer" else None, reads_all=was_ahead)
        for shard in await self._to_sweep(plan["unwatched"], now):
            if (source := source_of_shard(shard)) is not None:
                due.setdefault(source, []).append(shard)
        known = await self._queues()
        alive_shards = await self._alive(known.values(), now)
        candidates = _candidates(due, known)
        # Before a shard may end, the cycle knows that it is open.
        await change_cycle(self.store, cycle_id, lambda cycle: _opened(cycle, candidates, now))
        messages: list[ShardMessage] = []
        for source in SOURCES:
            if source in due or source in known:
                own = due.get(source, [])
                put = await change_queue(
                    self.store,
                    source,
                    lambda queue, own=own: planned(queue, cycle_id, own, alive_shards, now),  # type: ignore[misc]
                )
                if put:
                    messages += put[1]
                    await self._note_failed(cycle_id, known.get(source), put[0], now)
        return [*messages, *await self._repair([cycle_id])]

    async def _note_failed(
        self, cycle_id: str, before: ShardQueue | None, after: ShardQueue, now: datetime
    ) -> None:
        """Note in the cycle which shards have failed since, as their workers were killed."""
        known = before["failed"] if before else {}
        for shard, each in after["failed"].items():
            if shard not in known:
                error = failed_shard(shard, each["reason"])
                await change_cycle(
                    self.store,
                    cycle_id,
                    lambda cycle, error=error: with_error(cycle, error, now),  # type: ignore[misc]
                )

    async def _repair(self, cycles: Iterable[str]) -> list[ShardMessage]:
        """Close what no queue has any more, and return the messages that end cycles."""
        known, now = await self._queues(), self.clock()
        messages: list[ShardMessage] = []
        for cycle_id in cycles:
            left = {shard for queue in known.values() for shard in under_way(queue, cycle_id)}
            cycle = await change_cycle(
                self.store,
                cycle_id,
                lambda cycle, left=left: _only(cycle, left, now),  # type: ignore[misc]
            )
            if cycle and cycle["status"] == "running" and not cycle.get("open_shards"):
                messages.append(ShardMessage(cycle=cycle_id))
        return messages

    async def _due(self, now: datetime | None, *, reads_all: bool) -> dict[SourceName, list[str]]:
        """Return by source the shards of communities that are due, the busiest community's first.

        So they keep their place from cycle to cycle, and quiet ones have a day for theirs. Of
        equals the longest waiting is first. Without a time, all communities are due. reads_all
        finds those, too, whose due times lie too far ahead, since the clock of a plan did.
        """
        until = NEVER if now is None or reads_all else iso(now)
        states = [
            state
            for bucket in BUCKETS
            for state in await due_states(self.store, bucket, until, MAX_DUE)
            if now is None or is_due(state, now, "")
        ]
        states.sort(key=lambda state: (-(state.get("hourly") or 0.0), state["due_at"]))
        found: dict[SourceName, dict[str, None]] = {}
        for state in states:
            if (source := source_of_shard(state["shard"])) is not None:
                found.setdefault(source, {})[state["shard"]] = None
        return {source: list(shards) for source, shards in found.items()}

    async def _to_sweep(self, unwatched: Sequence[str], now: datetime) -> list[str]:
        """Return those of the shards without a watched community that weren't swept for a day."""
        keys = [("shard", shard) for shard in unwatched]
        found = await self.store.read_many(SHARDS, keys) if keys else {}
        swept = {part["id"]: part["start_time"] for part in found.values()}
        day_ago = iso(now - timedelta(days=1))
        return [each for each in unwatched if not day_ago < swept.get(each, "") <= iso(now)]

    async def _queues(self) -> dict[SourceName, ShardQueue]:
        keys = [("shard_queue", source) for source in SOURCES]
        found = await self.store.read_many(SHARD_QUEUES, keys)
        return {queue["id"]: queue for queue in found.values()}

    async def _alive(self, known: Iterable[ShardQueue], now: datetime) -> set[str]:
        """Return the shards with a message that a worker collects: other work doesn't count."""
        keys = [("lease", shard) for queue in known for shard in queue["sent"]]
        found = await self.store.read_many(LEASES, keys)
        return {each["id"] for each in found.values() if lease_holder(each, now) == each["id"]}

    async def _is_open(self, cycle_id: str) -> bool:
        found = await self.store.read(CYCLES, "cycle", cycle_id)
        return found is not None and found["status"] == "running"


async def read_plan(store: Store) -> ShardPlan:
    """Return the plan, or one that has planned nothing yet."""
    found = await store.read(SHARD_PLAN, "shard_plan", "plan")
    return found or ShardPlan(
        id="plan", kind="shard_plan", ttl=-1, cycles=[], watched="", unwatched=[]
    )


def digest_of(names: Iterable[str]) -> str:
    """Return what tells whether other names are watched."""
    return blake2b("\n".join(sorted(names)).encode(), digest_size=16).hexdigest()


def _candidates(due: dict[SourceName, list[str]], known: dict[SourceName, ShardQueue]) -> list[str]:
    """Return the shards that the cycle may put: due ones, and those on the queues."""
    names = [shard for shards in due.values() for shard in shards]
    for queue in known.values():
        names += [*(each["shard"] for each in queue["waiting"]), *queue["sent"]]
    return list(dict.fromkeys(names))


def _opened(cycle: Cycle, shards: Iterable[str], now: datetime) -> Cycle:
    """Return a cycle with these shards open that haven't had a turn in it."""
    turns = {**dict.fromkeys(shards, 0), **cycle.get("turns", {})}
    known = cycle.get("open_shards", [])
    opened: Cycle = {
        **cycle,
        "turns": turns,
        "open_shards": [shard for shard, turn in turns.items() if not turn or shard in known],
    }
    return alive(opened, now)


def _only(cycle: Cycle, left: set[str], now: datetime) -> Cycle | None:
    """Return a cycle whose open shards are those that are left; None if they are so already."""
    kept = [shard for shard in cycle.get("open_shards", []) if shard in left]
    if kept == cycle.get("open_shards", []):
        return None
    turns = {s: turn for s, turn in cycle.get("turns", {}).items() if turn or s in left}
    only: Cycle = {**cycle, "open_shards": kept, "turns": turns}
    return alive(only, now)
