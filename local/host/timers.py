"""Timers: when each fires, that it never overlaps itself, and what was missed."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

from local.host.functions import Function
from shared.schedule import last_tick, next_tick
from shared.times import Clock, iso, parse_iso

# A tick that fires later than this is past due.
LATE = timedelta(seconds=1)
# Clocks step: sleep in pieces, and look at the time again.
LONGEST_SLEEP = 30.0

Fire = Callable[[Function, bool], Awaitable[None]]
"""Runs a timer's function; the flag says that it is past due."""


class Monitor:
    """Remembers across restarts when each timer last fired, as the host's monitor does."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._fired: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self._fired = {}

    def last(self, name: str) -> datetime | None:
        """Give the last tick that fired."""
        return parse_iso(self._fired[name]) if name in self._fired else None

    def fired(self, name: str, tick: datetime) -> None:
        """Remember a tick."""
        self._fired[name] = iso(tick)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(self._fired), encoding="utf-8")
        fresh.replace(self._path)


async def run_timer(
    function: Function, fire: Fire, monitor: Monitor, *, clock: Clock, startup_seconds: float
) -> None:
    """Fire a timer for ever. A tick that passed while it ran, or while we were down, fires once,
    at once, past due.
    """
    began = clock()
    last = monitor.last(function.name)
    missed = last is not None and next_tick(function.schedule, last) <= began
    if missed or function.run_on_startup:
        await asyncio.sleep(startup_seconds)
        monitor.fired(function.name, last_tick(function.schedule, clock()))
        await fire(function, missed)
    reference = began
    while True:
        due = next_tick(function.schedule, reference)
        await _sleep_until(due, clock)
        late = clock() - due > LATE
        # Of several missed ticks one fires.
        reference = max(due, last_tick(function.schedule, clock()))
        monitor.fired(function.name, reference)
        await fire(function, late)


async def _sleep_until(due: datetime, clock: Clock) -> None:
    while (left := (due - clock()).total_seconds()) > 0:  # noqa: ASYNC110 - no event, but time
        await asyncio.sleep(min(left, LONGEST_SLEEP))
