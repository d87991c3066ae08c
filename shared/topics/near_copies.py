"""Near copies: texts with almost the same words count as one person's, whatever their authors.

Copies of one author (collector/rollups/copies.py) are already left out here. Texts are compared
without addresses, account names and emoji. Equal texts count as one person's if they have at least
MIN_WORDS words. Similar texts, with a changed word, number or ending, need MIN_WORDS_OF_NEAR words,
because different people often agree in a few words, but not in many.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Protocol
from zlib import crc32

from shared.text.words import count_words, words_of

# Different people may write the same few words: "Is Claude down?"
MIN_WORDS = 8
# Many people write "Claude is down for me in …", but not the same twelve words in the same order.
MIN_WORDS_OF_NEAR = 12
# Minimum Jaccard similarity of the sets of neighbouring word pairs. Of 12 words, a changed word in
# the middle gives 0.69, one at the end 0.83. Texts of different people reach 0.4 at most.
SAME_PAIRS = 0.5
# Two texts are compared only if two of their ten smallest pair hashes are equal (Broder's MinHash,
# 1997: borderline texts miss each other in 1% of cases). Of many texts with the same hash, only the
# latest MAX_COMPARED are. So the time is linear in the number of posts.
MIN_HASHES = 10
SAME_HASHES = 2
MAX_COMPARED = 20
# The beginning of a longer text is enough.
MAX_PAIRS = 300
SPREAD, MAX_HASH = 0x9E3779B97F4A7C15, 2**64 - 1


class Written(Protocol):
    """A text with its author, and its words as `said_words` returns them; "" has no copies."""

    @property
    def id(self) -> str:
        """Return the id, which is also the author's name where that is unknown."""
        ...

    @property
    def author(self) -> str:
        """Return the name of the author."""
        ...

    @property
    def words(self) -> str:
        """Return the words."""
        ...


def said_words(*texts: str) -> str:
    """Return the words of texts that their authors wrote themselves, normalised for comparison."""
    return words_of(" ".join(texts))


def authors_of(texts: Sequence[Written]) -> list[str]:
    """Return the authors of the texts, that of the first one for each copy and near copy.

    Short texts are copies only if they are equal and their authors are deleted.
    """
    groups = _Groups(len(texts))
    first: dict[str, int] = {}
    near = _NearOnes()
    for number, text in enumerate(texts):
        if not text.words:
            continue
        words = count_words(text.words)
        if words >= MIN_WORDS or text.author == text.id:
            known = first.setdefault(text.words, number)
            groups.unite(known, number)
            if known != number:
                continue
        if words >= MIN_WORDS_OF_NEAR:
            for other in near.found(number, text.words):
                groups.unite(other, number)
    return [texts[groups.first_of(number)].author for number in range(len(texts))]


def first_near_ones(texts: Sequence[str]) -> list[int]:
    """Return for each of these words the number of the first that they are near to, or their own.

    What is near to the same is near. Words of fewer than MIN_WORDS_OF_NEAR are near to none.
    """
    groups = _Groups(len(texts))
    near = _NearOnes()
    for number, words in enumerate(texts):
        if count_words(words) >= MIN_WORDS_OF_NEAR:
            for other in near.found(number, words):
                groups.unite(other, number)
    return [groups.first_of(number) for number in range(len(texts))]


class _Groups:
    """Disjoint groups of numbers (union-find); the smallest number represents its group."""

    def __init__(self, count: int) -> None:
        self._above = list(range(count))

    def first_of(self, number: int) -> int:
        while (above := self._above[number]) != number:
            self._above[number] = self._above[above]
            number = self._above[number]
        return number

    def unite(self, one: int, other: int) -> None:
        first, second = sorted((self.first_of(one), self.first_of(other)))
        self._above[second] = first


class _NearOnes:
    """An index of the texts so far, to find similar ones."""

    def __init__(self) -> None:
        self._pairs: dict[int, frozenset[int]] = {}
        self._by_hash: dict[int, deque[int]] = defaultdict(lambda: deque(maxlen=MAX_COMPARED))

    def found(self, number: int, words: str) -> list[int]:
        """Return the earlier texts similar to this one, and add it."""
        pairs = _pairs_of(words)
        least = sorted(pairs)[:MIN_HASHES]
        shared = Counter(other for each in least for other in self._by_hash[each])
        candidates = [other for other, count in shared.items() if count >= SAME_HASHES]
        for each in least:
            self._by_hash[each].append(number)
        near = [other for other in candidates if _is_near(pairs, self._pairs[other])]
        self._pairs[number] = pairs
        return near


def _is_near(one: frozenset[int], other: frozenset[int]) -> bool:
    shared = len(one & other)
    return shared >= SAME_PAIRS * (len(one) + len(other) - shared)


def _pairs_of(words: str) -> frozenset[int]:
    listed: Iterable[str] = words.split()[: MAX_PAIRS + 1]
    return frozenset(_hash(f"{one} {other}") for one, other in pairwise(listed))


def _hash(pair: str) -> int:
    """Return a hash that is the same in every process, unlike `hash`; a fifth of blake2b's time.

    The product spreads what a checksum alone leaves close together.
    """
    return crc32(pair.encode("utf-8", "replace")) * SPREAD & MAX_HASH
