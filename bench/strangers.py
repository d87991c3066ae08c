"""A month of strangers who ask 100 different questions a second: `python -m bench.strangers`.

Prices requests over a store of 100,000 items, whose reads a PricedStore prices as Cosmos DB does.
Then simulates a day, second by second, with the app's own quotas of clients and budget of a day,
and computes the month's bill, with these limits and without them. It takes some minutes.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import cycle, islice
from math import ceil
from pathlib import Path
from statistics import mean
from typing import Any, Literal, TypedDict

from api.ask.answer import ask
from api.deps import Deps
from api.http.cache import Cache
from api.http.caches import Caches
from api.http.daily_budget import RELEASED_EVERY, BudgetSpent, DailyBudget, Reason
from api.http.quotas import ClientQuotas
from api.http.read_limits import QuotaExceeded, ReadLimits, heavy_policy
from api.http.visit import Visit
from api.mcp.reader import Reader
from api.reads.comparison import compare
from api.reads.explain.explanation import read_explanation
from api.reads.items import read_items
from api.reads.listing import with_largest_page
from api.reads.posts import read_recent_posts
from api.reads.statistics import read_stats
from api.reads.topics import read_topics
from api.reads.trends import read_trends
from api.schema.ask import AskBody
from api.schema.explain import ExplainParameters
from api.schema.parameters import (
    CompareParameters,
    ItemsParameters,
    PostsParameters,
    ScopeParameters,
    TrendsParameters,
)
from api.schema.topics import TopicsParameters
from bench import bill
from bench.fill import NOW, Size, fill_file
from bench.priced_store import PricedStore
from shared.settings import Settings, load_settings
from shared.store import Store, open_store
from tests.api.world import deps_of

REQUESTS_A_SECOND = 100
DAY_SECONDS = 86_400
SIZE = Size(100_000, 14, 10)
# What a refusal and an answer from memory take of a core: 1,000 requests a second on two cores.
REFUSAL_SECONDS = 0.002
# https://learn.microsoft.com/azure/cosmos-db/serverless-performance
SERVERLESS_RUS = 5_000.0
MAX_INSTANCES = 40
INSTANCES_WITH_LIMITS = 3
UNLIMITED_SECONDS = 60
CAPACITIES: Mapping[str, float] = {
    "free": bill.FREE_RUS.amount,
    "autoscale": bill.FREE_RUS.amount,
    # Hours of all lie in one partition, items in others.
    "serverless": 2 * SERVERLESS_RUS,
}
ADDRESSES = (1, 1_000, 100_000)
COLUMNS = (
    "addresses",
    "mode",
    "limits",
    "million RU a day",
    "Cosmos DB, $ a month",
    "Functions, $ a month",
    "hours a day with a saturated database",
    "hours a day without heavy reads",
    "hours a day in which light reads are refused",
    "light reads answered a day",
    "answered",
)


@dataclass(frozen=True)
class Kind:
    """A kind of request: its price, its seconds of a core, and whether it is heavy."""

    name: str
    request_units: float
    seconds: float
    is_heavy: bool


@dataclass
class Day:
    """The result of a day of such requests."""

    request_units: float = 0.0
    core_seconds: float = 0.0
    answered: int = 0
    refused: int = 0
    throttled: int = 0
    """Requests that the database had no request units for in their second."""
    outage_seconds: int = 0
    """Seconds in which it had none left for any other reader."""
    closed_seconds: int = 0
    """Seconds in which the budget of the day refused heavy reads to all."""
    light_closed_seconds: int = 0
    """Seconds in which it refused light reads, too."""
    light_answered: int = 0

    def plus(self, other: "Day", times: int) -> "Day":
        """Return this day and `times` the other one."""
        own, more = asdict(self), asdict(other)
        return Day(**{name: value + times * more[name] for name, value in own.items()})


async def priced_kinds(store: Store, names: Sequence[str], subject: str) -> list[Kind]:
    """Return the kinds of requests, each priced by one read."""
    priced = PricedStore(store)
    found = []
    for name, (read, is_heavy) in _reads(names, subject).items():
        deps = deps_of(priced, now=NOW, names=names)
        began = time.process_time()
        with priced.counting() as spent:
            await read(deps)
        seconds = time.process_time() - began
        found.append(Kind(name, spent.request_units, seconds, is_heavy))
    return found


Read = Callable[[Deps], Awaitable[object]]


def _reads(names: Sequence[str], subject: str) -> Mapping[str, tuple[Read, bool]]:
    nothing = ItemsParameters(hours=2160, q="zyzzyva")
    ten = CompareParameters.model_validate(
        {"subreddits": ",".join(names[:10]), "hours": 2160, "granularity": "day"}
    )
    question = AskBody(question="What do people say about zyzzyva in the last 90 days?")
    return {
        "search that finds nothing": (lambda deps: read_items(deps, nothing), True),
        "the same as a file": (lambda deps: read_items(deps, with_largest_page(nothing)), True),
        "all posts as a file": (
            lambda deps: read_recent_posts(deps, with_largest_page(PostsParameters(hours=2160))),
            True,
        ),
        "compare of ten": (lambda deps: compare(deps, ten), True),
        "reasons": (
            lambda deps: read_explanation(deps, ExplainParameters(hours=168, subject=subject)),
            True,
        ),
        "topics": (lambda deps: read_topics(deps, TopicsParameters(hours=168)), True),
        "question": (lambda deps: ask(_reader(deps), question), True),
        "course of 30 days": (lambda deps: read_trends(deps, TrendsParameters(hours=720)), False),
        "statistics of 90 days": (
            lambda deps: read_stats(deps, ScopeParameters(hours=2160)),
            False,
        ),
        "page of items": (lambda deps: read_items(deps, ItemsParameters(hours=2160)), False),
    }


def _reader(deps: Deps) -> Reader:
    return Reader(deps, Caches(Cache(seconds=0), Cache(seconds=0)))


class CosmosLike(PricedStore):
    """A priced store that says it is Cosmos DB, so that the day's budget counts."""

    @property
    def kind(self) -> Literal["sqlite", "cosmos"]:
        """Return the kind of database whose prices it has."""
        return "cosmos"


