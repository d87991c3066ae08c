"""Timers fire and are past due as on the real host, with a clock of the tests."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.host.functions import Function
from local.host.timers import Monitor, run_timer

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Killed(BaseException):
    """Raised where the process ends."""


class Host:
    """A host whose timer has its own clock; it ends after a number of runs."""

    def __init__(self, folder: Path, now: datetime, *, name: str = "") -> None:
        self.now = now
        self.monitor = Monitor(folder / "timers.json", host=name)
        self.fired: list[tuple[bool, datetime]] = []
        self.ends_at = 1
        self.run_seconds: list[float] = []
        self.killed_in_run = 0
        self.killed_asleep = False

    async def sleep(self, seconds: float) -> None:
        if self.killed_asleep:
            raise Killed
        self.now += timedelta(seconds=seconds)

    async def fire(self, function: Function, past_due: bool, tick: datetime) -> None:
        self.fired.append((past_due, self.now))
        self.monitor.begin(function, tick)
        if len(self.fired) == self.killed_in_run:
            raise Killed
        self.now += timedelta(seconds=self.run_seconds.pop(0) if self.run_seconds else 0)
        self.monitor.done(function, tick)
        if len(self.fired) == self.ends_at:
            raise Killed

    async def run(self, function: Function, runs: int = 1, **more: float) -> None:
        self.ends_at = runs
        with pytest.raises(Killed):
            await run_timer(
                function,
                self.fire,
                self.monitor,
                clock=lambda: self.now,
                startup_seconds=0,
                sleep=self.sleep,
                **more,
            )

    @property
    def seconds(self) -> list[tuple[bool, float]]:
        """Return each run's past-due flag, and its time in whole seconds after noon."""
        return [(flag, round((at - NOON).total_seconds())) for flag, at in self.fired]


def timer(schedule: str = "0 */5 * * * *", *, run_on_startup: bool = False) -> Function:
    trigger = {"name": "timer", "schedule": schedule, "runOnStartup": run_on_startup}
    return Function("tick", "timer", trigger, print)


async def test_ticks_come_on_time_and_a_few_milliseconds_early(tmp_path) -> None:
    host = Host(tmp_path, NOON)
    await host.run(timer(), 3)
    assert host.seconds == [(False, 300), (False, 600), (False, 900)]
    for minutes, (_, at) in zip((5, 10, 15), host.fired, strict=True):
        early = NOON + minutes * MINUTE - at
        assert timedelta(0) < early <= timedelta(milliseconds=7)


async def test_a_tick_missed_while_the_timer_ran_comes_at_once_once_and_is_not_past_due(
    tmp_path,
) -> None:
    host = Host(tmp_path, NOON)
    host.run_seconds = [17 * 60.0]  # From 12:05 to 12:22, past 12:10, 12:15 and 12:20.
    await host.run(timer(), 3)
    assert host.seconds == [(False, 300), (False, 1320), (False, 1500)]


async def test_a_tick_missed_while_the_host_was_down_comes_once_at_the_start_past_due(
    tmp_path,
) -> None:
    await Host(tmp_path, NOON).run(timer())
    host = Host(tmp_path, NOON + 61 * MINUTE)
    await host.run(timer(), 2)
    assert host.seconds == [(True, 3660), (False, 3900)]


async def test_with_run_on_startup_a_missed_tick_still_makes_one_run(tmp_path) -> None:
    await Host(tmp_path, NOON).run(timer())
    host = Host(tmp_path, NOON + 61 * MINUTE)
    await host.run(timer(run_on_startup=True), 2)
    assert host.seconds == [(True, 3660), (False, 3900)]


async def test_run_on_startup_alone_is_not_past_due(tmp_path) -> None:
    host = Host(tmp_path, NOON + MINUTE)
    await host.run(timer(run_on_startup=True), 2)
    assert host.seconds == [(False, 60), (False, 300)]


async def test_a_tick_missed_during_the_run_at_the_start_is_not_past_due(tmp_path) -> None:
    await Host(tmp_path, NOON).run(timer())
    host = Host(tmp_path, NOON + 61 * MINUTE)
    host.run_seconds = [5 * 60.0]
    await host.run(timer(), 2)
    assert host.seconds == [(True, 3660), (False, 3960)]


async def test_a_run_that_died_with_its_host_comes_again_past_due(tmp_path) -> None:
    first = Host(tmp_path, NOON, name="first")
    first.killed_in_run = 1
    await first.run(timer())
    second = Host(tmp_path, NOON + 6 * MINUTE, name="second")
    await second.run(timer(), 2)
    assert second.seconds == [(True, 360), (False, 600)]


@pytest.mark.parametrize("run_on_startup", [False, True])
async def test_a_run_that_died_with_its_worker_alone_does_not_come_before_the_next_tick(
    tmp_path, run_on_startup
) -> None:
    first = Host(tmp_path, NOON, name="host")
    first.killed_in_run = 2
    await first.run(timer(run_on_startup=run_on_startup), 3)
    # The same host restarts the worker.
    second = Host(tmp_path, first.now + MINUTE, name="host")
    await second.run(timer(run_on_startup=run_on_startup), 1)
    next_tick = 600 if run_on_startup else 900
    assert second.seconds == [(False, next_tick)]


