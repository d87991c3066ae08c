"""What timers run: when they do it, when they leave it, and the lines that they log."""

import asyncio
import re
import threading
from datetime import UTC, datetime, timedelta

import pytest

from collector.run import (
    clean_up_on_timer,
    collect_on_timer,
    find_trends_on_timer,
    is_stale,
    is_tick,
)
from shared.errors import StoreUnavailable
from shared.models import CollectionState
from shared.store import LEASES, open_store
from shared.times import iso
from tests.collector.harness import settings_for, things

EVERY_HALF_HOUR = "0 */30 * * * *"
NOW = datetime(2026, 11, 23, 13, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minute", "second", "expected"),
    [(0, 0, True), (30, 20, True), (0, 59, True), (29, 59, False), (10, 0, False)],
)
def test_a_run_near_a_tick_is_the_schedules(minute: int, second: int, expected: bool) -> None:
    assert is_tick(EVERY_HALF_HOUR, NOW.replace(minute=minute, second=second)) is expected


def state(age: timedelta | None) -> CollectionState:
    return CollectionState(
        id="collection",
        kind="collection",
        ttl=-1,
        feed="reddit",
        last_cycle=None,
        last_started_at=None,
        last_collection_at=None if age is None else iso(NOW - age),
        collections_succeeded=0,
        collections_failed=0,
    )


def test_data_older_than_one_interval_is_stale() -> None:
    assert is_stale(None, EVERY_HALF_HOUR, NOW)
    assert is_stale(state(None), EVERY_HALF_HOUR, NOW)
    assert is_stale(state(timedelta(minutes=31)), EVERY_HALF_HOUR, NOW)
    assert not is_stale(state(timedelta(minutes=29)), EVERY_HALF_HOUR, NOW)


@pytest.mark.parametrize(
    ("now", "schedule", "stale"),
    [
        # Friday's data is fresh until Monday's tick.
        (datetime(2026, 11, 22, 12, 0, tzinfo=UTC), "0 0 9 * * 1-5", False),
        (datetime(2026, 11, 23, 9, 5, tzinfo=UTC), "0 0 9 * * 1-5", True),
        # Two ticks near each other ask for no collection in the long time between.
        (datetime(2026, 11, 20, 23, 0, tzinfo=UTC), "0 55 8 * * *", False),
        (datetime(2026, 11, 20, 23, 0, tzinfo=UTC), "0 55,59 8 * * *", False),
        (datetime(2026, 11, 20, 23, 0, tzinfo=UTC), "0 0,30 9 * * *", True),
    ],
)
def test_data_is_stale_once_the_interval_it_was_collected_in_has_passed(
    now, schedule, stale
) -> None:
    collected = datetime(2026, 11, 20, 9, 3, tzinfo=UTC)
    assert is_stale(state(NOW - collected), schedule, now) is stale


def test_the_timers_function_collects_and_then_finds_the_data_fresh(
    sqlite_settings, stand_in, caplog
) -> None:
    reddit = stand_in(things(("aws",), 9, newest=datetime.now(UTC).timestamp()))
    # A schedule whose ticks are far from now: these runs are start-ups.
    schedule = f"0 0 {(datetime.now(UTC).hour + 12) % 24} * * *"
    settings = settings_for(sqlite_settings, reddit.base_url, ["aws"], collect_schedule=schedule)
    caplog.set_level("INFO")
    collect_on_timer(settings, past_due=False)
    assert "cycle.completed" in caplog.text
    caplog.clear()
    collect_on_timer(settings, past_due=False)
    assert "cycle.completed" not in caplog.text
    assert "collect.ended function=collect outcome=skipped" in caplog.text
    caplog.clear()
    collect_on_timer(settings, past_due=True)
    assert "collect.past_due" in caplog.text
    assert "cycle.completed" in caplog.text


def run_settings(sqlite_settings, stand_in):
    now = datetime.now(UTC)
    reddit = stand_in(things(("aws",), 9, newest=now.timestamp()))
    return settings_for(sqlite_settings, reddit.base_url, ["aws"])


def ends(caplog, function: str) -> list[str]:
    found = [each.getMessage() for each in caplog.records]
    return [line for line in found if line.startswith(f"{function}.ended ")]


