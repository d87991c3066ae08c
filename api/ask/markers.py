"""The marker that a question names: a release by its name or version, or the last of a kind."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from api.ask.periods import NotAPeriod
from api.ask.text import MASKS, Question, lowered
from shared.models import Marker, MarkerKind
from shared.subjects.markers import concerns, happened, moment_of, ordered

VERSION = re.compile(r"\d+(?:\.\w+)+|\d+")
KIND_WORDS: Final[Mapping[MarkerKind, str]] = {
    "release": r"releases?|updates?|launch(?:es)?|versions?|upgrade|rollout|ship(?:ping)?",
    "incident": r"incidents?|outages?|downtime",
    "price": r"(?:price|pricing) (?:change|increase|hike|rise|update|cut)s?|new (?:prices|pricing)",
    "other": r"markers?|events?|announcements?",
}
_MASK = f"[{MASKS}]+"
OF_KIND = re.compile(
    rf"(?:(?:the|its|their|our|this|that|{_MASK}(?:'s)?) )*"
    rf"(?:(?:last|latest|new|newest|recent|most recent|{_MASK}(?:'s)?) )*(?:"
    + "|".join(f"(?P<{kind}>{words})" for kind, words in KIND_WORDS.items())
    + rf")\b(?: (?:of|for|from) {_MASK})?(?! \d)"
)
OF_VERSION = re.compile(
    rf"(?:(?:the|{_MASK}(?:'s)?) )*(?:(?:release|version|update|v) ?)?"
    r"v?(?P<version>\d+(?:\.\w+)+|\d+)\b(?! ?(?:hours?|days?|weeks?|months?|am|pm|h|d)\b)"
    r"(?: (?:release|update|launch|version))?"
)
OF_SPAN = re.compile(
    r"\b(?:since|after|following|before|between|from|until|till|as of)(?: the)? $|\bsince .*\band $"
)
MAX_NAMED = 5


@dataclass(frozen=True)
class MarkerPeriod:
    """The time from a marker on."""

    start: datetime
    end: datetime
    marker: Marker


def marker_at(
    text: str, place: int, at: datetime, markers: Sequence[Marker], subjects: Sequence[str]
) -> tuple[MarkerPeriod, int] | None:
    """Return the time since the marker that words at a place name; None: they name none.

    subjects are the ids of the subjects that the question names. Raises NotAPeriod where no such
    marker is known, or several are.
    """
    found = named_marker(text, place, at, markers, subjects)
    if found is None:
        return None
    marker, end = found
    return MarkerPeriod(moment_of(marker), max(at, moment_of(marker)), marker), end


def named_marker(
    text: str, place: int, at: datetime, markers: Sequence[Marker], subjects: Sequence[str]
) -> tuple[Marker, int] | None:
    """Return the marker that words at a place name, and where they end. Raises NotAPeriod."""
    for marker in sorted(markers, key=lambda each: -len(each["name"])):
        pattern = re.compile(rf"(?:the )?{re.escape(lowered(marker['name']))}(?![\w.])")
        if match := pattern.match(text, place):
            return marker, match.end()
    if match := OF_VERSION.match(text, place):
        return _of_version(match["version"], markers, subjects), match.end()
    if match := OF_KIND.match(text, place):
        kind = next(name for name in KIND_WORDS if match[name])
        return _last_of(kind, match[0], at, markers, subjects), match.end()
    return None


def find_marker_names(question: Question, markers: Sequence[Marker]) -> list[Marker]:
    """Return the markers whose whole names stand in a question, and don't begin its span."""
    text = lowered(question.text)
    return [
        each
        for each in markers
        if (match := re.search(rf"(?<!\w){re.escape(lowered(each['name']))}(?!\w|\.\w)", text))
        and not OF_SPAN.search(text[: match.start()])
    ]


def _of_version(version: str, markers: Sequence[Marker], subjects: Sequence[str]) -> Marker:
    wanted = _canonical(version)
    found = [
        each
        for each in markers
        if wanted in map(_canonical, VERSION.findall(lowered(each["name"])))
    ]
    own = [each for each in found if each["subject"] in subjects]
    found = own or ([] if subjects and found else found)
    if len(found) == 1:
        return found[0]
    if found:
        raise NotAPeriod(f"“{version}” is the version of several: {_names(found)}; name one")
    raise NotAPeriod(f"no marker has the version {version}. {known_markers(markers, subjects)}")


def _canonical(version: str) -> str:
    """Return a version without zeros at its end: 2 is 2.0."""
    return re.sub(r"(\.0)+$", "", version)


def _last_of(
    kind: MarkerKind,
    words: str,
    at: datetime,
    markers: Sequence[Marker],
    subjects: Sequence[str],
) -> Marker:
    """Return the last marker of a kind of one of the subjects, or for all, that has happened."""
    found = [
        each
        for each in ordered(markers)
        if each["kind"] == kind
        and happened(each)[0] <= at
        and (not subjects or any(concerns(each, subject) for subject in subjects))
    ]
    if found:
        return found[-1]
    shown = words.translate(dict.fromkeys(map(ord, MASKS))).strip()
    raise NotAPeriod(f"no marker says when “{shown}” was. {known_markers(markers, subjects)}")


def known_markers(markers: Sequence[Marker], subjects: Sequence[str]) -> str:
    """Return which markers there are, of these subjects, in a sentence."""
    known = [
        each
        for each in ordered(markers)
        if not subjects or any(concerns(each, subject) for subject in subjects)
    ]
    if not known:
        whose = (
            "There are no markers" if not markers else "None is of the subject that is asked for"
        )
        return f"{whose}: releases can be added on the page Watchlist"
    more = f" and {len(known) - MAX_NAMED} earlier ones" if len(known) > MAX_NAMED else ""
    return f"Markers are: {_names(known[-MAX_NAMED:])}{more}"


def _names(markers: Sequence[Marker]) -> str:
    return ", ".join(f"{each['name']} ({each['date']})" for each in markers)
