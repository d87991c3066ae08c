"""Times of the day in a time zone, as instants.

Where clocks go back, a time comes twice; where they go forward, it may be left out.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MINUTE = timedelta(minutes=1)


def zone_named(name: str) -> ZoneInfo:
    """Return a time zone; one that isn't known any more counts as UTC."""
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return ZoneInfo("UTC")


def instant_of(day: date, at: time, zone: ZoneInfo, *, fold: Literal[0, 1]) -> datetime:
    """Return when clocks of a zone show a time, in UTC.

    fold 0 is the first and 1 the second of two such times. Where the time is left out, it is the
    first one after it.
    """
    wall = datetime.combine(day, at)
    instant = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    if _wall(instant, zone) == wall:
        return instant
    # It is left out: each reading of it lies on one side of the change.
    instant = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while _wall(instant, zone) < wall:
        instant += MINUTE
    return instant


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)
