"""The cost of open sources in a month: `python -m bench.cost_sources [--json] [--without-token]`.

Collects 14 subreddits, two forums, five repositories and two queries of Hacker News from stand-ins,
through the real sources and pipeline, into a store that prices each request (`bench/cost.py`).
Counts what sources wait, for their pace and for answers, as running time. Takes some minutes.
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from typing import Any

from bench import bill
from bench.cost import SUBJECTS, World, view_costs
from bench.endpoints import topics
from bench.fill_subjects import starter_subjects
from bench.month import CYCLES_A_DAY, INTERVAL_SECONDS, NEWS, active_seconds, month_of
from bench.open_sources import Collected, OpenWorld, Took, open_world
from bench.spent import Cost, mean_of
from bench.talk import FORUMS, QUERIES, REPOSITORIES, VOLUMES
from shared.communities import SourceName

CYCLES = 12
# Days of the past that are read, so that the sweep always has something older; the cost is scaled.
PAST_DAYS = 7
DAYS = 90
REDDIT_ITEMS = 1050
COMMUNITIES: Mapping[str, int] = {
    "hackernews": len(QUERIES),
    "discourse": len(FORUMS),
    "github": len(REPOSITORIES),
}
ORDERS = ("side by side", "one after another")


async def measured(
    folder: Path,
    *,
    cycles: int = CYCLES,
    past_days: int = PAST_DAYS,
    has_token: bool = True,
    subjects: int = SUBJECTS,
) -> dict[str, Any]:
    """Run everything, and return the report."""
    async with open_world(folder, days=past_days, has_token=has_token, subjects=subjects) as world:
        past = await _read_past(world, past_days) if has_token else {}
        await world.collect()
        done: list[Collected] = []
        for _ in range(cycles):
            world.go_on()
            done.append(await world.collect())
        simple = World(world.store, world.settings, starter_subjects(subjects), world.clock)
        work = {
            NEWS: mean_of([each.cost for each in done]),
            "trending": await simple.trending(),
            "cleanup of a day": await simple.cleanup(),
        }
        views = {**await view_costs(simple), "topics": await simple.read(topics)}
        sizes = [*world.store.sizes("posts"), *world.store.sizes("comments")]
        busiest_hour = world.limits.most_in_an_hour()
    items = items_a_day()
    gigabytes = mean(sizes) * sum(items.values()) * DAYS * (1 + bill.INDEX_SHARE) / bill.GB
    waits = {order: mean(_waits(each, order) for each in done) for order in ORDERS}
    months = {order: month_of(work, views, gigabytes, each) for order, each in waits.items()}
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "token": has_token,
        "subjects": subjects,
        "cycles": cycles,
        "errors": sorted({error["message"] for each in done for error in each.cycle["errors"]}),
        "a cycle": _cycle(done, work[NEWS], waits),
        "sources": {name: _of_source(name, done) for name in done[0].took},
        "past": past,
        "items a day": items,
        "GB after 90 days": gigabytes,
        "busiest hour of GitHub": busiest_hour,
        "bills": {
            order: {
                "RU a month": month.request_units,
                "Cosmos DB, free tier": bill.cosmos_bills(month)["free tier, 1,000 RU/s"],
                "Cosmos DB, serverless": bill.cosmos_bills(month)["serverless"],
                **bill.functions_bill(month),
            }
            for order, month in months.items()
        },
    }


def _cycle(done: Sequence[Collected], news: Cost, waits: Mapping[str, float]) -> dict[str, Any]:
    """Return the figures of a cycle: means, but for the dearest one."""
    dearest = max(each.cost.request_units for each in done)
    return {
        "new items": mean(each.cycle["new"] for each in done),
        "RU": news.request_units,
        "RU of statistics": units_of(news, "stats"),
        "dearest RU": dearest,
        "own seconds": news.seconds,
        "seconds at 1,000 RU/s": news.paced_seconds,
        "RU a second of its half hour, dearest": dearest / INTERVAL_SECONDS,
        **{f"waits, sweeps {order}": each for order, each in waits.items()},
        "seconds": active_seconds(news) + waits[ORDERS[0]],
    }


async def recent_walks(folder: Path) -> dict[SourceName, int]:
    """Return the cycles in which the sweep looks up all that was written in two days, by source.

    Forums aren't among them: their pages are reread.
    """
    names: Sequence[SourceName] = ("hackernews",)
    async with open_world(folder, days=2, has_token=True, subjects=0) as world:
        for community in world.settings.communities:
            if world.settings.source_of(community) in names:
                await world.backfill(community, days=2)
        return {name: await world.walk_recent(name) for name in names}


def items_a_day() -> dict[str, float]:
    """Return the items that are written in a day, by source."""
    open_ones = {name: VOLUMES[name].items * times for name, times in COMMUNITIES.items()}
    return {"reddit": REDDIT_ITEMS, **open_ones}


def units_of(cost: Cost, container: str) -> float:
    """Return the request units of one container."""
    return sum(units for kind, units in cost.by_kind.items() if kind.split()[0] == container)


def _waits(one: Collected, order: str) -> float:
    """Return what a cycle waits: polls go side by side, and sweeps as the order says."""
    swept = [took.swept for took in one.took.values()]
    sweeps = max(swept) if order == ORDERS[0] else sum(swept)
    return max(took.polled for took in one.took.values()) + sweeps


def _of_source(name: SourceName, done: Sequence[Collected]) -> dict[str, float]:
    took: list[Took] = [each.took[name] for each in done]
    looked = mean(each.looked for each in took)
    a_day = items_a_day()[name]
    return {
        "requests": mean(each.requests for each in took),
        "s to poll": mean(each.polled for each in took),
        "s to sweep": mean(each.swept for each in took),
        "items swept": looked,
        "swept in 2 days": looked * 2 * CYCLES_A_DAY,
        "written in 2 days": 2 * a_day,
        "written in 90 days": DAYS * a_day,
    }


async def _read_past(world: OpenWorld, days: int) -> dict[str, dict[str, float]]:
    """Read the past of every community, and return the cost of 90 days of it, by source."""
    found: dict[str, dict[str, float]] = {}
    for community in world.settings.communities:
        cost, backfill, took = await world.backfill(community, days)
        assert backfill["complete"], backfill["last_error"]  # noqa: S101 - a bench's own check
        of_source = found.setdefault(world.settings.source_of(community), {})
        seconds = took.polled + took.swept + active_seconds(cost)
        gb_seconds = seconds * bill.INSTANCE_GB
        once = {
            "items": backfill["items"],
            "requests": took.requests,
            "RU": cost.request_units,
            "seconds": seconds,
            "$ before the grant": gb_seconds * bill.FLEX_GB_SECOND.amount,
        }
        for name, figure in once.items():
            of_source[name] = of_source.get(name, 0.0) + figure * DAYS / days
    return found


def tables(report: Mapping[str, Any]) -> str:
    """Return the report as Markdown."""
    token = "with" if report["token"] else "without"
    return "\n\n".join(
        [
            f"{report['date']}, {report['cycles']} cycles, {token} a token of GitHub",
            f"Subjects: {report['subjects']}",
            f"Errors: {report['errors'] or 'none'}",
            "## Assumed: items a day in a community",
            _table({n: {"posts": v.posts, "comments": v.comments} for n, v in VOLUMES.items()}),
            *(f"- {name}: {volume.ground}" for name, volume in VOLUMES.items()),
            "## A cycle",
            _table({name: {"figure": figure} for name, figure in report["a cycle"].items()}),
            "## Sources, a cycle",
            _table(report["sources"]),
            f"GitHub's busiest hour: {report['busiest hour of GitHub']} requests",
            "Cycles in which the last 48 hours are swept once: "
            + ", ".join(f"{name} {cycles}" for name, cycles in report["walks"].items()),
            "## 90 days of the past, once",
            _table(report["past"]),
            "## A month, by the order of the sweeps",
            _table(report["bills"]),
            f"Stored after 90 days: {report['GB after 90 days']:.2f} GB",
        ]
    )


def _table(rows: Mapping[str, Mapping[str, float]]) -> str:
    names = list(next(iter(rows.values()), {}))
    lines = [["", *names], ["---"] * (len(names) + 1)]
    lines += [[name, *(f"{row[each]:,.2f}" for each in names)] for name, row in rows.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Measure, and print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--cycles", type=int, default=CYCLES)
    parser.add_argument("--subjects", type=int, default=SUBJECTS)
    parser.add_argument("--without-token", action="store_true", help="GitHub without a token")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        report = asyncio.run(
            measured(
                Path(folder),
                cycles=given.cycles,
                has_token=not given.without_token,
                subjects=given.subjects,
            )
        )
        report["walks"] = asyncio.run(recent_walks(Path(other)))
    print(json.dumps(report, indent=2) if given.json else tables(report))


if __name__ == "__main__":
    main()
