"""Terms of this field that are meant otherwise than their words say; terms.tsv lists them."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("terms.tsv")
FIRST_WORD = re.compile(r"\w+|[^\w\s]")


class Term(NamedTuple):
    """One line of the file: what is found, the plain words that it is read as, and why."""

    pattern: str
    read_as: str
    reason: str


def read_terms(lines: Iterable[str]) -> list[Term]:
    """Read the file's lines; those with # in front are remarks. Raises TypeError at a bad line."""
    return [Term(*line.rstrip("\n").split("\t")) for line in lines if line[0] not in "#\n"]


def plain_reader(terms: Iterable[Term]) -> Callable[[str, Sequence[str]], str]:
    """Give a function that puts plain words for terms in a text whose tokens are given."""
    by_first: dict[str, list[tuple[re.Pattern[str], str]]] = defaultdict(list)
    for term in terms:
        first = FIRST_WORD.match(term.pattern)
        if first is None:
            raise ValueError(f"{term.pattern!r} of {FILE.name} doesn't begin with a word or sign")
        whole = re.compile(rf"(?<!\w){term.pattern}(?!\w)", re.IGNORECASE)
        by_first[first[0]].append((whole, term.read_as))
    firsts = frozenset(by_first)

    def read(text: str, tokens: Sequence[str]) -> str:
        if firsts.isdisjoint(tokens):
            return text
        for first in firsts.intersection(tokens):
            for pattern, plain in by_first[first]:
                text = pattern.sub(plain, text)
        return text

    return read
