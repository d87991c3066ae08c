"""Cuts the part of a text around some words, and marks them."""

import re
from collections.abc import Iterable

# Characters of an excerpt, and of what stands before its first mark.
MAX_CHARACTERS = 280
BEFORE = 90
CUT = "…"

Marks = list[tuple[int, int]]


def places_of(text: str, phrases: Iterable[str]) -> Marks:
    """Return where phrases stand in a text, in order and without overlaps.

    They stand as whole words; where none does, as in scripts without blanks, anywhere.
    """
    found: Marks = []
    for phrase in dict.fromkeys(phrases):
        pattern = re.escape(phrase)
        whole = [each.span() for each in re.finditer(rf"(?<![^\W_]){pattern}(?![^\W_])", text)]
        found += whole or [each.span() for each in re.finditer(pattern, text)]
    marks: Marks = []
    # The longer one of two that begin at the same place.
    for start, end in sorted(found, key=lambda place: (place[0], -place[1])):
        if end > start and (not marks or start >= marks[-1][1]):
            marks.append((start, end))
    return marks


def apart_from(marks: Marks, others: Marks) -> Marks:
    """Return the marks that no other one overlaps; all, if none is left."""
    left = [
        (start, end)
        for start, end in marks
        if all(end <= other or start >= stop for other, stop in others)
    ]
    return left or marks


def in_one_line(text: str) -> str:
    """Return a text in one line, with one blank at most between words."""
    return " ".join(text.split())


def excerpt(text: str, marks: Marks) -> tuple[str, Marks]:
    """Return the part of a text around its first mark, with … where it is cut, and its marks."""
    first = marks[0][0] if marks else 0
    start, end = 0, len(text)
    if len(text) > MAX_CHARACTERS:
        start = _word_after(text, first - BEFORE, first)
        end = _word_before(text, start + MAX_CHARACTERS, marks[0][1] if marks else 0)
    shift = start - (len(CUT) if start else 0)
    shown = f"{CUT if start else ''}{text[start:end]}{CUT if end < len(text) else ''}"
    inside = [(begin, stop) for begin, stop in marks if stop <= end]
    return shown, [(begin - shift, stop - shift) for begin, stop in inside]


def _word_after(text: str, place: int, latest: int) -> int:
    """Return where the first word begins from a place on, `latest` at the latest."""
    if place <= 0:
        return 0
    blank = text.find(" ", place, latest)
    return place if blank < 0 else blank + 1


def _word_before(text: str, place: int, earliest: int) -> int:
    """Return where the last word before a place ends, `earliest` at the earliest."""
    if place >= len(text):
        return len(text)
    blank = text.rfind(" ", earliest, place)
    return max(place, earliest) if blank < 0 else blank
