"""Turns of a backfill: everything is written once, whatever ends a turn."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collector.backfill.journal import new_backfill
from collector.backfill.turn import BackfillTurn
from collector.collection.cycle import Collector
from collector.maintenance.cleanup import Cleaner
from collector.rollups import copies, hour_documents
from collector.sources.base import SeenPost, Slice
from collector.trending.finder import Trends
from collector.writers.lease import LeaseWait, lease
from shared.backfills import backfill_id, status_of
from shared.errors import (
    BackfillEnded,
    CommunityUnavailable,
    CycleRunning,
    DeadlineReached,
    SourceUnavailable,
)
from shared.models import ALL, Backfill
from shared.settings import Settings
from shared.stats.hour_parts import parts_in
from shared.store import BACKFILLS, HOURS_OF_ALL, POSTS, Query, Store
from shared.times import iso
from tests.collector.backfill.forum import Forum
from tests.collector.crashing import LATER, Killed, KilledStore, opened
from tests.collector.harness import METHOD, WatchedStore, check_statistics, final_data, stored_items

NAME = "forum.test"
NOW = datetime(2026, 11, 23, 13, 5, 7, tzinfo=UTC)
START = NOW - timedelta(days=30)
ITEMS = 250


@pytest.fixture
def settings(any_store_settings: Settings) -> Settings:
    more = {"subreddits": (), "communities": (NAME,), "forums": {"test": "https://forum.example"}}
    return any_store_settings.model_copy(update=more)


def forum(**more: Any) -> Forum:
    return Forum(ITEMS, start=START, end=NOW, **{"slice_items": 20, **more})


async def begun(store: Store, **more: Any) -> Backfill:
    made = new_backfill(NAME, "discourse", start=START, now=NOW, ticket="t")
    await store.create(BACKFILLS, {**made, **more})  # type: ignore[typeddict-item]
    return made


async def stored(store: Store) -> Backfill:
    found = await store.read(BACKFILLS, "backfill", backfill_id(NAME))
    assert found is not None
    return found


def turn(
    store: Any,
    settings: Settings,
    source: Forum,
    *,
    is_over: Callable[[], bool] = lambda: False,
    later: timedelta = timedelta(0),
    ticket: str = "t",
    **more: Any,
) -> Any:
    made = BackfillTurn(
        store, source, METHOD, settings, is_over, clock=lambda: NOW + later, batch_items=50
    )
    return made.run(NAME, ticket=ticket, **more)


async def test_the_past_is_read_once_and_statistics_equal_a_recount(store, settings) -> None:
    await begun(store)
    done = await turn(store, settings, forum())
    assert (done["complete"], done["items"], done["expected"]) == (True, ITEMS, ITEMS)
    assert (done["reached"], status_of(done, NOW)) == (iso(START), "done")
    assert done == await stored(store) | {"_etag": done["_etag"]}
    items = await stored_items(store, [NAME])
    assert len(items) == ITEMS
    assert {item["source"] for item in items.values()} == {"discourse"}
    await check_statistics(store, [NAME])
    with pytest.raises(BackfillEnded):
        await turn(store, settings, forum())


async def test_a_turn_ends_in_time_and_the_next_goes_on_from_there(store, settings) -> None:
    await begun(store)
    reached = []
    done = await turn(store, settings, forum(), is_over=lambda: True)
    while not done["complete"]:
        assert status_of(done, NOW) == "running"
        reached.append((done["items"], done["reached"]))
        source = forum()
        done = await turn(store, settings, source, is_over=lambda: True)
        assert source.requests_used == 1
    assert reached == sorted(reached, key=lambda each: each[0])
    assert [each[1] for each in reached] == sorted((each[1] for each in reached), reverse=True)
    assert len(reached) == ITEMS // 20
    assert len(await stored_items(store, [NAME])) == ITEMS == done["items"]
    await check_statistics(store, [NAME])


async def test_what_is_stored_already_is_not_written_again(store, settings) -> None:
    await begun(store)
    await turn(store, settings, forum())
    again = new_backfill(NAME, "discourse", start=START, now=NOW, ticket="t")
    await store.upsert(BACKFILLS, [again])
    watched: Any = WatchedStore(store)
    done = await turn(watched, settings, forum())
    assert done["complete"]
    assert not watched.written.keys() & {"posts", "comments", "stats"}


@pytest.mark.parametrize("later", [timedelta(0), LATER])
async def test_a_kill_at_any_write_loses_nothing_and_doubles_nothing(
    sqlite_settings, tmp_path, later
) -> None:
    more = {"subreddits": (), "communities": (NAME,)}
    settings = sqlite_settings.model_copy(update=more)
    own = settings.model_copy(update={"sqlite_path": tmp_path / "whole.db"})
    whole, steps = await _whole(own)
    assert len(steps) > 10
    for step in steps:
        own = settings.model_copy(update={"sqlite_path": tmp_path / f"{step}.db"})
        await _killed_at(own, step, whole, later)


async def _whole(settings: Settings) -> tuple[dict[str, Any], list[int]]:
    """Return what a turn leaves that isn't killed, and the steps at which to kill one."""
    async with opened(settings) as store:
        await begun(store)
        counting = KilledStore(store, -2)
        await turn(counting, settings, forum())
        return await final_data(store, [NAME]), counting.steps(most=12)


