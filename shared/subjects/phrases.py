"""Finds many words and phrases in a text at a time, in all of their spellings.

"claude code" stands in "Claude-Code", "ClaudeCode's", and over the end of a line. One pass over a
text finds the phrases of all subjects (Aho and Corasick, CACM 1975).
"""

import re
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Generic, NamedTuple, TypeVar

import ahocorasick

from shared.subjects.folded_text import FoldedText
from shared.text import folded, normalised

T = TypeVar("T")

# A phrase of more gaps stands with all of its gaps, or with none.
MAX_GAPS = 3
GAP = re.compile(r"[\s_]+|(?<=\w)-+(?=\w)|-+$|^-+")


class Phrase(NamedTuple):
    """Words to look for, folded: the pieces between gaps, and whether a word may go on."""

    pieces: tuple[str, ...]
    prefix: bool = False

    @property
    def text(self) -> str:
        """Return the phrase with single blanks."""
        return " ".join(self.pieces)

    def spellings(self) -> Iterator[str]:
        """Yield the phrase with and without its blanks."""
        gaps = len(self.pieces) - 1
        few = gaps <= MAX_GAPS
        for blanks in product(("", " "), repeat=gaps) if few else [("",) * gaps, (" ",) * gaps]:
            yield "".join(map("".join, zip(self.pieces, (*blanks, ""), strict=True)))


def phrase_of(text: str, *, prefix: bool = False) -> Phrase | None:
    """Return a phrase; "*" at its end lets its last word go on. None if it has no letter."""
    plain = folded(normalised(text)).strip()
    if plain.endswith("*"):
        plain, prefix = plain.rstrip("* "), True
    pieces = tuple(piece for piece in GAP.split(plain) if piece)
    return Phrase(pieces, prefix) if any(map(str.isalnum, plain)) else None


class Occurrence(NamedTuple, Generic[T]):
    """Where a phrase stands in a folded text: to end, or to stop with its ending."""

    start: int
    end: int
    stop: int
    value: T


class Phrases(Generic[T]):
    """Phrases, each with a value."""

    def __init__(self, phrases: Iterable[tuple[Phrase, T]]) -> None:
        entries: dict[str, list[tuple[bool, T]]] = {}
        for phrase, value in phrases:
            for spelling in phrase.spellings():
                entries.setdefault(spelling, []).append((phrase.prefix, value))
        self._longest = max(map(len, entries), default=0)
        self._automaton = ahocorasick.Automaton()
        for spelling, values in entries.items():
            self._automaton.add_word(spelling, (len(spelling), values))
        self._automaton.make_automaton()

    def find(self, text: FoldedText) -> Iterator[Occurrence[T]]:
        """Yield where the phrases stand as whole words, in the order of their ends."""
        if not self._longest:
            return
        for last, (length, values) in self._automaton.iter(text.spaced):
            end = last + 1
            start = end - length
            for prefix, value in values:
                stop = text.end_of(start, end, prefix=prefix)
                if stop is not None:
                    yield Occurrence(start, end, stop, value)
