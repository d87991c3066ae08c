"""Tells whether an ambiguous name stands for its subject, by the words around it."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from shared.subjects.folded_text import FoldedText
from shared.subjects.phrases import Occurrence
from shared.subjects.spans import Spans

# Words of the context are near in the same sentence, or up to 12 words away.
NEAR_WORDS = 12
SENTENCE = re.compile(r"[.!?\u2026]+[\"')\]]*\s+|\n")
WORD = re.compile(r"\S+")
# A name in lower case after one of them is a common noun: "the cursor jumps".
ARTICLE = re.compile(
    r"(?<![^\W_])(?:an?|the|this|these|those|each|every|another|which|my|your|his|her|its|our|their"
    r"|whose)\s(?:(?:last|first|next|new|old|same|current|other|whole|own|default|little|actual"
    r"|real|normal|big|tiny|small)\s)?$"
)
MAX_ARTICLE = 16
# An article up to three words before is that of a common noun, too, if none of these is between.
FAR_ARTICLE = re.compile(r"(?:an?|the|this|every|each|which|.*'s)")
FAR_WORDS = 4
LINKS = frozenset(
    (
        *(
            "to",
            "in",
            "on",
            "at",
            "of",
            "for",
            "from",
            "with",
            "by",
            "via",
            "into",
            "about",
            "than",
        ),
        *("like", "as", "is", "are", "was", "were", "be", "been", "do", "does", "did", "has"),
        *("have", "had", "can", "could", "will", "would", "should", "if", "when", "while", "since"),
        *(
            "because",
            "and",
            "or",
            "but",
            "so",
            "that",
            "who",
            "use",
            "using",
            "used",
            "uses",
            "try",
        ),
        *("tried", "trying", "let", "make", "made", "get", "got", "ask", "asked", "tell", "told"),
        *("love", "hate", "give", "gave", "stop", "started", "says", "say", "think", "thinks"),
        *("thought", "week", "day", "month", "year", "update", "release", "version", "time", "now"),
        *("than", "try", "vs", "bought", "ran", "left"),
    )
)
# A verb follows them, as "windsurf" may be one.
BEFORE_VERBS = frozenset(
    (
        *("to", "i", "we", "you", "they", "he", "she", "can", "could", "will", "would", "should"),
        *("don't", "didn't", "never"),
    )
)
# Its context stands directly behind it then: "the cursor editor".
BEHIND_WORDS = 2
VERSION = re.compile(
    r" ?-?v?\d+\.\d+(?:\.\d+)*(?!\d| ?(?:px|[cm]?m|m?s|r?em|seconds?|pixels?|%)(?![^\W_]))"
)
# A clause begins after them, with a capital.
CLAUSE = re.compile(r"(?:[:\"]|(?:^|\s)[-*])\s*$")
CLAUSE_ENDS = '.,:;!?()"-\u2026'
MIN_LETTERS = 4
# "the cursor in VS Code" is no editor.
PREPOSITION = re.compile(
    r"\s(?:in|on|at|of|to|for|from|with|is|are|was|were|can|will|and|or)(?![^\W_])"
)
MIN_NOUN = 3
# Longer words are no articles; the limit bounds the time.
MAX_WORD = 40


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

    @cached_property
    def _is_short(self) -> bool:
        """Return whether all words of the text are near each other."""
        return self._text.spaced.count(" ") < NEAR_WORDS

    def has_context(self, name: Occurrence[Any], context: Spans, *, noun: bool) -> bool:
        """Return whether a word of the context is near a name; a noun may have an article.

        A phrase with the name itself may be context, as "using Cursor", and the number of a version
        behind the name is.
        """
        if VERSION.match(self._text.folded, name.stop):
            return True
        if not context:
            return False
        common = self._is_common_noun(name, context) or (noun and self._has_article(name))
        first, last = self._behind(name.stop) if common else self._near(name.start, name.stop)
        owns = "'" in self._text.folded[name.end : name.stop]
        # "using Claude's chair" says nothing of Claude.
        return any(
            ends <= name.start or ends > name.stop or (begins < name.start and not owns)
            for begins, ends in context.beginning(first, last)
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

    def is_bare(self, name: Occurrence[Any], context: Spans) -> bool:
        """Return whether a name stands within a sentence as names do, without an article."""
        place = bisect_left(self._starts, name.start)
        before = self._words_before(place)
        if not before or before[0] in BEFORE_VERBS or self._has_article(name):
            return False
        if self._is_common_noun(name, context):
            return False
        if before[0] not in LINKS and self._text.is_upper(self._starts[place - 1]):
            return False
        written = self._text.written(name.start, name.end)
        return written.islower() or self.is_own_capital(name.start, written)

    def is_small(self, name: Occurrence[Any], context: Spans) -> bool:
        """Return whether a name stands in lower case, and not as a common noun."""
        written = self._text.written(name.start, name.end)
        return written.islower() and not self._is_common_noun(name, context)

    def _words_before(self, place: int) -> list[str]:
        """Return the words before one in its clause, the nearest first."""
        found: list[str] = []
        for begins, ends in reversed(self._words[max(0, place - FAR_WORDS) : place]):
            word = self._text.folded[max(begins, ends - MAX_WORD) : ends]
            if word[-1] in CLAUSE_ENDS:
                break
            found.append(word)
        return found

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

    def _is_common_noun(self, name: Occurrence[Any], context: Spans) -> bool:
        """Return whether a name in lower case is a plural, or follows an article or an owner."""
        text, start = self._text, name.start
        if not text.written(start, name.end).islower():
            return False
        if text.folded.startswith(("s", "es"), name.end, name.stop):
            return True
        if ARTICLE.search(text.folded, max(0, start - MAX_ARTICLE), start):
            return True
        return self._follows_owner(start, context)

    def _has_article(self, name: Occurrence[Any]) -> bool:
        """Return whether a name in lower case has an article, as in "the in-game codex"."""
        if not self._text.written(name.start, name.end).islower():
            return False
        for word in self._words_before(bisect_left(self._starts, name.start)):
            if word in LINKS or word.endswith("ed"):
                return False
            if FAR_ARTICLE.fullmatch(word):
                return True
        return False

    def _follows_owner(self, start: int, context: Spans) -> bool:
        """Return whether a name stands behind: "Postgres cursor", "everyone's cursor".

        A name of the context may own it: "Google's Jules".
        """
        place = bisect_left(self._starts, start) - 1
        if place < 0 or self._words[place][1] != start - 1:
            return False
        begins, ends = self._words[place]
        if context.overlapping(begins, ends):
            return False
        if self._text.folded.endswith("'s", begins, ends):
            return True
        is_name = ends - begins >= MIN_NOUN and self._text.is_upper(begins)
        return is_name and not self._begins_sentence(begins)

    def _begins_sentence(self, start: int) -> bool:
        place = bisect_left(self._sentences, start)
        return place < len(self._sentences) and self._sentences[place] == start

    def _near(self, start: int, stop: int) -> tuple[int, int]:
        """Return the bounds of the sentence of a name, or of the 12 words on both sides of it."""
        if self._is_short:
            return 0, len(self._text.folded)
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
        words = 1 if PREPOSITION.match(self._text.folded, stop) else BEHIND_WORDS
        end = bisect_left(self._starts, stop) + words
        return stop, self._starts[end] if end < len(self._starts) else len(self._text.folded)
