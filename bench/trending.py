"""The time, documents and request units of finding the topics of a fleet.

`python -m bench.trending [--communities 1000,10000]` fills a database file with the posts of eight
days of a fleet (`bench/fleet_activity.py`), in random words with the frequencies of Zipf's law, and
a story. One worker then does all steps of a round. Four of them share the groups of a step; one
does what is of all. Comments are left out: only those of the communities with a topic are read.
10,000 communities take a quarter of an hour.
"""

import argparse
import asyncio
import random
import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any

from bench.fleet_activity import POST_EVERY, fleet
from bench.priced_store import PricedStore
from collector.rounds.trending import FOLLOWING, TrendingRound, step_of
from collector.rounds.worker import TurnEnd
from collector.trending.finder import Trends
from collector.turns import RunTime
from collector.writers.lease import HeldLease
from shared.models import Post, ShardRound
from shared.settings import load_settings
from shared.store import CURRENT, POSTS, TOPICS
from shared.store.sqlite import SqliteStore
from shared.text.forms import FORMS
from shared.text.stopwords import stopwords
from shared.times import iso
from tests.api.world import a_post

NOW = datetime(2026, 11, 23, 13, 5, 7, tzinfo=UTC)
DAYS = 8
WORDS, VOCABULARY = 70, 60_000
STORY, STORY_EVERY = "Copper Planner", 300
BATCH = 5000
KB = 1024


@dataclass
class Report:
    """The figures of a fleet. By step: seconds, those of the longest turn, and request units.

    largest is the size in bytes of the largest document that was written.
    """

    communities: int
    posts: int = 0
    recent: int = 0
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    longest: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    units: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    topics: int = 0
    largest: int = 0
    memory_mb: int = 0


@dataclass(frozen=True)
class Timed(TrendingRound):
    """A round that notes the time and the request units of each turn."""

    report: Report = field(kw_only=True)
    store: PricedStore = field(kw_only=True)

    async def turn(self, found: ShardRound, shard: str, held: HeldLease) -> TurnEnd:
        """Do a turn."""
        began, report, step = time.perf_counter(), self.report, step_of(found)
        with self.store.counting() as bill:
            end = await super().turn(found, shard, held)
        seconds = time.perf_counter() - began
        report.seconds[step] += seconds
        report.longest[step] = max(report.longest[step], seconds)
        report.units[step] += bill.request_units
        written = [each.size for each in bill.operations if each.kind in {"create", "replace"}]
        report.largest = max(report.largest, *written, 0)
        return end


def texts(rng: random.Random) -> Iterator[str]:
    """Yield texts in which every other word is a function word, without an end."""
    small = sorted(stopwords())[:200]
    syllables = [a + b for a in "bdfghklmnprstvwz" for b in ("a", "e", "i", "o", "ou", "y")]
    words = [
        syllables[n % 96] + syllables[n // 96 % 96] + syllables[n // 9216]
        for n in range(VOCABULARY)
    ]
    weights = list(accumulate(1 / (rank + 1) for rank in range(VOCABULARY)))
    while True:
        drawn = rng.choices(words, cum_weights=weights, k=WORDS)
        yield " ".join(w if n % 2 else rng.choice(small) for n, w in enumerate(drawn))


def posts_of(communities: int) -> Iterator[Post]:
    """Yield the posts of eight days."""
    rng = random.Random(1)
    drawn = texts(rng)
    number = 0
    for member in fleet(communities):
        mean = member.hourly / POST_EVERY * 24 * DAYS
        for _ in range(int(mean) + (rng.random() < mean % 1)):
            number += 1
            text = next(drawn)
            if number % STORY_EVERY == 0:
                text += f" {STORY}"
            created = NOW - timedelta(days=DAYS * 0.99 * rng.random())
            if STORY in text:
                created = NOW - timedelta(hours=20 * rng.random())
            more: dict[str, Any] = {
                "author": f"a{rng.randrange(10**6)}",
                "title": text[:60],
                "content": text,
            }
            yield a_post(number, created, member.name, **more)


async def measured(folder: Path, communities: int) -> Report:
    """Fill a store with a fleet of this size, and do a round."""
    report = Report(communities)
    inner = await SqliteStore.open(folder / f"{communities}.db", retry_seconds=5)
    try:
        batch: list[Post] = []
        for post in posts_of(communities):
            report.posts += 1
            report.recent += post["created_utc"] >= iso(NOW - timedelta(hours=23))
            batch.append(post)
            if len(batch) == BATCH:
                await inner.upsert(POSTS, batch)
                batch = []
        await inner.upsert(POSTS, batch)
        names = [member.name for member in fleet(communities)]
        store = PricedStore(inner)
        settings = load_settings({}).model_copy(update={"subreddits": names, "communities": ()})
        trends = Trends(store, settings, lambda: NOW, forms=FORMS)
        trending = Timed(
            trends, lambda: RunTime.of(None).turn().is_over, report=report, store=store
        )
        await trending.to_the_end()
        found = await inner.read(TOPICS, CURRENT, CURRENT)
        report.topics = len(found["topics"]) if found else 0
    finally:
        await inner.close()
    report.memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // KB
    return report


def begin_turn() -> Callable[[], bool]:
    """Begin the time of a turn, and return what says that it is over."""
    return RunTime.of(None).turn().is_over


def table(reports: Sequence[Report]) -> str:
    """Return the reports as a table of Markdown, a column each."""
    rows: list[tuple[str, Callable[[Report], str]]] = [
        ("communities", lambda r: f"{r.communities:,}"),
        ("posts of 24 hours; of eight days", lambda r: f"{r.recent:,}; {r.posts:,}"),
        ("topics", lambda r: f"{r.topics}"),
        *((f"{step}: seconds, longest turn, RU", partial(_of_step, step)) for step in FOLLOWING),
        ("largest document that is written in KB", lambda r: f"{r.largest / KB:,.0f}"),
        ("memory in MB", lambda r: f"{r.memory_mb:,}"),
    ]
    lines = [f"| {name} | {' | '.join(map(value, reports))} |" for name, value in rows]
    return "\n".join([lines[0], f"| --- {'| --- ' * len(reports)}|", *lines[1:]])


def _of_step(step: str, report: Report) -> str:
    units = f"{report.units[step]:,.0f}"
    return f"{report.seconds[step]:,.1f}; {report.longest[step]:,.1f}; {units}"


def main() -> None:
    """Print the figures of fleets of these sizes."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--communities", default="1000,10000")
    counts = [int(each) for each in parser.parse_args().communities.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        print(table([asyncio.run(measured(Path(folder), count)) for count in counts]))


if __name__ == "__main__":
    main()
