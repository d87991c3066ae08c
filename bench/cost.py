"""The costs of the product on Azure: `python -m bench.cost [--json]`.

Runs the real collector and API over the sample feed for a day of 48 cycles on its own clock, with a
store that prices each request as Cosmos DB publishes it (`bench/request_units.py`). Computes the
month's bill from these prices (`bench/bill.py`). It takes some minutes.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean
from typing import Any, TypeVar, cast

from bench import bill
from bench.cost_report import tables
from bench.endpoints import asked, first_view, list_cycles, look, look_at, topics
from bench.fill import fill_months
from bench.fill_subjects import made_watchlist, starter_subjects
from bench.month import CYCLES_A_DAY, LOOK, LOOK_AT_CYCLE, NEWS, month_of, open_tab_month
from bench.priced_store import PricedStore
from bench.spent import Cost, cost_of, mean_of
from bench.subject_endpoints import Read
from collector.maintenance.cleanup import Cleaner
from collector.rollups.subject_months import write_subject_months
from collector.rollups.subject_tables import SubjectRows, rows_of_day, write_tables
from collector.trending.finder import Trends
from local.reddit.feed import feed_of
from local.reddit.limits import RateLimit
from local.reddit.server import StandIn, create_app
from shared.costs import track
from shared.models import ALL, Cycle, DayStats, Post, Subject
from shared.settings import Settings, load_settings
from shared.stats.subjects import subject_scope
from shared.store import (
    CYCLES,
    DAYS,
    HOURS_OF_ALL,
    POSTS,
    WATCHLIST,
    Container,
    Query,
    Store,
    open_store,
)
from shared.store.scan import after
from shared.times import day_of, iso
from tests.api.world import deps_of
from tests.collector.harness import run_cycle
from tests.fixtures.stores import CosmosServer, running_cosmos_server

R = TypeVar("R")

BEGIN = datetime(2026, 11, 23, 13, 5, 7, tzinfo=UTC)
INTERVAL = timedelta(minutes=30)
SUBJECTS = 10
SAMPLE_DAYS = 7
# Half a year, because a comparison of 90 days reads the 90 days before them, too.
HISTORY_WEEKS = 26
ALL_AT_ONCE = 500
LOOKS = 8  # A page that looks once a minute reads what collections change in one of eight.
# More than a sweep ever needs, so that it re-reads every item.
WHOLE_SWEEP = 1_000
UNCHANGED = ("steady cycle, nothing changed, no sweep", "steady cycle, nothing changed")


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    now: datetime = BEGIN

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


@dataclass
class World:
    """The product with the sample feed, on a clock of its own."""

    store: PricedStore
    settings: Settings
    subjects: Sequence[Subject]
    clock: Clock = field(default_factory=Clock)

    async def cycle(self, **more: Any) -> tuple[Cost, Cycle]:
        """Run a cycle, and return its cost and document; `more` are settings for this cycle."""
        settings = self.settings.model_copy(update=more)
        return await self.costed(lambda: run_cycle(self.store, settings, clock=self.clock))

    async def trending(self) -> Cost:
        """Find what is trending, and return the cost."""
        return (await self.costed(Trends(self.store, self.settings, self.clock).find))[0]

    async def cleanup(self) -> Cost:
        """Remove the oldest of the sample's days, and return the cost."""
        settings = self.settings.model_copy(update={"retention_days": SAMPLE_DAYS})
        return (await self.costed(Cleaner(self.store, settings, self.clock).run))[0]

    async def read(self, *reads: Read) -> Cost:
        """Return the cost of these reads of the API."""
        deps = deps_of(
            self.store,
            now=self.clock,
            names=self.settings.subreddits,
            COMMUNITIES=",".join(self.settings.communities),
            FORUMS=",".join(f"{name}={url}" for name, url in self.settings.forums.items()),
        )

        async def all_of_them() -> None:
            for each in reads:
                await each(deps)

        return (await self.costed(all_of_them))[0]

    async def costed(self, work: Callable[[], Awaitable[R]]) -> tuple[Cost, R]:
        """Run the work, and return its cost and its result."""
        began = time.perf_counter()
        with self.store.counting() as spent:
            done = await work()
        return cost_of(spent, time.perf_counter() - began), done


@asynccontextmanager
async def world_in(folder: Path, subjects: int) -> AsyncIterator[World]:
    """Yield the product over the sample feed, with an empty database."""
    clock = Clock()
    app = create_app(
        feed_of(None, clock=clock, live=True), rate_limit=RateLimit(requests=1_000_000)
    )
    with StandIn(app) as reddit:
        settings = load_settings(
            {"SQLITE_PATH": str(folder / "cost.db"), "REDDIT_BASE_URL": reddit.base_url}
        )
        store = PricedStore(await open_store(settings, retry_seconds=20))
        watched = starter_subjects(subjects)
        await store.upsert(WATCHLIST, [made_watchlist(watched, iso(BEGIN))])
        try:
            yield World(store, settings, watched, clock)
        finally:
            await store.close()


