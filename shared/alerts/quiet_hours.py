"""Quiet hours: the times of the day, in a zone, at which messages wait.

They are wall-clock times. Where clocks go back and a time comes twice, quiet hours begin at the
first and end at the second; where clocks go forward and it is left out, they do so at the change.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.models import QuietHours
from shared.wall_clock import instant_of, zone_named

DAY = timedelta(days=1)


def quiet_until(hours: QuietHours | None, time_zone: str, moment: datetime) -> datetime | None:
    """Return the end, in UTC, of the quiet hours that a moment lies in; None outside of them.

    Hours that end when they begin are none. A zone that isn't known any more counts as UTC.
    """
    if hours is None or hours["from"] == hours["to"]:
        return None
    zone = zone_named(time_zone)
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
        start = instant_of(day, begins, zone, fold=0)
        end = instant_of(last_day, ends, zone, fold=1)
        if start <= moment < end:
            return end
    return None
