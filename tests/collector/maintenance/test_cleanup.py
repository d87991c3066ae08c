"""Cleanup: what it removes, what it keeps, and that it can be interrupted at any point."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collector.maintenance.cleanup import Cleaner
from collector.writers.lease import LeaseWait, lease
from shared.errors import CycleRunning, DeadlineReached
from shared.models import ALL, Cleanup
from shared.settings import Settings
from shared.store import (
    CLEANUPS,
    COLLECTION,
    COMMUNITIES,
    CURRENT,
    CYCLES,
    DAYS,
    HOURS_OF_ALL,
    TOPICS,
    Query,
    Store,
)
from shared.store.community_states import community_key, never_read
from shared.times import hour_of, iso, utc_now
from tests.api.world import LABELS, NAMES, a_comment, a_post, keep
from tests.collector.harness import check_statistics, run_cycle, settings_for, stored_items, things

NOW = datetime(2026, 11, 23, 13, 5, 7, tzinfo=UTC)
BORDER = datetime(2026, 8, 25, 13, tzinfo=UTC)
"""90 days before, at the beginning of the hour."""


@pytest.fixture
def settings(any_store_settings: Settings) -> Settings:
    return any_store_settings.model_copy(update={"subreddits": NAMES})


def cleaner(store: Any, settings: Settings, now: datetime = NOW, **more: Any) -> Cleaner:
    return Cleaner(store, settings, lambda: now, **more)


async def fill(store: Store, *, days_before: int = 3, step_hours: int = 5) -> set[str]:
    """Store items on both sides of the border; return the fullnames that must stay."""
    moments = [
        BORDER + timedelta(hours=n, minutes=59 * (n % 2))
        for n in range(-24 * days_before, 48, step_hours)
    ]
    moments += [BORDER - timedelta(seconds=1), BORDER, NOW - timedelta(hours=1)]
    posts = [
        a_post(n, moment, NAMES[n % 3], LABELS[n % 2])
        for n, moment in enumerate(moments)
        if n % 4 != 3
    ]
    comments = [
        a_comment(n, moment, NAMES[n % 3], LABELS[n % 3]) for n, moment in enumerate(moments)
    ]
    await keep(store, posts, comments)
    return {
        name
        for name, item in (await stored_items(store, NAMES)).items()
        if item["created_utc"] >= iso(BORDER)
    }


async def left_of_statistics(store: Store, scopes: Iterable[str]) -> list[tuple[str, str]]:
    """Return the documents of statistics with an hour before the border."""
    found = []
    for scope in scopes:
        for day in await store.query(Query(DAYS, scope, 1000, order_by="id")):
            hours = [f"{day['id']}T{hour}" for hour in day.get("hours", {})]
            # The document of the day with the border stays, even if it is then empty.
            if day["id"] != iso(BORDER)[:10]:
                hours.append(day["id"])
            found += [(scope, hour) for hour in hours if hour < hour_of(iso(BORDER))]
    return found


async def test_what_is_older_goes_and_the_rest_stays_with_right_statistics(store, settings) -> None:
    kept = await fill(store)
    before = set(await stored_items(store, NAMES))
    done = await cleaner(store, settings).run()
    assert set(await stored_items(store, NAMES)) == kept
    await check_statistics(store, NAMES)
    assert await left_of_statistics(store, (*NAMES, ALL)) == []
    assert (done["status"], done["complete"], done["before"]) == ("completed", True, iso(BORDER))
    removed = done["removed"]
    assert removed["posts"] + removed["comments"] == len(before) - len(kept) > 0
    assert removed["posts"] == sum(name.startswith("t3_") for name in before - kept)
    assert removed["statistics"] > 0
    stored = await store.read(CLEANUPS, "cleanup", done["id"])
    assert stored["removed"] == removed


async def test_a_second_cleanup_finds_nothing_and_deletes_nothing(store, settings) -> None:
    await fill(store)
    await cleaner(store, settings).run()
    again = await cleaner(store, settings).run()
    assert set(again["removed"].values()) == {0}


async def test_a_plan_says_what_would_go_and_removes_nothing(store, settings) -> None:
    await fill(store)
    before = await stored_items(store, NAMES)
    plan = await cleaner(store, settings).plan()
    assert await stored_items(store, NAMES) == before
    done = await cleaner(store, settings).run()
    assert (plan.before, plan.orphaned_cycles) == (done["before"], [])
    for what in ("posts", "comments", "cycles", "topics"):
        assert plan.removed[what] == done["removed"][what]  # type: ignore[literal-required]


async def test_items_of_a_subreddit_that_is_no_longer_watched_go_too(store, settings) -> None:
    await fill(store)
    state: Any = never_read("claude")
    await store.upsert(COMMUNITIES, [state])
    await store.upsert(COMMUNITIES, [never_read("longgone")])
    await cleaner(store, settings.model_copy(update={"subreddits": ("aws", "OpenAI")})).run()
    items = await stored_items(store, ["claude"])
    assert items
    assert all(item["created_utc"] >= iso(BORDER) for item in items.values())
    await check_statistics(store, NAMES)
    assert await store.read(COMMUNITIES, *community_key("claude")) is not None
    assert await store.read(COMMUNITIES, *community_key("longgone")) is None


async def test_old_cycles_cleanups_and_topics_go(store, settings, stand_in) -> None:
    reddit = stand_in(things(NAMES, 30, newest=NOW.timestamp()))
    cycling = settings_for(settings, reddit.base_url, NAMES)
    cycle = await run_cycle(store, cycling, clock=lambda: NOW)
    old = {**cycle, "id": "cycle_20260825_125959"}
    kept = {**cycle, "id": "cycle_20260825_130000"}
    await store.upsert(CYCLES, [old, kept])
    cleanup: Any = {**old, "id": "cleanup_20260101_000000", "kind": "cleanup"}
    await store.upsert(CLEANUPS, [cleanup])
    snapshots = [iso(NOW - timedelta(days=days)) for days in (9, 6)]
    topics = {"topics": [], "snapshots": []}
    for created in snapshots:
        await store.upsert(TOPICS, [{**topics, "id": created, "created_at": created}])
    current = {"id": CURRENT, "created_at": iso(NOW - timedelta(days=5)), "snapshots": snapshots}
    await store.upsert(TOPICS, [{**topics, **current}])
    done = await cleaner(store, settings).run()
    assert (done["removed"]["cycles"], done["removed"]["topics"]) == (2, 1)
    assert await store.read(CYCLES, "cycle", old["id"]) is None
    assert await store.read(CYCLES, "cycle", kept["id"]) is not None
    assert (await store.read(TOPICS, CURRENT, CURRENT))["snapshots"] == snapshots[1:]
    assert await store.read(TOPICS, snapshots[0], snapshots[0]) is None
    later = NOW + timedelta(days=86)
    await cleaner(store, settings, later).run()
    assert await store.read(TOPICS, CURRENT, CURRENT) is None
    assert await store.read(TOPICS, snapshots[1], snapshots[1]) is None


async def test_cycles_left_running_by_a_dead_process_become_failed(
    store, settings, stand_in
) -> None:
    reddit = stand_in(things(NAMES, 30, newest=NOW.timestamp()))
    cycling = settings_for(settings, reddit.base_url, NAMES)
    cycle = await run_cycle(store, cycling, clock=lambda: NOW)
    hours = sorted({i["created_utc"][:13] for i in (await stored_items(store, ["aws"])).values()})
    dead = {**cycle, "id": "cycle_20261123_120000", "status": "running", "reconciled": "no"}
    dead |= {"end_time": None, "pending_cells": {"aws": hours}}
    await store.upsert(CYCLES, [dead])
    # As a kill between the items and their statistics leaves it.
    await store.upsert(DAYS, [{"id": hours[-1][:10], "scope": "aws", "hours": {}}])
    plan = await cleaner(store, settings).plan()
    assert plan.orphaned_cycles == [dead["id"]]
    done = await cleaner(store, settings).run()
    assert done["cycles_closed"] == 1
    found = await store.read(CYCLES, "cycle", dead["id"])
    assert (found["status"], found["reconciled"], found["end_time"]) == ("failed", "yes", iso(NOW))
    assert found["errors"][-1]["message"] == "its lease ran out"
    assert (await store.read(COLLECTION, "collection", "collection"))["collections_failed"] == 1
    await check_statistics(store, NAMES)


async def test_a_plan_does_not_take_the_running_cycle_for_dead(
    sqlite_store, sqlite_settings
) -> None:
    running: Any = {"id": "cycle_20261123_130000", "kind": "cycle", "status": "running"}
    await sqlite_store.upsert(CYCLES, [{**running, "reconciled": "no", "pending_cells": {}}])
    async with lease(sqlite_store, running["id"], seconds=60, clock=lambda: NOW):
        assert (await cleaner(sqlite_store, sqlite_settings).plan()).orphaned_cycles == []


class Killed(BaseException):
    pass


class Dying:
    """A store whose process is killed before the given write."""

    def __init__(self, store: Store, writes: int) -> None:
        self.store, self.left, self.writes = store, writes, 0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.store, name)
        if name not in {"create", "replace", "upsert", "delete"}:
            return method

        async def write(*args: Any) -> Any:
            self.writes += 1
            if self.writes > self.left:
                raise Killed
            return await method(*args)

        return write


async def test_killed_before_any_write_the_next_one_goes_on(sqlite_store, sqlite_settings) -> None:
    settings = sqlite_settings.model_copy(update={"subreddits": NAMES})
    kept = await fill(sqlite_store, days_before=1, step_hours=7)
    everything = await stored_items(sqlite_store, NAMES)
    writes = 0
    moment = NOW
    while True:
        dying = Dying(sqlite_store, writes)
        try:
            await cleaner(dying, settings, moment).run()
        except Killed:
            pass
        else:
            break
        writes += 1
        # Its lease expires. Until then the kept statistics agree with their items, too.
        moment += timedelta(seconds=61)
        items = await stored_items(sqlite_store, NAMES)
        assert kept <= set(items) <= set(everything)
        await check_kept(sqlite_store)
        await cleaner(sqlite_store, settings, moment).run()
        moment += timedelta(seconds=1)
        assert set(await stored_items(sqlite_store, NAMES)) == kept
        await check_statistics(sqlite_store, NAMES)
        assert await left_of_statistics(sqlite_store, (*NAMES, ALL)) == []
        await fill(sqlite_store, days_before=1, step_hours=7)
    assert writes > 12


async def check_kept(store: Store) -> None:
    """Assert that the kept hours equal a recount of their items."""
    items = list((await stored_items(store, NAMES)).values())
    for name in NAMES:
        for day in await store.query(Query(DAYS, name, 1000, order_by="id")):
            for hour, cell in day["hours"].items():
                if (cell_hour := f"{day['id']}T{hour}") >= hour_of(iso(BORDER)):
                    counted = sum(
                        i["community"] == name and i["created_utc"].startswith(cell_hour)
                        for i in items
                    )
                    assert cell["posts"] + cell["comments"] == counted


async def test_out_of_time_it_ends_well_and_the_next_one_goes_on(store, settings) -> None:
    kept = await fill(store)
    rounds = 0
    done: Cleanup | None = None
    while done is None or not done["complete"]:
        asked = 0

        def check() -> None:
            nonlocal asked
            asked += 1
            if asked > 6:
                raise DeadlineReached("the time is used up")

        done = await cleaner(store, settings, NOW + timedelta(seconds=rounds), check=check).run()
        assert done["status"] == "completed"
        await check_kept(store)
        rounds += 1
    assert rounds > 1
    assert set(await stored_items(store, NAMES)) == kept
    await check_statistics(store, NAMES)


async def test_it_deletes_in_bounded_batches_and_reads_go_on(sqlite_store, sqlite_settings) -> None:
    settings = sqlite_settings.model_copy(update={"subreddits": ("aws",)})
    old = [a_post(n, BORDER - timedelta(seconds=10 * n + 1)) for n in range(3000)]
    new = [a_post(9000 + n, NOW - timedelta(seconds=n)) for n in range(10)]
    await keep(sqlite_store, [*old, *new])
    batches: list[int] = []

    class Watching(Dying):
        def __getattr__(self, name: str) -> Any:
            if name == "delete":
                return self.count
            return getattr(self.store, name)

        async def count(self, container: Any, keys: list[Any]) -> None:
            batches.append(len(keys))
            await self.store.delete(container, keys)

    work = asyncio.create_task(cleaner(Watching(sqlite_store, 0), settings).run())
    answered = 0
    while not work.done():
        found = await sqlite_store.read_many(HOURS_OF_ALL, [(ALL, hour_of(iso(NOW)))])
        assert len(found[ALL, hour_of(iso(NOW))]["shares"]["aws"]["posts"]) == 10
        answered += 1
    assert (await work)["removed"]["posts"] == 3000
    assert max(batches) <= 500
    assert answered > len(batches)


async def test_what_is_dated_after_it_was_collected_goes_and_all_else_stays(
    sqlite_store, sqlite_settings
) -> None:
    settings = sqlite_settings.model_copy(update={"subreddits": NAMES})
    odd = {**a_post(1, datetime(2099, 1, 1, tzinfo=UTC)), "collected_at": iso(NOW)}
    await keep(sqlite_store, [odd, a_post(2, NOW)])  # type: ignore[list-item]
    done = await cleaner(sqlite_store, settings).run()
    assert done["removed"]["posts"] == 1
    assert set(await stored_items(sqlite_store, NAMES)) == {f"t3_{a_post(2, NOW)['id']}"}
    await check_statistics(sqlite_store, NAMES)
    # A clock that is years behind removes nothing.
    await cleaner(sqlite_store, settings, NOW - timedelta(days=2000)).run()
    assert len(await stored_items(sqlite_store, NAMES)) == 1


async def test_one_cleanup_at_a_time(store, settings) -> None:
    async with lease(store, "cleanup_20261123_130000", seconds=60, clock=utc_now):
        with pytest.raises(CycleRunning):
            await Cleaner(store, settings).run()


async def test_cleanups_of_one_second_that_wait_for_each_other_all_run(store, settings) -> None:
    lease_wait = LeaseWait(seconds=30)
    done = await asyncio.gather(
        *(cleaner(store, settings).run(lease_wait=lease_wait) for _ in range(3))
    )
    assert len({cleanup["id"] for cleanup in done}) == 3
    assert {cleanup["status"] for cleanup in done} == {"completed"}
