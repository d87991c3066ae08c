"""Timers: when they run their job, when they skip it, and the lines that they log."""

import asyncio
import re
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from collector.jobs import (
    _find_late_trends,
    clean_up_on_timer,
    collect_on_request,
    collect_on_timer,
    find_trends_on_timer,
    is_due,
)
from collector.runs import CLOSING_SECONDS, LEASE_WAIT_SECONDS, working_seconds
from collector.writers.shutdown import run_until_stopped
from shared.cycles import new_cycle
from shared.errors import DeadlineReached, StoreUnavailable
from shared.models import CollectionState
from shared.store import CYCLES, LEASES, open_store
from shared.store.schema import SCHEMA
from shared.times import iso, utc_now
from tests.collector.harness import settings_for, things

EVERY_HALF_HOUR = "0 */30 * * * *"
REQUEST = b'{"cycle": "cycle_20261125_120000", "asked_at": "2026-11-25T12:00:00Z"}'


def at(time: str) -> datetime:
    return datetime.fromisoformat(time if "T" in time else f"2026-11-23T{time}").replace(tzinfo=UTC)


def state(started: str | None, completed: str | None) -> CollectionState:
    return CollectionState(
        id="collection",
        kind="collection",
        ttl=-1,
        schema=SCHEMA,
        origin="live",
        last_cycle=None,
        last_started_at=None if started is None else iso(at(started)),
        last_collection_at=None if completed is None else iso(at(completed)),
        collections_succeeded=0,
        collections_failed=0,
    )


DAILY, EVERY_TWO_SECONDS, TWICE_IN_TWO_SECONDS = "0 0 3 * * *", "*/2 * * * * *", "0,2 0 * * * *"


@pytest.mark.parametrize(
    ("schedule", "now", "started", "completed", "due"),
    [
        # At a tick, and some milliseconds before one.
        (EVERY_HALF_HOUR, "12:30:00.020", "12:00:00", "12:00:40", True),
        (EVERY_HALF_HOUR, "12:29:59.993", "12:00:00", "12:00:40", True),
        (EVERY_HALF_HOUR, "12:29:59.993", "11:59:59", "12:00:40", True),
        # A tick that is late: the last run took 40 minutes; the host waited 61 s for a lock.
        (EVERY_HALF_HOUR, "12:40:00", "12:00:00", "12:39:59", True),
        (EVERY_HALF_HOUR, "12:59:59", "12:00:00", "12:39:59", True),
        (EVERY_HALF_HOUR, "12:31:01", "12:00:00", "12:00:40", True),
        (EVERY_HALF_HOUR, "12:31:01", "12:20:00", "12:20:40", True),
        # The tick's collection began late, because a cleanup ran until then.
        (EVERY_HALF_HOUR, "12:45:00", "12:38:00", "12:39:00", False),
        # A process starts: the tick has had its collection, whatever started that.
        (EVERY_HALF_HOUR, "12:30:41", "12:30:00", "12:30:40", False),
        (EVERY_HALF_HOUR, "12:59:58", "12:30:00", "12:30:40", False),
        (EVERY_HALF_HOUR, "12:59:58", "12:29:59", "12:30:40", False),
        (DAILY, "23:00:00", "03:00:00", "03:00:40", False),
        # A process starts shortly before a tick: the tick gets one collection, not two.
        (EVERY_HALF_HOUR, "12:29:58.500", "12:00:00", "12:00:40", False),
        (EVERY_HALF_HOUR, "12:29:59.500", "12:00:00", "12:00:40", True),
        (EVERY_HALF_HOUR, "12:30:02", "12:29:59", "12:30:01", False),
        # A process starts for the first time, or after a time without processes.
        (EVERY_HALF_HOUR, "12:10:00", "11:50:00", "11:50:40", True),
        (EVERY_HALF_HOUR, "12:10:00", "2026-11-21T12:00:00", "2026-11-21T12:00:40", True),
        (DAILY, "02:59:00", "2026-11-21T03:00:00", "2026-11-21T03:00:40", True),
        (DAILY, "02:59:00", "2026-11-22T03:00:00", "2026-11-22T03:00:40", False),
        (EVERY_HALF_HOUR, "12:10:00", None, None, True),
        # The tick's collection failed, the first one or a later one.
        (EVERY_HALF_HOUR, "12:10:00", "12:00:00", None, True),
        (EVERY_HALF_HOUR, "12:10:00", "12:00:00", "11:30:40", True),
        (EVERY_HALF_HOUR, "12:30:00", "12:00:00", "11:30:40", True),
        # Another machine's clock is ahead by seconds, or by an hour.
        (EVERY_HALF_HOUR, "12:30:00", "12:30:04", "12:30:09", False),
        (EVERY_HALF_HOUR, "12:30:00", "13:30:00", "13:30:40", True),
        # Or it is behind: its collection for this tick began before the tick, by this clock.
        (EVERY_HALF_HOUR, "12:30:20", "12:29:57", "12:30:09", False),
        # Ticks that are seconds apart get one collection each.
        (EVERY_TWO_SECONDS, "12:30:04", "12:30:02", "12:30:03", True),
        (EVERY_TWO_SECONDS, "12:30:03.995", "12:30:01", "12:30:03", True),
        (TWICE_IN_TWO_SECONDS, "12:00:02", "12:00:00", "12:00:01", True),
        (TWICE_IN_TWO_SECONDS, "12:40:00", "12:00:02", "12:00:05", False),
    ],
)
def test_a_run_collects_unless_the_latest_tick_has_had_its_collection(
    schedule: str, now: str, started: str | None, completed: str | None, due: bool
) -> None:
    assert is_due(state(started, completed), schedule, at(now)) is due