@pytest.mark.parametrize(
    ("function", "run"),
    [
        ("collect", collect_on_timer),
        ("trending", find_trends_on_timer),
        ("cleanup", clean_up_on_timer),
    ],
)
def test_a_timer_that_is_late_says_so_and_runs(
    sqlite_settings, stand_in, caplog, function, run
) -> None:
    caplog.set_level("INFO")
    run(run_settings(sqlite_settings, stand_in), past_due=True)
    assert f"{function}.started function={function} past_due=True" in caplog.messages
    (late,) = [each for each in caplog.records if each.message == f"{function}.past_due"]
    assert late.levelname == "WARNING"
    (end,) = ends(caplog, function)
    assert f"function={function} outcome=completed" in end
    assert re.search(r"seconds=\d+\.\d{3}$", end)


def test_the_end_of_a_collection_tells_its_counts_and_the_requests_left(
    sqlite_settings, stand_in, caplog
) -> None:
    caplog.set_level("INFO")
    collect_on_timer(run_settings(sqlite_settings, stand_in), past_due=True)
    (end,) = ends(caplog, "collect")
    assert re.search(
        r" cycle=cycle_\d{8}_\d{6} posts_seen=3 comments_seen=6 new=9 edited=0 moved=0 removed=0"
        r" errors=0 reddit_requests=\d+ reddit_requests_left=\d+ ",
        end,
    )
    assert not [each for each in caplog.messages if "t3_" in each or "t1_" in each]


def test_a_first_collection_finds_topics_and_later_ones_leave_them_to_the_timer(
    sqlite_settings, stand_in, caplog
) -> None:
    caplog.set_level("INFO")
    settings = run_settings(sqlite_settings, stand_in)
    collect_on_timer(settings, past_due=True)
    collect_on_timer(settings, past_due=True)
    assert sum(line.startswith("trending.found") for line in caplog.messages) == 1


def test_a_schedule_that_hardly_means_what_it_says_is_told_once_by_a_process(
    sqlite_settings, caplog
) -> None:
    settings = sqlite_settings.model_copy(update={"cleanup_schedule": "0 17 23-1 * * *"})
    clean_up_on_timer(settings, past_due=False)
    find_trends_on_timer(settings, past_due=False)
    (warning,) = [each for each in caplog.records if each.levelname == "WARNING"]
    assert warning.message.startswith("settings.warning reason=\"CLEANUP_SCHEDULE: '23-1' in the")
    assert "write 23,0-1" in warning.message


@pytest.mark.parametrize(
    ("function", "run"), [("trending", find_trends_on_timer), ("cleanup", clean_up_on_timer)]
)
def test_a_timer_leaves_to_another_that_does_the_same(
    sqlite_settings, caplog, function, run
) -> None:
    caplog.set_level("INFO")
    holder = f"{function}_20990101_000000"

    async def hold() -> None:
        store = await open_store(sqlite_settings, patience=20)
        lease = {"id": "lease", "kind": "lease", "ttl": -1, "holder": holder}
        await store.create(LEASES, {**lease, "expires_at": "2099-01-01T00:01:00Z"})
        await store.close()

    asyncio.run(hold())
    run(sqlite_settings, past_due=False)
    (end,) = ends(caplog, function)
    assert f'outcome=skipped reason="another writer runs" holder={holder}' in end


def test_a_database_that_fails_is_told_once_and_raised(sqlite_settings, tmp_path, caplog) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database" * 999)
    settings = sqlite_settings.model_copy(update={"sqlite_path": broken})
    with pytest.raises(StoreUnavailable):
        clean_up_on_timer(settings, past_due=False)
    (end,) = ends(caplog, "cleanup")
    assert 'outcome=failed reason="StoreUnavailable: ' in end


def test_told_to_end_a_timers_run_closes_what_it_has_open(
    sqlite_settings, stand_in, caplog, monkeypatch
) -> None:
    caplog.set_level("INFO")
    stop = threading.Event()
    monkeypatch.setattr("collector.stopping.stopping", stop)
    monkeypatch.setattr("collector.run.stopping", stop)
    reddit = stand_in(
        things(("aws", "claude"), 30, newest=datetime.now(UTC).timestamp()),
        faults="slow,route=new,subreddit=claude,seconds=3",
    )
    settings = settings_for(sqlite_settings, reddit.base_url, ["aws", "claude"])
    threading.Timer(1, stop.set).start()
    collect_on_timer(settings, past_due=True)
    (end,) = ends(caplog, "collect")
    assert "outcome=stopped" in end
    assert "the process was told to end; the next cycle goes on" in caplog.text
