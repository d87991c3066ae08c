"""Lists of context words that many subjects share; a subject's context names one as "@usage"."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import cast

from shared.models import Subject

FILE = Path(__file__).with_name("context.toml")
MARK = "@"
# Ways to stand in a sentence, which words don't tell (shared/subjects/context.py).
BARE, SMALL = "@bare", "@small"


@cache
def wordlists() -> Mapping[str, Sequence[str]]:
    """Return the lists by their names, without the mark."""
    lists = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return cast("Mapping[str, Sequence[str]]", lists)


def is_unknown_list(context: str) -> bool:
    """Return whether a context word names a list that there isn't."""
    is_list = context.startswith(MARK) and context not in (BARE, SMALL)
    return is_list and context.removeprefix(MARK) not in wordlists()


def list_names() -> list[str]:
    """Return the names of the lists as a subject's context names them."""
    return [BARE, SMALL, *(MARK + name for name in sorted(wordlists()))]


def context_of(subject: Subject) -> Iterator[str]:
    """Yield the words of a subject's context, those of its lists with its own names."""
    names = [term["text"] for term in subject["terms"] if term["needs_context"]]
    for each in subject["context"]:
        if not each.startswith(MARK):
            yield each
            continue
        for words in wordlists().get(each.removeprefix(MARK), ()):
            yield from (words.replace("{}", name) for name in names) if "{}" in words else (words,)
