"""Timers: when each fires, that it never overlaps itself, and what was missed.

As the timer extension of the real host does:
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

# The real host's ticks come up to 7 ms before their time: what compares a tick with the clock must
# bear that.
EARLY = timedelta(milliseconds=5)
# Clocks step: sleep in pieces, and look at the time again.
LONGEST_SLEEP = 30.0
# A clock that is set back by more than this was wrong, and what was remembered by it is too.
MAX_AHEAD = timedelta(minutes=1)
# https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer: useMonitor is off for
# schedules that recur more often.
SHORTEST_MONITORED = timedelta(minutes=1)

Fire = Callable[[Function, bool, datetime], Awaitable[None]]
"""Runs a timer's function for a tick; the flag says that it is past due."""
Sleep = Callable[[float], Awaitable[object]]


class Monitor:
    """Remembers across restarts up to which moment each timer has had its ticks.

    A tick counts only once its function has ended: one that died with its host is missed. One that
    died with its worker alone isn't: the host goes on from where it began. host names what lives on
    when a worker is started again. What was remembered of another schedule counts for nothing.
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
        """Return the moment up to which the timer's ticks have ended, if it was ever started."""
        known = self._known.get(function.name)
        if known is None or known["schedule"] != function.schedule:
            return None
        return parse_iso(known["last"])

    def begun(self, function: Function) -> datetime | None:
        """Return the moment up to which this host has begun the timer's ticks, if it has."""
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
            # The timer goes on; only a restart would run a tick twice, or not at all.
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
    """Fire a timer for ever.

    What a clock that ran ahead has left counts for nothing once it is set right.
    A tick that passed while the host was down fires at the start, once, past due. One that passed
    while the timer ran fires immediately, once, and isn't past due. lock_seconds is how long a host
    that was killed still holds the timer's lock: up to 61 s on Azure.
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
    """Fire what the start asks for; return the moment after which the schedule goes on."""
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
    """Sleep until a moment; return False where the clock is set back before `since`."""
    while (left := (due - (now := clock())).total_seconds()) > 0:
        if now < since:
            return False
        await sleep(min(left, LONGEST_SLEEP))
    return True
