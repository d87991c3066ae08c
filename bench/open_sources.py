"""The product over stand-ins of Reddit, Hacker News, two forums and GitHub, on clocks of its own.

Each source has a clock of its own, which its paces and answers move, so that nothing really waits.
"""

import itertools
import random
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import ExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from starlette.types import ASGIApp, Receive, Scope, Send

from bench import bill
from bench.cost import INTERVAL, Clock
from bench.fill_subjects import made_watchlist, starter_subjects
from bench.priced_store import PricedStore
from bench.spent import Cost, cost_of
from bench.talk import (
    FORUMS,
    QUERIES,
    REPOSITORIES,
    VOLUMES,
    ForumPlace,
    Place,
    QueryPlace,
    RepositoryPlace,
    Talk,
)
from collector.backfill.journal import new_backfill
from collector.backfill.turn import BackfillTurn
from collector.collection.cycle import Collector
from collector.collection.sweep import read_cursors, sweep
from collector.sources.base import ItemReference, Looked, Slice, Source
from collector.sources.discourse.source import DiscourseSource
from collector.sources.github.source import GitHubSource
from collector.sources.hackernews.client import ITEMS_PACE, HackerNewsSource
from collector.sources.hackernews.lookups import AT_ONCE
from collector.sources.reddit.client import RedditSource
from local.discourse.board import Board as ForumBoard
from local.discourse.server import DiscourseStandIn
from local.github.hub import Hub
from local.github.limits import Limits
from local.github.server import Application as GitHubApp
from local.hackernews.board import Board as HackerNewsBoard
from local.hackernews.server import HackerNewsApp
from local.reddit.faults import FaultPlan, Faults
from local.reddit.feed import feed_of
from local.reddit.limits import RateLimit
from local.reddit.server import create_app
from local.serving import Listening
from shared.communities import SourceName
from shared.models import Backfill, Cycle, Watermark
from shared.settings import Settings, load_settings
from shared.store import BACKFILLS, WATCHLIST, open_store
from shared.times import iso
from tests.collector.harness import METHOD

TOKEN = "bench"  # noqa: S105 - the stand-in takes any
# The requests that Hacker News' source sends side by side.
LOOKUPS = "/v0/item/"
OPEN: Sequence[SourceName] = ("hackernews", "discourse", "github")


@dataclass
class Seconds:
    """A clock of seconds that moves when somebody waits on it."""

    now: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now

    def wait(self, seconds: float) -> None:
        """Move on, instead of waiting; threads may share the clock."""
        with self.lock:
            self.now += seconds


