"""Times as the store keeps them: UTC, ISO 8601 with Z, whole seconds; and windows of hours.

Two such strings compare as their times do, so the store can order and filter by them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

Clock = Callable[[], datetime]

# A time outside is an error of its sender: no community is older, and no clock so far ahead.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

HOUR_CHARS = len("2026-11-23T13")
DAY_CHARS = len("2026-11-23")
MONTH_CHARS = len("2026-11")


def utc_now() -> datetime:
    """Return the time now, in UTC."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """Write a time as the store keeps it, such as 2026-11-23T13:05:07Z."""
    # strftime writes the year 1 with one digit, and then times don't sort.
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def iso_from_epoch(seconds: float) -> str:
    """Write Unix seconds as the store keeps times. Raises ValueError where no year fits."""
    try:
        return iso(datetime.fromtimestamp(seconds, UTC))
    except (OverflowError, OSError) as error:
        raise ValueError(f"{seconds} is no time") from error


def parse_iso(text: str) -> datetime:
    """Read a time that `iso` wrote. Raises ValueError."""
    # Answers about months read many thousands, and strptime takes ten times as long.
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not UTC or iso(moment) != text:
        raise ValueError(f"{text!r} isn't a time such as 2026-11-23T13:05:07Z")
    return moment


def hour_of(text: str) -> str:
    """Return the hour cell that a stored time or order key falls in, such as 2026-11-23T13."""
    return text[:HOUR_CHARS]


def day_of(text: str) -> str:
    """Return the day of a stored time, an order key or an hour, such as 2026-11-23."""
    return text[:DAY_CHARS]


def month_of(text: str) -> str:
    """Return the month of a stored time, an hour or a day, such as 2026-11."""
    return text[:MONTH_CHARS]


def hour_start(moment: datetime) -> datetime:
    """Return the start of the hour that the time falls in."""
    return moment.replace(minute=0, second=0, microsecond=0)


@lru_cache(maxsize=4096)
def next_hour(hour: str) -> str:
    """Return the hour cell after this one."""
    # A year's backfill asks this of each hour: strptime takes ten times as long.
    return hour_of((datetime.fromisoformat(hour) + timedelta(hours=1)).isoformat())


@lru_cache(maxsize=128)
def _hours(first: str, last: str) -> Sequence[str]:
    """List the hours from the first to the last; a read asks for the same windows many times."""
    start, end = datetime.fromisoformat(first).date(), datetime.fromisoformat(last).date()
    days = ((start + timedelta(days=n)).isoformat() for n in range((end - start).days + 1))
    cells = (f"{day}T{hour:02}" for day in days for hour in range(24))
    return [cell for cell in cells if first <= cell <= last]


@dataclass(frozen=True)
class Window:
    """Whole hour cells: the current hour so far and those before it.

    start is the first cell's beginning; end is the moment the window was asked for.
    """

    start: datetime
    end: datetime

    @classmethod
    def of_hours(cls, hours: int, end: datetime) -> "Window":
        """Return the window of `hours` hour cells that ends now."""
        return cls(hour_start(end) - timedelta(hours=hours - 1), end)

    def hours(self) -> list[str]:
        """List the hour cells, oldest first."""
        return list(_hours(hour_of(iso(self.start)), hour_of(iso(self.end))))

    def before(self) -> "Window":
        """Return the window of as many hours that ends where this one begins."""
        hours = len(self.hours())
        return Window(self.start - timedelta(hours=hours), self.start - timedelta(seconds=1))

    def days(self) -> list[str]:
        """List the days that the cells lie in, oldest first."""
        first, last = self.start.date(), self.end.date()
        return [
            (first + timedelta(days=number)).isoformat()
            for number in range((last - first).days + 1)
        ]
