"""Topics of past hours, which are found when the items of those hours are read later."""

import random
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from api.errors import NotFound
from api.reads.trending import topic_answer, topics_at
from collector.trending.finder import Trends
from collector.trending.past import PastTrends, hours_of_past
from collector.writers.lease import NO_WAIT, lease
from shared.errors import CycleRunning
from shared.models import Observation, Post
from shared.settings import Settings
from shared.store import CURRENT, POSTS, TOPICS, Store, open_store
from shared.times import hour_start, iso
from tests.api.world import a_post
from tests.collector.trending.talk import NOW, VOCABULARY, chatter, find

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
THEN = hour_start(NOW) - 2 * DAY
FIRST = 200_000


@pytest.fixture
async def store_then(sqlite_settings: Settings, tmp_path) -> AsyncIterator[Store]:
    """Yield the store of somebody who collected at the time."""
    path = tmp_path / "then.db"
    own = sqlite_settings.model_copy(update={"sqlite_path": path})
    store = await open_store(own, retry_seconds=5)
    yield store
    await store.close()


def news(phrase: str, at: datetime, *, first: int = FIRST, **more: Any) -> list[Post]:
    """Make posts of the hours before a moment, by different authors."""
    rng = random.Random(first)
    return [
        a_post(
            first + n,
            at - timedelta(minutes=20 + 17 * n),
            **{
                "title": f"{rng.choice(VOCABULARY)} the {phrase} {rng.choice(VOCABULARY)}",
                "content": " ".join(rng.choices(VOCABULARY, k=20)),
                "author": f"author{first + n}",
                **more,
            },
        )
        for n in range(14)
    ]


def read_later(posts: list[Post]) -> list[Post]:
    """Return posts whose counts nobody observed before now."""
    seen = Observation(at=iso(NOW), upvotes=50, comment_count=7)
    return [{**post, "upvotes": 50, "comment_count": 7, "observations": [seen]} for post in posts]


def talk() -> list[Post]:
    return chatter(random.Random(3), days=11, a_day=60)


async def make(store: Store, settings: Settings, hours: list[datetime], **more: Any) -> int:
    past = PastTrends.of(Trends(store, settings, lambda: NOW), "aws")
    return await past.turn(
        hours, more.get("is_over", lambda: False), lease_wait=more.get("lease_wait", NO_WAIT)
    )


async def test_a_past_hour_has_the_topics_that_a_run_would_have_found(
    sqlite_store, store_then, sqlite_settings
) -> None:
    story = news("Copper Planner", THEN)
    await sqlite_store.upsert(POSTS, [*talk(), *read_later(story)])
    unknown = {"upvotes": None, "comment_count": None, "observations": []}
    written = [post for post in talk() if post["created_utc"] < iso(THEN)]
    await store_then.upsert(POSTS, [*written, *({**post, **unknown} for post in story)])
    current = await find(sqlite_store, sqlite_settings)
    with pytest.raises(NotFound):
        await topics_at(sqlite_store, iso(THEN))
    assert await make(sqlite_store, sqlite_settings, hours_of_past(NOW - 3 * DAY, NOW)) == 72
    found = await topics_at(sqlite_store, iso(THEN + timedelta(minutes=30)))
    assert found == (await find(store_then, sqlite_settings, THEN))["topics"]
    (topic,) = found
    assert (topic["theme"], topic["mentions"]) == ("Copper Planner", 14)
    # What was gained by then was never observed.
    answer = topic_answer(topic)
    assert (answer.engagement_velocity, answer.upvotes, answer.comments) == (None, None, None)
    assert await topics_at(sqlite_store, iso(THEN - 5 * HOUR)) == []
    assert await topics_at(sqlite_store, None) == current["topics"]
    snapshots = (await sqlite_store.read(TOPICS, CURRENT, CURRENT))["snapshots"]
    assert snapshots == sorted(snapshots)
    # Once more changes nothing.
    assert await make(sqlite_store, sqlite_settings, [THEN]) == 1
    assert await topics_at(sqlite_store, iso(THEN)) == found
    again = (await sqlite_store.read(TOPICS, CURRENT, CURRENT))["snapshots"]
    assert again == snapshots


async def test_what_a_run_of_the_time_found_stays_and_the_past_adds_its_topics(
    sqlite_store, sqlite_settings
) -> None:
    run_at = THEN + timedelta(minutes=5)
    live = news("Amber Beacon", THEN, first=300_000, subreddit="claude")
    await sqlite_store.upsert(POSTS, [*talk(), *live])
    recorded = await find(sqlite_store, sqlite_settings, run_at)
    await find(sqlite_store, sqlite_settings)
    assert [topic["theme"] for topic in recorded["topics"]] == ["Amber Beacon"]
    await sqlite_store.upsert(POSTS, read_later(news("Copper Planner", THEN)))
    await make(sqlite_store, sqlite_settings, [THEN])
    found = await topics_at(sqlite_store, iso(run_at))
    assert [topic["theme"] for topic in found] == ["Amber Beacon", "Copper Planner"]
    assert found[0] == recorded["topics"][0]
    assert (await sqlite_store.read(TOPICS, CURRENT, CURRENT))["snapshots"] == [iso(run_at)]


def test_hours_far_apart_come_first_and_none_is_older_than_a_week() -> None:
    hours = hours_of_past(NOW - 30 * DAY, NOW)
    assert len(set(hours)) == len(hours) == 24 * 7
    assert [(hour_start(NOW) - hour) // HOUR for hour in hours[:9]] == [
        *(24 * day for day in range(7)),
        12,
        36,
    ]
    assert min(hours) >= NOW - 7 * DAY
    assert hours_of_past(NOW - timedelta(minutes=3), NOW) == [hour_start(NOW)]
    assert hours_of_past(NOW + DAY, NOW) == []


async def test_a_turn_ends_in_time_and_leaves_the_lease_to_others(
    sqlite_store, sqlite_settings
) -> None:
    await find(sqlite_store, sqlite_settings)
    hours = hours_of_past(NOW - DAY, NOW)
    assert await make(sqlite_store, sqlite_settings, hours, is_over=lambda: True) == 1
    async with lease(sqlite_store, "cycle_20261123_130000", seconds=60, clock=lambda: NOW):
        with pytest.raises(CycleRunning):
            await make(sqlite_store, sqlite_settings, hours)
