"""Cycles over forums: stored once, counted right, and each forum for itself."""

import time
from typing import Any

import pytest

from collector.collection.cycle import Collector
from collector.sources.discourse.source import DiscourseSource
from collector.sources.waiting import Wait, wait_until
from local.discourse.board import Board
from shared.errors import DeadlineReached
from shared.models import Cycle
from shared.settings import Settings
from shared.store import COMMENTS, POSTS
from tests.collector.harness import METHOD, WatchedStore, check_statistics, stored_items
from tests.contracts.worlds.base import FAST

NAMES = ("forum.a", "forum.b", "forum.c", "forum.d")


@pytest.fixture
def boards() -> dict[str, Board]:
    return {name[-1]: Board(generated=120) for name in NAMES}


@pytest.fixture
def running(forums, boards):
    return forums(**boards)


@pytest.fixture
def settings(any_store_settings: Settings, running, boards) -> Settings:
    addresses = {name: running.address_of(name) for name in boards}
    more = {"subreddits": (), "communities": NAMES, "forums": addresses}
    return any_store_settings.model_copy(update=more)


async def collect(store: Any, settings: Settings, wait: Wait | None = None) -> Cycle:
    wait = wait or wait_until(time.monotonic() + 300)
    source = DiscourseSource(settings, wait=wait, backoff=FAST, pace=0.0)
    try:
        return await Collector(store, {"discourse": source}, METHOD, settings).run("cli")
    finally:
        source.close()


async def test_everything_is_stored_once_and_a_second_cycle_writes_nothing(
    store, settings, running
) -> None:
    running.app.without_limits()
    first = await collect(store, settings)
    assert (first["status"], first["new"], first["errors"]) == ("completed", 480, [])
    assert len(await stored_items(store, NAMES)) == 480
    await check_statistics(store, NAMES)
    watched = WatchedStore(store)
    again = await collect(watched, settings)
    assert (again["status"], again["new"], again["edited"]) == ("completed", 0, 0)
    assert not watched.written.keys() & {"posts", "comments", "stats"}


async def test_forums_that_block_or_fail_end_no_other(store, settings, running) -> None:
    running.app.without_limits()
    running.app.set_faults("blocked,forum=a;503,forum=b;drop,forum=c")
    cycle = await collect(store, settings)
    assert cycle["status"] == "completed"
    assert {error["community"]: error["kind"] for error in cycle["errors"]} == {
        "forum.a": "blocked",
        "forum.b": "server_error",
        "forum.c": "connection",
    }
    assert len(await stored_items(store, NAMES)) == 120
    running.app.set_faults()
    await collect(store, settings)
    assert len(await stored_items(store, NAMES)) == 480
    await check_statistics(store, NAMES)


async def test_what_is_deleted_edited_and_hidden_goes(store, settings, running, boards) -> None:
    running.app.without_limits()
    await collect(store, settings)
    boards["a"].delete(4)
    boards["a"].delete(17)
    boards["b"].edit(3, "I hate this now")
    boards["c"].changed(120).is_hidden = True
    await collect(store, settings)
    assert await store.read(COMMENTS, "forum.a", "forum.a.1.4") is None
    assert await store.read(POSTS, "forum.a", "forum.a.3") is None
    edited = await store.read(COMMENTS, "forum.b", "forum.b.1.3")
    assert (edited["content"], edited["edited"]) == ("I hate this now", True)
    hidden = await store.read(COMMENTS, "forum.c", "forum.c.15.8")
    assert hidden is None or (hidden["deleted"] and hidden["author"] is None)
    await check_statistics(store, NAMES)


async def test_a_look_that_tells_no_counts_keeps_the_stored_ones(store, settings, running) -> None:
    running.app.without_limits()
    await collect(store, settings)
    known = await store.read(POSTS, "forum.a", "forum.a.2")
    assert (known["comment_count"], known["flair"]) == (7, "Support")
    running.app.set_faults("empty,route=latest")
    watched = WatchedStore(store)
    await collect(watched, settings)
    assert "posts" not in watched.written


async def test_a_cycle_that_stops_anywhere_loses_nothing(store, settings, running) -> None:
    running.app.without_limits()
    one = settings.model_copy(update={"communities": ("forum.a",)})
    for allowed in range(12):
        await collect(store, one, Allowed(allowed))
        await check_statistics(store, ("forum.a",))
    await collect(store, one)
    assert len(await stored_items(store, ("forum.a",))) == 120
    await check_statistics(store, ("forum.a",))


class Allowed:
    """A wait that ends the cycle after a number of requests."""

    def __init__(self, requests: int) -> None:
        self._left = requests

    def __call__(self, seconds: float) -> None:
        del seconds
        if not self._left:
            raise DeadlineReached("no time is left")
        self._left -= 1
