"""The cost of a cycle and of a cleanup is linear in the subreddits; these tests count it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from collector.collection.cycle import Collector
from collector.maintenance.cleanup import Cleaner
from collector.sources.base import ItemReference, Looked, Page, SeenPost, SourceBase
from shared.communities import SourceName
from shared.errors import DeadlineReached
from shared.models import ALL, Cycle, Watermark
from shared.store import COMMUNITIES, DAYS, HOURS_OF_ALL
from shared.store.community_states import community_key
from shared.times import day_of, hour_of, iso
from tests.api.world import NOW, a_post, keep
from tests.collector.harness import METHOD, WatchedStore, check_statistics, stored_items

NAMES = tuple(f"sub{number}" for number in range(300))


@dataclass
class NewPosts(SourceBase):
    """A source with one post in each subreddit; from the given subreddit on, its time is up."""

    ends_at: str = ""
    requests_used: int = 0
    titles: dict[str, Any] = field(default_factory=dict)

    name: SourceName = "reddit"
    keys_at_once = 100
    left_out: Counter[str] = field(default_factory=Counter)
    kept: dict[str, str] = field(default_factory=dict)

    def poll(
        self, community: str, _watermark: Watermark | None, *, oldest: str, now: datetime
    ) -> Iterator[Page]:
        del oldest, now
        if community == self.ends_at:
            raise DeadlineReached("the cycle's time is used up")
        post = SeenPost(
            id=f"p{community}",
            author="someone",
            title=self.titles.get(community, "I love it"),
            content="",
            url="",
            permalink="",
            created_utc=NOW.timestamp() - 60,
            upvotes=1,
            upvote_ratio=None,
            comment_count=0,
            flair=None,
            deleted=False,
        )
        yield Page([post], {})

    def look_again(self, _items: Sequence[ItemReference]) -> Looked:
        return Looked([])

    def close(self) -> None:
        pass


@pytest.fixture
def settings(sqlite_settings):
    return sqlite_settings.model_copy(update={"subreddits": NAMES})


async def run(store: Any, settings: Any, source: NewPosts | None = None) -> Cycle:
    return await Collector(
        store, {"reddit": source or NewPosts()}, METHOD, settings, clock=lambda: NOW
    ).run("cli")


async def test_a_cycle_document_is_not_written_for_each_of_many_subreddits(
    sqlite_store, settings
) -> None:
    for new in (len(NAMES), 0):
        watched = WatchedStore(sqlite_store)
        cycle = await run(watched, settings)
        assert (cycle["status"], cycle["new"]) == ("completed", new)
        assert len(cycle["communities_processed"]) == len(NAMES)
        # The document names every subreddit: once for each would be the square of them.
        assert watched.operations.count("replace") <= 120
    await check_statistics(sqlite_store, NAMES)


@dataclass
class SlowSource(NewPosts):
    """A source that takes four seconds for each subreddit, as at 100 requests a minute."""

    now: datetime = NOW

    def poll(
        self, community: str, watermark: Watermark | None, *, oldest: str, now: datetime
    ) -> Iterator[Page]:
        self.now += timedelta(seconds=4)
        return super().poll(community, watermark, oldest=oldest, now=now)


async def test_while_a_long_cycle_runs_all_follows_its_parts(sqlite_store, settings) -> None:
    source = SlowSource()
    parts: list[tuple[datetime, int]] = []
    lags: list[timedelta] = []

    class Looking(WatchedStore):
        async def upsert(self, container: Any, documents: Any) -> None:
            await self.inner.upsert(container, documents)
            if container is COMMUNITIES and documents:
                await self.look()

        async def look(self) -> None:
            """Record since when `all` is behind its parts."""
            day = day_of(iso(NOW))
            found = await self.inner.read_many(DAYS, [(name, day) for name in (*NAMES, ALL)])
            counts = {
                key[0]: sum(cell["posts"] for cell in each["hours"].values())
                for key, each in found.items()
            }
            of_all = counts.pop(ALL, 0)
            parts.append((source.now, sum(counts.values())))
            missing = [moment for moment, count in parts if count > of_all]
            lags.append(source.now - missing[0] if missing else timedelta(0))

    collector = Collector(
        Looking(sqlite_store), {"reddit": source}, METHOD, settings, clock=lambda: source.now
    )  # type: ignore[arg-type]
    cycle = await collector.run("cli")
    assert (cycle["status"], cycle["new"]) == ("completed", len(NAMES))
    assert source.now - NOW == timedelta(minutes=20)
    assert max(lags) <= timedelta(seconds=90)
    await check_statistics(sqlite_store, NAMES)


async def test_out_of_time_what_was_read_is_kept(sqlite_store, settings) -> None:
    cycle = await run(sqlite_store, settings, NewPosts(ends_at="sub8"))
    assert cycle["communities_processed"] == [f"sub{number}" for number in range(8)]
    assert len(await stored_items(sqlite_store, NAMES)) == 8
    assert (await sqlite_store.read(COMMUNITIES, *community_key("sub7")))["last_collected_at"]
    assert await sqlite_store.read(COMMUNITIES, *community_key("sub8")) is None
    await check_statistics(sqlite_store, NAMES)


async def test_one_that_cannot_be_written_does_not_stop_those_written_with_it(
    sqlite_store, settings
) -> None:
    source = NewPosts(titles={"sub3": object()})
    cycle = await run(sqlite_store, settings, source)
    assert [error["community"] for error in cycle["errors"]] == ["sub3"]
    assert cycle["new"] == len(NAMES) - 1
    await check_statistics(sqlite_store, NAMES)


async def test_a_cleanup_writes_the_hours_of_all_once_for_many_subreddits(
    sqlite_store, settings
) -> None:
    old = NOW - timedelta(days=91)
    posts = [a_post(number, old, name) for number, name in enumerate(NAMES)]
    await keep(sqlite_store, posts)
    watched = WatchedStore(sqlite_store)
    done = await Cleaner(watched, settings, lambda: NOW).run()
    assert done["removed"]["posts"] == len(NAMES)
    hour = hour_of(iso(old))
    assert await sqlite_store.read(HOURS_OF_ALL, ALL, hour) is None
    # The document with its pending cells is written twice for every few hundred subreddits.
    assert watched.operations.count("replace") <= 20
    await check_statistics(sqlite_store, NAMES)
