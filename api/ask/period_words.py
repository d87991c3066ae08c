"""The periods that words name: yesterday, Q3, the week of 9 November, 15:00."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from api.ask.periods import (
    DAY,
    MONTHS_OF_HALF,
    MONTHS_OF_QUARTER,
    MONTHS_OF_YEAR,
    NUMBERS,
    WEEK,
    NotAPeriod,
    Period,
    day_period,
    midnight,
    month_period,
    week_period,
    weekend_period,
)
from api.reads.digest.periods import WEEKDAYS
from shared.ncrontab import MONTHS

NOON: Final = 12
FIRST_YEAR, LAST_YEAR = 2000, 2099
# A day such as 29 February is at most eight years back.
MAX_YEARS_BACK = 8
# Months that are also verbs: they count with a day, a year or a word such as "in".
VERBS: Final = frozenset({"may", "march", "mar"})
# Abbreviations of weekdays that are also words count with a word such as "on".
WORDS: Final = frozenset({"sun", "sat", "wed", "mon", "fri"})
ORDINALS: Final = ("first", "second", "third", "fourth")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_WEEKDAY = (
    r"(?P<weekday>mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?"
    r"|sat(?:urday)?|sun(?:day)?)\b"
)
_YEAR = r"(?P<year>20\d\d)\b"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\b(?!:)"
_UNIT = r"(?P<unit>day|week|weekend|month|quarter|year)\b"
_LONG_UNIT = r"(?P<unit>week|month|quarter|year)"
_WHEN = r"(?P<when>this|the current|current|last|the last|the previous|previous)"


def parts_of(found: "re.Match[str]") -> Mapping[str, str]:
    """Return the parts of a match that are there, by their names."""
    return {name: each for name, each in found.groupdict().items() if each is not None}


def month_of(name: str) -> int:
    """Return the number of a month by its name or an abbreviation of it."""
    return next(n for n, each in enumerate(MONTHS, 1) if each.lower().startswith(name[:3]))


def weekday_of(name: str) -> int:
    """Return the number of a weekday, 0 for Monday, by its name or an abbreviation of it."""
    return next(n for n, each in enumerate(WEEKDAYS) if each.lower().startswith(name[:3]))


def number_of(text: str) -> int:
    """Return a number that is written in digits or as a word."""
    return NUMBERS[text] if text in NUMBERS else int(text)


def _date(given: Mapping[str, str], at: datetime) -> Period:
    """Return the day of a month; without a year, the last one that has begun."""
    month, day = month_of(given["month"]), int(given["day"])
    if "year" in given:
        return day_period(_checked(int(given["year"]), month, day))
    for year in range(at.year, at.year - MAX_YEARS_BACK - 1, -1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if midnight(found) <= at:
            return day_period(found)
    raise NotAPeriod(f"there is no {day} {MONTHS[month - 1]}")


def _checked(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise NotAPeriod(f"there is no day {year}-{month:02}-{day:02}") from None


def _iso(given: Mapping[str, str], _at: datetime) -> Period:
    """Return a day or a time as ISO 8601 writes it; one without offset is in UTC."""
    text = given["iso"].upper().replace(" ", "T")
    try:
        moment = datetime.fromisoformat(text)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotAPeriod(f"there is no time {given['iso']}") from None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise NotAPeriod(f"{given['iso']} isn't from {FIRST_YEAR} to {LAST_YEAR}")
    return Period(moment, moment, is_moment=True) if "T" in text else day_period(moment.date())


def _month(given: Mapping[str, str], at: datetime) -> Period:
    """Return a month, or a part of it; without a year, the last one that has begun."""
    month, when = month_of(given["month"]), given.get("when", "")
    year = int(given["year"]) if "year" in given else at.year - (month > at.month)
    if when == "last" and month == at.month:
        year -= 1
    whole = month_period(year, month)
    tenth, twentieth = whole.start + 10 * DAY, whole.start + 20 * DAY
    match given.get("part", ""):
        case "early" | "the beginning of" | "the start of" | "beginning of" | "start of":
            return Period(whole.start, tenth)
        case "mid" | "mid-" | "the middle of" | "middle of":
            return Period(tenth, twentieth)
        case "late" | "the end of" | "end of":
            return Period(twentieth, whole.end)
        case _:
            return whole


def _week_of_month(given: Mapping[str, str], at: datetime) -> Period:
    """Return seven days of a month: the first ones, the next ones, or the last ones."""
    whole = _month({name: each for name, each in given.items() if name != "nth"}, at)
    if given["nth"] == "last":
        return Period(whole.end - WEEK, whole.end)
    start = whole.start + ORDINALS.index(given["nth"]) * WEEK
    return Period(start, start + WEEK)


def _quarter(given: Mapping[str, str], at: datetime) -> Period:
    number = int(given["q"]) if given["q"].isdigit() else ORDINALS.index(given["q"]) + 1
    return _part_of_year(given, at, number, MONTHS_OF_QUARTER)


def _half(given: Mapping[str, str], at: datetime) -> Period:
    return _part_of_year(given, at, int(given["h"]), MONTHS_OF_HALF)


def _part_of_year(given: Mapping[str, str], at: datetime, number: int, months: int) -> Period:
    """Return a quarter or a half; without a year, the last one that has begun."""
    first = months * (number - 1) + 1
    year = int(given["year"]) if "year" in given else at.year - (first > at.month)
    return month_period(year, first, months)


def _year(given: Mapping[str, str], _at: datetime) -> Period:
    return month_period(int(given["year"]), 1, MONTHS_OF_YEAR)


def _iso_week(given: Mapping[str, str], at: datetime) -> Period:
    """Return a week by its number in ISO 8601; without a year, the last one that has begun."""
    year = int(given["year"]) if "year" in given else at.isocalendar().year
    try:
        monday = date.fromisocalendar(year, int(given["week"]), 1)
        if "year" not in given and midnight(monday) > at:
            monday = date.fromisocalendar(year - 1, int(given["week"]), 1)
    except ValueError:
        raise NotAPeriod(f"{year} has no week {given['week']}") from None
    return Period(midnight(monday), midnight(monday) + WEEK)


def _weekday(given: Mapping[str, str], at: datetime) -> Period:
    """Return the last such day that has begun; "last" is before today, "this" in this week."""
    number, when = weekday_of(given["weekday"]), given.get("when", "")
    if when == "this":
        return day_period((week_period(at).start + number * DAY).date())
    back = (at.weekday() - number) % 7
    if when.endswith(("last", "previous")) and back == 0:
        back = 7
    return day_period(at.date() - timedelta(days=back))


def _unit(given: Mapping[str, str], at: datetime) -> Period:
    """Return this or the last day, week, weekend, month, quarter or year of the calendar."""
    back = 0 if given.get("when", "the").endswith(("this", "current", "the")) else -1
    match given["unit"]:
        case "day":
            return day_period(at.date() + back * DAY)
        case "week":
            return week_period(at, back)
        case "weekend":
            own = weekend_period(at)
            # On a weekday the last weekend is the one that has just been.
            return weekend_period(at, back if at < own.end else 0)
        case "month":
            return month_period(at.year, at.month + back)
        case "quarter":
            first = at.month - (at.month - 1) % MONTHS_OF_QUARTER
            return month_period(at.year, first + back * MONTHS_OF_QUARTER, MONTHS_OF_QUARTER)
        case _:
            return month_period(at.year + back, 1, MONTHS_OF_YEAR)


def _before_last(given: Mapping[str, str], at: datetime) -> Period:
    """Return the week, month, quarter or year of the calendar before the last one."""
    match given["unit"]:
        case "week":
            return week_period(at, -2)
        case "month":
            return month_period(at.year, at.month - 2)
        case "quarter":
            first = at.month - (at.month - 1) % MONTHS_OF_QUARTER
            return month_period(at.year, first - 2 * MONTHS_OF_QUARTER, MONTHS_OF_QUARTER)
        case _:
            return month_period(at.year - 2, 1, MONTHS_OF_YEAR)


def _day_word(given: Mapping[str, str], at: datetime) -> Period:
    word = given["word"]
    back = 2 if "before yesterday" in word else 1 if word == "yesterday" else 0
    return day_period(at.date() - back * DAY)


def _part_of_day(given: Mapping[str, str], at: datetime) -> Period:
    """Return a part of today or yesterday: the morning is from 6 to 12, last night from 18 to 6."""
    day = midnight(at.date()) - (DAY if given["when"] == "yesterday" else timedelta(0))
    if given["part"] == "night":
        return Period(day - timedelta(hours=6), day + timedelta(hours=6))
    first = {"morning": 6, "afternoon": 12, "evening": 18}[given["part"]]
    return Period(day + timedelta(hours=first), day + timedelta(hours=first + 6))


def _ago(given: Mapping[str, str], at: datetime) -> Period:
    """Return the day, the week or the month of the calendar some of them ago."""
    number = number_of(given["number"])
    match given["unit"]:
        case "hour":
            moment = at - timedelta(hours=number)
            return Period(moment, moment, is_moment=True)
        case "day":
            return day_period(at.date() - number * DAY)
        case "week":
            return week_period(at, -number)
        case "month":
            return month_period(at.year, at.month - number)
        case _:
            return month_period(at.year - number, 1, MONTHS_OF_YEAR)


def _week_of(given: Mapping[str, str], at: datetime) -> Period:
    return week_period(_date(given, at).start)


def _week_of_iso(given: Mapping[str, str], at: datetime) -> Period:
    return week_period(_iso(given, at).start)


def _clock_time(given: Mapping[str, str], at: datetime) -> Period:
    """Return a time of today, of yesterday or of a day."""
    hour, minute = int(given.get("hour", "0")), int(given.get("minute", "0"))
    match given.get("half", given.get("clock", "")):
        case "am":
            hour %= NOON
        case "pm":
            hour = hour % NOON + NOON
        case "noon":
            hour = NOON
        case _:
            pass
    if hour > 23 or minute > 59:  # noqa: PLR2004 - a clock
        raise NotAPeriod(f"there is no time {hour}:{minute:02}")
    day = day_period(at.date())
    if "on" in given:
        named, _end = next(iter(periods_at(given["on"], 0, at, bare=False)), (day, 0))
        day = named
    moment = day.start + timedelta(hours=hour, minutes=minute)
    return Period(moment, moment, is_moment=True)


def _ambiguous(given: Mapping[str, str], _at: datetime) -> Period:
    raise NotAPeriod(f"{given['signs']} can be two days: write 3 November or 2026-11-03")


_COUNT = r"(?P<number>\d{1,4}|a couple of|couple of|a few|few|an?|" + "|".join(NUMBERS) + r")"
_OF_YEAR = rf"(?:,? (?:of )?{_YEAR})?"
_ON_DAY = r"(?: (?:on )?(?P<on>yesterday|today|(?:mon|tues|wednes|thurs|fri|satur|sun)day))?"
_PART_OF_MONTH = r"(?:the )?(?:beginning|start|middle|end) of|early|late|mid"
_HOURS_AND_MINUTES = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?: ?(?P<half>am|pm))?"
_DATE_TEXT = rf"(?:{_DAY} (?:of )?{_MONTH}{_OF_YEAR})"

Reading = Callable[[Mapping[str, str], datetime], Period]
READINGS: Final[Sequence[tuple[re.Pattern[str], Reading]]] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (
            r"(?P<iso>\d{4}-\d\d-\d\d(?:[t ]\d\d:\d\d(?::\d\d)?(?:z|[+-]\d\d:?\d\d)?)?)(?![\w-])",
            _iso,
        ),
        (
            r"(?P<signs>\d{1,2}/\d{1,2}(?:/\d{2,4})?|\d{1,2}\.\d{1,2}\.(?:\d{2,4})?)(?![\w/])",
            _ambiguous,
        ),
        (rf"(?:the )?week of (?:the )?{_DATE_TEXT}", _week_of),
        (rf"(?:the )?week of (?:the )?{_MONTH} {_DAY}{_OF_YEAR}", _week_of),
        (r"(?:the )?week of (?P<iso>\d{4}-\d\d-\d\d)\b", _week_of_iso),
        (
            rf"(?:the )?(?P<nth>first|second|third|fourth|last) week (?:of|in) {_MONTH}{_OF_YEAR}",
            _week_of_month,
        ),
        (rf"(?:the )?{_DATE_TEXT}", _date),
        (rf"{_MONTH} (?:the )?{_DAY}{_OF_YEAR}", _date),
        (
            rf"(?P<part>{_PART_OF_MONTH})[ -]{_MONTH}{_OF_YEAR}",
            _month,
        ),
        (rf"(?:(?P<when>last|this) )?{_MONTH}{_OF_YEAR}", _month),
        (rf"(?:the )?q(?P<q>[1-4])\b{_OF_YEAR}", _quarter),
        (rf"(?:the )?(?P<q>first|second|third|fourth) quarter\b{_OF_YEAR}", _quarter),
        (rf"(?:the )?h(?P<h>[12])\b{_OF_YEAR}", _half),
        (rf"(?:calendar week|week|cw|kw) ?(?P<week>\d{{1,2}})\b{_OF_YEAR}", _iso_week),
        (r"(?P<when>yesterday|this) (?P<part>morning|afternoon|evening)\b", _part_of_day),
        (r"(?P<when>last) (?P<part>night)\b", _part_of_day),
        (r"(?P<word>(?:the )?day before yesterday|yesterday|today)\b", _day_word),
        (rf"{_COUNT} (?P<unit>hour|day|week|month|year)s? ago\b", _ago),
        (rf"the {_LONG_UNIT} before(?: last)?\b(?= *(?:[?.,!]|$|for |in |about ))", _before_last),
        (rf"{_WHEN} {_UNIT}", _unit),
        (r"(?:(?P<when>this|the last|the)(?: past)? )?(?P<unit>weekend)\b", _unit),
        (rf"(?:(?P<when>this|last|the last|the previous|previous|the) )?{_WEEKDAY}", _weekday),
        (
            rf"(?:{_HOURS_AND_MINUTES}|(?P<clock>noon|midnight))(?: ?utc)?\b{_ON_DAY}",
            _clock_time,
        ),
        (rf"(?P<hour>\d{{1,2}}) ?(?P<half>am|pm)(?: ?utc)?\b{_ON_DAY}", _clock_time),
        (_YEAR, _year),
    )
)


def periods_at(text: str, place: int, at: datetime, *, bare: bool) -> Iterator[tuple[Period, int]]:
    """Yield the period that words at a place of a text name, and where they end; at most one.

    bare: no word before them says that they are a time, so that "may" is a verb. Raises NotAPeriod.
    """
    for pattern, read in READINGS:
        found = pattern.match(text, place)
        if found is None:
            continue
        given = parts_of(found)
        if bare and _is_word(given, read):
            continue
        yield read(given, at), found.end()
        return


def _is_word(given: Mapping[str, str], read: Reading) -> bool:
    """Return whether words without "in" or "on" before them are no time."""
    if read is _month:
        alone = given.keys() == {"month"}
        return alone and given["month"] in VERBS
    if read is _weekday:
        return given["weekday"] in WORDS and "when" not in given
    return read is _year
