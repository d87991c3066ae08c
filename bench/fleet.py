"""A day of a fleet: `python -m bench.fleet [--communities N] [--hours H] [--json]`.

The planner, the queue and the shards are the product's, over SQLite with Cosmos DB's published
prices (`bench/priced_store.py`). Sources are stand-ins with Reddit's pace, and the clock is passed
in. Up to REAL communities everything is run, after a first collection. Beyond, that is done for a
sample. Then the planner, the queues, the leases and the cycles are run for the whole fleet, with
turns that cost what those of the sample did (`bench/fleet_model.py`). docs/scale.md has results.
"""

import argparse
import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from bench import bill
from bench.fleet_activity import Member, fleet, items_between
from bench.fleet_model import ModelledCollector, Prices, by_shard, prices_of, read_prices
from bench.fleet_report import table
from bench.fleet_simulation import (
    BUSY_HOURLY,
    END,
    INTERVAL,
    PLAN,
    QUIET_HOURLY,
    WAIT,
    Freshness,
    Simulation,
    freshness,
    request_units_by_minute,
    steady_state,
)
from bench.fleet_sources import REDDIT_REQUESTS_A_MINUTE, Clock, Servers
from bench.fleet_store import FleetStore
from collector.rollups.hours import rebuild_all, share_of
from collector.rollups.subjects import HourShare
from collector.sentiment.base import light
from collector.sentiment.registry import method_named
from collector.shards.assignment import assigned
from collector.shards.collecting import ShardCollector
from shared.communities import REDDIT, SourceName
from shared.models import CommunityState
from shared.settings import Settings, load_settings
from shared.shards import SHARDING
from shared.store import COMMUNITIES, Store
from shared.store.community_states import never_read
from shared.store.sqlite import SqliteStore
from shared.text.forms import FORMS
from shared.times import hour_of, iso, parse_iso
from tests.api.world import a_post

BEGIN: Final = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
# More take hours on two cores.
REAL: Final = 300
# The sample whose turns give the prices of larger fleets.
SAMPLE, SAMPLE_HOURS = 60, 4.0
# The sample's listings are as long as on a day like any other.
PAST: Final = timedelta(days=30)
# As many as end while totals wait for a minute.
SHARDS_TOGETHER: Final = 8
METHOD: Final = light(method_named("linear", FORMS))


@dataclass(frozen=True)
class Report:
    """The results of a simulation of `hours` hours; everything a day is scaled to 24 hours.

    is_real says that every turn was run, and not modelled.
    """

    communities: int
    hours: float
    clients: int
    is_real: bool
    shards: int
    polls_a_day: float
    new_items_a_day: float
    freshness: Mapping[str, Freshness]
    reddit_requests_a_day: float
    reddit_share_of_pace: float
    most_requests_in_ten_minutes: int
    doubled: int
    turns_a_day: float
    executions_a_day: float
    active_seconds_a_day: float
    longest_turn_seconds: float
    longest_turn_own_seconds: float
    mean_turn_own_seconds: float
    longest_plan_seconds: float
    request_units_a_day: float
    request_units_by_kind: Mapping[str, float]
    peak_request_units_a_second: float
    largest_bytes: Mapping[str, int]
    unfinished_shards: int
    dollars_a_month: Mapping[str, float]


def settings_of(folder: Path, members: Sequence[Member], **more: object) -> Settings:
    """Return settings that watch these communities."""
    loaded = load_settings({"SQLITE_PATH": str(folder / "fleet.db")})
    return loaded.model_copy(
        update={
            "subreddits": tuple(each.name for each in members if each.source == REDDIT),
            "communities": tuple(each.name for each in members if each.source != REDDIT),
            "retention_days": PAST.days,
            # A clock that jumps over a turn must not end its lease.
            "lease_seconds": 600,
            **more,
        }
    )


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[FleetStore, Store]]:
    """Open a priced store over a SQLite file in a folder, and that file's own."""
    inner = await SqliteStore.open(folder / "fleet.db", retry_seconds=20)
    try:
        yield FleetStore(inner), inner
    finally:
        await inner.close()


async def run_whole(folder: Path, count: int, hours: float, clients: int) -> Simulation:
    """Run a fleet with all its items: a first collection, and then the timer's cycles."""
    members = fleet(count)
    servers = servers_of(members, clients)
    settings = settings_of(folder, members)
    async with opened(folder) as (store, inner):
        collector = ShardCollector(
            store, servers.open_sources, METHOD, settings, INTERVAL, servers.clock, lease_wait=WAIT
        )
        simulation = Simulation(store, inner, settings, servers, collector, METHOD)
        await simulation.collect_all()
        await simulation.run(hours)
    return simulation


