"""Unites spellings of a term: "rate limit" and "rate-limits"; "Opus 4.5" and "opus4.5"."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from shared.text import folded

SEPARATOR = re.compile(r"[\s/_'-]+|(?<!\d)\.|\.(?!\d)")
# Words that end in s without being plurals.
NO_PLURALS = frozenset("windows teams news aws ios macos kubernetes".split())  # noqa: SIM905 - words
SHORTEST_PLURAL = 4


@lru_cache(maxsize=200_000)
def key_of(term: str) -> str:
    """Return the key that all spellings of a term have."""
    return SEPARATOR.sub("", " ".join(map(_singular, folded(term).split())))


def _singular(word: str) -> str:
    if len(word) < SHORTEST_PLURAL or word in NO_PLURALS or not word.endswith("s"):
        return word
    if word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("shes", "ches", "sses", "xes")) else word[:-1]


class Variants:
    """Maps a term to its representative spelling: the one in most words, then the commonest."""

    def __init__(self, posts: Iterable[Mapping[str, str]]) -> None:
        """Learn the spellings from the terms of posts."""
        counts = Counter(term for terms in posts for term in terms)
        self._chosen: dict[str, str] = {}
        for term in sorted(counts, key=lambda term: (term.count(" "), counts[term], term)):
            self._chosen[key_of(term)] = term

    def united(self, terms: Mapping[str, str]) -> dict[str, str]:
        """Return a post's terms with variants united; each keeps its first spelling in the post."""
        found: dict[str, str] = {}
        for term, spelling in terms.items():
            found.setdefault(self._chosen.get(key_of(term), term), spelling)
        return found
