"""A small world that is collected in shards of three communities: sources, queue, workers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from collector.shards.collecting import ShardCollector
from collector.shards.planner import Planner
from collector.shards.totals import Totals
from collector.shards.worker import ShardWorker
from collector.sources.base import (
    ItemReference,
    Looked,
    Page,
    Seen,
    SeenComment,
    SeenPost,
    SourceBase,
)
from collector.writers.deadline import no_check
from collector.writers.lease import LeaseWait
from shared.communities import SourceName
from shared.errors import DeadlineReached
from shared.models import Cycle, Trigger, Watermark
from shared.settings import Settings
from shared.shards import Sharding, ShardMessage
from shared.store import CYCLES, TOTALS_NOTES, Query, Store
from shared.times import utc_now
from tests.collector.harness import METHOD

SHARDING = Sharding(fewest=4, size=3)
INTERVAL = timedelta(minutes=30)
SHORT_WAIT = LeaseWait(20.0)
REDDIT_NAMES = ("aws", "claude", "openai", "gemini", "cursor")
FORUM_NAMES = ("forum.a", "forum.b")
NAMES = (*REDDIT_NAMES, *FORUM_NAMES)


def a_seen_post(number: str, created: datetime, title: str, **more: Any) -> SeenPost:
    """Return a post as a source shows it."""
    fields: dict[str, Any] = {
        "id": f"p{number}",
        "author": "someone",
        "title": title,
        "content": "",
        "url": "",
        "permalink": "",
        "created_utc": created.timestamp(),
        "upvotes": 1,
        "upvote_ratio": None,
        "comment_count": 1,
        "flair": None,
        "deleted": False,
    }
    return SeenPost(**{**fields, **more})


def a_seen_comment(number: str, created: datetime, content: str) -> SeenComment:
    """Return a comment on the post of the same number."""
    return SeenComment(
        id=f"c{number}",
        author="another",
        content=content,
        permalink="",
        created_utc=created.timestamp(),
        upvotes=1,
        deleted=False,
        post_id=f"p{number}",
        parent_id=f"p{number}",
    )


@dataclass
class Server:
    """The items that sources show; `clients` counts the clients at work by source."""

    items: dict[str, list[Seen]]
    breaks: dict[str, Exception] = field(default_factory=dict)
    open_clients: dict[str, int] = field(default_factory=dict)
    most_clients: dict[str, int] = field(default_factory=dict)
    polls: list[str] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    """Communities whose sources can't be opened, as where a worker runs out of memory."""
    polls_a_turn: int = 1000
    """After this number of polls the time of a turn is used up."""

    @contextmanager
    def open_sources(
        self, settings: Settings, _stalled: int
    ) -> Iterator[Mapping[SourceName, Listed]]:
        if refused := self.refuses.intersection(settings.watched):
            raise RuntimeError(f"no memory for {min(refused)}")
        names = dict.fromkeys(settings.source_of(each) for each in settings.watched)
        for name in names:
            self.open_clients[name] = self.open_clients.get(name, 0) + 1
            most = max(self.most_clients.get(name, 0), self.open_clients[name])
            self.most_clients[name] = most
        try:
            yield {name: Listed(self, name) for name in names}
        finally:
            for name in names:
                self.open_clients[name] -= 1


class Listed(SourceBase):
    """A source that lists all items of a community, and looks each up."""

    keys_at_once = 100

    def __init__(self, server: Server, name: SourceName) -> None:
        super().__init__()
        self.server, self.name = server, name
        self.own_servers = name == "discourse"
        self.requests_used = 0

    def poll(
        self, community: str, _watermark: Watermark | None, *, oldest: str, now: datetime
    ) -> Iterator[Page]:
        del oldest, now
        self.requests_used += 1
        if self.requests_used > self.server.polls_a_turn:
            raise DeadlineReached("the cycle's time is used up")
        self.server.polls.append(community)
        if error := self.server.breaks.get(community):
            raise error
        yield Page(self.server.items[community], {"read": "all"})

    def look_again(self, items: Sequence[ItemReference]) -> Looked:
        self.requests_used += 1
        shown = {each.key: each for listed in self.server.items.values() for each in listed}
        found = [shown[item.key] for item in items if item.key in shown]
        # Of what another server shows, such as a forum with a past, it knows nothing.
        own = [item for item in items if item.id[0] in "pc"]
        return Looked(found, frozenset(item.key for item in own if item.key not in shown))