@dataclass
class Clock:
    """A clock that the simulation sets."""

    now: datetime

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


async def simulate(
    kinds: Sequence[Kind],
    capacity: float,
    *,
    addresses: int,
    instances: int,
    limits: Sequence[ReadLimits] = (),
    clock: Clock,
    seconds: int = DAY_SECONDS,
) -> Day:
    """Simulate a day in which all request kinds come in turn, from all addresses in turn.

    limits are those of each instance; without any nothing is limited. capacity is what the database
    gives a second.
    """
    day, begin = Day(), clock.now
    asked = enumerate(cycle(kinds))
    second = 0
    while second < seconds:
        clock.now = begin + timedelta(seconds=second)
        own = Day()
        left, cores, is_admitted = capacity, float(instances), False
        for number, kind in islice(asked, REQUESTS_A_SECOND):
            visit = Visit(f"client {number % addresses}", is_anonymous=True)
            refusal = await _refusal(limits, number, visit, kind)
            is_admitted = is_admitted or refusal is None
            if refusal is not None:
                own.refused += 1
                own.closed_seconds = max(own.closed_seconds, refusal in {"heavy", "all"})
                own.light_closed_seconds = max(own.light_closed_seconds, refusal == "all")
                cores -= REFUSAL_SECONDS
            elif cores < kind.seconds:
                own.refused += 1
            elif left <= 0:
                own.throttled += 1
                own.outage_seconds = 1
                cores -= kind.seconds
            else:
                own.answered += 1
                own.light_answered += not kind.is_heavy
                own.request_units += min(kind.request_units, left)
                left -= kind.request_units
                cores -= kind.seconds
                visit.charge(kind.request_units)
        own.core_seconds = instances - cores
        # Until units are released no second differs from one in which no client may read.
        times = 1 if is_admitted else min(seconds - second, _seconds_to_release(second))
        day = day.plus(own, times)
        second += times
    return day


def _seconds_to_release(second: int) -> int:
    every = int(RELEASED_EVERY.total_seconds())
    return every - second % every


async def _refusal(
    limits: Sequence[ReadLimits], number: int, visit: Visit, kind: Kind
) -> Reason | None:
    """Return what the limits of the instance that is asked refuse, or this client, or nothing."""
    if not limits:
        return None
    try:
        asked = limits[number % len(limits)]
        await asked.check(visit, is_heavy=kind.is_heavy)
        asked.charge(visit)
    except QuotaExceeded:
        return "client"
    except BudgetSpent as error:
        return error.reason
    return None


def instances_for(kinds: Iterable[Kind]) -> int:
    """Return the number of instances that 100 such requests a second keep busy."""
    return min(MAX_INSTANCES, ceil(REQUESTS_A_SECOND * mean(each.seconds for each in kinds)))


def _seconds_since(clock: Clock, begin: datetime) -> float:
    return (clock.now - begin).total_seconds()


def month_of(day: Day) -> bill.Month:
    """Return the usage of a month of such days."""
    return bill.Month(
        request_units=day.request_units * bill.DAYS_A_MONTH,
        gigabytes=0.2,
        executions=REQUESTS_A_SECOND * DAY_SECONDS * bill.DAYS_A_MONTH,
        # An instance is active as long as it has anything to answer.
        seconds=max(DAY_SECONDS, day.core_seconds) * bill.DAYS_A_MONTH,
        timer_runs=0,
    )


def cosmos_dollars(mode: str, month: bill.Month) -> float:
    """Return what the database costs a month in a mode."""
    bills = bill.cosmos_bills(month)
    if mode == "autoscale":
        # Each hour is billed by its busiest second.
        return bills["autoscale, 1,000 RU/s at most, every hour at its most"]
    return bills["serverless" if mode == "serverless" else "free tier, 1,000 RU/s"]