async def _killed_at(
    settings: Settings, step: int, whole: dict[str, Any], later: timedelta
) -> None:
    """Kill a turn at a write, and go on, at once by the lease's expiry or after another writer."""
    async with opened(settings) as store:
        await begun(store)
        with pytest.raises(Killed):
            await turn(KilledStore(store, step), settings, forum())
        if later:
            # Another writer recovers what it left.
            clock = lambda: NOW + LATER  # noqa: E731
            await Cleaner(store, settings, clock=clock).run()
        with suppress(BackfillEnded):  # It was killed after its last write.
            await turn(store, settings, forum(), later=2 * LATER)
        assert await final_data(store, [NAME]) == whole
        await check_statistics(store, [NAME])


def failing(at: int, error: Exception) -> Callable[[int], None]:
    def before(number: int) -> None:
        if number == at:
            raise error

    return before


async def test_a_source_that_fails_is_tried_again_with_growing_pauses(store, settings) -> None:
    await begun(store)
    error = CommunityUnavailable("blocked", "Discourse answers 403 to this address")
    pauses = []
    for _ in range(3):
        done = await turn(store, settings, forum(before=failing(5, error)))
        assert (done["last_error"]["kind"], status_of(done, NOW)) == ("blocked", "failed")
        pauses.append(done["retry_at"])
    # What was read before the failure is kept.
    assert done["items"] == len(await stored_items(store, [NAME])) == 100
    assert pauses == [iso(NOW + timedelta(minutes=each)) for each in (10, 20, 40)]
    assert done["attempts"] == 3
    done = await turn(store, settings, forum())
    assert (done["complete"], done["last_error"], done["items"]) == (True, None, ITEMS)
    await check_statistics(store, [NAME])


async def test_a_defect_of_a_source_is_a_failure_too(store, settings) -> None:
    await begun(store)
    done = await turn(store, settings, forum(before=failing(2, KeyError("x"))))
    assert done["last_error"]["message"] == "KeyError while reading the past"
    assert (done["status"], done["retry_at"]) == ("completed", iso(NOW + timedelta(minutes=10)))


async def test_a_slow_source_ends_its_turn_and_goes_on(store, settings) -> None:
    await begun(store)
    slow = forum(before=failing(3, DeadlineReached("no time")))
    done = await turn(store, settings, slow)
    assert (done["items"], done["retry_at"], status_of(done, NOW)) == (60, None, "running")
    # One that gives nothing in a turn would be asked again at once: it has a pause.
    done = await turn(store, settings, forum(before=failing(3, DeadlineReached("no time"))))
    assert (done["items"], done["last_error"]["kind"]) == (60, "waiting")
    assert done["retry_at"] == iso(NOW + timedelta(minutes=10))


async def test_the_last_requests_of_a_source_are_left_to_polling(store, settings) -> None:
    await begun(store)
    source = forum()
    source.left = 29
    done = await turn(store, settings, source)
    assert (source.requests_used, done["items"], done["last_error"]) == (1, 20, None)
    assert (status_of(done, NOW), done["retry_at"]) == ("waiting", iso(NOW + timedelta(minutes=10)))


async def test_of_two_turns_at_once_one_waits_for_the_lease(store, settings) -> None:
    await begun(store)
    one, other = forum(), forum()
    wait = LeaseWait(60)
    ends = await asyncio.gather(
        turn(store, settings, one, is_over=lambda: True, lease_wait=wait),
        turn(store, settings, other, is_over=lambda: True, lease_wait=wait),
    )
    # Each read another slice: none was read twice.
    assert sorted(each["items"] for each in ends) in ([20, 40], [40, 40])
    assert (await stored(store))["items"] == 40 == len(await stored_items(store, [NAME]))
    assert one.requests_used == other.requests_used == 1


async def test_a_busy_lease_or_a_lost_ticket_ends_a_turn_before_a_request(store, settings) -> None:
    await begun(store)
    source = forum()
    async with lease(store, "cycle_20261123_130000", seconds=60, clock=lambda: NOW):
        with pytest.raises(CycleRunning):
            await turn(store, settings, source)
    with pytest.raises(BackfillEnded):
        await turn(store, settings, source, ticket="another")
    assert source.requests_used == 0
    assert (await stored(store))["items"] == 0


