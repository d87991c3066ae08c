"""Windows of whole hours: their steps, and the equal spans that are compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from shared.times import Window, day_of, hour_start, iso

Granularity = Literal["hour", "day", "week"]


@dataclass(frozen=True)
class Times:
    """The full hours of a window, those before it, and what is unknown of both for all scopes."""

    now: Sequence[str]
    before: Sequence[str]
    unknown: frozenset[str]
    is_recorded: bool = False
    """Whether unknown is what was recorded; otherwise each scope may have more."""

    @classmethod
    def until(cls, window: Window, hours: int) -> "Times":
        """Return the full hours that end with the window, and as many before them."""
        full = full_hours(window, hours)
        return cls(full.hours(), full.before().hours(), frozenset())

    @property
    def all(self) -> list[str]:
        """List the hours of both, oldest first."""
        return [*self.before, *self.now]


def full_hours(window: Window, hours: int) -> Window:
    """Return the `hours` full hours before the window's end."""
    end = hour_start(window.end)
    return Window(end - timedelta(hours=hours), end - timedelta(seconds=1))


def steps_of(window: Window, granularity: Granularity) -> Mapping[str, list[str]]:
    """Share the hours of the window out among its steps; each step is there, oldest first."""
    steps: dict[str, list[str]] = {}
    for hour in window.hours():
        steps.setdefault(_start_of(hour, granularity), []).append(hour)
    return steps


def _start_of(hour: str, granularity: Granularity) -> str:
    if granularity == "hour":
        return f"{hour}:00:00Z"
    day = datetime.fromisoformat(f"{day_of(hour)}T00:00:00+00:00")
    if granularity == "week":
        day -= timedelta(days=day.weekday())
    return iso(day)
