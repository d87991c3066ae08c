"""Runs the planner and the shards of a fleet on a clock of its own, one event after another.

An event is a tick of the timer, or a message of the queue. Each is carried out whole at its begin,
and what it leads to begins at its end. So a tick sees a shard that is under way as ended, with the
next one sent: either way it must not put it again.
"""

import heapq
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil
from typing import Final

from bench.fleet_activity import Member
from bench.fleet_sources import Clock, Servers
from bench.fleet_store import FleetStore
from collector.sentiment.base import Method
from collector.shards.collecting import ShardCollector
from collector.shards.planner import Planner
from collector.shards.worker import ShardWorker
from collector.writers.lease import LeaseWait
from shared.models import CommunityState, Trigger
from shared.settings import Settings
from shared.shards import ITEMS_AT_ONCE, MAX_PAUSE, ShardMessage, due_after, source_of_shard
from shared.store import SHARDS, Store
from shared.store.community_states import all_states, never_read
from shared.times import iso

INTERVAL: Final = timedelta(minutes=30)
# Half of the interval at which a worker looks into the queue: maxPollingInterval of host.json.
HOP_SECONDS: Final = 1.0
# No shard waits for another one here, since events don't overlap.
WAIT: Final = LeaseWait(0.0)
MINUTE: Final = timedelta(minutes=1)
# A poll is due by this item rate in each interval, or only once a day.
BUSY_HOURLY: Final = ITEMS_AT_ONCE / (INTERVAL / timedelta(hours=1))
QUIET_HOURLY: Final = ITEMS_AT_ONCE / (MAX_PAUSE / timedelta(hours=1))
# A poll comes by this much later than it should where the shard's turn takes its two minutes.
TURN: Final = timedelta(minutes=2)
PLAN: Final = "plan"
END: Final = "end"


@dataclass(frozen=True)
class Event:
    """One event that was carried out: `what` is PLAN, END, or the source of a shard's turn.

    own_seconds are of this process, and seconds are from begin to end on the simulation's clock.
    """

    what: str
    begin: datetime
    seconds: float
    own_seconds: float
    units: Mapping[str, float]
    polls: int
    requests: int
    new: int
    hours_of_all: int

    @property
    def request_units(self) -> float:
        """Return the price of all its operations."""
        return sum(self.units.values())


