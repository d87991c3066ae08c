"""When a digest is due, and the period that it is of. All functions are pure.

Where clocks go back and its time comes twice, the first one counts; where they go forward and it is
left out, it is due at the change.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final, get_args

from shared.models import DigestLast, ScheduledDigest, Weekday
from shared.times import iso
from shared.wall_clock import instant_of, zone_named

WEEKDAYS: Final[tuple[Weekday, ...]] = get_args(Weekday)
DAY = timedelta(days=1)
# A zone may have left out a day, as Samoa did in 2011.
DAYS_AROUND = 9


def last_due(digest: ScheduledDigest, now: datetime) -> datetime:
    """Return the newest time, up to now, at which a digest is sent by its schedule."""
    return max(each for each in _times(digest, now) if each <= now)


def next_due(digest: ScheduledDigest, now: datetime) -> datetime:
    """Return the first time after now at which a digest is sent by its schedule."""
    return min(each for each in _times(digest, now) if each > now)


def period_end(digest: ScheduledDigest, at: datetime) -> date:
    """Return the day with whose beginning the period ends that is over at a time.

    A day's is that of the time in the zone; a week's is the last Monday up to it.
    """
    day = at.astimezone(zone_named(digest["time_zone"])).date()
    return day if digest["every"] == "day" else day - timedelta(days=day.weekday())


def due_issue(digest: ScheduledDigest, last: DigestLast | None, now: datetime) -> DigestLast | None:
    """Return the issue of a digest that is due now, and wasn't made; None where none is.

    Of several that were missed it is the newest. A time before the digest had its schedule is none,
    nor one whose period was sent by another schedule; and a clock that is set back repeats none.
    last is credible (`is_credible`).
    """
    if not digest["enabled"] or not digest["channels"]:
        return None
    at = last_due(digest, now)
    end = period_end(digest, at).isoformat()
    is_old = is_credible(digest["since"], now) and iso(at) <= digest["since"]
    if is_old or (last is not None and iso(at) <= last["at"]):
        return None
    is_sent = last is not None and last["every"] == digest["every"] and end <= last["period_end"]
    if is_sent:
        return None
    return DigestLast(at=iso(at), every=digest["every"], period_end=end)


def is_credible(at: str, now: datetime) -> bool:
    """Return whether a stored time can be right; else the clock was ahead when it was written."""
    return at <= iso(now + DAY)


def next_issue(digest: ScheduledDigest, last: DigestLast | None, now: datetime) -> datetime | None:
    """Return when a digest is sent next; None where it is off or has no channel.

    A time whose period was sent already is passed over, as after another weekday was chosen.
    """
    if not digest["enabled"] or not digest["channels"]:
        return None
    at = next_due(digest, now)
    for _ in range(2):
        if due_issue(digest, last, at) is not None:
            return at
        at = next_due(digest, at)
    return at


def _times(digest: ScheduledDigest, now: datetime) -> Iterator[datetime]:
    """Yield the times around now at which a digest is sent, at least one before and one after."""
    zone, at = zone_named(digest["time_zone"]), time.fromisoformat(digest["at"])
    today = now.astimezone(zone).date()
    for number in range(-DAYS_AROUND, DAYS_AROUND + 1):
        day = today + number * DAY
        if digest["every"] == "day" or WEEKDAYS[day.weekday()] == digest["weekday"]:
            yield instant_of(day, at, zone, fold=0)
