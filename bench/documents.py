"""The sizes of documents and the prices of reads by the number of communities.

`python -m bench.documents [--communities 1000,10000,50000] [--subjects 1000]` fills a store through
the real writer of statistics: an hour in which each community has a post, and one in which a tenth
of them has ten. A post names one of the subjects, and one subject is named by every post. It prints
the largest document of each kind, and the request units of reads, as Cosmos DB publishes its prices
(`bench/request_units.py`). Stops with status 1 where a document passes MAX_BYTES or a read
MAX_REQUEST_UNITS. 50,000 communities take some minutes.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from api.deps import Deps
from bench.endpoints import asked
from bench.fill_subjects import made_subjects, made_watchlist, subject_id
from bench.priced_store import PricedStore
from bench.subject_endpoints import Read
from collector.rollups.hours import rebuild_all, share_of
from collector.rollups.subjects import HourShare
from shared.errors import UndertoneError
from shared.models import ALL, CollectionState, CommunityState, Mention, Post
from shared.stats.hour_parts import read_hours
from shared.stats.subjects import subject_scope
from shared.store import COLLECTION, COMMUNITIES, HOURS_OF_ALL, SUBJECT_HOURS, WATCHLIST, Container
from shared.store.community_states import never_read
from shared.store.schema import SCHEMA
from shared.store.sqlite import SqliteStore
from shared.times import hour_of, iso
from tests.api.world import a_post, deps_of

NOW = datetime(2026, 11, 23, 13, 40, tzinfo=UTC)
ALL_HOUR, BUSY_HOUR = NOW - timedelta(hours=1), NOW - timedelta(hours=2)
BUSY_SHARE, BUSY_POSTS = 10, 10
COUNTS, SUBJECTS = "1000,10000,50000", 1000
# Cosmos DB refuses larger ones: https://learn.microsoft.com/azure/cosmos-db/concepts-limits
MAX_BYTES = 2_000_000
MAX_REQUEST_UNITS = 10_000
KB = 1024
# They are enough: statistics have two hours.
WINDOWS = ("24 h", "30 d")
# Reads whose price could depend on the number of communities or subjects.
ENDPOINTS = (
    *("health", "sentiment_stats", "sentiment_trends", "sentiment_compare", "posts_recent"),
    *("items", "explain", "digest", "topics", "subreddits", "communities", "cycles"),
    *("subjects", "subject", "subject_mentions", "watchlist"),
)


@dataclass(frozen=True)
class Sizes:
    """The documents of a kind: their number, and the bytes of the largest one."""

    count: int
    largest: int


@dataclass
class Report:
    """The documents by kind, and the request units of reads, of a number of communities."""

    communities: int
    documents: Mapping[str, Sizes] = field(default_factory=dict)
    reads: dict[str, float] = field(default_factory=dict)

    def faults(self) -> list[str]:
        """Return what passes a bound, in words."""
        large = [
            f"{name}: {sizes.largest:,} bytes"
            for name, sizes in self.documents.items()
            if sizes.largest > MAX_BYTES
        ]
        dear = [
            f"{name}: {units:,.0f} request units"
            for name, units in self.reads.items()
            if units > MAX_REQUEST_UNITS
        ]
        return [f"{self.communities:,} communities: {each}" for each in (*large, *dear)]


def names_of(count: int) -> list[str]:
    """Return this number of names of communities, as long as usual ones."""
    return [f"community{number:05}" for number in range(count)]


def posts_of(name: str, number: int, subjects: int, at: datetime, count: int) -> list[Post]:
    """Return posts of an hour of a community; each names one subject, and the first one."""
    posts: list[Post] = []
    for each in range(count):
        moment = at - timedelta(seconds=each)
        post = a_post(number * BUSY_POSTS + each, moment, name)
        named = dict.fromkeys((subject_id(0), subject_id((number + each) % subjects)))
        post["mentions"] = [Mention(subject=name, via="text", matched=[name]) for name in named]
        posts.append(post)
    return posts


def shares_of(
    names: Sequence[str], subjects: int, at: datetime, count: int
) -> dict[str, dict[str, HourShare]]:
    """Return the shares of an hour in which each community has this number of posts."""
    hour = hour_of(iso(at))
    return {
        name: {hour: share_of(posts_of(name, number, subjects, at, count), [])}
        for number, name in enumerate(names)
    }


def state_of(name: str) -> CommunityState:
    """Return the state of a community that was watched for a while, with a gap."""
    spans = [
        [iso(NOW - timedelta(days=n)), iso(NOW - timedelta(days=n, hours=-12))] for n in (9, 3)
    ]
    state: CommunityState = {
        **never_read(name),
        "watermark": {"posts": iso(NOW), "comments": iso(NOW)},
        "last_attempt_at": iso(NOW),
        "last_collected_at": iso(NOW),
        "covered": spans,
        "hourly": 1.5,
        "last_item_at": iso(NOW),
        "failing": None,
    }
    return state


async def fill(store: PricedStore, names: Sequence[str], subjects: int) -> None:
    """Write the watchlist, the states of communities, and the statistics of two hours."""
    await store.upsert(WATCHLIST, [made_watchlist(made_subjects(subjects, names), iso(NOW))])
    await store.upsert(COLLECTION, [_collection()])
    await store.upsert(COMMUNITIES, [state_of(name) for name in names])
    busy = names[::BUSY_SHARE]
    await rebuild_all(store, shares_of(busy, subjects, BUSY_HOUR, BUSY_POSTS))
    await rebuild_all(store, shares_of(names, subjects, ALL_HOUR, 1))
    # A later cycle of one community.
    await rebuild_all(store, shares_of(names[:1], subjects, ALL_HOUR, 2))


def _collection() -> CollectionState:
    return CollectionState(
        id="collection",
        kind="collection",
        ttl=-1,
        schema=SCHEMA,
        origin="sample",
        last_cycle=None,
        last_started_at=iso(NOW),
        last_collection_at=iso(NOW),
        collections_succeeded=1,
        collections_failed=0,
    )


def kind_of(container: str, partition: str, document_id: str) -> str:
    """Return the kind of a document, in words, by its place."""
    if container != "stats":
        return f"{container}: {partition}" if container == "cycles" else container
    scope, _, rest = partition.partition("/")
    what = "subject" if scope.startswith("subject:") else scope.removesuffix(":")
    if rest[:1].isdigit():
        return f"{what}: part of an hour"
    time = "hour" if "T" in document_id else "day" if len(document_id) == len("2026-11-23") else ""
    part = ", part" if "~" in document_id else ""
    return ": ".join(each for each in (what, " ".join(filter(None, (rest, time)))) if each) + part


def documents_in(store: PricedStore) -> dict[str, Sizes]:
    """Return the stored documents by their kind, the largest kind first."""
    found: dict[str, list[int]] = {}
    for place, size in store.places():
        found.setdefault(kind_of(*place), []).append(size)
    by_size = sorted(found.items(), key=lambda each: -max(each[1]))
    return {name: Sizes(len(sizes), max(sizes)) for name, sizes in by_size}


def reads_of(names: Sequence[str], subjects: Sequence[str]) -> dict[str, list[Read]]:
    """Return the reads to price, those of an endpoint in several variants."""
    endpoints = asked(names, subjects, post=(names[0], "p1"), cycle="cycle_20261123_130000")
    hours = [hour_of(iso(ALL_HOUR)), hour_of(iso(BUSY_HOUR))]
    common = subject_scope(subjects[0])
    return {
        "two hours of all": [_hours(HOURS_OF_ALL, ALL, hours)],
        "two hours of all, one community": [_hours(HOURS_OF_ALL, ALL, hours, names[:1])],
        "two hours of a subject that all name": [_hours(SUBJECT_HOURS, common, hours)],
        **{f"GET {name}": _variants(endpoints[name]) for name in ENDPOINTS},
    }


def _variants(asked_for: Mapping[str, Read]) -> list[Read]:
    """Return the reads of a day and of a month where an endpoint has windows, and else all."""
    of_windows = [read for name, read in asked_for.items() if name.startswith(WINDOWS)]
    return of_windows or list(asked_for.values())


def _hours(
    container: Container[Any], scope: str, hours: Sequence[str], names: Sequence[str] | None = None
) -> Read:
    async def read(deps: Deps) -> object:
        return await read_hours(await deps.store(), container, scope, hours, names)

    return read


async def dearest(deps: Deps, store: PricedStore, reads: Iterable[Read]) -> float:
    """Return the request units of the dearest of these reads; one that is refused counts, too."""
    found: list[float] = []
    for read in reads:
        with store.counting() as bill, suppress(UndertoneError):
            await read(deps)
        found.append(bill.request_units)
    return max(found)


async def measured(folder: Path, communities: int, subjects: int) -> Report:
    """Fill a store with these communities and subjects, and return its sizes and prices."""
    names = names_of(communities)
    inner = await SqliteStore.open(folder / f"{communities}.db", retry_seconds=5)
    store = PricedStore(inner)
    try:
        await fill(store, names, subjects)
        report = Report(communities, documents_in(store))
        deps = deps_of(store, now=NOW, names=names)
        asked_of = [subject_id(number) for number in range(min(subjects, 10))]
        for name, reads in reads_of(names, asked_of).items():
            began = time.perf_counter()
            report.reads[name] = await dearest(deps, store, reads)
            seconds = time.perf_counter() - began
            print(f"{communities:,}: {name} took {seconds:.0f} s", file=sys.stderr)
    finally:
        await store.close()
    return report


def table(reports: Sequence[Report]) -> str:
    """Return the tables of documents and of reads, in Markdown."""
    heads = [f"{each.communities:,}" for each in reports]
    kinds = list(dict.fromkeys(kind for each in reports for kind in each.documents))
    reads = list(dict.fromkeys(read for each in reports for read in each.reads))
    documents = [[kind, *(_shown(each.documents.get(kind)) for each in reports)] for kind in kinds]
    units = [[read, *(f"{each.reads[read]:,.0f}" for each in reports)] for read in reads]
    return "\n\n".join(
        [
            _markdown(["largest document in KB (number)", *heads], documents),
            _markdown(["request units", *heads], units),
        ]
    )


def _shown(sizes: Sizes | None) -> str:
    return "" if sizes is None else f"{sizes.largest / KB:,.0f} ({sizes.count:,})"


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Measure each number of communities, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--communities", default=COUNTS, help=f"({COUNTS})")
    parser.add_argument("--subjects", type=int, default=SUBJECTS, help=f"({SUBJECTS})")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        reports = [
            asyncio.run(measured(Path(folder), int(count), given.subjects))
            for count in given.communities.split(",")
        ]
    print(table(reports))
    faults = [fault for each in reports for fault in each.faults()]
    print(*faults, sep="\n", file=sys.stderr)
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