@dataclass
class Simulation:
    """A fleet with its store, its sources, its queue and what was seen of it."""

    store: FleetStore
    inner: Store
    settings: Settings
    servers: Servers
    collector: ShardCollector
    method: Method
    waiting: list[tuple[datetime, int, ShardMessage]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    on_queue: set[str] = field(default_factory=set)
    doubled: list[str] = field(default_factory=list)
    """The shards of which a second message was sent before the first was done with."""
    last: dict[str, datetime] = field(default_factory=dict)
    """When each community was polled before what `polls` has."""
    shards: set[str] = field(default_factory=set)
    number: int = 0

    @property
    def clock(self) -> Clock:
        """Return the clock."""
        return self.servers.clock

    async def collect_all(self) -> None:
        """Collect every community once, and forget what was seen of it."""
        await self._plan("cli")
        await self._work_until(None)
        self.last = {name: moments[-1] for name, moments in self.servers.polls.items()}
        self.events.clear()
        self.servers.polls.clear()
        self.servers.requests.clear()

    async def run(self, hours: float) -> None:
        """Run the timer and the queue for this time, from the next tick on."""
        now = self.clock.now
        tick = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
        tick += INTERVAL if tick < now else timedelta(0)
        end = tick + timedelta(hours=hours)
        while tick < end:
            await self._work_until(tick)
            self.clock.now = tick
            await self._plan("timer")
            tick += INTERVAL
        await self._work_until(end)
        self.clock.now = end
        self.shards = {state["shard"] async for state in all_states(self.inner)}

    async def _work_until(self, end: datetime | None) -> None:
        """Work on the messages that begin before a time, or on all."""
        while self.waiting and (end is None or self.waiting[0][0] < end):
            begin, _, message = heapq.heappop(self.waiting)
            self.on_queue.discard(message.shard)
            self.clock.now = begin
            await self._work(message)

    async def _plan(self, trigger: Trigger) -> None:
        planner = Planner(self.store, self.settings, self.method, self.clock)
        begun = self._begin()
        planned = await planner.plan(trigger)
        self._note(PLAN, begun)
        self._send(planned.messages)

    async def _work(self, message: ShardMessage) -> None:
        begun = self._begin()
        messages = await ShardWorker(self.collector, WAIT).work(message)
        part = await self.inner.read(SHARDS, "shard", message.shard) if message.shard else None
        self._note(source_of_shard(message.shard) or END, begun, part["new"] if part else 0)
        self._send(messages)

    def _send(self, messages: Iterable[ShardMessage]) -> None:
        for message in messages:
            if message.shard and message.shard in self.on_queue:
                self.doubled.append(message.shard)
            self.on_queue.add(message.shard)
            self.number += 1
            at = self.clock.now + timedelta(seconds=HOP_SECONDS)
            heapq.heappush(self.waiting, (at, self.number, message))

    def _begin(self) -> "_Begun":
        servers = self.servers
        self.store.hours_of_all.clear()
        return _Begun(
            self.clock.now,
            time.process_time(),
            Counter(self.store.units),
            sum(map(len, servers.polls.values())),
            servers.requests.total(),
        )

    def _note(self, what: str, begun: "_Begun", new: int = 0) -> None:
        """Note an event, whose own time comes on top of that of its requests."""
        own = time.process_time() - begun.own
        self.clock.advance(own)
        servers = self.servers
        units = Counter(self.store.units)
        units.subtract(begun.units)
        self.events.append(
            Event(
                what=what,
                begin=begun.at,
                seconds=(self.clock.now - begun.at).total_seconds(),
                own_seconds=own,
                units={kind: price for kind, price in units.items() if price},
                polls=sum(map(len, servers.polls.values())) - begun.polls,
                requests=servers.requests.total() - begun.requests,
                new=new,
                hours_of_all=len(self.store.hours_of_all),
            )
        )


@dataclass(frozen=True)
class _Begun:
    """The counts at the begin of an event."""

    at: datetime
    own: float
    units: Counter[str]
    polls: int
    requests: int


@dataclass(frozen=True)
class Freshness:
    """The pauses between the polls of a kind of communities.

    held is the share of pauses that were no longer than the community's bound, and worst_minutes
    the longest pause, both with those that go on at the end. unread counts communities without any
    poll, though they should have had one.
    """

    communities: int
    held: float
    worst_minutes: float
    unread: int


def bound_of(member: Member) -> timedelta:
    """Return the promised pause of a community by its activity.

    It is an interval for a busy one and a day for a quiet one, and the turn that the tick begins
    may take its two minutes. One between has what five items take, and its place in the cycle.
    """
    if member.hourly >= BUSY_HOURLY:
        return INTERVAL + TURN
    if member.hourly <= QUIET_HOURLY:
        return MAX_PAUSE + TURN
    return _pause(member) + INTERVAL


def _pause(member: Member) -> timedelta:
    """Return the pause that the product leaves, in whole intervals."""
    pause = ITEMS_AT_ONCE / member.hourly * timedelta(hours=1)
    return INTERVAL * ceil(max(INTERVAL, min(pause, MAX_PAUSE - INTERVAL)) / INTERVAL)


def freshness(
    members: Sequence[Member],
    polls: Mapping[str, Sequence[datetime]],
    last: Mapping[str, datetime],
    now: datetime,
) -> Freshness:
    """Return the freshness of some communities, polled at `last` before the other polls."""
    held, pauses, unread = 0, list[timedelta](), 0
    for member in members:
        moments = [last[member.name], *polls.get(member.name, ())]
        own = [later - earlier for earlier, later in pairwise(moments)]
        bound = bound_of(member)
        if now - moments[-1] > bound:
            own.append(now - moments[-1])
            unread += len(moments) == 1
        held += sum(pause <= bound for pause in own)
        pauses += own
    share = held / len(pauses) if pauses else 1.0
    return Freshness(len(members), share, max(pauses, default=timedelta(0)) / MINUTE, unread)


def request_units_by_minute(events: Iterable[Event]) -> dict[datetime, float]:
    """Return the request units by minute, with those of an event spread over its time."""
    found: dict[datetime, float] = defaultdict(float)
    for event in events:
        first = event.begin.replace(second=0, microsecond=0)
        count = int((event.begin + timedelta(seconds=event.seconds) - first) / MINUTE) + 1
        for number in range(count):
            found[first + number * MINUTE] += event.request_units / count
    return found


def steady_state(member: Member, shard: str, now: datetime) -> CommunityState:
    """Return the state of a community that is watched for long; now is a tick.

    The tick of its last poll lies in its pause before now, anywhere.
    """
    state: CommunityState = {**never_read(member.name), "shard": shard, "hourly": member.hourly}
    ticks = _pause(member) // INTERVAL
    last = now - INTERVAL * (1 + int(member.phase * ticks))
    state["last_attempt_at"] = state["last_collected_at"] = iso(last)
    state["due_at"] = due_after(state, last, INTERVAL)
    return state
