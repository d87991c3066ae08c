"""The products that a recorded item names."""

import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TypedDict, cast

from shared.models import Subject, Term
from shared.subjects.matcher import Matcher
from shared.subjects.starter import starter_pack

FILE = Path(__file__).with_name("products.toml")


class _File(TypedDict):
    """Lists of products: of each its spellings, or of common ones the one name."""

    names: Sequence[Sequence[str]]
    exact: Sequence[Sequence[str]]
    common: Sequence[str]


@cache
def _file() -> _File:
    return cast("_File", tomllib.loads(FILE.read_text(encoding="utf-8")))


@cache
def _matcher() -> Matcher:
    return Matcher([*starter_pack(), *_subjects()])


def targets_of(text: str) -> list[str]:
    """Return each product that a text names, by its first words for it."""
    return [match.words[0] for match in _matcher().match(text)]


def is_common(target: str) -> bool:
    """Return whether most texts that name a product say nothing of it."""
    return target.casefold() in {name.casefold() for name in _file()["common"]}


def _subjects() -> Iterator[Subject]:
    for spellings in _file()["names"]:
        yield _subject(spellings, exact=False)
    for spellings in _file()["exact"]:
        yield _subject(spellings, exact=True)
    for name in _file()["common"]:
        yield _subject([name], exact=False)


def _subject(spellings: Sequence[str], *, exact: bool) -> Subject:
    terms = [Term(text=text, exact=exact, prefix=False, needs_context=False) for text in spellings]
    return Subject(
        id=f"recorded-{spellings[0].lower()}",
        name=spellings[0],
        role="competitor",
        terms=terms,
        exclude=[],
        context=[],
        home=[],
        merged_from=[],
    )
