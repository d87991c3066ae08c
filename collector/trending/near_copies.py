"""Posts that say the same in the same words: whatever names stand above them, it is one person.

Copies in the sense of collector/rollups/copies.py are no posts of their own here. Under other names
texts are compared as a reader sees them, so without addresses, names of accounts and emoji. Equal
ones are one person's from MIN_WORDS on, and near ones, in which somebody has changed a word, a
number or the end, from MIN_WORDS_OF_NEAR on: people agree in a few words, but don't choose them
alike.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import blake2b
from itertools import pairwise

from collector.rollups.copies import count_words, words_of
from collector.text.cleaning import clean
from collector.trending.topics import RecentPost

# Two people may well say the same few words: "Is Claude down?"
MIN_WORDS = 8
# "Claude is down for me in …" is said by many; a dozen words in one order are not.
MIN_WORDS_OF_NEAR = 12
# Near: this share of the pairs of neighbouring words of both is in both (Jaccard). In 12 words
# another one within makes it 0.69, at the end 0.83; in what people say alike it is 0.4 at most.
SAME_PAIRS = 0.5
# Not every two are compared: those of which two of the least hashes of pairs are the same (Broder's
# MinHash, 1997: of ten, texts at the border miss each other once in a hundred times), and of many
# with one hash the latest. So the time grows with the posts.
MIN_HASHES = 10
SAME_HASHES = 2
MAX_COMPARED = 20
# A longer text has enough of them in its beginning.
MAX_PAIRS = 300
HASH_BYTES = 8


def said_words(title: str, content: str) -> str:
    """Return the words of a post as they are compared with others'."""
    return words_of(f"{clean(title)} {clean(content)}")


def with_one_author(posts: Sequence[RecentPost]) -> list[RecentPost]:
    """Return the posts, each copy and near copy with the author of the first post that says so.

    Short posts are copies only where their authors are gone, and equal.
    """
    groups = _Groups(len(posts))
    first: dict[str, int] = {}
    near = _NearOnes()
    for number, post in enumerate(posts):
        if not post.words:
            continue
        words = count_words(post.words)
        if words >= MIN_WORDS or post.author == post.id:
            known = first.setdefault(post.words, number)
            groups.unite(known, number)
            if known != number:
                continue
        if words >= MIN_WORDS_OF_NEAR:
            for other in near.found(number, post.words):
                groups.unite(other, number)
    authors = [posts[groups.first_of(number)].author for number in range(len(posts))]
    return [
        post if post.author == author else replace(post, author=author)
        for post, author in zip(posts, authors, strict=True)
    ]


class _Groups:
    """Numbers that belong together; the least of a group stands for it."""

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
    """The texts so far, found by those that are near to them."""

    def __init__(self) -> None:
        self._pairs: dict[int, frozenset[int]] = {}
        self._by_hash: dict[int, deque[int]] = defaultdict(lambda: deque(maxlen=MAX_COMPARED))

    def found(self, number: int, words: str) -> list[int]:
        """Return the texts that are near to this one, and remember it."""
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
    """Return the same number in every process, which `hash` doesn't."""
    digest = blake2b(pair.encode("utf-8", "replace"), digest_size=HASH_BYTES).digest()
    return int.from_bytes(digest, "big")