@asynccontextmanager
async def limits_of(
    settings: Settings, folder: Path, instances: int, clock: Clock
) -> AsyncIterator[list[ReadLimits]]:
    """Yield the limits of each instance: quotas of its own, and one budget for all."""
    path = folder / f"budget-{time.monotonic_ns()}.db"
    store = CosmosLike(
        await open_store(settings.model_copy(update={"sqlite_path": path}), retry_seconds=20)
    )

    async def opened() -> Store:
        return store

    yield [
        ReadLimits(
            ClientQuotas(heavy_policy(settings.heavy_reads_a_minute)),
            DailyBudget(opened, settings.daily_read_units, clock),
            clock=partial(_seconds_since, clock, clock.now),
        )
        for _ in range(instances)
    ]
    await store.close()


class Row(TypedDict):
    """The month in one mode, from a number of addresses, with the limits or without them."""

    mode: str
    addresses: int
    limits: bool
    request_units_a_day: float
    cosmos_dollars: float
    functions_dollars: float
    outage_hours_a_day: float
    closed_hours_a_day: float
    light_closed_hours_a_day: float
    light_answered_a_day: int
    answered_share: float


class Report(TypedDict):
    """The kinds of requests with their prices, and a row for each month."""

    kinds: list[dict[str, Any]]
    rows: list[Row]


async def measured(folder: Path, settings: Settings) -> Report:
    """Return the report."""
    path = folder / "strangers.db"
    await fill_file(path, SIZE)
    store = await open_store(SIZE.settings(path), retry_seconds=20)
    kinds = await priced_kinds(store, SIZE.names(), SIZE.watched_subjects()[0]["id"])
    await store.close()
    midnight = NOW.replace(hour=0, minute=0, second=0)
    rows = []
    for addresses in ADDRESSES:
        for mode, capacity in CAPACITIES.items():
            for is_limited in (False, True):
                clock = Clock(midnight)
                # Refusals take 2 ms: the platform doesn't scale out for them.
                instances = INSTANCES_WITH_LIMITS if is_limited else instances_for(kinds)
                async with limits_of(settings, folder, instances, clock) as limits:
                    day = await simulate(
                        kinds,
                        capacity,
                        addresses=addresses,
                        instances=instances,
                        limits=limits if is_limited else (),
                        clock=clock,
                        # Without limits each second is like the next.
                        seconds=DAY_SECONDS if is_limited else UNLIMITED_SECONDS,
                    )
                rows.append(_row(mode, addresses, day, is_limited=is_limited))
    return {"kinds": [asdict(each) for each in kinds], "rows": rows}


def _row(mode: str, addresses: int, day: Day, *, is_limited: bool) -> Row:
    if not is_limited:
        day = Day().plus(day, DAY_SECONDS // UNLIMITED_SECONDS)
    month = month_of(day)
    executions = month.executions / bill.MILLION * bill.FLEX_EXECUTIONS.amount
    asked = day.answered + day.refused + day.throttled
    return {
        "mode": mode,
        "addresses": addresses,
        "limits": is_limited,
        "request_units_a_day": day.request_units,
        "cosmos_dollars": cosmos_dollars(mode, month),
        "functions_dollars": month.seconds * bill.INSTANCE_GB * bill.FLEX_GB_SECOND.amount
        + executions,
        "outage_hours_a_day": day.outage_seconds / 3600,
        "closed_hours_a_day": day.closed_seconds / 3600,
        "light_closed_hours_a_day": day.light_closed_seconds / 3600,
        "light_answered_a_day": day.light_answered,
        "answered_share": day.answered / asked,
    }


def tables(report: Report) -> str:
    """Return the report as Markdown."""
    kinds, rows = report["kinds"], report["rows"]
    lines = ["| request | RU | s of a core |", "| --- | --- | --- |"]
    lines += [f"| {k['name']} | {k['request_units']:.0f} | {k['seconds']:.2f} |" for k in kinds]
    lines += [
        "",
        f"| {' | '.join(COLUMNS)} |",
        f"|{' --- |' * len(COLUMNS)}",
    ]
    lines += [
        f"| {r['addresses']:,} | {r['mode']} | {'yes' if r['limits'] else 'no'} |"
        f" {r['request_units_a_day'] / 1e6:,.1f} | {r['cosmos_dollars']:,.2f} |"
        f" {r['functions_dollars']:,.0f} | {r['outage_hours_a_day']:.1f} |"
        f" {r['closed_hours_a_day']:.1f} | {r['light_closed_hours_a_day']:.1f} |"
        f" {r['light_answered_a_day']:,} | {r['answered_share']:.1%} |"
        for r in rows
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure, and print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--units", type=int, default=4_000_000, help="a day (DAILY_READ_UNITS)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({"DAILY_READ_UNITS": str(given.units)})
        report = asyncio.run(measured(Path(folder), settings))
    print(json.dumps(report, indent=2) if given.json else tables(report))


if __name__ == "__main__":
    main()
