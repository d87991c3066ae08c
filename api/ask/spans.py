"""The span that a question names in words: last week, since Monday, between 3 and 10 November."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from api.ask.markers import MarkerPeriod, marker_at
from api.ask.periods import (
    MONTHS_OF_QUARTER,
    MONTHS_OF_YEAR,
    NUMBERS,
    NotAPeriod,
    Period,
    midnight,
    months_before,
    number_of,
    parts_of,
    periods_at,
)
from api.ask.text import MASKS, SPAN, Question
from shared.models import Marker

DEFAULT_HOURS: Final = 168
SPANS_TAKEN: Final = (
    "Spans that are understood: “last week”, “yesterday”, “in the last 3 days”, “since Monday”,"
    " “in October”, “Q3”, “between 3 and 10 November”, “since 2026-11-03”, “since the release”."
)
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
ZONES = re.compile(
    r"\b(?:est|edt|pst|pdt|cet|cest|bst|ist|jst|eastern|pacific|(?:in )?(?:my|local|our) time"
    r"(?: zone)?|(?:utc|gmt) ?[+-] ?\d{1,2}(?::?\d\d)?)\b"
)
VAGUE = re.compile(
    r"\b(recently|lately|currently|right now|at the moment|these days|nowadays|now)\b"
)
EVER = re.compile(r"\b(all[- ]time|ever|so far|always|historically|since the beginning)\b")
COMING = re.compile(
    r"\b(tomorrow|next (week|month|year|quarter|days?|\d+ \w+)|in the future|coming (week|month)s?"
    r"|will|forecast|predict\w*|going to)\b"
)
RECURRING = re.compile(r"\b((mon|tues|wednes|thurs|fri|satur|sun)days|weekends|weekdays)\b")
OPEN = re.compile(
    r"\b(?P<word>since|until|till|before|after|during|prior to|between)"
    rf" (?![{MASKS}]|and after)(?P<what>[^?,;!]*)"
)
# A number that says no time by itself: at 5, on the 12th.
NUMBER = re.compile(r"\b(?:at|on|in|around|by) (?:the )?\d{1,4}(?:st|nd|rd|th)?(?= *(?:[?.,!]|$))")
UP_TO = re.compile(rf"\b(?:until|till|before|prior to|up to) (?:the )?{SPAN}")
NO_BEGINNING: Final = frozenset({"until", "till", "before", "prior to"})
MAX_SHOWN = 60


@dataclass(frozen=True)
class Span:
    """A span of a question: from its start to its end in UTC, and the words that name it.

    words are "" where it is the default. marker is the marker that it begins with.
    """

    start: datetime
    end: datetime
    words: str = ""
    marker: Marker | None = None


@dataclass(frozen=True)
class FoundSpans:
    """The spans of a question, in its order, and what can't be understood of its times."""

    question: Question
    spans: Sequence[Span]
    cannot: Sequence[str] = field(default=())
    is_refused: bool = False
    """Whether a span is named that can't be answered: another one would be a guess."""


def default_span(at: datetime) -> Span:
    """Return the last seven days, up to the last full hour."""
    end = at.replace(minute=0, second=0, microsecond=0)
    return Span(end - timedelta(hours=DEFAULT_HOURS), end)


def find_spans(
    question: Question, at: datetime, markers: Sequence[Marker], subjects: Sequence[str]
) -> FoundSpans:
    """Return the spans that a question names, counted from `at`, and the question without them.

    markers are those of the watchlist; subjects are the ids of the subjects that it names.
    """
    spans: list[Span] = []
    cannot: list[str] = []
    place = 0
    if zone := ZONES.search(question.masked):
        words = question.text[zone.start() : zone.end()]
        cannot.append(f"“{words}” was left out: times and days are in UTC.")
        question = question.taken(zone.start(), zone.end(), SPAN)
    text = question.masked
    while place < len(text):
        if place and re.match(r"\w", text[place - 1]):
            place += 1
            continue
        try:
            found = _span_at(text, place, at, markers, subjects)
        except NotAPeriod as error:
            cannot.append(f"{str(error)[0].upper()}{str(error)[1:]}. {SPANS_TAKEN}")
            return FoundSpans(question, spans, tuple(cannot), is_refused=True)
        if found is None:
            place += 1
            continue
        period, end = found
        words = question.text[place:end].strip()
        question = question.taken(place, place + len(words), SPAN)
        if period.start >= at:
            cannot.append(
                f"“{words}” is yet to come, or has just begun: nothing is known of it, and nothing"
                " is forecast."
            )
            return FoundSpans(question, spans, tuple(cannot), is_refused=True)
        marker = period.marker if isinstance(period, MarkerPeriod) else None
        spans.append(Span(period.start, min(period.end, at), words, marker))
        place = end
    problem = _open_time(question) or (None if spans else _unknown_time(question))
    if problem is not None:
        return FoundSpans(question, spans, (problem,), is_refused=True)
    return FoundSpans(*_without_vague(question, spans, at), tuple(cannot))


def _span_at(
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


def _open_time(question: Question) -> str | None:
    """Return why a time after a word such as "since" can't be understood; None: there is none."""
    if number := NUMBER.search(question.masked):
        words = question.text[number.start() : number.end()]
        return f"“{words}” isn't a time that is understood. {SPANS_TAKEN}"
    up_to = UP_TO.search(question.masked)
    found = up_to or OPEN.search(question.masked)
    if found is None or not (up_to or found["what"].strip()):
        return None
    words = question.text[found.start() : found.end()].strip()[:MAX_SHOWN]
    if up_to or found["word"] in NO_BEGINNING:
        return (
            f"“{words}” has no beginning: name one, as in “between 3 and 10 November”. Of a"
            " release, ask “Did it help?”."
        )
    return f"“{words}” isn't a span that is understood. {SPANS_TAKEN}"


def _unknown_time(question: Question) -> str | None:
    """Return why the words for a time can't be understood; None: there are none."""
    text = question.masked
    if coming := COMING.search(text):
        words = question.text[coming.start() : coming.end()]
        return f"“{words}” asks for what is yet to come: nothing is forecast."
    if recurring := RECURRING.search(text):
        words = question.text[recurring.start() : recurring.end()]
        return f"“{words}” are days that recur, and a span is one time. {SPANS_TAKEN}"
    if ever := EVER.search(text):
        words = question.text[ever.start() : ever.end()]
        return f"“{words}” has no beginning: name one. {SPANS_TAKEN}"
    return None


def _without_vague(
    question: Question, spans: Sequence[Span], at: datetime
) -> tuple[Question, Sequence[Span]]:
    """Take words such as "recently", which mean the default."""
    found = VAGUE.search(question.masked)
    if found is None:
        return question, spans
    taken = question.taken(found.start(), found.end(), SPAN)
    default = default_span(at)
    words = question.text[found.start() : found.end()]
    return taken, spans or [Span(default.start, default.end, words)]