async def a_day(world: World, cycles: int) -> tuple[list[Cost], list[Cost], int]:
    """Simulate `cycles` half hours; return the costs of cycles and trending, and the new items."""
    collected: list[Cost] = []
    found: list[Cost] = []
    new = 0
    for number in range(cycles):
        world.clock.now += INTERVAL
        cost, cycle = await world.cycle()
        collected.append(cost)
        new += cycle["new"]
        if number % 2:
            found.append(await world.trending())
    return collected, found, new


async def unchanged(world: World) -> dict[str, Cost]:
    """Return the costs of cycles without any change, one without the sweep and one with it."""
    await world.cycle(sweep_requests=WHOLE_SWEEP)
    without, with_it = UNCHANGED
    return {
        without: (await world.cycle(sweep_requests=0))[0],
        with_it: (await world.cycle())[0],
    }


def sweep_of(work: Mapping[str, Cost]) -> Cost:
    """Return the cost of the sweep alone: a cycle with it minus a cycle without it."""
    without, with_it = (work[name] for name in UNCHANGED)
    return Cost(
        with_it.request_units - without.request_units,
        with_it.operations - without.operations,
        with_it.items_written - without.items_written,
        max(0.0, with_it.seconds - without.seconds),
        {kind: units - without.by_kind.get(kind, 0) for kind, units in with_it.by_kind.items()},
    )


async def make_history(world: World, weeks: int) -> None:
    """Fill `weeks` weeks of statistics with copies of the last week's."""
    for scope in (*world.settings.watched, ALL):
        found = await _all_of(world.store, scope)
        last = max(day_of(each["id"]) for each in found)
        week = [each for each in found if each["id"] > _moved(last, -7)]
        for back in range(1, weeks):
            copies = [{**each, "id": _moved(each["id"], -7 * back)} for each in week]
            for container in (DAYS, HOURS_OF_ALL):
                are_days = container is DAYS
                some = [each for each in copies if (each["id"] == day_of(each["id"])) is are_days]
                await world.store.upsert(cast("Container[Any]", container), some)
        if scope != ALL:
            await fill_months(world.store, scope)
    await make_history_of_subjects(world, weeks)


async def make_history_of_subjects(world: World, weeks: int) -> None:
    """Fill `weeks` weeks of the statistics of subjects with copies of the last week's."""
    rows: dict[str, dict[str, SubjectRows]] = defaultdict(dict)
    homes = {subject["id"]: subject["home"] for subject in world.subjects}
    for subject in world.subjects:
        found = await _all_of(world.store, subject_scope(subject["id"]))
        if not found:
            continue
        last = max(day_of(each["id"]) for each in found)
        week = [each for each in found if each["id"] > _moved(last, -7)]
        for back in range(1, weeks):
            copies = [{**each, "id": _moved(each["id"], -7 * back)} for each in week]
            await world.store.upsert(cast("Container[Any]", DAYS), copies)
            days = cast("list[DayStats]", [each for each in copies if "hours" in each])
            await write_subject_months(world.store, days)
            for day in days:
                rows[day["id"]][subject["id"]] = rows_of_day(day, homes[subject["id"]])
    await write_tables(world.store, rows, homes)


