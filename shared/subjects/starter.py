"""The starter pack: AI developer tools, as a first watchlist.

shared/subjects/starter.toml has the rules and their reasons.
"""

import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NotRequired, TypedDict, cast

from shared.models import Subject, Term

FILE = Path(__file__).with_name("starter.toml")


class _Entry(TypedDict):
    """A subject of the file. Which fields are lists of names, its head says."""

    name: str
    names: NotRequired[list[str]]
    ambiguous: NotRequired[list[str]]
    exact: NotRequired[list[str]]
    capital: NotRequired[bool]
    exclude: NotRequired[list[str]]
    context: NotRequired[list[str]]
    home: NotRequired[list[str]]


class _File(TypedDict):
    subjects: Sequence[_Entry]


def starter_pack() -> list[Subject]:
    """Return the subjects of the starter pack."""
    return [_subject(entry) for entry in _entries()]


@cache
def _entries() -> Sequence[_Entry]:
    return cast("_File", tomllib.loads(FILE.read_text(encoding="utf-8")))["subjects"]


def _subject(entry: _Entry) -> Subject:
    return Subject(
        id="-".join(entry["name"].lower().split()),
        name=entry["name"],
        role="competitor",
        terms=list(_terms(entry)),
        exclude=list(entry.get("exclude", ())),
        context=list(entry.get("context", ())),
        home=list(entry.get("home", ())),
        merged_from=[],
    )


def _terms(entry: _Entry) -> Iterator[Term]:
    for text in entry.get("names", ()):
        yield Term(text=text, exact=False, prefix=False, needs_context=False)
    for text in entry.get("ambiguous", ()):
        term = Term(text=text, exact=False, prefix=False, needs_context=True)
        yield Term(**term, capital=True) if entry.get("capital") else term
    for text in entry.get("exact", ()):
        yield Term(text=text, exact=True, prefix=False, needs_context=True)