def a_server(newest: datetime) -> Server:
    """Return sources with a few items in three hours of each community."""
    items: dict[str, list[Seen]] = {}
    for place, name in enumerate(NAMES):
        items[name] = []
        for hours in range(2):
            created = newest - timedelta(hours=hours, minutes=place)
            number = f"{place}x{hours}"
            title = "I love it, great work" if place % 2 else "I hate it"
            items[name] += [
                a_seen_post(number, created, f"{title} {number}"),
                a_seen_comment(number, created, "Quite so"),
            ]
    return Server(items)


def change_something_of_each_kind(server: Server, newest: datetime) -> None:
    """Edit, remove and add items, and repeat a post of one shard in another."""
    post, *rest = server.items["aws"]
    assert isinstance(post, SeenPost)
    server.items["aws"] = [replace(post, title="Awful, I hate it", edited=True), *rest]
    del server.items["claude"][0]
    server.items["gemini"].append(a_seen_post("new", newest, "A fresh one, great work"))
    words = "The very same words of one author in two places"
    for name in ("openai", "forum.b"):
        copy = a_seen_post(f"copy{name[-1]}", newest, words)
        server.items[name].append(copy)


@dataclass
class Workers:
    """Workers and their queue: a message is in flight until its work has ended."""

    settings: Settings
    server: Server
    later: timedelta = timedelta(0)
    waiting: deque[ShardMessage] = field(default_factory=deque)
    sharding: Sharding = SHARDING
    lease_wait: LeaseWait = SHORT_WAIT
    totals_lag: timedelta = timedelta(0)

    def clock(self) -> datetime:
        return utc_now() + self.later

    def worker(self, store: Store) -> ShardWorker:
        collector = ShardCollector(
            store,
            self.server.open_sources,
            METHOD,
            self.settings,
            INTERVAL,
            self.clock,
            lease_wait=self.lease_wait,
        )
        return ShardWorker(collector, self.lease_wait, self.totals_lag)

    async def plan(self, store: Store, trigger: Trigger = "cli", **more: Any) -> str:
        planner = Planner(store, self.settings, METHOD, self.clock, self.sharding)
        done = await planner.plan(trigger, lease_wait=self.lease_wait, **more)
        self.waiting.extend(done.messages)
        return done.cycle

    async def work(self, store: Store) -> None:
        """Work until the queue is empty; what a killed worker had is still on it."""
        worker = self.worker(store)
        while self.waiting:
            following = await worker.work(self.waiting[0])
            self.waiting.popleft()
            self.waiting.extend(following)

    async def collect(self, store: Store, trigger: Trigger = "cli") -> Cycle:
        """Run a cycle to its end."""
        cycle_id = await self.plan(store, trigger)
        await self.work(store)
        cycle = await store.read(CYCLES, "cycle", cycle_id)
        assert cycle is not None
        return cycle


def settings_of(base: Settings, names: Sequence[str] = NAMES) -> Settings:
    return base.model_copy(
        update={
            "subreddits": tuple(name for name in names if "." not in name),
            "communities": tuple(name for name in names if "." in name),
        }
    )


async def add_up_again(store: Store, now: datetime) -> None:
    """Add up the notes that are kept for a while after a killed writer of totals."""
    await Totals(store, lambda: now, 60).add_up("cycle_20261127_120000", no_check)


async def notes_left(store: Store) -> int:
    return len(await store.query(Query(TOTALS_NOTES, "totals", 100, order_by="id")))
