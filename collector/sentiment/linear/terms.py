"""Terms of this field that are meant otherwise than their words say; terms.tsv lists them."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("terms.tsv")
# What a pattern may match in more than one way, innermost first; the rest of it is literal.
VARYING = re.compile(r"(?:\([^()]*\)|\[[^\]]*\])\??")
LITERAL = re.compile(r"\w+(?:'\w+)*|[^\w\s]")
# A hand or a face has a colour and a sex, which change nothing of what is meant.
EMOJI_END = "[\U0001f3fb-\U0001f3ff]?(?:\u200d[\u2640\u2642])?"


class Term(NamedTuple):
    """One line of the file: what is found, the plain words that it is read as, and why."""

    pattern: str
    read_as: str
    reason: str


def read_terms(lines: Iterable[str]) -> list[Term]:
    """Read the file's lines; those with # in front are remarks. Raises TypeError at a bad line."""
    return [Term(*line.rstrip("\n").split("\t")) for line in lines if line[0] not in "#\n"]


def plain_reader(terms: Iterable[Term]) -> Callable[[str, Sequence[str]], str]:
    """Return a function that puts plain words for terms in a text whose tokens are given."""
    by_word: dict[str, list[tuple[re.Pattern[str], str]]] = defaultdict(list)
    for term in terms:
        by_word[_literal_word(term.pattern)].append(_replacement(term))
    known = frozenset(by_word)

    def read(text: str, tokens: Sequence[str]) -> str:
        if known.isdisjoint(tokens):
            return text
        for word in sorted(known.intersection(tokens)):
            for pattern, plain in by_word[word]:
                text = pattern.sub(plain, text)
        return text

    return read


def _replacement(term: Term) -> tuple[re.Pattern[str], str]:
    """Return what is found of a term and what replaces it; an emoji may touch words beside it."""
    if not term.pattern.isascii() and not re.search(r"\w", term.pattern):
        return re.compile(term.pattern + EMOJI_END), f" {term.read_as} "
    return re.compile(rf"(?<!\w){term.pattern}(?!\w)", re.IGNORECASE), term.read_as


def _literal_word(pattern: str) -> str:
    """Return the longest word that whatever the pattern matches has in it. Raises ValueError."""
    varied, count = VARYING.subn(" ", pattern)
    while count:
        varied, count = VARYING.subn(" ", varied)
    words: list[str] = LITERAL.findall(varied)
    if not words:
        raise ValueError(f"{pattern!r} of {FILE.name} has no word that is always there")
    return max(words, key=len)
