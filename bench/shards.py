"""The cost of a cycle in shards, beside one cycle over all: `python -m bench.shards [--json]`.

Both collect the same communities, with a store that prices each request as Cosmos DB publishes it.
In each half hour a third of the communities has new items.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import mean

from bench.priced_store import PricedStore
from collector.collection.cycle import Collector
from collector.collection.recount import MAX_LAG
from collector.sources.base import Seen
from shared.settings import load_settings
from shared.shards import SHARDING
from shared.store import open_store
from shared.times import utc_now
from tests.collector.harness import METHOD
from tests.collector.shards.world import Server, Workers, a_seen_comment, a_seen_post

COMMUNITIES = 300
CYCLES = 4
FIRST_HOURS = 6
INTERVAL = timedelta(minutes=30)
TEXTS = ("I love it, great work", "I hate it, it is slow", "How do I set it up?")


@dataclass(frozen=True)
class Figures:
    """The cost of a cycle: request units, requests to the store, own seconds, largest document."""

    request_units: int
    requests: int
    seconds: float
    largest_kilobytes: float


def names_of(count: int) -> list[str]:
    """Return the names of this number of communities."""
    return [f"community{number:05d}" for number in range(count)]


def some_items(name: str, created: datetime, number: int) -> list[Seen]:
    """Return a post and a comment on it."""
    key = f"{name}x{number}"
    text = TEXTS[(number + len(name)) % len(TEXTS)]
    return [
        a_seen_post(key, created, f"{text} {key}", author=f"author{number % 40}"),
        a_seen_comment(key, created + timedelta(minutes=1), "Quite so, it works"),
    ]


async def measure(store: PricedStore, cycle: Callable[[], Awaitable[object]]) -> Figures:
    """Run a cycle, and return its cost."""
    began = time.perf_counter()
    with store.counting() as spent:
        await cycle()
    sizes = [size for name in ("cycles", "stats", "communities") for size in store.sizes(name)]
    return Figures(
        round(spent.request_units),
        len(spent.operations),
        round(time.perf_counter() - began, 1),
        round(max(sizes) / 1024, 1),
    )


async def run(folder: Path, count: int, *, in_shards: bool) -> dict[str, Figures]:
    """Return the costs of a first cycle and of those after it."""
    names = names_of(count)
    now = utc_now() - CYCLES * INTERVAL
    items: dict[str, list[Seen]] = {
        name: [
            item
            for hour in range(FIRST_HOURS)
            for item in some_items(name, now - timedelta(hours=hour, minutes=5), hour)
        ]
        for name in names
    }
    server = Server(items)
    settings = load_settings({"SQLITE_PATH": str(folder / f"{in_shards}.db"), "SUBREDDITS": "aws"})
    settings = settings.model_copy(update={"subreddits": tuple(names), "sweep_requests": 1})
    store = PricedStore(await open_store(settings, retry_seconds=20))
    found: list[Figures] = []
    try:
        for number in range(1 + CYCLES):
            later = (number - CYCLES) * INTERVAL
            workers = Workers(settings, server, later, sharding=SHARDING, totals_lag=MAX_LAG)

            async def one(workers: Workers = workers) -> object:
                if in_shards:
                    return await workers.collect(store)
                with server.open_sources(settings, 0) as sources:
                    collector = Collector(store, sources, METHOD, settings, workers.clock)
                    return await collector.run("cli")

            found.append(await measure(store, one))
            for name in names[number % 3 :: 3]:
                created = utc_now() + later + timedelta(minutes=20)
                server.items[name] += some_items(name, created, FIRST_HOURS + number)
    finally:
        await store.close()
    return {"first": found[0], "after it, mean": _mean(found[1:])}


def _mean(found: list[Figures]) -> Figures:
    return Figures(
        round(mean(each.request_units for each in found)),
        round(mean(each.requests for each in found)),
        round(mean(each.seconds for each in found), 1),
        max(each.largest_kilobytes for each in found),
    )


def main() -> None:
    """Measure both ways, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--communities", type=int, default=COMMUNITIES)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = {
            f"{way}, {name}": figures
            for way, in_shards in (("one cycle", False), ("in shards", True))
            for name, figures in asyncio.run(
                run(Path(folder), given.communities, in_shards=in_shards)
            ).items()
        }
    if given.json:
        print(json.dumps({name: vars(each) for name, each in rows.items()}))
        return
    print("| cycle | RU | requests | seconds | largest document, KB |")
    print("| --- | --- | --- | --- | --- |")
    for name, each in rows.items():
        print(
            f"| {name} | {each.request_units:,} | {each.requests:,} | {each.seconds} |"
            f" {each.largest_kilobytes} |"
        )


if __name__ == "__main__":
    main()
