"""Listings are read to their end, whatever they contain and whatever changes meanwhile."""

import logging
import time

import pytest

from local.reddit.objects import submission
from shared.store import COMMUNITIES
from shared.store.community_states import community_key
from tests.collector.harness import check_statistics, run_cycle, settings_for, stored_items

HOUR = 3600.0
DAY = 24 * HOUR


def posts(count: int, *, newest: float, prefix: str = "p", apart: float = 20.0):
    """Make posts `apart` seconds apart, newest first."""
    return [submission(f"{prefix}{n}", "aws", newest - apart * n) for n in range(count)]


@pytest.fixture
def settings(sqlite_settings):
    def make(reddit, **more):
        return settings_for(sqlite_settings, reddit.base_url, ["aws"], sweep_requests=0, **more)

    return make


@pytest.mark.parametrize("places", [(0,), (60,), (99,), (99, 199), range(10), range(90, 100)])
async def test_older_posts_among_new_ones_do_not_end_the_reading(
    sqlite_store, settings, stand_in, places
) -> None:
    now = time.time()
    reddit = stand_in(posts(5, newest=now - 2 * HOUR, prefix="known"))
    await run_cycle(sqlite_store, settings(reddit))
    older = posts(len(places), newest=now - 3 * DAY, prefix="older")
    reddit.control.add([*posts(250, newest=now), *older])
    for place, post in zip(places, older, strict=True):
        reddit.control.place(post["data"]["name"], place)
    cycle = await run_cycle(sqlite_store, settings(reddit))
    assert cycle["new"] == 250 + len(older)
    assert len(await stored_items(sqlite_store, ["aws"])) == 255 + len(older)
    await check_statistics(sqlite_store, ["aws"])


async def test_a_first_reading_goes_on_below_a_post_older_than_the_retention(
    sqlite_store, settings, stand_in
) -> None:
    now = time.time()
    old = submission("ancient", "aws", now - 200 * DAY)
    reddit = stand_in([*posts(250, newest=now), old])
    reddit.control.place("t3_ancient", 0)
    assert (await run_cycle(sqlite_store, settings(reddit)))["new"] == 250


async def test_reading_ends_where_the_rest_is_old(sqlite_store, settings, stand_in) -> None:
    now = time.time()
    reddit = stand_in(posts(600, newest=now - HOUR))
    await run_cycle(sqlite_store, settings(reddit))
    reddit.control.forget_requests()
    reddit.control.add(posts(50, newest=now, prefix="new"))
    await run_cycle(sqlite_store, settings(reddit))
    assert reddit.control.counts()["new"] == 1


@pytest.mark.parametrize("gone", [range(99, 59, -1), range(100), range(100, 200)])
async def test_posts_deleted_while_they_are_read_end_no_first_reading(
    sqlite_store, settings, stand_in, gone
) -> None:
    listed = posts(400, newest=time.time())
    reddit = stand_in(listed)
    pages = 1 + max(gone) // 100

    def wait(_seconds: float) -> None:
        if len(reddit.control.requests("new")) == pages and not deleted:
            deleted.extend(listed[place]["data"]["name"] for place in gone)
            for name in deleted:
                reddit.control.delete(name)

    deleted: list[str] = []
    await run_cycle(sqlite_store, settings(reddit), wait=wait)
    assert len(deleted) == len(gone)
    assert len(await stored_items(sqlite_store, ["aws"])) >= 400 - len(gone)
    names = set(await stored_items(sqlite_store, ["aws"]))
    assert names >= {post["data"]["name"] for post in listed} - set(deleted)


async def test_a_reading_that_breaks_off_says_so_and_the_next_begins_where_it_began(
    sqlite_store, settings, stand_in, caplog
) -> None:
    listed = posts(250, newest=time.time())
    reddit = stand_in(listed)
    deleted: list[str] = []

    def wait(_seconds: float) -> None:
        if len(reddit.control.requests("new")) == 1 and not deleted:
            deleted.extend(post["data"]["name"] for post in listed)
            for name in deleted:
                reddit.control.delete(name)

    with caplog.at_level(logging.WARNING):
        first = await run_cycle(sqlite_store, settings(reddit), wait=wait)
    assert first["status"] == "completed"
    assert "listing.ended_early" in caplog.text
    assert (await sqlite_store.read(COMMUNITIES, *community_key("aws")))["watermark"] == {}
    assert first["new"] == 100