async def _all_of(store: Store, scope: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    last = ""
    while page := await store.query(
        Query(cast("Container[Any]", DAYS), scope, ALL_AT_ONCE, order_by="id", at_least=last)
    ):
        found += page
        last = after(page[-1]["id"])
    return found


def _moved(day_or_hour: str, days: int) -> str:
    moved = datetime.fromisoformat(day_of(day_or_hour)) + timedelta(days=days)
    return moved.date().isoformat() + day_or_hour[len("2026-11-23") :]


async def endpoint_costs(world: World) -> dict[str, dict[str, Cost]]:
    """Return the cost of each endpoint that reads the store, by variant of the request."""
    names = world.settings.watched
    newest = await world.store.query(Query(CYCLES, "cycle", 1, order_by="id", descending=True))
    post = await _busy_post(world.store, names[0])
    subjects = [subject["id"] for subject in world.subjects]
    questions = asked(names, subjects, post=(post["community"], post["id"]), cycle=newest[0]["id"])
    return {
        name: {variant: await world.read(read) for variant, read in reads.items()}
        for name, reads in questions.items()
    }


async def _mean_look(world: World, reads: Sequence[Read]) -> Cost:
    """Return the mean cost of looks, one after another: the first reads the most."""
    return mean_of([await world.read(*reads) for _ in range(LOOKS)])


async def _busy_post(store: Store, subreddit: str) -> Post:
    posts = await store.query(Query(POSTS, subreddit, ALL_AT_ONCE, descending=True))
    return max(posts, key=lambda post: post["comment_count"] or 0)


async def view_costs(world: World) -> dict[str, Cost]:
    """Return the costs of the dashboard: of first views, and of its polls while it is open."""
    names = world.settings.watched
    views = {
        f"first view, {name}": await world.read(*first_view(names, hours))
        for name, hours in (("24 h", 24), ("7 d", 168), ("30 d", 720), ("90 d", 2160))
    }
    newest = await world.store.query(Query(CYCLES, "cycle", 1, order_by="id", descending=True))
    return {
        **views,
        LOOK: await _mean_look(world, look()),
        LOOK_AT_CYCLE: await _mean_look(world, look_at(newest[0]["id"])),
        "the list of cycles": await world.read(list_cycles),
    }


def storage(store: PricedStore, new_a_day: float, weeks: int) -> dict[str, float]:
    """Return bytes of an item and of a day's statistics, and the gigabytes of 90 days."""
    items = [*store.sizes("posts"), *store.sizes("comments")]
    statistics = sum(store.sizes("stats")) / (weeks * 7)
    a_day = mean(items) * new_a_day + statistics + mean(store.sizes("cycles")) * CYCLES_A_DAY
    return {
        "bytes_a_post": mean(store.sizes("posts")),
        "bytes_a_comment": mean(store.sizes("comments")),
        "statistics_bytes_a_day": statistics,
        "items_a_day": new_a_day,
        "gigabytes": a_day * 90 * (1 + bill.INDEX_SHARE) / bill.GB,
    }


async def charges_of(settings: Settings) -> list[float]:
    """Return what a Cosmos DB server charges for each of several different operations."""
    store = await open_store(settings, retry_seconds=20)
    try:
        return [await _charge(work) for work in _works(store)]
    finally:
        await store.close()


def _works(store: Store) -> list[Callable[[], Awaitable[object]]]:
    days: Any = DAYS
    small: dict[str, Any] = {"id": "2026-11-01", "subreddit": "a", "hours": {}}
    large = {**small, "id": "2026-11-02", "words": "x" * 100_000}
    return [
        lambda: store.create(days, small),
        lambda: store.create(days, large),
        lambda: store.read(days, "a", small["id"]),
        lambda: store.read(days, "a", large["id"]),
        lambda: store.upsert(days, [large]),
        lambda: store.delete(days, [("a", large["id"])]),
    ]


async def _charge(work: Callable[[], Awaitable[object]]) -> float:
    with track() as costs:
        await work()
    return costs.request_units


def verdict(charges: Sequence[float]) -> str:
    """Return "real" if the model can be checked against a server's charges, else "constant".

    Constant charges are the same for a read of 100 bytes and a write of 100 KB, so they aren't
    computed from the request.
    """
    return "constant" if len(set(charges)) == 1 else "real"


async def measured(
    folder: Path,
    *,
    cycles: int = CYCLES_A_DAY,
    subjects: int = SUBJECTS,
    weeks: int = HISTORY_WEEKS,
) -> dict[str, Any]:
    """Run everything over `weeks` weeks of statistics, and return the report."""
    async with world_in(folder, subjects) as world:
        work = {
            "first collection": (await world.cycle())[0],
            "first trending": await world.trending(),
        }
        collected, found, new = await a_day(world, cycles)
        work |= await unchanged(world)
        work["the sweep alone"] = sweep_of(work)
        work[NEWS] = mean_of(collected)
        work["the dearest cycle of the day"] = max(collected, key=lambda cost: cost.request_units)
        work["trending"] = mean_of(found)
        work["cleanup of a day"] = await world.cleanup()
        await make_history(world, weeks)
        views = {**await view_costs(world), "topics": await world.read(topics)}
        endpoints = await endpoint_costs(world)
        kept = storage(world.store, new / cycles * CYCLES_A_DAY, weeks)
    month = month_of(work, views, kept["gigabytes"])
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "work": {name: asdict(cost) for name, cost in work.items()},
        "views": {name: asdict(cost) for name, cost in views.items()},
        "endpoints": {
            name: {variant: asdict(cost) for variant, cost in costs.items()}
            for name, costs in endpoints.items()
        },
        "storage": kept,
        "month": asdict(month),
        "assumed": bill.ASSUMED,
        "open tab": open_tab_month(work, views),
        "bills": {
            "cosmos": bill.cosmos_bills(month),
            "functions": bill.functions_bill(month),
            "storage operations": bill.storage_bill(month),
        },
        "prices": {name: asdict(price) for name, price in bill.PRICES.items()},
    }


def checked(server: CosmosServer) -> dict[str, Any]:
    """Return a server's charges, and the verdict whether they can check the model."""
    charges = asyncio.run(charges_of(server.settings()))
    return {"charges": charges, "verdict": verdict(charges)}


def main() -> None:
    """Measure, and print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--cycles", type=int, default=CYCLES_A_DAY, help="of the day (48)")
    parser.add_argument("--subjects", type=int, default=SUBJECTS, help="of the starter pack (10)")
    given = parser.parse_args()
    with running_cosmos_server() as server:
        check = checked(server)
    with tempfile.TemporaryDirectory() as folder:
        report = asyncio.run(measured(Path(folder), cycles=given.cycles, subjects=given.subjects))
    report["check"] = check
    print(json.dumps(report, indent=2) if given.json else tables(report))


if __name__ == "__main__":
    main()
