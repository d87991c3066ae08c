"""A sketch of how many posts have each term, which finds the terms that can't be a trend.

It has a counter for each hash of a term's key, which all spellings of the term share. Sketches of
several groups of posts add up. Terms with the same hash share a counter, so that a count may be too
high but never too low: what the filter leaves out has too few posts.

Posts are counted, not their authors: a near copy counts as its first author's, so that one author's
posts may count as several people's.
"""

from collections.abc import Iterable
from zlib import crc32

from shared.topics.keyness import MIN_AUTHORS
from shared.topics.variants import key_of

# Counters of a byte. 40,000 posts have 3 million terms, most of them once.
SIZE = 2**22
# Counters go up to MIN_AUTHORS: a byte takes this number of sketches before it overflows.
MOST_ADDED = 255 // MIN_AUTHORS
AT_MOST = bytes(min(count, MIN_AUTHORS) for count in range(256))
IS_ENOUGH = bytes(count >= MIN_AUTHORS for count in range(256))


class Sketch:
    """Counts posts by the hash of their terms, up to MIN_AUTHORS."""

    def __init__(self) -> None:
        self._counts = bytearray(SIZE)

    def add(self, terms: Iterable[str]) -> None:
        """Count the terms of a post."""
        counts = self._counts
        for place in {_place(term) for term in terms}:
            if counts[place] < MIN_AUTHORS:
                counts[place] += 1

    def content(self) -> bytes:
        """Return the counters, a byte each."""
        return bytes(self._counts)


class SketchSum:
    """Adds sketches up."""

    def __init__(self) -> None:
        self._sum = self._added = 0

    def add(self, content: bytes) -> None:
        """Add the counters of a sketch."""
        if self._added == MOST_ADDED:
            self._sum = int.from_bytes(self._content().translate(AT_MOST), "little")
            self._added = 1
        # Whole numbers of four million bytes add up in a millisecond, and no byte overflows.
        self._sum += int.from_bytes(content, "little")
        self._added += 1

    def enough(self) -> bytes:
        """Return a byte for each counter: 1 where its terms may have MIN_AUTHORS posts."""
        return self._content().translate(IS_ENOUGH)

    def _content(self) -> bytes:
        return self._sum.to_bytes(SIZE, "little")


class TermFilter:
    """Knows the terms that may have enough posts, by `SketchSum.enough`."""

    def __init__(self, enough: bytes) -> None:
        self._enough = enough

    def passes(self, term: str) -> bool:
        """Return whether a term, in whatever spelling, may have posts of MIN_AUTHORS people."""
        return bool(self._enough[_place(term)])


def _place(term: str) -> int:
    return crc32(key_of(term).encode("utf-8", "replace")) % SIZE
