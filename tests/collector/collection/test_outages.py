"""What cycles record while sources fail: what was observed, since when it fails, and what next."""

import logging
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collector.collection.cycle import Collector
from collector.sources.base import Looked, Page, SeenPost, SourceBase
from collector.sources.retrying import Attempt, retried
from collector.sources.waiting import Backoff, SourceWait
from shared.communities import SourceName
from shared.errors import SourceError, SourceRefused, SourceUnavailable
from shared.models import CommunityState, Cycle, Watermark
from shared.settings import Settings
from shared.stats.coverage import holes
from shared.store import COMMUNITIES, Store
from shared.store.community_states import community_key
from shared.times import iso
from tests.collector.harness import METHOD, run_cycle, settings_for, stored_items, things

NOW = datetime(2026, 11, 26, 14, 0, 30, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
BLOCKED = SourceUnavailable("blocked", "Discourse answers 403 to this address")
OF_SOURCE: dict[SourceName, tuple[str, ...]] = {
    "reddit": ("aws", "claude"),
    "hackernews": ("hn.front", "hn.cursor"),
    "discourse": ("forum.cursor", "forum.openai"),
    "github": ("github.openai.codex", "github.anthropics.claude-code"),
    "push": ("push.desk", "push.chat"),
}
COMMUNITIES_OF_ALL = [name for names in OF_SOURCE.values() for name in names]


class Steady(SourceBase):
    """A source with a new post in each poll, and a fault that can be put in and taken out."""

    keys_at_once = 10
    shares_items = False

    def __init__(self, name: SourceName) -> None:
        super().__init__()
        self.name = name
        self.fault: Callable[[str], SourceError | None] = lambda _community: None
        self.requests_used = 0
        self.polled: list[str] = []
        self.is_empty = False
        self.more: dict[str, Any] = {}
        self.waits = SourceWait(lambda _seconds: None)

    def poll(
        self, community: str, watermark: Watermark | None, *, oldest: str, now: datetime
    ) -> Iterator[Page]:
        self.polled.append(community)
        retried(
            lambda _: self._attempt(community),
            source=self.name,
            wait=self.waits,  # type: ignore[arg-type]
            backoff=Backoff(attempts=4),
            rng=random.Random(0),
        )
        post = SeenPost(
            id=f"{community}.{int(now.timestamp())}",
            author=None,
            title="I love it",
            content="",
            url="",
            permalink="",
            created_utc=now.timestamp() - 60,
            upvotes=None,
            upvote_ratio=None,
            comment_count=None,
            flair=None,
            deleted=False,
        )
        first = {} if watermark else {"complete_since": oldest}
        items = [] if self.is_empty else [post]
        yield Page(items, {"at": iso(now)}, **{**first, **self.more})

    def _attempt(self, community: str) -> Attempt[bool]:
        self.requests_used += 1
        fault = self.fault(community)
        if isinstance(fault, SourceUnavailable):
            return Attempt(fault=fault)
        if fault is not None:
            raise fault
        return Attempt(answer=True)

    def look_again(self, _items: Any) -> Looked:
        return Looked([])


class World:
    """Five sources, a clock, and cycles half an hour apart."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store = store
        self.settings = settings.model_copy(
            update={
                "subreddits": OF_SOURCE["reddit"],
                "communities": tuple(n for n in COMMUNITIES_OF_ALL if "." in n),
                "sweep_requests": 0,
            }
        )
        self.sources = {name: Steady(name) for name in OF_SOURCE}
        self.now = NOW

    async def cycle(self) -> Cycle:
        for source in self.sources.values():
            source.polled.clear()
            source.requests_used = 0
        collector = Collector(
            self.store,
            self.sources,  # type: ignore[arg-type]
            METHOD,
            self.settings,
            clock=lambda: self.now,
        )
        done = await collector.run("cli")
        self.now += HALF_HOUR
        return done

    async def state(self, name: str) -> CommunityState:
        found = await self.store.read(COMMUNITIES, *community_key(name))
        assert found is not None
        return found


@pytest.fixture
def world(sqlite_store: Store, sqlite_settings: Settings) -> World:
    return World(sqlite_store, sqlite_settings)


async def test_with_three_of_five_sources_down_the_others_are_collected(world: World) -> None:
    down: dict[SourceName, SourceError] = {
        "hackernews": SourceUnavailable("timeout", "no answer in time"),
        "discourse": BLOCKED,
        "github": SourceRefused("credentials", "GitHub refuses GITHUB_TOKEN"),
    }
    for name, fault in down.items():
        world.sources[name].fault = lambda _, fault=fault: fault
    cycle = await world.cycle()
    assert (cycle["status"], cycle["new"]) == ("completed", 4)
    outcomes = {name: each["outcome"] for name, each in cycle["requests"].items()}
    assert outcomes == {name: "failed" if name in down else "ok" for name in OF_SOURCE}
    assert "403" in str(cycle["requests"]["discourse"]["reason"])
    for name, fault in down.items():
        for community in OF_SOURCE[name]:
            state = await world.state(community)
            assert state["last_error"]["kind"] == fault.kind  # type: ignore[index]
            assert state["failing"]["since"] == iso(NOW)  # type: ignore[index]
            assert not state.get("covered")


async def test_a_source_that_fails_is_said_once_and_tried_with_one_request_until_it_works(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await world.cycle()
    forums = world.sources["discourse"]
    forums.fault = lambda _: BLOCKED
    since = iso(world.now)
    sent = []
    for _ in range(6):
        await world.cycle()
        sent.append((len(forums.polled), forums.requests_used))
    assert sent[:3] == [(2, 8)] * 3
    assert sent[3:] == [(1, 1)] * 3
    state = await world.state("forum.openai")
    assert state["failing"] == {"since": since, "cycles": 6, "is_shared": True}
    forums.fault = lambda _: None
    cycle = await world.cycle()
    assert cycle["errors"] == []
    assert len(forums.polled) == 2
    assert (await world.state("forum.openai"))["failing"] is None
    said = [line.split()[0] for line in caplog.messages if " source=discourse" in line]
    assert [line for line in said if line != "source.retry"] == [
        "source.failed",
        "source.recovered",
    ]


async def test_a_community_of_its_own_fault_is_tried_with_one_request_and_said_once(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    forums = world.sources["discourse"]
    forums.fault = lambda name: (
        SourceUnavailable("server_error", "it answered 502") if name == "forum.cursor" else None
    )
    sent = []
    for _ in range(5):
        cycle = await world.cycle()
        assert cycle["requests"]["discourse"]["outcome"] == "ok"
        sent.append(forums.requests_used)
    assert sent == [5, 5, 5, 2, 2]
    forums.fault = lambda _: None
    await world.cycle()
    said = [line for line in caplog.messages if "community=forum.cursor" in line]
    assert [line.split()[0] for line in said] == [
        "cycle.community_failed",
        "cycle.community_recovered",
    ]


async def test_what_a_poll_covers_goes_on_where_the_last_one_ended(world: World) -> None:
    await world.cycle()
    await world.cycle()
    (span,) = (await world.state("hn.front"))["covered"]
    assert span[1] == iso(NOW + HALF_HOUR)
    assert span[0] == iso(NOW + HALF_HOUR - timedelta(days=90))
    assert (await world.state("hn.front"))["last_item_at"] == iso(
        NOW + HALF_HOUR - timedelta(seconds=60)
    )


async def test_an_outage_that_the_source_makes_up_for_leaves_no_hole(world: World) -> None:
    await world.cycle()
    world.sources["discourse"].fault = lambda _: BLOCKED
    for _ in range(3):
        await world.cycle()
    assert (await world.state("forum.cursor"))["covered"][-1][1] == iso(NOW)
    world.sources["discourse"].fault = lambda _: None
    await world.cycle()
    assert len((await world.state("forum.cursor"))["covered"]) == 1


async def test_what_a_source_no_longer_lists_stays_a_hole(world: World) -> None:
    await world.cycle()
    world.now += timedelta(hours=3)
    listed_since = iso(world.now - HALF_HOUR)
    world.sources["hackernews"].more = {"complete_since": listed_since}
    await world.cycle()
    covered = (await world.state("hn.front"))["covered"]
    assert holes(covered, iso(NOW), iso(world.now - HALF_HOUR)) == [[iso(NOW), listed_since]]


async def test_a_poll_that_leaves_a_rest_covers_no_more_than_it_read(world: World) -> None:
    until = iso(NOW - timedelta(hours=2))
    world.sources["push"].more = {"complete_until": until}
    await world.cycle()
    assert (await world.state("push.desk"))["covered"][-1][1] == until


async def test_silence_of_a_busy_community_is_suspicious_and_not_observed(world: World) -> None:
    await world.cycle()
    state = await world.state("forum.cursor")
    await world.store.upsert(COMMUNITIES, [{**state, "hourly": 40.0}])
    world.sources["discourse"].is_empty = True
    await world.cycle()
    cycle = await world.cycle()
    assert {(e["community"], e["kind"]) for e in cycle["errors"]} == {
        ("forum.cursor", "suspicious")
    }
    silent = await world.state("forum.cursor")
    assert silent["covered"][-1][1] < iso(NOW + 2 * HALF_HOUR)
    assert silent["failing"] is not None
    world.sources["discourse"].is_empty = False
    assert (await world.cycle())["errors"] == []
    assert len((await world.state("forum.cursor"))["covered"]) == 1


async def test_an_empty_listing_where_items_are_stored_is_suspicious_at_once(
    sqlite_store, sqlite_settings, stand_in
) -> None:
    reddit = stand_in(things(("aws", "claude"), 40, newest=time.time()))
    settings = settings_for(sqlite_settings, reddit.base_url, ("aws", "claude"), sweep_requests=0)
    await run_cycle(sqlite_store, settings)
    before = await sqlite_store.read(COMMUNITIES, *community_key("aws"))
    stored = await stored_items(sqlite_store, ["aws"])
    for thing in reddit.control.comments("aws"):
        reddit.control.delete(thing["data"]["name"])
    cycle = await run_cycle(sqlite_store, settings)
    assert [(e["community"], e["kind"]) for e in cycle["errors"]] == [("aws", "suspicious")]
    after = await sqlite_store.read(COMMUNITIES, *community_key("aws"))
    assert (after["watermark"], after["covered"]) == (before["watermark"], before["covered"])
    assert await stored_items(sqlite_store, ["aws"]) == stored


async def test_a_listing_that_ends_by_itself_covers_all_that_is_kept(
    sqlite_store, sqlite_settings, stand_in
) -> None:
    reddit = stand_in(things(("aws",), 40, newest=time.time()))
    cycle = await run_cycle(sqlite_store, settings_for(sqlite_settings, reddit.base_url, ("aws",)))
    state = await sqlite_store.read(COMMUNITIES, *community_key("aws"))
    began = datetime.fromisoformat(cycle["start_time"])
    assert not holes(state["covered"], iso(began - timedelta(days=89)), cycle["start_time"])


async def test_a_full_listing_covers_what_it_shows(sqlite_store, sqlite_settings, stand_in) -> None:
    # Posts and comments in turn, more of both than a listing shows.
    reddit = stand_in(things(("aws",), 5000, newest=time.time()))
    await run_cycle(sqlite_store, settings_for(sqlite_settings, reddit.base_url, ("aws",)))
    state = await sqlite_store.read(COMMUNITIES, *community_key("aws"))
    items = (await stored_items(sqlite_store, ["aws"])).values()
    oldest = {
        kind: min(each["created_utc"] for each in items if each["kind"] == kind)
        for kind in ("post", "comment")
    }
    (span,) = state["covered"]
    listed = max(oldest.values())
    assert listed <= span[0] <= iso(datetime.fromisoformat(listed) + timedelta(hours=2))
