"""The cost of a shard's turn, taken from turns that were run, and turns that are only modelled.

A modelled turn is a real one in all that shards share: leases, queue, cycle, states and due times,
and its sources' requests with their time. It reads no items and writes none. Its request units and
seconds without those come from the turns that were run: a share for the turn, each poll, each new
item and each request of the sweep.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from bench.fleet_activity import POST_EVERY, Member, items_between
from bench.fleet_simulation import END, PLAN, Event
from bench.fleet_sources import Servers
from bench.fleet_store import OF_ALL
from collector.collection.recount import MAX_LAG
from collector.shards.collecting import ShardCollector, is_due
from collector.sources.reddit.listing import LISTING_CAP, PAGE
from collector.writers.lease import HeldLease
from shared.cycles import new_cycle, no_counts
from shared.errors import DeadlineReached
from shared.models import CommunityState, ShardCycle
from shared.shards import ShardMessage, due_after, due_since
from shared.store import COMMUNITIES, CYCLES, SHARDS, Store
from shared.times import iso, parse_iso

LISTINGS: Final = 2
# What turns of a model pay for themselves: its documents grow with the fleet.
SHARED: Final = frozenset({"cycle", "shard_queue", "lease"})


@dataclass(frozen=True)
class Shares:
    """The shares of a turn's price or time."""

    turn: float
    poll: float
    item: float
    swept: float

    def of(self, polls: int, items: int, swept: int) -> float:
        """Return the price or the time of a turn."""
        return self.turn + self.poll * polls + self.item * items + self.swept * swept


@dataclass(frozen=True)
class Prices:
    """The cost of turns and of ends of cycles.

    hours_of_all is the number of hours of `all` that change when totals are added up.
    """

    units: Shares
    seconds: Shares
    hours_of_all: float
    end_units: float
    end_seconds: float
    plan_seconds: float


def read_prices(text: str) -> Prices:
    """Return prices that were kept as JSON."""
    kept = json.loads(text)
    units, seconds = Shares(**kept.pop("units")), Shares(**kept.pop("seconds"))
    return Prices(units=units, seconds=seconds, **kept)


def prices_of(events: Sequence[Event]) -> Prices:
    """Return the shares of these turns by least squares, where none is negative."""
    turns = [event for event in events if event.what not in {PLAN, END}]
    ends = [event for event in events if event.what == END]
    own = [
        sum(units for kind, units in event.units.items() if kind not in {*SHARED, OF_ALL})
        for event in turns
    ]
    return Prices(
        units=_shares(turns, own),
        seconds=_shares(turns, [event.own_seconds for event in turns]),
        hours_of_all=_mean(event.hours_of_all for event in events if event.hours_of_all),
        end_units=_mean(event.request_units for event in ends),
        end_seconds=_mean(event.own_seconds for event in ends),
        plan_seconds=_mean(event.own_seconds for event in events if event.what == PLAN),
    )


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / max(1, len(found))


def _shares(turns: Sequence[Event], values: Sequence[float]) -> Shares:
    swept = [max(0, each.requests - LISTINGS * each.polls) for each in turns]
    columns = np.array(
        [[1.0, each.polls, each.new, more] for each, more in zip(turns, swept, strict=True)]
    )
    kept = list(range(columns.shape[1]))
    while True:
        found = np.linalg.lstsq(columns[:, kept], np.array(values), rcond=None)[0]
        negative = [column for column, value in zip(kept, found, strict=True) if value < 0]
        if not negative:
            break
        kept = [column for column in kept if column not in negative]
    shares = dict(zip(kept, map(float, found), strict=True))
    return Shares(*(shares.get(column, 0.0) for column in range(columns.shape[1])))


@dataclass(frozen=True, kw_only=True)
class ModelledCollector(ShardCollector):
    """Collects shards whose items aren't read: for a fleet too large to run whole."""

    servers: Servers
    members: Mapping[str, Member]
    prices: Prices
    all_hour_units: tuple[float, float]
    """The prices of putting one shard's shares, and those of several, into an hour of `all`."""
    notes: list[datetime]
    """When shards ended whose shares `all` doesn't have yet."""
    by_shard: Mapping[str, list[CommunityState]]
    units: Counter[str]
    """Where the request units of what isn't run are added."""
    unpriced: Store

    async def _turn(self, message: ShardMessage, held: HeldLease) -> ShardCycle:
        held.check()
        servers, now = self.servers, self.clock()
        source = self.settings.source_of(self.by_shard[message.shard][0]["id"])
        part: ShardCycle = {
            **new_cycle(message.shard, iso(now), "timer", self.settings.origin),
            "kind": "shard",
            "ttl": -1,
            "cycle": message.cycle,
            "turn": message.turn,
            "left": 0,
            "stalled": 0,
            "status": "completed",
        }
        until = servers.until_of(now, stalled=0)
        cycle = await self.unpriced.read(CYCLES, "cycle", message.cycle) or part
        since = due_since(cycle["start_time"], cycle["trigger"], now, self.interval)
        due = [state for state in self.by_shard[message.shard] if is_due(state, now, "")]
        due.sort(key=lambda state: state["last_attempt_at"])
        swept, read = 0, list[CommunityState]()
        try:
            for state in due:
                part["new"] += self._poll(state, until, since)
                read.append(state)
            for _ in range(self._swept(cycle, message.shard, len(due))):
                servers.take(source, until)
                swept += 1
        except DeadlineReached:
            part["left"] = len(due) - len(read)
        part["communities"] = {state["id"]: no_counts() for state in read}
        part["communities_processed"] = [state["id"] for state in read]
        await self.unpriced.upsert(COMMUNITIES, read)
        await self.unpriced.upsert(SHARDS, [part])
        self._charge(len(read), part["new"], swept)
        return part

    def _poll(self, state: CommunityState, until: datetime, since: datetime) -> int:
        """Poll a community, and return the number of its new items. Raises DeadlineReached."""
        member, last = self.members[state["id"]], parse_iso(state["last_attempt_at"])
        self.servers.note_poll(member.name)
        now = self.clock()
        new = items_between(member, last, now)
        for listed in (new // POST_EVERY, new - new // POST_EVERY):
            for _ in range(min(LISTING_CAP, listed) // PAGE + 1):
                self.servers.take(member.source, until)
        state["last_attempt_at"], state["due_at"] = iso(now), due_after(state, since, self.interval)
        return new

    def _charge(self, polls: int, items: int, swept: int) -> None:
        prices = self.prices
        self.servers.clock.advance(prices.seconds.of(polls, items, swept))
        self.units["turns"] += prices.units.turn  # type: ignore[assignment]
        self.units["polls"] += prices.units.poll * polls  # type: ignore[assignment]
        self.units["new items"] += prices.units.item * items  # type: ignore[assignment]
        self.units["sweep"] += prices.units.swept * swept  # type: ignore[assignment]
        self.notes.append(self.clock())
        if self.notes[0] < self.clock() - MAX_LAG:
            units = self.all_hour_units[len(self.notes) > 1]
            self.units[OF_ALL] += prices.hours_of_all * units  # type: ignore[assignment]
            self.notes.clear()


def by_shard(states: Iterable[CommunityState]) -> dict[str, list[CommunityState]]:
    """Return the states by their shards."""
    found: dict[str, list[CommunityState]] = defaultdict(list)
    for state in states:
        found[state["shard"]].append(state)
    return found
