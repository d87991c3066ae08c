"""When communities are due again, which shards come first, and what their sweeps may ask."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.models import CommunityState
from shared.settings import Settings
from shared.shards import MAX_PAUSE, due_after, due_since, sweep_requests
from shared.store import COMMUNITIES, Store
from shared.store.community_states import never_read, read_states
from shared.times import iso, utc_now
from tests.collector.shards.world import (
    INTERVAL,
    NAMES,
    Workers,
    a_server,
    notes_left,
    settings_of,
)

TICK = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
ON_SQLITE = pytest.mark.parametrize("any_store_settings", ["sqlite"], indirect=True)


@pytest.fixture
def settings(any_store_settings: Settings) -> Settings:
    return settings_of(any_store_settings)


@pytest.mark.parametrize("waited", [0, 5, 29, 45])
def test_a_busy_community_is_due_at_the_next_tick_however_long_it_waited_for_its_turn(
    waited: int,
) -> None:
    polled = TICK + timedelta(minutes=waited)
    busy: CommunityState = {**never_read("aws"), "hourly": 40.0}
    since = due_since(iso(TICK), "timer", polled, INTERVAL)
    assert due_after(busy, since, INTERVAL) <= iso(TICK + INTERVAL)


def test_a_cycle_between_two_ticks_postpones_nothing() -> None:
    asked = TICK + timedelta(minutes=10)
    busy: CommunityState = {**never_read("aws"), "hourly": 40.0}
    assert due_after(busy, due_since(iso(asked), "request", asked, INTERVAL), INTERVAL) <= iso(
        TICK + INTERVAL
    )


def test_the_time_of_a_clock_that_ran_ahead_does_not_count() -> None:
    assert due_since(iso(TICK + timedelta(hours=5)), "timer", TICK, INTERVAL) == TICK


def test_a_quiet_community_is_polled_within_a_day_though_its_turn_comes_late() -> None:
    quiet: CommunityState = {**never_read("aws"), "hourly": 0.0}
    last_tick = TICK + MAX_PAUSE - INTERVAL
    assert due_after(quiet, TICK, INTERVAL) <= iso(last_tick)
    rare = timedelta(days=7)
    assert due_after(quiet, TICK, rare) == iso(TICK + rare - timedelta(minutes=1))


@pytest.mark.parametrize(
    ("asked", "polls", "shards", "swept"),
    [(30, 10, 2, 30), (30, 5, 100, 8), (30, 9, 100, 1), (30, 5, 1000, 1), (0, 0, 2, 0)],
)
def test_sweeps_leave_the_pace_of_a_client_to_polls(
    asked: int, polls: int, shards: int, swept: int
) -> None:
    assert sweep_requests(asked, polls, shards, INTERVAL) == swept


@ON_SQLITE
async def test_the_shard_of_the_busiest_community_comes_first(
    settings: Settings, store: Store
) -> None:
    workers = Workers(settings, a_server(utc_now() - timedelta(hours=1)))
    await workers.collect(store)
    states = list((await read_states(store, NAMES)).values())
    own = [state for state in states if state["source"] == "reddit"]
    for busiest in {state["shard"]: state for state in own}.values():
        for state in states:
            state["hourly"] = 30.0 if state["id"] == busiest["id"] else 0.5
            state["due_at"] = iso(utc_now() - INTERVAL)
        await store.upsert(COMMUNITIES, states)
        await workers.plan(store, "timer")
        first = next(each for each in workers.waiting if "reddit" in each.shard)
        assert first.shard == busiest["shard"]
        await workers.work(store)


@ON_SQLITE
async def test_totals_are_added_up_once_a_minute_for_all_shards_that_ended(
    settings: Settings, store: Store
) -> None:
    server = a_server(utc_now() - timedelta(hours=1))
    workers = Workers(settings, server, totals_lag=timedelta(minutes=1))
    await workers.plan(store)

    async def work_on_one() -> int:
        message = workers.waiting.popleft()
        workers.waiting.extend(await workers.worker(store).work(message))
        return await notes_left(store)

    assert await work_on_one() == 0
    assert await work_on_one() > 0
    workers.later = timedelta(minutes=2)
    assert await work_on_one() == 0