async def run_model(
    folder: Path, count: int, hours: float, clients: int, prices: Prices
) -> Simulation:
    """Run the planner, the queues and the cycles of a fleet, with turns at these prices."""
    members = fleet(count)
    servers = servers_of(members, clients)
    settings = settings_of(folder, members)
    hour_units, largest = await hour_of_all(folder, members)
    async with opened(folder) as (store, inner):
        states = _assigned(members, settings, servers.clock())
        await store.upsert(COMMUNITIES, states)
        collector = ModelledCollector(
            store,
            servers.open_sources,
            METHOD,
            settings,
            INTERVAL,
            servers.clock,
            lease_wait=WAIT,
            servers=servers,
            members=servers.members,
            prices=prices,
            all_hour_units=hour_units,
            by_shard=by_shard(states),
            units=store.units,
            notes=[],
            unpriced=inner,
        )
        simulation = Simulation(store, inner, settings, servers, collector, METHOD)
        simulation.last = {each["id"]: parse_iso(each["last_attempt_at"]) for each in states}
        await simulation.run(hours)
    for kind, size in largest.items():
        store.largest[kind] = max(size, store.largest.get(kind, 0))
    return simulation


def servers_of(members: Sequence[Member], clients: int) -> Servers:
    """Return the servers of these communities, at the begin of the simulation."""
    by_name = {each.name: each for each in members}
    return Servers(by_name, Clock(BEGIN), (BEGIN - PAST).timestamp(), clients)


def _assigned(members: Sequence[Member], settings: Settings, now: datetime) -> list[CommunityState]:
    """Return the states of communities that are watched for long, in shards as the planner does."""
    names = [each.name for each in members]
    fresh = [never_read(name) for name in names]
    shards = {
        state["id"]: state["shard"]
        for state in assigned(fresh, names, settings.source_of, size=SHARDING.size)
    }
    return [steady_state(each, shards[each.name], now) for each in members]


async def hour_of_all(
    folder: Path, members: Sequence[Member]
) -> tuple[tuple[float, float], dict[str, int]]:
    """Write an hour of `all` of these communities through the real writer.

    Return the prices of one shard's changes of it and of those of several, and the largest
    documents by kind.
    """
    begin = BEGIN + timedelta(hours=12)
    shares = {each.name: _share(each, begin) for each in members}
    with_items = {name: share for name, share in shares.items() if share}
    inner = await SqliteStore.open(folder / "hour.db", retry_seconds=20)
    store = FleetStore(inner)
    try:
        await rebuild_all(store, with_items)
        units = [await _priced(store, members, shards, begin) for shards in (1, SHARDS_TOGETHER)]
    finally:
        await inner.close()
    return (units[0], units[1]), store.largest


