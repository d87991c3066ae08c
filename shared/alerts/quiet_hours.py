"""Quiet hours: the times of the day, in a zone, at which messages wait.

They are wall-clock times. Where clocks go back and a time comes twice, quiet hours begin at the
first and end at the second; where clocks go forward and it is left out, they do so at the change.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.models import QuietHours

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def quiet_until(hours: QuietHours | None, time_zone: str, moment: datetime) -> datetime | None:
    """Return the end, in UTC, of the quiet hours that a moment lies in; None outside of them.

    Hours that end when they begin are none. A zone that isn't known any more counts as UTC.
    """
    if hours is None or hours["from"] == hours["to"]:
        return None
    zone = _zone(time_zone)
    end = None
    # Where a zone leaves out a day, one night follows the other.
    while (later := _end(hours, zone, end or moment)) is not None:
        end = later
    return end


def after_quiet(hours: QuietHours | None, time_zone: str, moment: datetime) -> datetime:
    """Return the moment, or the end of the quiet hours that it lies in."""
    return quiet_until(hours, time_zone, moment) or moment


def _end(hours: QuietHours, zone: ZoneInfo, moment: datetime) -> datetime | None:
    begins, ends = time.fromisoformat(hours["from"]), time.fromisoformat(hours["to"])
    today = moment.astimezone(zone).date()
    for day in (today - DAY, today):
        last_day = day if begins < ends else day + DAY
        start = _instant(day, begins, zone, fold=0)
        end = _instant(last_day, ends, zone, fold=1)
        if start <= moment < end:
            return end
    return None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return ZoneInfo("UTC")


def _instant(day: date, at: time, zone: ZoneInfo, *, fold: int) -> datetime:
    """Return when clocks of a zone show a time: the first or second time, or the first after it."""
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
