"""Periods of the calendar in UTC."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(weeks=1)
MONTHS_OF_QUARTER: Final = 3
MONTHS_OF_HALF: Final = 6
MONTHS_OF_YEAR: Final = 12
NUMBER_WORDS: Final = (
    *("one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
NUMBERS: Final[Mapping[str, int]] = {
    **{each: number for number, each in enumerate(NUMBER_WORDS, 1)},
    "a": 1,
    "an": 1,
    "couple": 2,
    "a couple": 2,
    "a couple of": 2,
    "couple of": 2,
    "few": 3,
    "a few": 3,
}


class NotAPeriod(Exception):
    """Words name a day that the calendar doesn't have, or one that can be read in two ways."""


@dataclass(frozen=True)
class Period:
    """A time in UTC, from its start to its end, which isn't part of it.

    is_moment: it is a time of a day, and its end is its start.
    """

    start: datetime
    end: datetime
    is_moment: bool = False


def midnight(day: date) -> datetime:
    """Return the beginning of a day in UTC."""
    return datetime.combine(day, time(), UTC)


def day_period(day: date) -> Period:
    """Return a day."""
    return Period(midnight(day), midnight(day) + DAY)


def month_period(year: int, month: int, months: int = 1) -> Period:
    """Return some months of the calendar from one on; month may be less than 1 or more than 12."""
    return Period(_month_start(year, month), _month_start(year, month + months))


def _month_start(year: int, month: int) -> datetime:
    years, index = divmod(month - 1, MONTHS_OF_YEAR)
    return datetime(year + years, index + 1, 1, tzinfo=UTC)


def week_period(moment: datetime, weeks: int = 0) -> Period:
    """Return the week of a moment, from Monday on, or one some weeks after it."""
    monday = midnight(moment.date() - timedelta(days=moment.weekday())) + weeks * WEEK
    return Period(monday, monday + WEEK)


def months_before(moment: datetime, months: int) -> datetime:
    """Return the same time some months earlier, or the last day of a shorter month."""
    years, index = divmod(moment.month - 1 - months, MONTHS_OF_YEAR)
    year = moment.year + years
    day = min(moment.day, calendar.monthrange(year, index + 1)[1])
    return moment.replace(year=year, month=index + 1, day=day)


def weekend_period(moment: datetime, weekends: int = 0) -> Period:
    """Return the last weekend that began by a moment, or one some weekends after it."""
    saturday = midnight(moment.date() - timedelta(days=(moment.weekday() - 5) % 7))
    saturday += weekends * WEEK
    return Period(saturday, saturday + 2 * DAY)
