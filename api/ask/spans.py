"""The span that a question names, and why one can't be understood."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from api.ask.markers import MarkerPeriod
from api.ask.periods import NotAPeriod
from api.ask.span_words import span_at
from api.ask.text import MASKS, SPAN, Question
from shared.models import Marker

DEFAULT_HOURS: Final = 168
SPANS_TAKEN: Final = (
    "Spans that are understood: “last week”, “yesterday”, “in the last 3 days”, “since Monday”,"
    " “in October”, “Q3”, “between 3 and 10 November”, “since 2026-11-03”, “since the release”."
)
ZONES = re.compile(
    r"\b(?:est|edt|pst|pdt|cet|cest|bst|ist|jst|eastern|pacific|(?:in )?(?:my|local|our) time"
    r"(?: zone)?|(?:utc|gmt) ?[+-] ?\d{1,2}(?::?\d\d)?)\b"
)
VAGUE = re.compile(
    r"\b(recently|lately|currently|right now|at the moment|these days|nowadays|now)\b"
)
EVER = re.compile(r"\b(all[- ]time|ever|so far|historically|since the beginning)\b")
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
    """True: a span is named that can't be answered; another one would be a guess."""


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
            found = span_at(text, place, at, markers, subjects)
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
