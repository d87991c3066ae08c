"""Timers: when each fires, that it never overlaps itself, and what was missed."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

from local.host.functions import Function
from shared.schedule import interval, last_tick, next_tick
from shared.times import Clock, iso, parse_iso

# A tick that fires later than this is past due.
LATE = timedelta(seconds=1)
# Clocks step: sleep in pieces, and look at the time again.
LONGEST_SLEEP = 30.0
# https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer: useMonitor is off for
# schedules that recur more often.
SHORTEST_MONITORED = timedelta(minutes=1)

Fire = Callable[[Function, bool, datetime], Awaitable[None]]
"""Runs a timer's function for a tick; the flag says that it is past due."""


class Monitor:
    """Remembers across restarts up to which moment each timer has had its ticks.

    As in the real host a tick counts only once its function has ended: one that died with the
    process is missed. What was remembered of another schedule counts for nothing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._done: dict[str, dict[str, str]] = {}
        try:
            known = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return
        if isinstance(known, dict):
            self._done = {name: each for name, each in known.items() if _is_readable(each)}

    def last(self, function: Function) -> datetime | None:
        """Give the moment up to which the timer has had its ticks, if it was ever started."""
        known = self._done.get(function.name)
        if known is None or known["schedule"] != function.schedule:
            return None
        return parse_iso(known["last"])

    def done(self, function: Function, moment: datetime) -> None:
        """Remember that the timer has had its ticks up to a moment."""
        self._done[function.name] = {"schedule": function.schedule, "last": iso(moment)}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(self._done), encoding="utf-8")
        fresh.replace(self._path)


def _is_readable(known: object) -> bool:
    if not isinstance(known, dict):
        return False
    try:
        parse_iso(str(known["last"]))
    except (KeyError, ValueError):
        return False
    return "schedule" in known


async def run_timer(
    function: Function, fire: Fire, monitor: Monitor, *, clock: Clock, startup_seconds: float
) -> None:
    """Fire a timer for ever. A tick that passed while it ran, or while we were down, fires once,
    at once, past due.
    """
    began = clock()
    last = monitor.last(function)
    if last is None:
        monitor.done(function, began)
    monitored = interval(function.schedule, began) >= SHORTEST_MONITORED
    missed = last is not None and monitored and next_tick(function.schedule, last) <= began
    if missed or function.run_on_startup:
        await asyncio.sleep(startup_seconds)
        await fire(function, missed, began)
    reference = began
    while True:
        due = next_tick(function.schedule, reference)
        await _sleep_until(due, clock)
        now = clock()
        # Of several missed ticks one fires.
        reference = max(due, last_tick(function.schedule, now))
        await fire(function, now - due > LATE, reference)


async def _sleep_until(due: datetime, clock: Clock) -> None:
    while (left := (due - clock()).total_seconds()) > 0:  # noqa: ASYNC110 - no event, but time
        await asyncio.sleep(min(left, LONGEST_SLEEP))
