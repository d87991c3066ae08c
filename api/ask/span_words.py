"""The forms of words that name a span: in the last 3 days, between 3 and 10 November."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from api.ask.markers import MarkerPeriod, marker_at
from api.ask.period_words import number_of, parts_of, periods_at
from api.ask.periods import (
    MONTHS_OF_QUARTER,
    MONTHS_OF_YEAR,
    NUMBERS,
    NotAPeriod,
    Period,
    midnight,
    months_before,
)
from shared.models import Marker

_COUNT = r"(?:(?P<number>\d{1,9}|" + "|".join(sorted(NUMBERS, key=len, reverse=True)) + r") )?"
# Such as: in the last 3 days, past week, 24 hours, 7d.
ROLLING = re.compile(
    r"(?:(?:over|in|during|for|within|of|from|across|throughout) )?(?:the |these )?"
    rf"(?P<last>last|past|previous|trailing) {_COUNT}"
    r"(?P<unit>hour|hr|day|week|fortnight|month|quarter|year)(?P<many>s?)\b"
)
SHORT = re.compile(
    r"(?:(?:over|in|during|for|within|of) )?(?:(?:the )?(?:last|past) )?"
    r"(?P<number>\d{1,9}) ?(?P<unit>h|d|w|hours|days|weeks|months)\b(?! ago)"
)
ONE_BY_ONE: Final = {"h": "hour", "d": "day", "w": "week", "hr": "hour"}
BETWEEN = re.compile(r"(?:between|from) ")
TO = re.compile(r" ?(?:,? and|-|to|until|till|through|thru|up to) ?(?:the )?")
SINCE = re.compile(r"(?:ever since|since|starting(?: from| on)?|from|as of)(?: about| around)? ")
AFTER = re.compile(r"(?:after|following) ")
IN = re.compile(
    r"(?:in|on|during|over|of|for|at|within|from|throughout|across|around) (?:the )?(?:month of )?"
)
ON = re.compile(r" (?:on|onwards?|until now|till now|up to now|to date|through today|to today)\b")
DAYS_OF_MONTH = re.compile(
    r"(?:(?:between|from) )?(?:the )?(?P<first>\d{1,2})(?:st|nd|rd|th)? ?(?:and|-|to|until|through)"
    r" ?(?:the )?(?=\d{1,2}(?:st|nd|rd|th)? (?:of )?[a-z]{3})"
)
DAYS_AFTER_MONTH = re.compile(
    r"(?:(?:between|from) )?(?P<month>[a-z]{3,9})\.? (?P<first>\d{1,2})(?:st|nd|rd|th)?"
    r" ?(?:and|-|to|until|through) ?(?:the )?(?P<last>\d{1,2})(?:st|nd|rd|th)?\b(?!:)"
    r"(?:,? (?P<year>20\d\d)\b)?"
)
AT_TIME = re.compile(r",? (?:at|around|about) ")


def span_at(
    text: str, place: int, at: datetime, markers: Sequence[Marker], subjects: Sequence[str]
) -> tuple[Period | MarkerPeriod, int] | None:
    """Return the span that words at a place name, and where they end. Raises NotAPeriod."""
    return (
        _days_of_month(text, place, at)
        or _days_after_month(text, place, at)
        or _between(text, place, at, markers, subjects)
        or _from_marker(text, place, at, markers, subjects)
        or _since(text, place, at)
        or _rolling(text, place, at)
        or _single(text, place, at)
    )


def _period(
    text: str, place: int, at: datetime, *, bare: bool = False
) -> tuple[Period, int] | None:
    return next(iter(periods_at(text, place, at, bare=bare)), None)


def _days_of_month(text: str, place: int, at: datetime) -> tuple[Period, int] | None:
    """Return such as 3 to 10 November: the first day is in the month of the last one."""
    found = DAYS_OF_MONTH.match(text, place)
    last = _period(text, found.end(), at) if found else None
    if found is None or last is None or last[0].is_moment:
        return None
    return _first_of_month(int(found["first"]), last[0]), last[1]


def _days_after_month(text: str, place: int, at: datetime) -> tuple[Period, int] | None:
    """Return such as November 3 to 10."""
    found = DAYS_AFTER_MONTH.match(text, place)
    if found is None:
        return None
    year = f" {found['year']}" if found["year"] else ""
    last = _period(f"{found['last']} {found['month']}{year}", 0, at)
    if last is None or not last[1] > len(found["last"]) + 1:
        return None
    return _first_of_month(int(found["first"]), last[0]), found.end()


def _first_of_month(day: int, last: Period) -> Period:
    try:
        start = last.start.replace(day=day)
    except ValueError:
        raise NotAPeriod(f"there is no day {last.start:%Y-%m}-{day:02}") from None
    return _ordered(start, last.end)


def _between(
    text: str, place: int, at: datetime, markers: Sequence[Marker], subjects: Sequence[str]
) -> tuple[Period | MarkerPeriod, int] | None:
    """Return such as between Monday and Wednesday, or from October to 5 November."""
    begins = BETWEEN.match(text, place)
    first = _period(text, begins.end() if begins else place, at, bare=begins is None)
    marked = None
    if first is None and begins:
        marked = marker_at(text, begins.end(), at, markers, subjects)
        first = (Period(marked[0].start, marked[0].end), marked[1]) if marked else None
    if first is None:
        return None
    to = TO.match(text, first[1])
    if to is None or (begins is None and to[0].strip() in {"and", ", and"}):
        return None
    last = _period(text, to.end(), at)
    if last is None:
        return None
    one, other = first[0], last[0]
    if one.is_moment and other.is_moment and one.start.date() != other.start.date():
        # Between 9:00 and 12:00 yesterday.
        moved = one.start - (one.start.date() - other.start.date())
        one = Period(moved, moved, is_moment=True)
    start, end = one.start, other.start if other.is_moment else other.end
    if start >= end and not re.search(r"20\d\d", text[place : first[1]]):
        # Between 20 December and 5 January: the last one that has begun is of this year.
        start = _year_before(start)
    period = _ordered(start, end)
    if marked is not None:
        return MarkerPeriod(period.start, period.end, marked[0].marker), last[1]
    return period, last[1]


def _year_before(moment: datetime) -> datetime:
    return months_before(moment, MONTHS_OF_YEAR)


def _ordered(start: datetime, end: datetime) -> Period:
    if start >= end:
        raise NotAPeriod("the span ends before it begins")
    return Period(start, end)


def _from_marker(
    text: str, place: int, at: datetime, markers: Sequence[Marker], subjects: Sequence[str]
) -> tuple[MarkerPeriod, int] | None:
    """Return such as since the release, or since 1.2."""
    begins = SINCE.match(text, place) or AFTER.match(text, place)
    if begins is None:
        return None
    # A day of the calendar is no version.
    if _period(text, begins.end(), at) is not None and not text.startswith("the ", begins.end()):
        return None
    return marker_at(text, begins.end(), at, markers, subjects)


def _since(text: str, place: int, at: datetime) -> tuple[Period, int] | None:
    """Return such as since Monday, which ends now, and after Monday, which begins with its end."""
    since, after = SINCE.match(text, place), AFTER.match(text, place)
    begins = since or after
    found = _period(text, begins.end(), at) if begins else None
    if begins is None or found is None:
        return None
    if begins[0].startswith("from ") and ON.match(text, found[1]) is None:
        # From Monday alone is of that day.
        return found
    start = found[0].end if after and not since else found[0].start
    on = ON.match(text, found[1])
    return Period(start, max(at, start)), on.end() if on else found[1]


def _rolling(text: str, place: int, at: datetime) -> tuple[Period, int] | None:
    """Return such as in the last 3 days, up to now; "last week" is one of the calendar."""
    found = ROLLING.match(text, place) or SHORT.match(text, place)
    if found is None:
        return None
    given = parts_of(found)
    unit = ONE_BY_ONE.get(given["unit"], given["unit"].removesuffix("s"))
    is_one = "number" not in given and not given.get("many")
    if is_one and given.get("last") in {"last", "previous"} and unit not in {"hour", "fortnight"}:
        return None
    if "number" not in given and given.get("many"):
        raise NotAPeriod(f"“{found[0].strip()}” doesn't say how many")
    number = number_of(given.get("number", "1"))
    end = at.replace(minute=0, second=0, microsecond=0)
    try:
        return Period(_back(end, number, unit), at), found.end()
    except (OverflowError, ValueError):
        raise NotAPeriod(f"“{found[0].strip()}” is too long") from None


def _back(end: datetime, number: int, unit: str) -> datetime:
    months = {"month": 1, "quarter": MONTHS_OF_QUARTER, "year": MONTHS_OF_YEAR}
    if unit in months:
        return months_before(end, number * months[unit])
    hours = {"hour": 1, "day": 24, "week": 168, "fortnight": 336}
    return end - timedelta(hours=number * hours[unit])


def _single(text: str, place: int, at: datetime) -> tuple[Period, int] | None:
    """Return such as in October, on Monday, yesterday."""
    begins = IN.match(text, place)
    found = _period(text, begins.end(), at) if begins else None
    found = found or _period(text, place, at, bare=True)
    if found is None:
        return None
    return _at_time(text, found, at) or _at_times(text, found, at) or _of_an_hour(found)


def _at_time(text: str, day: tuple[Period, int], at: datetime) -> tuple[Period, int] | None:
    """Return the hour of a time of a day, such as yesterday at 15:00."""
    to = AT_TIME.match(text, day[1])
    clock = _period(text, to.end(), at) if to and not day[0].is_moment else None
    if clock is None or not clock[0].is_moment:
        return None
    moment = day[0].start + (clock[0].start - midnight(clock[0].start.date()))
    return _of_an_hour((Period(moment, moment, is_moment=True), clock[1]))


def _at_times(text: str, day: tuple[Period, int], at: datetime) -> tuple[Period, int] | None:
    """Return the time of a day between two others, such as yesterday between 9:00 and 12:00."""
    begins = BETWEEN.match(text, day[1] + 1)
    clock = _period(text, begins.end(), at) if begins else None
    found = _between(text, day[1] + 1, at, (), ()) if clock and clock[0].is_moment else None
    if found is None or day[0].is_moment:
        return None
    by = day[0].start - midnight(found[0].start.date())
    return Period(found[0].start + by, found[0].end + by), found[1]


def _of_an_hour(found: tuple[Period, int]) -> tuple[Period, int]:
    """Return a time as the hour that begins with it, and any other period as it is."""
    period, end = found
    if not period.is_moment:
        return found
    return Period(period.start, period.start + timedelta(hours=1)), end