def test_before_anything_is_stored_a_run_collects() -> None:
    assert is_due(None, EVERY_HALF_HOUR, at("12:10:00"))


@pytest.mark.parametrize(
    ("now", "schedule", "due"),
    [
        # Friday's data is fresh until Monday's tick.
        (datetime(2026, 11, 22, 12, 0, tzinfo=UTC), "0 0 9 * * 1-5", False),
        (datetime(2026, 11, 23, 9, 5, tzinfo=UTC), "0 0 9 * * 1-5", True),
        # Two close ticks cause no collection in the long time after them.
        (datetime(2026, 11, 20, 23, 0, tzinfo=UTC), "0 55 8 * * *", False),
        (datetime(2026, 11, 20, 23, 0, tzinfo=UTC), "0 55,59 8 * * *", False),
        (datetime(2026, 11, 20, 23, 0, tzinfo=UTC), "0 0,30 9 * * *", True),
    ],
)
def test_data_is_old_once_a_tick_has_passed_however_its_intervals_differ(
    now: datetime, schedule: str, due: bool
) -> None:
    collected = state("2026-11-20T09:02:00", "2026-11-20T09:03:00")
    assert is_due(collected, schedule, now) is due


def test_the_timers_function_collects_and_then_finds_the_data_fresh(
    sqlite_settings, stand_in, caplog
) -> None:
    reddit = stand_in(things(("aws",), 9, newest=datetime.now(UTC).timestamp()))
    # The schedule's ticks are far from now, so these runs are start-ups.
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


async def hold_lease(settings, holder: str) -> None:
    """Let a writer hold the lease without an end."""
    store = await open_store(settings, retry_seconds=20)
    lease = {"id": "lease", "kind": "lease", "ttl": -1, "holder": holder}
    await store.create(LEASES, {**lease, "expires_at": iso(utc_now() + timedelta(minutes=30))})
    await store.close()


@pytest.mark.parametrize(
    ("function", "run"), [("trending", find_trends_on_timer), ("cleanup", clean_up_on_timer)]
)
def test_a_timer_leaves_to_another_that_does_the_same(
    sqlite_settings, caplog, function, run
) -> None:
    caplog.set_level("INFO")
    holder = f"{function}_20990101_000000"
    asyncio.run(hold_lease(sqlite_settings, holder))
    run(sqlite_settings, past_due=False)
    (end,) = ends(caplog, function)
    assert f'outcome=skipped reason="another writer runs" holder={holder}' in end


@pytest.mark.parametrize("past_due", [True, False])
def test_after_a_kill_the_timers_run_waits_for_the_dead_ones_lease_and_collects(
    sqlite_settings, stand_in, caplog, past_due: bool
) -> None:
    """The host runs the timer again when its lock has expired, maybe before the cycle's lease has.

    past_due is False at the next tick if only the worker was killed.
    """
    caplog.set_level("INFO")
    settings = run_settings(sqlite_settings, stand_in)
    dead = "cycle_20260101_000000"

    async def kill() -> None:
        store = await open_store(settings, retry_seconds=20)
        await store.create(CYCLES, new_cycle(dead, "2026-01-01T00:00:00Z", "timer", "reddit"))
        expires = iso(datetime.now(UTC) + timedelta(seconds=2))
        lease = {"id": "lease", "kind": "lease", "ttl": -1, "holder": dead, "expires_at": expires}
        await store.create(LEASES, lease)
        await store.close()

    async def dead_status() -> str:
        store = await open_store(settings, retry_seconds=20)
        found = await store.read(CYCLES, "cycle", dead)
        await store.close()
        return found["status"]

    asyncio.run(kill())
    collect_on_timer(settings, past_due=past_due)
    (end,) = ends(caplog, "collect")
    assert "outcome=completed" in end
    assert "lease.taken_over holder=cycle_" in caplog.text
    assert asyncio.run(dead_status()) == "failed"


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
    monkeypatch.setattr("collector.writers.shutdown.stopping", stop)
    monkeypatch.setattr("collector.jobs.stopping", stop)
    reddit = stand_in(
        things(("aws", "claude"), 30, newest=datetime.now(UTC).timestamp()),
        faults="slow,route=new,subreddit=claude,seconds=3",
    )
    settings = settings_for(sqlite_settings, reddit.base_url, ["aws", "claude"])

    def stop_once_it_runs() -> None:
        while "cycle.started" not in caplog.text:
            time.sleep(0.05)
        stop.set()

    threading.Thread(target=stop_once_it_runs, daemon=True).start()
    collect_on_timer(settings, past_due=True)
    (end,) = ends(caplog, "collect")
    assert "outcome=stopped" in end
    assert "the process was asked to stop; the next cycle goes on" in caplog.text


