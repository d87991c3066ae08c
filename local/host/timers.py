"""Timers: each fires on its schedule, never overlaps itself, and makes up for a missed tick.

They follow the timer extension of the real host:
https://github.com/Azure/azure-webjobs-sdk-extensions, TimerListener.cs.
"""

import asyncio
import json
import logging
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

from local.host.functions import Function
from shared.logs import event, repeated_event
from shared.schedule import interval, next_tick
from shared.times import Clock, iso, parse_iso

log = logging.getLogger("local.host.timers")

# The real host's ticks come up to 7 ms early, so these are early too. Code that compares a tick
# with the clock must allow for that.
EARLY = timedelta(milliseconds=5)
# The clock may be set while a timer sleeps, so it sleeps in pieces and reads the clock again.
LONGEST_SLEEP = 30.0
# If the clock is set back by more than this, it was wrong, and so are the times remembered from it.
MAX_AHEAD = timedelta(minutes=1)
# https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer: useMonitor is off for
# schedules that recur more often.
SHORTEST_MONITORED = timedelta(minutes=1)

Fire = Callable[[Function, bool, datetime], Awaitable[None]]
"""Runs a timer's function for a tick; the flag is whether the tick is past due."""
Sleep = Callable[[float], Awaitable[object]]


class Monitor:
    """Remembers across restarts up to which moment each timer's ticks are done.

    A tick is done once its function has ended. A tick that a crash of the host cut short counts as
    missed. One that only a crash of the worker cut short doesn't: the host continues after it.
    `host` is the id of the host, which stays the same when its worker restarts. Times remembered
    for another schedule are ignored.
    """

    def __init__(self, path: Path, *, host: str = "") -> None:
        self._path = path
        self._host = host or uuid.uuid4().hex
        self._known: dict[str, dict[str, str]] = {}
        try:
            known = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return
        if isinstance(known, dict):
            self._known = {name: each for name, each in known.items() if _is_readable(each)}

    def last(self, function: Function) -> datetime | None:
        """Return the moment up to which the timer's ticks have ended; None if it never started."""
        known = self._known.get(function.name)
        if known is None or known["schedule"] != function.schedule:
            return None
        return parse_iso(known["last"])

    def begun(self, function: Function) -> datetime | None:
        """Return the moment up to which this host has begun the timer's ticks, or None."""
        if self.last(function) is None or self._known[function.name].get("host") != self._host:
            return None
        return parse_iso(self._known[function.name]["begun"])

    def begin(self, function: Function, moment: datetime) -> None:
        """Remember that this host has begun the timer's ticks up to a moment."""
        last = min(self.last(function) or moment, moment)
        self._remember(function, last=last, begun=moment)

    def done(self, function: Function, moment: datetime) -> None:
        """Remember that the timer's ticks up to a moment have ended."""
        self._remember(function, last=moment, begun=moment)

    def _remember(self, function: Function, *, last: datetime, begun: datetime) -> None:
        self._known[function.name] = {
            "schedule": function.schedule,
            "last": iso(last),
            "begun": iso(begun),
            "host": self._host,
        }
        fresh = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(self._known), encoding="utf-8")
            fresh.replace(self._path)
        except OSError as error:
            # The timer continues. Only after a restart might a tick run twice, or not at all.
            reason = error.strerror or str(error)
            repeated_event(log, "timer.not_remembered", logging.ERROR, reason=reason)


def _is_readable(known: object) -> bool:
    if not isinstance(known, dict):
        return False
    try:
        parse_iso(str(known["last"]))
        parse_iso(str(known.get("begun", known["last"])))
    except (KeyError, ValueError):
        return False
    return "schedule" in known


async def run_timer(
    function: Function,
    fire: Fire,
    monitor: Monitor,
    *,
    clock: Clock,
    startup_seconds: float,
    lock_seconds: float = 0.0,
    sleep: Sleep = asyncio.sleep,
) -> None:
    """Fire a timer until cancelled.

    Ticks that passed while the host was down fire once at the start, past due. Ticks that passed
    while the timer ran fire once immediately, and aren't past due. When a clock that ran ahead is
    corrected, the times remembered from it are ignored. `lock_seconds` is how long a killed host
    still holds the timer's lock: up to 61 s on Azure.
    """
    reference = monitor.begun(function)
    if reference is None:
        if lock_seconds:
            await sleep(lock_seconds)
        reference = await _start(
            function, fire, monitor, clock=clock, startup_seconds=startup_seconds, sleep=sleep
        )
    while True:
        due = next_tick(function.schedule, reference)
        if not await _sleep_until(due - EARLY, clock, sleep, since=reference - MAX_AHEAD):
            reference = clock()
            event(log, "timer.clock_set_back", logging.WARNING, function=function.name)
            monitor.begin(function, reference)
            continue
        reference = max(due, clock())
        await fire(function, False, reference)


async def _start(
    function: Function,
    fire: Fire,
    monitor: Monitor,
    *,
    clock: Clock,
    startup_seconds: float,
    sleep: Sleep,
) -> datetime:
    """Fire a missed tick or one at start-up; return the moment after which the schedule goes on."""
    now = clock()
    last = monitor.last(function)
    monitored = interval(function.schedule, now) >= SHORTEST_MONITORED
    missed = last is not None and monitored and next_tick(function.schedule, last) <= now
    if not missed and not function.run_on_startup:
        monitor.begin(function, now)
        return now
    await sleep(startup_seconds)
    now = clock()
    await fire(function, missed, now)
    return now


async def _sleep_until(due: datetime, clock: Clock, sleep: Sleep, *, since: datetime) -> bool:
    """Sleep until a moment; return False if the clock is set back before `since`."""
    while (left := (due - (now := clock())).total_seconds()) > 0:
        if now < since:
            return False
        await sleep(min(left, LONGEST_SLEEP))
    return True
