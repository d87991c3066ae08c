"""NCRONTAB schedules: six fields, seconds first, UTC.

https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
"""

from datetime import datetime, timedelta

from croniter import croniter
from croniter.croniter import CroniterError

FIELDS = 6


class BadScheduleError(ValueError):
    """The expression is no six-field NCRONTAB."""


def _iterator(expression: str, moment: datetime) -> "croniter[datetime]":
    if len(expression.split()) != FIELDS:
        raise BadScheduleError(f"{expression!r} doesn't have six fields")
    try:
        return croniter(expression, moment, ret_type=datetime, second_at_beginning=True)
    except (CroniterError, ValueError) as error:
        raise BadScheduleError(f"{expression!r}: {error}") from error


def next_tick(expression: str, after: datetime) -> datetime:
    """Give the first tick after the moment. Raises BadScheduleError."""
    tick: datetime = _iterator(expression, after).get_next(datetime)
    return tick


def last_tick(expression: str, before: datetime) -> datetime:
    """Give the last tick before the moment. Raises BadScheduleError."""
    tick: datetime = _iterator(expression, before).get_prev(datetime)
    return tick


def interval(expression: str, at: datetime) -> timedelta:
    """Give the time between the two ticks after the moment. Raises BadScheduleError."""
    first = next_tick(expression, at)
    return next_tick(expression, first) - first
