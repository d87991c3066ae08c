"""Ticks of an NCRONTAB schedule. All times are in UTC."""

import calendar
from collections.abc import Iterator, Sequence
from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta

from shared.ncrontab import BadScheduleError, Schedule, parse
from shared.schedule_advice import instead

__all__ = ["BadScheduleError", "interval", "last_tick", "next_tick"]

SECOND = timedelta(seconds=1)
FORWARDS, BACKWARDS = 1, -1
# 29 February on a given weekday is the rarest date. It comes at least once in 40 years, even across
# a year such as 2100, which is no leap year. A date that doesn't come by then never comes.
HORIZON_YEARS = 41


def next_tick(expression: str, after: datetime) -> datetime:
    """Return the first tick after a moment, as Azure's timers do. Raises BadScheduleError.

    Their library (NCrontab 3.3.0, its issue 90) keeps counting from the moment's second when it
    moves to another minute of the same day: `* * 10 * * *` is due at 10:00:36 after 09:35:35, and
    at 10:00:00 after 09:35:59.
    """
    tick = _nearest(expression, after.replace(microsecond=0) + SECOND, FORWARDS)
    if tick.date() == after.date() and (tick.hour, tick.minute) != (after.hour, after.minute):
        later = (second for second in parse(expression).seconds if second > after.second)
        tick = tick.replace(second=next(later, tick.second))
    return tick


def last_tick(expression: str, before: datetime) -> datetime:
    """Return the last tick before a moment; it matches all fields. Raises BadScheduleError."""
    last_second = (before - timedelta(microseconds=1)).replace(microsecond=0)
    return _nearest(expression, last_second, BACKWARDS)


def interval(expression: str, at: datetime) -> timedelta:
    """Return the time between the two ticks around a moment; a tick at the moment is the first.

    The intervals of `0 0 9 * * 1-5` differ in length. Whether data is stale depends on the interval
    in which it was collected, not on the current one. Raises BadScheduleError.
    """
    following = _nearest(expression, at.replace(microsecond=0) + SECOND, FORWARDS)
    return following - last_tick(expression, following)


def _nearest(expression: str, limit: datetime, direction: int) -> datetime:
    """Return the tick nearest to the limit, which is a full second and may be the tick itself."""
    try:
        schedule = parse(expression)
    except BadScheduleError as error:
        raise BadScheduleError(f"{error}{instead(expression)}") from None
    clock = (schedule.hours, schedule.minutes, schedule.seconds)
    now = (limit.hour, limit.minute, limit.second)
    for day in _days(schedule, limit.date(), direction):
        first = tuple(values[::direction][0] for values in clock)
        if found := first if day != limit.date() else _first(clock, now, direction):
            hour, minute, second = found
            return datetime.combine(day, time(hour, minute, second), tzinfo=limit.tzinfo)
    raise BadScheduleError(f"{expression!r} never comes: the calendar has no such date")


def _days(schedule: Schedule, limit: date, direction: int) -> Iterator[date]:
    """Yield the schedule's days from the limit to the horizon, in the given direction."""
    start = limit.year * 12 + limit.month - 1
    for at in range(start, start + direction * 12 * HORIZON_YEARS, direction):
        year, month = at // 12, at % 12 + 1
        if month not in schedule.months or not MINYEAR <= year <= MAXYEAR:
            continue
        _, length = calendar.monthrange(year, month)
        for number in schedule.days[::direction]:
            if number > length:
                continue
            day = date(year, month, number)
            is_past = (day - limit).days * direction < 0
            if not is_past and day.isoweekday() % 7 in schedule.weekdays:
                yield day


def _first(
    fields: Sequence[Sequence[int]], limit: Sequence[int], direction: int
) -> tuple[int, ...] | None:
    """Return the first combination of the fields' values from the limit on, or None."""
    if not fields:
        return ()
    for value in fields[0][::direction]:
        ahead = (value - limit[0]) * direction
        if ahead > 0:
            return (value, *(values[::direction][0] for values in fields[1:]))
        if ahead == 0 and (rest := _first(fields[1:], limit[1:], direction)) is not None:
            return (value, *rest)
    return None


def two_intervals(schedule: str, since: datetime) -> timedelta:
    """Return the length of the interval around a time and of the next one, together."""
    return interval(schedule, since) + interval(schedule, next_tick(schedule, since))
