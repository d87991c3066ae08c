"""The current topics and their snapshots are replaced in one write."""

import asyncio
import random
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import pytest

from collector.trending.finder import Trends
from collector.trending.snapshots import keep_earlier, keep_topics, remove_expired
from collector.writers.lease import lease
from shared.errors import CycleRunning
from shared.models import Topics
from shared.store import CURRENT, POSTS, TOPICS
from shared.times import iso, utc_now
from tests.collector.trending.talk import NOW, chatter, find, story

WEEK = timedelta(days=7)


async def test_the_current_topics_are_replaced_at_once_and_earlier_ones_stay_for_a_week(
    store, any_store_settings
) -> None:
    await store.upsert(POSTS, [*chatter(random.Random(9), a_day=60), *story(14)])
    for hours in range(-24 * 8, 1, 12):
        await find(store, any_store_settings, NOW + timedelta(hours=hours))
    current = await store.read(TOPICS, CURRENT, CURRENT)
    assert current["created_at"] == iso(NOW)
    assert len(current["snapshots"]) == 14
    assert current["snapshots"][0] == iso(NOW - WEEK)
    for created in current["snapshots"]:
        snapshot = await store.read(TOPICS, created, created)
        assert snapshot["created_at"] == created
    gone = iso(NOW - WEEK - timedelta(hours=12))
    assert await store.read(TOPICS, gone, gone) is None


async def test_a_reader_sees_the_old_topics_or_the_new_ones(store, any_store_settings) -> None:
    talk = chatter(random.Random(10), a_day=60)
    await store.upsert(POSTS, [*talk, *story(14)])
    old = await find(store, any_store_settings)
    await store.upsert(POSTS, story(14, "Login Loop", first=120_000))
    seen: list[Topics] = []
    work = asyncio.create_task(find(store, any_store_settings, NOW + timedelta(seconds=9)))
    while not work.done():
        seen.append(await store.read(TOPICS, CURRENT, CURRENT))
    whole = [old["topics"], (await work)["topics"]]
    assert seen
    assert all(each["topics"] in whole for each in seen)
    assert len(whole[1]) == 2


async def test_a_run_killed_between_its_writes_leaves_nothing_behind(
    sqlite_store, sqlite_settings
) -> None:
    class Dies(BaseException):
        pass

    class Dying:
        """A store that fails before the given write."""

        def __init__(self, writes: int) -> None:
            self.left = writes

        def __getattr__(self, name: str) -> Any:
            method = getattr(sqlite_store, name)
            if name not in {"upsert", "delete", "replace"}:
                return method

            async def dying(container: Any, *args: Any) -> Any:
                if container is TOPICS:
                    self.left -= 1
                    if self.left < 0:
                        raise Dies
                return await method(container, *args)

            return dying

    await sqlite_store.upsert(POSTS, chatter(random.Random(11), a_day=30))
    first = await find(sqlite_store, sqlite_settings, NOW - timedelta(days=8))
    for writes in range(3):
        with pytest.raises(Dies):
            await find(Dying(writes), sqlite_settings)  # type: ignore[arg-type]
        current = await sqlite_store.read(TOPICS, CURRENT, CURRENT)
        assert current["created_at"] == first["created_at"]
    await find(sqlite_store, sqlite_settings)
    current = await sqlite_store.read(TOPICS, CURRENT, CURRENT)
    assert current["created_at"] == iso(NOW)
    assert current["snapshots"] == []
    assert await sqlite_store.read(TOPICS, first["created_at"], first["created_at"]) is None


async def test_writers_beside_each_other_lose_no_topics(sqlite_store) -> None:
    """A past hour's topics are kept while those of now become current, and the other way round."""

    def at(hours: int) -> Topics:
        created = iso(NOW + timedelta(hours=hours))
        return Topics(id=CURRENT, created_at=created, topics=[], snapshots=[])

    class Between:
        """A store in which another writer is faster at the first replacement."""

        def __init__(self, other: Coroutine[Any, Any, object]) -> None:
            self.other: Coroutine[Any, Any, object] | None = other

        def __getattr__(self, name: str) -> Any:
            method = getattr(sqlite_store, name)
            if name != "replace":
                return method

            async def replace(*args: Any) -> str:
                if self.other is not None:
                    other, self.other = self.other, None
                    await other
                return await method(*args)

            return replace

    await keep_topics(sqlite_store, at(0), 30)
    faster = Between(keep_earlier(sqlite_store, at(-3), 30))
    await keep_topics(faster, at(1), 30)  # type: ignore[arg-type]
    faster = Between(keep_topics(sqlite_store, at(2), 30))
    assert await keep_earlier(faster, at(-2), 30)  # type: ignore[arg-type]
    faster = Between(keep_topics(sqlite_store, at(3), 30))
    assert await remove_expired(faster, NOW + timedelta(days=6, hours=21, seconds=1), 7) == 1  # type: ignore[arg-type]
    current = await sqlite_store.read(TOPICS, CURRENT, CURRENT)
    assert current["created_at"] == iso(NOW + timedelta(hours=3))
    assert current["snapshots"] == [iso(NOW + timedelta(hours=hours)) for hours in (-2, 0, 1, 2)]
    for created in current["snapshots"]:
        assert await sqlite_store.read(TOPICS, created, created)


async def test_it_leaves_to_another_of_its_kind_and_its_failure_keeps_what_is_there(
    sqlite_store, sqlite_settings
) -> None:
    async with lease(sqlite_store, "trending_20261123_130000", seconds=60, clock=utc_now):
        with pytest.raises(CycleRunning):
            await Trends(sqlite_store, sqlite_settings).find()