async def test_a_tick_while_the_worker_was_dead_comes_at_its_restart_and_is_not_past_due(
    tmp_path,
) -> None:
    first = Host(tmp_path, NOON, name="host")
    first.killed_in_run = 1
    await first.run(timer())
    second = Host(tmp_path, NOON + 11 * MINUTE, name="host")
    await second.run(timer(), 2)
    assert second.seconds == [(False, 660), (False, 900)]


async def test_a_run_that_died_with_its_worker_and_then_its_host_comes_again_past_due(
    tmp_path,
) -> None:
    first = Host(tmp_path, NOON, name="first")
    first.killed_in_run = 1
    await first.run(timer())
    third = Host(tmp_path, NOON + 7 * MINUTE, name="another")
    await third.run(timer())
    assert third.seconds == [(True, 420)]


async def test_the_lock_of_a_killed_host_makes_a_timer_wait_and_loses_no_tick(tmp_path) -> None:
    await Host(tmp_path, NOON, name="first").run(timer())
    host = Host(tmp_path, NOON + 9.5 * MINUTE, name="second")
    await host.run(timer(), 2, lock_seconds=61)
    assert host.seconds == [(True, 631), (False, 900)], "12:10 passed while it waited"


async def test_a_worker_that_is_started_again_waits_for_no_lock(tmp_path) -> None:
    await Host(tmp_path, NOON, name="host").run(timer())
    host = Host(tmp_path, NOON + 9.5 * MINUTE, name="host")
    await host.run(timer(), lock_seconds=61)
    assert host.seconds == [(False, 600)]


async def test_ticks_of_a_schedule_under_a_minute_are_not_missed_while_down(tmp_path) -> None:
    seconds = timer("*/20 * * * * *")
    await Host(tmp_path, NOON).run(seconds)
    host = Host(tmp_path, NOON + 10 * MINUTE + timedelta(seconds=1))
    await host.run(seconds)
    assert host.seconds == [(False, 620)]


async def test_ticks_of_another_schedule_were_not_missed(tmp_path) -> None:
    await Host(tmp_path, NOON).run(timer())
    host = Host(tmp_path, NOON + 61 * MINUTE)
    await host.run(timer("0 */7 * * * *"))
    assert host.seconds == [(False, 4020)]


async def test_a_daily_tick_is_not_lost_when_the_host_runs_only_by_day(tmp_path) -> None:
    daily = timer("0 0 2 * * *")
    first = Host(tmp_path, NOON)
    first.killed_asleep = True
    await first.run(daily)
    assert first.fired == []
    second = Host(tmp_path, NOON + timedelta(days=1))
    await second.run(daily)
    assert second.fired == [(True, NOON + timedelta(days=1))]


@pytest.mark.parametrize(
    "known",
    [
        "{",
        "[]",
        '{"tick": 5}',
        '{"tick": {"schedule": "0 */5 * * * *", "last": "yesterday"}}',
        '{"tick": {"schedule": "0 */5 * * * *", "last": "2026-11-25T10:00:00Z", "begun": 1}}',
    ],
)
async def test_what_cannot_be_read_counts_for_nothing(tmp_path, known) -> None:
    (tmp_path / "timers.json").write_text(known)
    host = Host(tmp_path, NOON)
    await host.run(timer())
    assert host.seconds == [(False, 300)]


async def test_what_an_earlier_version_remembered_is_read(tmp_path) -> None:
    known = {"tick": {"schedule": "0 */5 * * * *", "last": "2026-11-25T10:00:00Z"}}
    (tmp_path / "timers.json").write_text(json.dumps(known))
    host = Host(tmp_path, NOON)
    await host.run(timer())
    assert host.seconds == [(True, 0)]


async def test_after_a_clock_that_ran_ahead_is_set_right_ticks_come_again(tmp_path) -> None:
    host = Host(tmp_path, NOON)

    async def sleep(seconds: float) -> None:
        host.now += timedelta(seconds=seconds)
        if len(host.fired) == 1 and not set_right:
            set_right.append(True)
            host.now = NOON + MINUTE

    set_right: list[bool] = []
    host.now = NOON + timedelta(hours=3)
    host.sleep = sleep  # type: ignore[method-assign]
    await host.run(timer(), 3)
    assert host.seconds == [(False, 3 * 3600 + 300), (False, 300), (False, 600)]


@pytest.mark.parametrize("name", ["", "the same host"])
async def test_what_a_clock_that_ran_ahead_left_counts_for_nothing_after_a_restart(
    tmp_path, name
) -> None:
    ahead = Host(tmp_path, NOON + timedelta(hours=3), name=name)
    await ahead.run(timer())
    right = Host(tmp_path, NOON, name=name)
    await right.run(timer(), 2)
    assert right.seconds == [(False, 300), (False, 600)]
    down = Host(tmp_path, NOON + timedelta(minutes=21))
    await down.run(timer())
    assert down.seconds == [(True, 21 * 60)]


async def test_a_clock_that_is_set_back_a_little_repeats_no_tick(tmp_path) -> None:
    host = Host(tmp_path, NOON)

    async def sleep(seconds: float) -> None:
        host.now += timedelta(seconds=seconds)
        if len(host.fired) == 1 and host.seconds[0][1] == 300 and not stepped:
            stepped.append(True)
            host.now = NOON + timedelta(seconds=280)

    stepped: list[bool] = []
    host.sleep = sleep  # type: ignore[method-assign]
    await host.run(timer(), 2)
    assert host.seconds == [(False, 300), (False, 600)]