def test_a_function_has_time_to_close_before_its_process_is_killed(sqlite_settings) -> None:
    seconds = sqlite_settings.cycle_seconds
    assert working_seconds(sqlite_settings) == seconds - CLOSING_SECONDS
    assert working_seconds(sqlite_settings) > 2 * LEASE_WAIT_SECONDS
    quick = sqlite_settings.model_copy(update={"cycle_seconds": 10})
    assert working_seconds(quick) == 9


async def read_cycle(settings, cycle_id: str):
    store = await open_store(settings, retry_seconds=20)
    cycle = await store.read(CYCLES, "cycle", cycle_id)
    lease = await store.read(LEASES, "lease", "lease")
    await store.close()
    return cycle, lease


def test_a_cycle_that_hangs_is_closed_as_failed_when_its_functions_time_is_used_up(
    any_store_settings, stand_in, caplog
) -> None:
    caplog.set_level("INFO")
    reddit = stand_in(
        things(("aws", "claude"), 30, newest=datetime.now(UTC).timestamp()),
        faults="slow,route=new,subreddit=claude,seconds=9",
    )
    # A busy machine creates a database slowly, so it is created before.
    asyncio.run(read_cycle(any_store_settings, "none"))
    names = ["aws", "claude"]
    settings = settings_for(any_store_settings, reddit.base_url, names, cycle_seconds=5)
    with pytest.raises(DeadlineReached):
        collect_on_timer(settings, past_due=True)
    (end,) = ends(caplog, "collect")
    assert 'outcome=failed reason="DeadlineReached: the function\'s time is used up"' in end
    (line,) = [each for each in caplog.messages if each.startswith("cycle.failed ")]
    assert "the function's time is used up; the next cycle goes on" in line
    cycle, lease = asyncio.run(read_cycle(any_store_settings, line.split()[1].split("=")[1]))
    assert (cycle["status"], cycle["errors"][-1]["kind"]) == ("failed", "deadline")
    assert lease["holder"] is None


@pytest.mark.parametrize(
    "run",
    [
        lambda settings: collect_on_timer(settings, past_due=True),
        lambda settings: find_trends_on_timer(settings, past_due=False),
        lambda settings: clean_up_on_timer(settings, past_due=False),
        lambda settings: collect_on_request(settings, REQUEST),
    ],
    ids=["collect", "trending", "cleanup", "collect_now"],
)
def test_the_wait_for_another_writer_is_part_of_a_functions_time(
    sqlite_settings, stand_in, run
) -> None:
    asyncio.run(hold_lease(sqlite_settings, "rescore_20990101_000000"))
    settings = run_settings(sqlite_settings, stand_in).model_copy(update={"cycle_seconds": 1})
    with pytest.raises(DeadlineReached):
        run(settings)


async def test_topics_that_a_cycle_has_no_time_for_are_left_to_their_timer(
    sqlite_settings, sqlite_store, caplog
) -> None:
    await hold_lease(sqlite_settings, "cleanup_20990101_000000")
    await _find_late_trends(sqlite_store, sqlite_settings, time.monotonic() + 0.3)
    assert 'trending.left_to_timer reason="the cycle\'s time is used up"' in caplog.text


def test_work_that_hangs_while_it_closes_is_ended_all_the_same(monkeypatch) -> None:
    monkeypatch.setattr("collector.writers.shutdown.CLOSING_SECONDS", 0.05)
    hung: list[str] = []

    async def hang() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            hung.append("closing")
            await asyncio.Event().wait()

    with pytest.raises(DeadlineReached):
        run_until_stopped(hang(), seconds=0.05)
    assert hung == ["closing"]