@dataclass
class Slow:
    """An application that takes its time for an answer, by the clock of the one who asks."""

    app: ASGIApp
    seconds: Seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Lookups side by side are answered while their source keeps a pace."""
        if scope["type"] == "http" and not scope["path"].startswith(LOOKUPS):
            self.seconds.wait(bill.ANSWER_SECONDS)
        await self.app(scope, receive, send)


class Timed:
    """A source that notes the seconds and requests that looking again takes."""

    def __init__(self, source: Source, seconds: Seconds) -> None:
        self._source = source
        self._clock = seconds
        self._began = seconds()
        self.swept = 0.0
        self.looked = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def look_again(self, items: Sequence[ItemReference]) -> Looked:
        """Look items up."""
        began = self._clock()
        try:
            return self._source.look_again(items)
        finally:
            if self._source.name == "hackernews":
                # Where answers are slower than the pace, they are waited for. The next batch begins
                # with the last answer of this one.
                late = max(0.0, bill.ANSWER_SECONDS / AT_ONCE - ITEMS_PACE)
                self._clock.wait(bill.ANSWER_SECONDS + late * len(items))
            self.swept += self._clock() - began
            self.looked += len(items)

    def backfill(
        self, community: str, start: str, end: str, cursor: Watermark | None
    ) -> Iterator[Slice]:
        """Read slices of the past."""
        slices = self._source.backfill(community, start, end, cursor)
        while True:
            began = self._clock()
            try:
                one = next(slices, None)
            finally:
                self.swept += self._clock() - began
            if one is None:
                return
            self.looked += len(one.items)
            yield one

    @property
    def took(self) -> "Took":
        """Return the seconds so far."""
        swept, all_seconds = self.swept, self._clock() - self._began
        return Took(all_seconds - swept, swept, self._source.requests_used, self.looked)


@dataclass(frozen=True)
class Took:
    """Seconds that a source took to poll and to sweep, its requests, and the items looked up."""

    polled: float
    swept: float
    requests: int
    looked: int


@dataclass(frozen=True)
class Collected:
    """A cycle: its cost, its document, and what its sources took."""

    cost: Cost
    cycle: Cycle
    took: Mapping[SourceName, Took]


@dataclass
class OpenWorld:
    """The product, and what is said at its sources."""

    store: PricedStore
    settings: Settings
    clock: Clock
    seconds: Mapping[SourceName, Seconds]
    talks: Sequence[Talk]
    limits: Limits
    servers: Sequence[Listening]

    def own_seconds(self) -> float:
        """Return the processor's seconds so far, without those of the stand-ins."""
        clocks = (time.pthread_getcpuclockid(each.thread_id) for each in self.servers)
        return time.process_time() - sum(time.clock_gettime(each) for each in clocks)

    def go_on(self, span: timedelta = INTERVAL) -> None:
        """Move on by a span of time, in which people talk."""
        self.clock.now += span
        for each in self.seconds.values():
            each.wait(span.total_seconds())
        for talk in self.talks:
            talk.until(self.clock.now)

    async def collect(self, **more: Any) -> Collected:
        """Run a cycle; `more` are settings for this cycle."""
        settings = self.settings.model_copy(update=more)
        names = dict.fromkeys(settings.source_of(each) for each in settings.watched)
        timed = {name: Timed(self._source(name, settings), self.seconds[name]) for name in names}
        sources = cast("Mapping[SourceName, Source]", timed)
        began = self.own_seconds()
        with self.store.counting() as spent:
            cycle = await Collector(self.store, sources, METHOD, settings, clock=self.clock).run(
                "cli"
            )
        cost = cost_of(spent, self.own_seconds() - began)
        took = {name: each.took for name, each in timed.items()}
        for source in timed.values():
            source.close()
        return Collected(cost, cycle, took)

    async def backfill(self, community: str, days: int) -> tuple[Cost, Backfill, Took]:
        """Read the past of a community, to its end."""
        name = self.settings.source_of(community)
        source = Timed(self._source(name, self.settings), self.seconds[name])
        start = self.clock.now - timedelta(days=days)
        made = new_backfill(community, name, start=start, now=self.clock.now, ticket="bench")
        await self.store.create(BACKFILLS, made)
        began = self.own_seconds()
        with self.store.counting() as spent:
            done = await BackfillTurn(
                self.store,
                cast("Source", source),
                METHOD,
                self.settings,
                lambda: False,
                clock=self.clock,
            ).run(community, ticket="bench")
        source.close()
        return cost_of(spent, self.own_seconds() - began), done, source.took

    async def walk_recent(self, name: SourceName) -> int:
        """Sweep a source until all items of the last 48 hours were looked at; return the cycles."""
        settings = self.settings
        own = [each for each in settings.watched if settings.source_of(each) == name]
        for cycles in itertools.count(1):
            source = self._source(name, settings)
            requests = round(settings.sweep_requests * source.sweep_factor)
            steps = sweep(self.store, source, own, requests=requests, skip=set(), clock=self.clock)
            async with aclosing(steps):
                async for _ in steps:
                    pass
            source.close()
            if not (await read_cursors(self.store, name))["recent"]:
                return cycles
        raise AssertionError("unreachable")

    def _source(self, name: SourceName, settings: Settings) -> Source:
        seconds = self.seconds[name]
        if name == "hackernews":
            return HackerNewsSource(settings, wait=seconds.wait, seconds=seconds)
        if name == "discourse":
            return DiscourseSource(settings, wait=seconds.wait, seconds=seconds)
        if name == "github":
            return GitHubSource(settings, wait=seconds.wait, seconds=seconds, clock=self.clock)
        return RedditSource(settings, wait=seconds.wait)


