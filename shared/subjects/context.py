"""Tells whether an ambiguous name stands for its subject, by the words around it."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property

from shared.subjects.folded_text import FoldedText
from shared.subjects.spans import Spans

# Words of the context are near in the same sentence, or up to 12 words away.
NEAR_WORDS = 12
SENTENCE = re.compile(r"[.!?\u2026]+[\"')\]]*\s+|\n")
WORD = re.compile(r"\S+")
# A name in lower case after one of them is a common noun: "the cursor jumps".
ARTICLE = re.compile(
    r"(?<![^\W_])(?:an?|the|this|that|these|those|each|every|another|any|no|one|my|your|his|her"
    r"|its|our|their|whose)\s$"
)
MAX_ARTICLE = 9
# Its context stands directly behind it then: "the cursor editor".
BEHIND_WORDS = 2
VERSION = re.compile(
    r" ?-?v?\d+\.\d+(?:\.\d+)*(?!\d| ?(?:px|[cm]?m|m?s|r?em|seconds?|pixels?|%)(?![^\W_]))"
)
# A clause begins after them, with a capital.
CLAUSE = re.compile(r"(?:[:\"]|(?:^|\s)[-*])\s*$")
MIN_LETTERS = 4


class Surroundings:
    """The sentences and words of a text, and where words of a subject's context stand in it."""

    def __init__(self, text: FoldedText) -> None:
        self._text = text

    @cached_property
    def _sentences(self) -> Sequence[int]:
        """Return where sentences begin."""
        return [0, *(found.end() for found in SENTENCE.finditer(self._text.folded))]

    @cached_property
    def _words(self) -> Sequence[tuple[int, int]]:
        return [found.span() for found in WORD.finditer(self._text.folded)]

    @cached_property
    def _starts(self) -> Sequence[int]:
        return [start for start, _ in self._words]

    def has_context(self, start: int, stop: int, context: Spans) -> bool:
        """Return whether a word of the context, given in the order of the text, is near a name.

        The number of a version behind the name is context, too.
        """
        if VERSION.match(self._text.folded, stop):
            return True
        common = self._is_common_noun(start, stop)
        first, last = self._behind(stop) if common else self._near(start, stop)
        return any(
            ends <= start or begins >= stop for begins, ends in context.beginning(first, last)
        )

    def is_own_capital(self, start: int, written: str) -> bool:
        """Return whether a name's own capitals tell it from a common noun at this place.

        At a sentence's beginning they do if one stands within the name, and in a title of
        capitals they don't.
        """
        if not any(map(str.isupper, written)):
            return False
        sentence = self._sentences[bisect_right(self._sentences, start) - 1]
        before = self._text.folded[max(sentence, start - MAX_ARTICLE) : start]
        first = self._text.folded[sentence : min(start, sentence + MAX_ARTICLE)]
        begins = not any(map(str.isalnum, first))
        if (begins or CLAUSE.search(before)) and not any(map(str.isupper, written[1:])):
            return False
        return not self._is_title(start, start + len(written), sentence)

    def _is_title(self, start: int, stop: int, sentence: int) -> bool:
        """Return whether most long words near a name in its sentence have capitals."""
        place = bisect_left(self._starts, start)
        following = bisect_right(self._sentences, start)
        end = self._sentences[following] if following < len(self._sentences) else None
        upper = lower = 0
        for begins, ends in self._words[max(0, place - NEAR_WORDS) : place + NEAR_WORDS]:
            if begins < sentence or (end is not None and begins >= end):
                continue
            if ends - begins < MIN_LETTERS or (begins < stop and ends > start):
                continue
            upper += self._text.is_upper(begins)
            lower += not self._text.is_upper(begins)
        return upper > lower

    def _is_common_noun(self, start: int, stop: int) -> bool:
        text = self._text
        if not ARTICLE.search(text.folded, max(0, start - MAX_ARTICLE), start):
            return False
        return not any(text.is_upper(place) for place in range(start, min(stop, start + 40)))

    def _near(self, start: int, stop: int) -> tuple[int, int]:
        """Return the bounds of the sentence of a name, or of the 12 words on both sides of it."""
        place = bisect_right(self._sentences, start)
        first = self._sentences[place - 1]
        length = len(self._text.folded)
        last = self._sentences[place] if place < len(self._sentences) else length
        word = bisect_right(self._starts, start) - 1
        end = bisect_left(self._starts, stop) + NEAR_WORDS
        return (
            min(first, self._starts[max(0, word - NEAR_WORDS)]),
            max(last, self._starts[end] if end < len(self._starts) else length),
        )

    def _behind(self, stop: int) -> tuple[int, int]:
        """Return the bounds of the words directly behind a name."""
        end = bisect_left(self._starts, stop) + BEHIND_WORDS
        return stop, self._starts[end] if end < len(self._starts) else len(self._text.folded)
