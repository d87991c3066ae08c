"""When the timer's function collects, and when it leaves the data as it is."""

from datetime import UTC, datetime, timedelta

import pytest

from collector.run import collect_on_timer, is_stale, is_tick
from shared.models import CollectionState
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
