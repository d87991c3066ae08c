"""The functions that find topics of many communities: the timer begins, the queue's one works."""

import asyncio
import random
from datetime import datetime, timedelta

import pytest

from collector.jobs import (
    find_topics_on_message,
    find_trends,
    find_trends_on_timer,
    send_late_trends,
    trends_of,
)
from collector.rounds.worker import workers_of_round
from collector.trending.past import PastTrends
from collector.writers.lease import NO_WAIT, lease
from shared.errors import BadMessage, CycleRunning
from shared.models import Topics
from shared.settings import Settings
from shared.shards import SHARDING
from shared.store import CURRENT, POSTS, SHARD_ROUNDS, TOPICS
from shared.times import iso, parse_iso, utc_now
from tests.api.world import a_post
from tests.collector.crashing import opened
from tests.collector.test_shard_jobs import Output
from tests.collector.trending.talk import NOW, VOCABULARY, chatter

NAMES = tuple(f"Community{number:03}" for number in range(SHARDING.fewest + 20))


@pytest.fixture
async def settings(sqlite_settings: Settings) -> Settings:
    """Return settings of 120 communities, in which a story began an hour ago."""
    settings = sqlite_settings.model_copy(update={"subreddits": NAMES, "communities": ()})
    rng = random.Random(1)
    posts = chatter(rng, a_day=20, subreddits=NAMES[::3])
    now = utc_now()
    for post in posts:
        created = iso(now - (NOW - parse_iso(post["created_utc"])) - timedelta(hours=2))
        post |= {"created_utc": created, "order_key": f"{created}_{post['id']}"}
    for number in range(12):
        text = " ".join(rng.choices(VOCABULARY, k=12))
        more = {"title": f"{text} the Copper Planner", "author": f"a{number}"}
        posts.append(a_post(90_000 + number, now - timedelta(hours=1), NAMES[number * 9], **more))
    async with opened(settings) as store:
        await store.upsert(POSTS, posts)
    return settings


async def current(settings: Settings) -> Topics | None:
    async with opened(settings) as store:
        return await store.read(TOPICS, CURRENT, CURRENT)


def work_through(settings: Settings, output: Output) -> list[bool]:
    found: list[bool] = []
    while output.messages:
        body = output.messages.popleft().encode()
        found.append(find_topics_on_message(settings, body, output))  # type: ignore[arg-type]
    return found


def tick(settings: Settings, output: Output) -> bool:
    return find_trends_on_timer(settings, past_due=False, output=output)  # type: ignore[arg-type]


async def expected_at(settings: Settings, moment: datetime) -> list[str]:
    async with opened(settings) as store:
        return [t["theme"] for t in await trends_of(store, settings).topics_of(moment)]


async def test_the_timer_begins_and_the_messages_find_the_topics(settings: Settings) -> None:
    output = Output()
    assert not await asyncio.to_thread(tick, settings, output)
    assert len(output.messages) == 1  # SQLite has one writer at a time.
    assert await current(settings) is None
    # The next tick comes while they are being found.
    assert not await asyncio.to_thread(tick, settings, output)
    assert len(output.messages) == 1
    output.messages.append(output.messages[0])
    assert await asyncio.to_thread(work_through, settings, output) == [True, False]
    found = await current(settings)
    assert found
    moment = parse_iso(found["created_at"])
    themes = [topic["theme"] for topic in found["topics"]]
    assert themes[0] == "Copper Planner"
    assert await expected_at(settings, moment) == themes


async def test_by_hand_they_are_found_in_the_process_and_a_waiting_message_does_nothing(
    settings: Settings,
) -> None:
    output = Output()
    await asyncio.to_thread(tick, settings, output)
    found = await find_trends(settings)
    assert found["topics"][0]["theme"] == "Copper Planner"
    assert await asyncio.to_thread(work_through, settings, output) == [False]


async def test_with_fewer_communities_the_timer_finds_them_itself(settings: Settings) -> None:
    few = settings.model_copy(update={"subreddits": NAMES[: SHARDING.fewest - 1]})
    output = Output()
    assert await asyncio.to_thread(tick, few, output)
    assert not output.messages
    async with opened(few) as store:
        assert await store.read(SHARD_ROUNDS, "shard_round", "trending") is None
    assert await current(few)


def test_a_message_that_cannot_be_read_is_refused(sqlite_settings: Settings) -> None:
    for body in (b"", b"{}", b'{"moment": "today"}', b'{"moment": "2026-11-23T13:05:07Z_posts"}'):
        with pytest.raises(BadMessage):
            find_topics_on_message(sqlite_settings, body, Output())  # type: ignore[arg-type]


async def test_a_first_cycle_in_shards_asks_for_topics_and_one_that_has_them_does_not(
    settings: Settings,
) -> None:
    output = Output()
    await asyncio.to_thread(send_late_trends, settings, output)
    assert len(output.messages) == 1
    await asyncio.to_thread(work_through, settings, output)
    found = await current(settings)
    assert found
    assert any("Copper Planner" in topic["theme"] for topic in found["topics"])
    await asyncio.to_thread(send_late_trends, settings, output)
    assert not output.messages


def test_below_a_hundred_communities_the_cycle_itself_finds_late_topics(
    sqlite_settings: Settings,
) -> None:
    output = Output()
    send_late_trends(sqlite_settings, output)  # type: ignore[arg-type]
    assert not output.messages


def test_two_workers_take_part_on_cosmos_db(sqlite_settings: Settings) -> None:
    account = {"cosmos_endpoint": "https://some.documents.azure.com:443/"}
    assert workers_of_round(sqlite_settings) == 1
    assert workers_of_round(sqlite_settings.model_copy(update=account)) == 2


async def test_topics_of_the_past_are_found_beside_shards_by_one_writer_at_a_time(
    settings: Settings,
) -> None:
    await find_trends(settings)
    hour = utc_now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=3)
    async with opened(settings) as store:
        past = PastTrends.of(trends_of(store, settings), NAMES[0])
        async with lease(store, "cycle_20261123_130000", seconds=60, clock=utc_now):
            assert await past.turn([hour], lambda: False, lease_wait=NO_WAIT) == 1
        async with lease(store, "backfill_x", seconds=60, clock=utc_now, name="trending"):
            with pytest.raises(CycleRunning):
                await past.turn([hour], lambda: False, lease_wait=NO_WAIT)
    found = await current(settings)
    assert found
    assert found["snapshots"] == [iso(hour)]
