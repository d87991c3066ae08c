"""Finds many words and phrases in a text at a time, in all of their spellings.

"claude code" stands in "Claude-Code", "ClaudeCode's", and over the end of a line. One pass over a
text finds the phrases of all subjects (Aho and Corasick, CACM 1975).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import product
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from shared.subjects.folded_text import FoldedText
from shared.subjects.spans import Span, Spans
from shared.text import folded, normalised

if TYPE_CHECKING:
    import ahocorasick

T = TypeVar("T")
V = TypeVar("V")

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
    """The place of a phrase in a folded text: to end, or to stop with its ending."""

    start: int
    end: int
    stop: int
    value: T


class Phrases(Generic[T]):
    """Phrases, each with values."""

    def __init__(self, phrases: Iterable[tuple[Phrase, T]]) -> None:
        values: dict[tuple[str, bool], list[T]] = {}
        for phrase, value in phrases:
            for spelling in phrase.spellings():
                values.setdefault((spelling, phrase.prefix), []).append(value)
        self._automaton = _automaton({key: tuple(each) for key, each in values.items()})

    def find(self, text: FoldedText) -> Iterator[Occurrence[T]]:
        """Yield where the phrases stand as whole words, in the order of their ends."""
        for last, (length, entries) in _iterate(self._automaton, text):
            end = last + 1
            start = end - length
            for prefix, values in entries:
                stop = text.end_of(start, end, prefix=prefix)
                if stop is not None:
                    for value in values:
                        yield Occurrence(start, end, stop, value)


class OwnedPhrases:
    """Phrases of several owners, which are numbers."""

    def __init__(self, phrases: Iterable[Iterable[Phrase]]) -> None:
        owners: dict[tuple[str, bool], set[int]] = {}
        for number, each in enumerate(phrases):
            for phrase in each:
                for spelling in phrase.spellings():
                    owners.setdefault((spelling, phrase.prefix), set()).add(number)
        self._automaton = _automaton({key: frozenset(each) for key, each in owners.items()})

    def spans(self, text: FoldedText, owners: AbstractSet[int]) -> Mapping[int, Spans]:
        """Return where the phrases of these owners stand as whole words, if they do."""
        found: dict[int, list[Span]] = {}
        for last, (length, entries) in _iterate(self._automaton, text):
            for prefix, all_owners in entries:
                if all_owners.isdisjoint(owners):
                    continue
                start = last + 1 - length
                stop = text.end_of(start, last + 1, prefix=prefix)
                if stop is not None:
                    for owner in all_owners.intersection(owners):
                        found.setdefault(owner, []).append((start, stop))
        return {owner: Spans(each) for owner, each in found.items()}


def _automaton(values: Mapping[tuple[str, bool], V]) -> "ahocorasick.Automaton | None":
    """Return the automaton of spellings, each with its length and its values; None of none.

    Values of words that may go on stand beside those of whole words.
    """
    entries: dict[str, list[tuple[bool, V]]] = {}
    for (spelling, prefix), each in values.items():
        entries.setdefault(spelling, []).append((prefix, each))
    if not entries:
        return None
    import ahocorasick  # noqa: PLC0415 - checks of rules fold phrases and find none

    automaton = ahocorasick.Automaton()
    for spelling, found in entries.items():
        automaton.add_word(spelling, (len(spelling), found))
    automaton.make_automaton()
    return automaton


def _iterate(
    automaton: "ahocorasick.Automaton | None", text: FoldedText
) -> Iterable[tuple[int, tuple[int, list[tuple[bool, Any]]]]]:
    """Return the last places of spellings in a text, with what they are kept with."""
    return automaton.iter(text.spaced) if automaton else ()
