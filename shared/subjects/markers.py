"""Markers: what happened and when, as somebody writes it, as it is stored, and in time."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from unicodedata import category
from urllib.parse import urlsplit

from shared.communities import NAME
from shared.models import Marker, Subject
from shared.subjects.edits import clean_text
from shared.subjects.refusals import Refusal, quoted
from shared.times import EARLIEST, LATEST, hour_start

MAX_MARKERS = 200
MAX_MARKER_CHARS = 100
MAX_LINK_CHARS = 500
FIRST_YEAR, LAST_YEAR = EARLIEST.year, LATEST.year - 1

TAKES_MARKER_ID: Final = "1 to 40 small letters, digits and hyphens, with a letter or digit first"
TAKES_MARKER_NAME: Final = f"1 to {MAX_MARKER_CHARS} characters in one line"
TAKES_DATE: Final = f"a day in UTC from {FIRST_YEAR} to {LAST_YEAR}, such as 2026-11-18"
TAKES_TIME: Final = "a time of that day in UTC, such as 14:30; null or left out: unknown"
TAKES_LINK: Final = f"an http or https address of at most {MAX_LINK_CHARS} characters, or null"
TAKES_MARKED: Final = "the id of a subject of the watchlist; null or left out: it is for all"

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_NOT_IN_ADDRESSES = re.compile(r"[\s\\]")
_CONTROL = "Cc"


def checked_date(text: str) -> str:
    """Return a day as it is. Raises ValueError unless it is one of the years that are taken."""
    try:
        day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise ValueError("it is not a day such as 2026-11-18")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"it is not from {FIRST_YEAR} to {LAST_YEAR}")
    return text


def checked_time(text: str) -> str:
    """Return a time of a day as it is. Raises ValueError unless it is like 14:30."""
    if not _TIME.fullmatch(text):
        raise ValueError("it is not a time such as 14:30")
    return text


def checked_name(text: str) -> str:
    """Return a name as it is. Raises ValueError if it is empty or has control characters."""
    if any(category(each) == _CONTROL for each in text):
        raise ValueError("it has control characters")
    if not clean_text(text):
        raise ValueError("it is empty")
    return text


def checked_link(text: str) -> str:
    """Return an address as it is.

    Raises ValueError unless it is http or https, names a host, and holds no user or password.
    """
    if not _is_web(text):
        raise ValueError("it is not an http or https address")
    return text


def _is_web(text: str) -> bool:
    if not text.isprintable() or _NOT_IN_ADDRESSES.search(text):
        return False
    try:
        parts = urlsplit(text)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    is_plain = has_port and "@" not in parts.netloc
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and is_plain


def clean_marker(given: Mapping[str, Any], marker_id: str) -> Marker:
    """Return a marker in one spelling."""
    return Marker(
        id=marker_id,
        date=given["date"],
        time=given["time"],
        name=clean_text(given["name"]),
        kind=given["kind"],
        subject=given["subject"],
        link=given["link"],
    )


def marker_refusals(
    marker: Marker, others: Sequence[Marker], subjects: Sequence[Subject]
) -> Iterator[Refusal]:
    """Yield what is wrong with a marker beside others and with these subjects."""
    own = marker["id"]
    if not NAME.fullmatch(own):
        yield Refusal(("id",), f"{quoted(own)} can't be an id", TAKES_MARKER_ID)
    if any(each["id"] == own for each in others):
        yield Refusal(("id",), f"{quoted(own)} stands twice", "an id of its own for each marker")
    subject = marker["subject"]
    if subject is not None and all(each["id"] != subject for each in subjects):
        yield Refusal(
            ("subject",), f"{quoted(subject)} is no subject of the watchlist", TAKES_MARKED
        )


def markers_refusals(markers: Sequence[Marker], subjects: Sequence[Subject]) -> Iterator[Refusal]:
    """Yield what is wrong with all markers; each is checked beside those before."""
    for number, marker in enumerate(markers):
        for refusal in marker_refusals(marker, markers[:number], subjects):
            yield refusal.below("markers", number)
    yield from count_refusals(markers)


def count_refusals(markers: Sequence[Marker]) -> Iterator[Refusal]:
    """Yield whether there are too many markers."""
    if len(markers) > MAX_MARKERS:
        problem = f"there would be {len(markers)} markers"
        yield Refusal(("markers",), problem, f"at most {MAX_MARKERS} markers")


def kept_markers(markers: Iterable[Marker], subjects: Iterable[Subject]) -> list[Marker]:
    """Return the markers but for those of subjects that are gone."""
    known = {None, *(each["id"] for each in subjects)}
    return [each for each in markers if each["subject"] in known]


def moved_markers(markers: Iterable[Marker], subject: str, into: str) -> list[Marker]:
    """Return the markers with those of a subject as those of another one."""
    return [{**each, "subject": into} if each["subject"] == subject else each for each in markers]


def ordered(markers: Iterable[Marker]) -> list[Marker]:
    """Return the markers by their time, oldest first."""
    return sorted(markers, key=lambda each: (moment_of(each), each["id"]))


def happened(marker: Marker) -> tuple[datetime, datetime]:
    """Return the whole hours in which it happened: the first one's start, the last one's end.

    It is a whole day where no time is known, an hour where one is, and no time at all where that is
    a full hour: what was written before it can be told from what was written after it.
    """
    day = datetime.fromisoformat(marker["date"]).replace(tzinfo=UTC)
    if marker["time"] is None:
        return day, day + timedelta(days=1)
    moment = moment_of(marker)
    start = hour_start(moment)
    return start, start if moment == start else start + timedelta(hours=1)


def moment_of(marker: Marker) -> datetime:
    """Return the time of a marker; the beginning of its day where no time is known."""
    return datetime.fromisoformat(f"{marker['date']}T{marker['time'] or '00:00'}:00+00:00")


def concerns(marker: Marker, subject: str | None) -> bool:
    """Return whether a marker is of a subject, or for all."""
    return marker["subject"] in {None, subject}
