"""Cycles over Arctic Shift: recorded objects, stops anywhere, settled counts, what went."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from collector.collection.cycle import Collector
from collector.sources.arctic_shift.client import ArcticShiftSource
from collector.sources.reddit.objects import read_things
from collector.sources.waiting import Wait, wait_until
from local.arctic_shift.archive import SECOND_LOOK, Archive
from local.arctic_shift.server import ArcticShiftApp, ArcticShiftStandIn
from local.reddit.limits import RateLimit
from local.reddit.objects import RedditObject
from local.reddit.recorded import move_times, read_recording, subreddits_in
from shared.errors import DeadlineReached
from shared.models import Cycle
from shared.settings import Settings
from shared.store import POSTS
from shared.times import Clock, utc_now
from tests.collector.harness import (
    FAST,
    METHOD,
    WatchedStore,
    check_statistics,
    final_data,
    run_cycle,
    settings_for,
    stored_items,
    things,
)

ENDLESS = RateLimit(requests=1_000_000)
NAMES = ("aws", "claude")


class Now:
    """The clock of the archive and of cycles."""

    def __init__(self) -> None:
        self.moment = utc_now()

    def __call__(self):
        return self.moment


@pytest.fixture
def clock() -> Now:
    return Now()


@pytest.fixture
def archive(clock) -> Iterator[ArcticShiftStandIn]:
    app = ArcticShiftApp(Archive(clock=clock, auto=200), rate_limit=ENDLESS)
    with ArcticShiftStandIn(app) as stand_in:
        yield stand_in


def settings_of(base: Settings, stand_in: ArcticShiftStandIn, names: Sequence[str]) -> Settings:
    more = {"arctic_shift": "poll", "arctic_shift_base_url": stand_in.base_url}
    return base.model_copy(update={"subreddits": tuple(names), **more})


async def collect(store, settings: Settings, clock: Clock, wait: Wait | None = None) -> Cycle:
    chosen = wait or wait_until(time.monotonic() + 300)
    with closing(ArcticShiftSource(settings, wait=chosen, backoff=FAST, pace=0)) as source:
        collector = Collector(store, {"arctic_shift": source}, METHOD, settings, clock=clock)
        return await collector.run("cli")


def some(count: int, clock: Now) -> list[RedditObject]:
    return things(NAMES, count, newest=clock().timestamp() - 60)


async def test_recorded_items_are_stored_once_and_a_second_cycle_writes_nothing(
    recorded_data: Path, sqlite_store, sqlite_settings, archive, clock
) -> None:
    given = move_times(read_recording(recorded_data), clock() - timedelta(minutes=1), 47 * HOUR)
    archive.archive.add(given)
    names = subreddits_in(given)
    settings = settings_of(sqlite_settings, archive, names)

    first = await collect(sqlite_store, settings, clock)

    assert (first["status"], first["errors"]) == ("completed", [])
    items = await stored_items(sqlite_store, names)
    assert len(given) == 6054
    assert set(items) == {f"{each['kind']}_{each['data']['id']}" for each in given}
    settled = clock().timestamp() - SECOND_LOOK
    for thing in given:
        item = items[f"{thing['kind']}_{thing['data']['id']}"]
        (seen,) = read_things([thing])
        assert item["source"] == "arctic_shift"
        assert item["deleted"] == seen.deleted
        if not seen.deleted:
            assert (item["author"], item["content"]) == (seen.author, seen.content)
        if seen.created_utc > settled:
            assert (item["upvotes"], item.get("observations", [])) == (None, [])
        elif "score" in thing["data"]:
            assert item["upvotes"] == seen.upvotes
    await check_statistics(sqlite_store, names)

    watched = WatchedStore(sqlite_store)
    second = await collect(watched, settings, clock)

    assert (second["new"], second["edited"], second["moved"], second["removed"]) == (0, 0, 0, 0)
    assert not watched.written.keys() & {"posts", "comments", "stats"}
    assert second["requests"]["arctic_shift"]["used"] <= 3 * len(names) + settings.sweep_requests
    assert await stored_items(sqlite_store, names) == items


HOUR = timedelta(hours=1)


@pytest.mark.parametrize("requests", range(1, 9))
async def test_a_cycle_that_stops_anywhere_loses_nothing(
    sqlite_store, sqlite_settings, archive, clock, requests
) -> None:
    given = some(900, clock)
    archive.archive.add(given)
    settings = settings_of(sqlite_settings, archive, NAMES)
    allowed = iter(range(requests))

    def wait(_seconds: float) -> None:
        if next(allowed, None) is None:
            raise DeadlineReached("the cycle's time is used up")

    await collect(sqlite_store, settings, clock, wait)
    clock.moment += timedelta(minutes=30)
    await collect(sqlite_store, settings, clock)
    items = await stored_items(sqlite_store, NAMES)
    assert set(items) == {each["data"]["name"] for each in given}
    await check_statistics(sqlite_store, NAMES)
    before = await final_data(sqlite_store, NAMES)
    await collect(sqlite_store, settings, clock)
    assert await final_data(sqlite_store, NAMES) == before


async def test_the_sweep_finds_settled_counts_and_what_was_taken_back_within_two_days(
    sqlite_store, sqlite_settings, archive, clock
) -> None:
    given = some(60, clock)
    archive.archive.add(given)
    posts = [each["data"] for each in given if each["kind"] == "t3"]
    gone = posts[3]["name"]
    archive.archive.take_back(gone)
    settings = settings_of(sqlite_settings, archive, NAMES)
    await collect(sqlite_store, settings, clock)
    items = await stored_items(sqlite_store, NAMES)
    assert gone in items
    assert {item["upvotes"] for item in items.values()} == {None}
    # Once in these twelve hours is enough.
    clock.moment += timedelta(hours=37)
    await collect(sqlite_store, settings, clock)
    items = await stored_items(sqlite_store, NAMES)
    # A poll that still shows it leaves its place, without its words and its author.
    left = items.pop(gone, {"deleted": True, "content": "[removed]", "author": None})
    assert (left["deleted"], left["content"], left["author"]) == (True, "[removed]", None)
    assert set(items) == {each["data"]["name"] for each in given} - {gone}
    for each in given:
        if (name := each["data"]["name"]) != gone:
            assert items[name]["upvotes"] == each["data"]["score"]
    assert all(
        len(items[post["name"]]["observations"]) == 1 for post in posts if post["name"] != gone
    )
    await check_statistics(sqlite_store, NAMES)


async def test_a_post_that_reddit_showed_is_the_same_item_and_keeps_its_counts(
    sqlite_store, sqlite_settings, archive, clock, stand_in
) -> None:
    given = some(60, clock)
    archive.archive.add(given)
    reddit = stand_in(given)
    await run_cycle(sqlite_store, settings_for(sqlite_settings, reddit.base_url, NAMES))
    before = await stored_items(sqlite_store, NAMES)
    cycle = await collect(sqlite_store, settings_of(sqlite_settings, archive, NAMES), clock)
    assert (cycle["new"], cycle["edited"], cycle["moved"], cycle["removed"]) == (0, 0, 0, 0)
    assert await stored_items(sqlite_store, NAMES) == before
    assert {item["source"] for item in before.values()} == {"reddit"}


async def test_a_community_that_the_archive_lacks_leaves_the_others(
    sqlite_store, sqlite_settings, archive, clock
) -> None:
    archive.archive.add(some(30, clock))
    settings = settings_of(sqlite_settings, archive, ("aws", "claud", "claude"))
    cycle = await collect(sqlite_store, settings, clock)
    ((community, kind),) = [(each["community"], each["kind"]) for each in cycle["errors"]]
    assert (community, kind) == ("claud", "missing")
    assert cycle["new"] == 30
    assert await sqlite_store.read(POSTS, "aws", "p0") is not None