async def _priced(
    store: FleetStore, members: Sequence[Member], shards: int, begin: datetime
) -> float:
    """Return the price of putting the changed shares of some shards into an hour of `all`."""
    step = max(1, len(members) // (SHARDING.size * shards))
    changed = {each.name: _share(each, begin, shards) for each in members[step // 2 :: step]}
    with store.counting() as spent:
        await rebuild_all(store, {name: share for name, share in changed.items() if share})
    return spent.request_units


def _share(member: Member, begin: datetime, more: int = 0) -> dict[str, HourShare]:
    """Return a community's share of an hour, or nothing where it has no item then."""
    count = items_between(member, begin, begin + timedelta(hours=1))
    if not count:
        return {}
    seconds = 3600 / (count + more)
    posts = [
        a_post(number, begin + timedelta(seconds=seconds * number), member.name)
        for number in range(count + more)
    ]
    return {hour_of(iso(begin)): share_of(posts, [])}


def report_of(simulation: Simulation, hours: float, *, is_real: bool) -> Report:
    """Return what a simulation has seen."""
    events, servers = simulation.events, simulation.servers
    a_day = 24 / hours
    turns = [event for event in events if event.what not in {PLAN, END}]
    requests = _by_window(servers, REDDIT)
    units = Counter[str]()
    for event in events:
        units.update(event.units)
    units_a_day = sum(units.values()) * a_day
    active = sum(max(bill.MIN_PERIOD.amount, event.seconds) for event in events) * a_day
    allowed = REDDIT_REQUESTS_A_MINUTE * servers.clients * 60 * hours
    month = bill.Month(
        request_units=units_a_day * bill.DAYS_A_MONTH,
        gigabytes=0,
        executions=len(events) * a_day * bill.DAYS_A_MONTH,
        seconds=active * bill.DAYS_A_MONTH,
        timer_runs=48 * bill.DAYS_A_MONTH,
    )
    own = [event.own_seconds for event in turns]
    return Report(
        communities=len(servers.members),
        hours=hours,
        clients=servers.clients,
        is_real=is_real,
        shards=len(simulation.shards),
        polls_a_day=sum(map(len, servers.polls.values())) * a_day,
        new_items_a_day=sum(event.new for event in turns) * a_day,
        freshness=_freshness(simulation),
        reddit_requests_a_day=sum(requests.values()) * a_day,
        reddit_share_of_pace=sum(requests.values()) / allowed,
        most_requests_in_ten_minutes=max(requests.values(), default=0),
        doubled=len(simulation.doubled),
        turns_a_day=len(turns) * a_day,
        executions_a_day=len(events) * a_day,
        active_seconds_a_day=active,
        longest_turn_seconds=max((event.seconds for event in turns), default=0.0),
        longest_turn_own_seconds=max(own, default=0.0),
        mean_turn_own_seconds=sum(own) / max(1, len(own)),
        longest_plan_seconds=max(event.own_seconds for event in events if event.what == PLAN),
        request_units_a_day=units_a_day,
        request_units_by_kind={kind: each * a_day for kind, each in units.most_common()},
        peak_request_units_a_second=max(request_units_by_minute(events).values()) / 60,
        largest_bytes=dict(sorted(simulation.store.largest.items(), key=lambda each: -each[1])),
        unfinished_shards=len(simulation.waiting),
        dollars_a_month={
            "Cosmos DB, serverless, without storage": bill.cosmos_bills(month)["serverless"],
            "Functions": bill.functions_bill(month)["bill"],
        },
    )


def _by_window(servers: Servers, source: SourceName) -> dict[datetime, int]:
    return {window: count for (name, window), count in servers.requests.items() if name == source}


def _freshness(simulation: Simulation) -> dict[str, Freshness]:
    """Return the freshness of busy and of quiet communities, and of those between."""
    groups: dict[str, list[Member]] = {"busy": [], "between": [], "quiet": []}
    for member in simulation.servers.members.values():
        name = "quiet" if member.hourly <= QUIET_HOURLY else "between"
        groups["busy" if member.hourly >= BUSY_HOURLY else name].append(member)
    polls, now = simulation.servers.polls, simulation.clock()
    return {
        name: freshness(members, polls, simulation.last, now)
        for name, members in groups.items()
        if members
    }


@dataclass(frozen=True)
class Sample:
    """The sample whose turns give the prices: it is run once, and a file keeps them."""

    count: int
    hours: float
    kept: Path

    async def prices(self) -> Prices:
        """Run the sample, unless its file is there, and return its prices."""
        if not self.kept.exists():
            with tempfile.TemporaryDirectory() as folder:
                simulation = await run_whole(Path(folder), self.count, self.hours, 1)
            self.kept.write_text(json.dumps(asdict(prices_of(simulation.events)), indent=2))
        return read_prices(self.kept.read_text())


async def measured(count: int, hours: float, clients: int, sample: Sample) -> Report:
    """Simulate a fleet, and return its report."""
    with tempfile.TemporaryDirectory() as folder:
        if count <= REAL:
            simulation = await run_whole(Path(folder), count, hours, clients)
            return report_of(simulation, hours, is_real=True)
        prices = await sample.prices()
        simulation = await run_model(Path(folder), count, hours, clients, prices)
        return report_of(simulation, hours, is_real=False)


def main() -> None:
    """Simulate each number of communities, and print the reports."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--communities", default="1000", help="one number, or several (1000)")
    parser.add_argument("--hours", type=float, default=24.0, help="of the simulation (24)")
    parser.add_argument("--clients", default="1", help="of Reddit; one number, or one each (1)")
    parser.add_argument("--sample", type=int, default=SAMPLE, help=f"communities run ({SAMPLE})")
    parser.add_argument("--prices", type=Path, help="a file that keeps what the sample cost")
    parser.add_argument("--json", action="store_true", help="a JSON list")
    given = parser.parse_args()
    counts = [int(count) for count in given.communities.split(",")]
    clients = [int(count) for count in given.clients.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        sample = Sample(given.sample, SAMPLE_HOURS, given.prices or Path(folder) / "prices.json")
        reports = [
            asyncio.run(measured(count, given.hours, each, sample))
            for count, each in zip(counts, clients * (len(counts) // len(clients)), strict=True)
        ]
    shown = json.dumps([asdict(each) for each in reports], indent=2)
    print(shown if given.json else table(reports))


if __name__ == "__main__":
    main()