async def test_a_cycle_and_trends_see_backfilled_days_as_if_collected_then(store, settings) -> None:
    await begun(store)
    collector = Collector(
        store, {"discourse": forum()}, METHOD, settings, clock=lambda: NOW + timedelta(minutes=1)
    )
    assert (await collector.run("cli"))["new"] == 1
    await turn(store, settings, forum())
    assert (await collector.run("cli"))["new"] == 0
    await check_statistics(store, [NAME])
    await Trends(store, settings, clock=lambda: NOW + timedelta(minutes=2)).find()
    await check_statistics(store, [NAME])


class Archive(Forum):
    """A source that gives the past of a subreddit with other words and counts than Reddit."""

    name = "arctic_shift"


async def test_an_archive_writes_over_nothing_that_is_stored(store, settings) -> None:
    name = "aws"
    own = settings.model_copy(
        update={"subreddits": (name,), "communities": (), "arctic_shift": "backfill"}
    )
    # Reddit shows the newest items, with words that the archive doesn't know.
    live = Forum(5, start=NOW - timedelta(hours=3), end=NOW, slice_items=20, sentences=1)
    made = new_backfill(name, "reddit", start=START, now=NOW, ticket="t")
    await store.create(BACKFILLS, made)

    def run(source: Forum) -> Any:
        return BackfillTurn(
            store, source, METHOD, own, lambda: False, clock=lambda: NOW, batch_items=50
        ).run(name, ticket="t")

    await run(live)
    known = await stored_items(store, [name])
    assert len(known) == 5
    archived = new_backfill(name, "arctic_shift", start=START, now=NOW, ticket="t")
    await store.upsert(BACKFILLS, [archived])
    done = await run(Archive(40, start=NOW - timedelta(days=2), end=NOW, slice_items=20))
    assert (done["complete"], done["items"]) == (True, 40)
    found = await stored_items(store, [name])
    assert {key: found[key] for key in known} == known
    assert {found[key]["source"] for key in found.keys() - known.keys()} == {"arctic_shift"}
    assert len(found) == 40
    await check_statistics(store, [name])


class Repeating(Forum):
    """A forum whose posts of one author say the same every five days."""

    def backfill(self, *_args: Any) -> Any:
        days = (1, 6, 11, 16, 21)
        for number, day in enumerate(days):
            moment = NOW - timedelta(days=day)
            post = SeenPost(
                id=f"discourse.test.{day}",
                author="spammer",
                title="Buy my course about prompts today",
                content="It is the best course that anybody ever made",
                permalink="",
                url="",
                created_utc=moment.timestamp(),
                upvotes=1,
                upvote_ratio=None,
                comment_count=0,
                flair=None,
                deleted=False,
            )
            is_last = number == len(days) - 1
            yield Slice([post], None if is_last else {"at": str(day)}, iso(moment))


@pytest.fixture
def many_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Split every hour, so that the parts of two hours are more than are read of all."""
    monkeypatch.setattr(hour_documents, "MAX_BYTES", 1)
    monkeypatch.setattr(hour_documents, "PART_BYTES", 100)
    monkeypatch.setattr(copies, "MAX_PARTS_READ", 8)


@pytest.mark.usefixtures("many_parts")
async def test_copies_of_a_community_are_marked_where_not_all_parts_are_read(
    store, settings
) -> None:
    await test_copies_in_the_past_are_marked_as_a_cycle_would_have(store, settings)
    hours = await store.query(Query(HOURS_OF_ALL, ALL, 9, "id"))
    assert sum(map(parts_in, hours)) > 2 * copies.MAX_PARTS_READ


async def test_copies_in_the_past_are_marked_as_a_cycle_would_have(store, settings) -> None:
    await begun(store)
    source = Repeating(0, start=START, end=NOW)
    done = await turn(store, settings, source)
    assert done["complete"]
    posts = {
        day: await store.read(POSTS, NAME, f"discourse.test.{day}") for day in (1, 6, 11, 16, 21)
    }
    place = f"{NAME}/{posts[21]['order_key']}"
    assert [posts[day].get("copy_of") for day in posts] == [place] * 4 + [None]
    assert len(posts[21]["copies"]) == 4
    await check_statistics(store, [NAME])


async def test_a_rate_limited_source_waits_an_hour_at_most(store, settings) -> None:
    await begun(store, attempts=9)
    error = SourceUnavailable("rate_limited", "left to polling")
    done = await turn(store, settings, forum(before=failing(0, error)))
    assert done["retry_at"] == iso(NOW + timedelta(hours=1))
