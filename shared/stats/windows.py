"""Windows of whole hours: their steps, and the equal spans that are compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from shared.times import Window, day_of, hour_start, iso

Granularity = Literal["hour", "2h", "4h", "8h", "day", "week"]
"""The length of a step. Those of hours begin at midnight in UTC, and weeks on Monday."""
Because = Literal["just_before", "week_before", "no_week_before"]
"""Why a span is compared with the one that it is compared with."""

# The steps that are parts of a day, by their hours.
PARTS_OF_DAY: Mapping[Granularity, int] = {"2h": 2, "4h": 4, "8h": 8}
# Talk has the rhythm of a week: shorter spans hold other hours or weekdays than the
# ones just before.
WEEK = timedelta(weeks=1)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


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


@dataclass(frozen=True)
class Spans:
    """A window of whole hours, and the equal spans of full hours that are compared.

    window has all hours that count, also the running one where it was asked for, and ends at `end`,
    which isn't part of it. compared are its full hours, or as many before its end, and before is
    equally long. previous is the window that `before` is the full hours of.
    """

    window: Window
    end: datetime
    compared: Window
    before: Window
    previous: Window
    because: Because

    @classmethod
    def of_hours(cls, hours: int, end: datetime) -> "Spans":
        """Return the hours that end with the running one, and those just before them."""
        window = Window.of_hours(hours, end)
        full = full_hours(window, hours)
        return cls(window, end, full, full.before(), window.before(), "just_before")

    @classmethod
    def between(cls, start: datetime, end: datetime) -> "Spans":
        """Return the full hours from `start` to `end`, both whole hours, and those just before."""
        window = Window(start, end - SECOND)
        return cls(window, end, window, window.before(), window.before(), "just_before")

    @property
    def times(self) -> Times:
        """Return the hours that are compared; none of them is known to be unknown."""
        return Times(self.compared.hours(), self.before.hours(), frozenset())

    @property
    def hours(self) -> int:
        """Return the number of hours in the window."""
        return len(self.window.hours())

    @property
    def is_short(self) -> bool:
        """Return whether the spans are shorter than the rhythm of a week."""
        return self.hours * HOUR < WEEK

    @property
    def bounds(self) -> Window:
        """Return the time from the window's start to its end, whatever its hours."""
        return Window(self.window.start, self.end)

    @property
    def whole(self) -> Window:
        """Return the time from the first hour to the last one of all of these."""
        first = min(self.before.start, self.previous.start)
        return Window(first, self.window.end)

    @property
    def parts(self) -> list[Window]:
        """Return the times whose hours are read: one, or two that lie apart."""
        if self.because != "week_before":
            return [self.whole]
        return [
            Window(min(self.before.start, self.previous.start), self.previous.end),
            Window(min(self.compared.start, self.window.start), self.window.end),
        ]

    @property
    def edges(self) -> list[datetime]:
        """Return the first and the last times of the hours of all of these."""
        windows = (self.previous, self.before, self.compared, self.window)
        return [edge for each in windows for edge in (each.start, each.end)]

    @property
    def split_days(self) -> frozenset[str]:
        """Return the days of which one of these has some hours, and not all."""
        windows = (self.previous, self.before, self.compared, self.window)
        hours = [each.hours() for each in windows]
        begun = {day_of(each[0]) for each in hours if each and not each[0].endswith("T00")}
        ended = {day_of(each[-1]) for each in hours if each and not each[-1].endswith("T23")}
        return frozenset(begun | ended)

    def in_rhythm(self, since: datetime | None) -> "Spans":
        """Compare a short span with the same hours a week earlier.

        `since` is when the data begins, if that is known. Where the week before isn't in it, the
        spans stay those just before.
        """
        if not self.is_short:
            return self
        previous = _week_before(self.window)
        if since is not None and previous.start < since:
            return replace(self, because="no_week_before")
        before = _week_before(self.compared)
        return replace(self, before=before, previous=previous, because="week_before")


def _week_before(window: Window) -> Window:
    last = hour_start(window.end) + HOUR - SECOND
    return Window(window.start - WEEK, last - WEEK)


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
    if granularity in PARTS_OF_DAY:
        number = int(hour[-2:])
        return f"{day_of(hour)}T{number - number % PARTS_OF_DAY[granularity]:02}:00:00Z"
    day = datetime.fromisoformat(f"{day_of(hour)}T00:00:00+00:00")
    if granularity == "week":
        day -= timedelta(days=day.weekday())
    return iso(day)