@dataclass
class Places:
    """The boards of the stand-ins."""

    clock: Clock
    hackernews: HackerNewsBoard = field(init=False)
    forums: dict[str, ForumBoard] = field(init=False)
    hub: Hub = field(init=False)

    def __post_init__(self) -> None:
        """Make empty boards."""
        self.hackernews = HackerNewsBoard(lambda: self.clock().timestamp())
        self.forums = {name: ForumBoard(newest_generated=0.0) for name in FORUMS}
        self.hub = Hub(self.clock)

    def talks(self, days: int) -> list[Talk]:
        """Return the talk of all communities, and have them talk for some days."""
        places: list[tuple[str, Place]] = [
            *(("hackernews", QueryPlace(self.hackernews, words)) for words in QUERIES.values()),
            *(("discourse", ForumPlace(board)) for board in self.forums.values()),
            *(("github", RepositoryPlace(self.hub, name)) for name in REPOSITORIES),
        ]
        began = self.clock() - timedelta(days=days)
        talks = [
            Talk(place, VOLUMES[source], began, random.Random(number))
            for number, (source, place) in enumerate(places)
        ]
        for talk in talks:
            talk.until(self.clock())
        return talks


@asynccontextmanager
async def open_world(
    folder: Path, *, days: int, has_token: bool, subjects: int
) -> AsyncIterator[OpenWorld]:
    """Yield the product with an empty database, at places where people have talked for days."""
    clock = Clock()
    places = Places(clock)
    talks = places.talks(days)
    names: Sequence[SourceName] = ("reddit", *OPEN)
    seconds: dict[SourceName, Seconds] = {name: Seconds() for name in names}
    limits = Limits(clock)
    limited = DiscourseStandIn(places.forums, seconds=seconds["discourse"])
    apps: Mapping[SourceName, ASGIApp] = {
        "hackernews": HackerNewsApp(places.hackernews, Faults(FaultPlan()), seconds["hackernews"]),
        "discourse": limited,
        "github": GitHubApp(places.hub, limits, None),
    }
    reddit = create_app(
        feed_of(None, clock=clock, live=True), rate_limit=RateLimit(requests=1_000_000)
    )
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(Listening(Slow(app, seconds[name])))
            for name, app in {**apps, "reddit": reddit}.items()
        }
        urls = {name: server.base_url for name, server in servers.items()}
        settings = _settings(folder, urls, has_token=has_token)
        store = PricedStore(await open_store(settings, retry_seconds=20))
        watchlist = made_watchlist(starter_subjects(subjects), iso(clock()))
        await store.upsert(WATCHLIST, [watchlist])
        try:
            yield OpenWorld(store, settings, clock, seconds, talks, limits, [*servers.values()])
        finally:
            await store.close()


def _settings(folder: Path, urls: Mapping[SourceName, str], *, has_token: bool) -> Settings:
    communities = [
        *(f"hn.{name}" for name in QUERIES),
        *(f"forum.{name}" for name in FORUMS),
        *(f"github.{name.lower().replace('/', '.')}" for name in REPOSITORIES),
    ]
    return load_settings(
        {
            "SQLITE_PATH": str(folder / "open.db"),
            "REDDIT_BASE_URL": urls["reddit"],
            "COMMUNITIES": ",".join(communities),
            "FORUMS": ",".join(f"{name}={urls['discourse']}/{name}" for name in FORUMS),
            "HN_QUERIES": ",".join(f"{name}={words}" for name, words in QUERIES.items()),
            "HN_BASE_URL": urls["hackernews"],
            "GITHUB_BASE_URL": urls["github"],
            "GITHUB_TOKEN": TOKEN if has_token else "",
        }
    )
