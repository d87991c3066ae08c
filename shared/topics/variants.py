"""Unites spellings of a term: "rate limit" and "rate-limits"; "Opus 4.5" and "opus4.5"."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from shared.text import folded

SEPARATOR = re.compile(r"[\s/_'-]+|(?<!\d)\.|\.(?!\d)")
# "opus-4-5" is "opus 4.5".
BETWEEN_DIGITS = re.compile(r"(?<=\d)-(?=\d)")
# Words that end in s without being plurals.
NO_PLURALS = frozenset("windows teams news aws ios macos kubernetes".split())  # noqa: SIM905 - words
SHORTEST_PLURAL = 4
# Words that end so without being forms of a verb.
NO_FORMS = frozenset("pricing embed feed seed speed string".split())  # noqa: SIM905 - words
FORM_OF_VERB = re.compile(r"(?<=[a-z][a-z][a-z])(?:ing|ed)$")
VOWEL = re.compile(r"[aeiouy]")
DOUBLED = re.compile(r"([bdgmnprt])\1$")


@lru_cache(maxsize=200_000)
def key_of(term: str) -> str:
    """Return the key that all spellings and forms of a term have."""
    words = BETWEEN_DIGITS.sub(".", folded(term)).split()
    return SEPARATOR.sub("", " ".join(_stem(_singular(word)) for word in words))


def _singular(word: str) -> str:
    if len(word) < SHORTEST_PLURAL or word in NO_PLURALS or not word.endswith("s"):
        return word
    if word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("shes", "ches", "sses", "xes")) else word[:-1]


def _stem(word: str) -> str:
    """Return a word without the ending of a verb: "limiting" and "limited" are "limit"."""
    if word in NO_FORMS:
        return word
    stem = FORM_OF_VERB.sub("", word)
    # The part after the last hyphen is what the ending belongs to.
    if stem == word or not VOWEL.search(stem[stem.rfind("-") + 1 :]):
        return word
    return DOUBLED.sub(r"\1", stem)


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
