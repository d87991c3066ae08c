"""Replaces terms of this field whose words mislead by plain words; terms.tsv lists them."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("terms.tsv")
# The variable parts of a pattern, innermost first; the rest is literal.
VARYING = re.compile(r"(?:\([^()]*\)|\[[^\]]*\])\??")
LITERAL = re.compile(r"\w+(?:'\w+)*|[^\w\s]")
# Modifiers of skin colour and gender, which don't change the meaning.
EMOJI_END = "[\U0001f3fb-\U0001f3ff]?(?:\u200d[\u2640\u2642])?"


class Term(NamedTuple):
    """One line of the file: a pattern, the plain words that replace it, and the reason."""

    pattern: str
    read_as: str
    reason: str


def read_terms(lines: Iterable[str]) -> list[Term]:
    """Read the file's lines; those with # in front are remarks. Raises TypeError at a bad line."""
    return [Term(*line.rstrip("\n").split("\t")) for line in lines if line[0] not in "#\n"]


def plain_reader(terms: Iterable[Term]) -> Callable[[str, Sequence[str]], str]:
    """Return a function that replaces terms by plain words in a text, given its tokens."""
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
    """Return a term's pattern and replacement; words may directly adjoin an emoji."""
    if not term.pattern.isascii() and not re.search(r"\w", term.pattern):
        return re.compile(term.pattern + EMOJI_END), f" {term.read_as} "
    return re.compile(rf"(?<!\w){term.pattern}(?!\w)", re.IGNORECASE), term.read_as


def _literal_word(pattern: str) -> str:
    """Return the longest word that every match of the pattern contains. Raises ValueError."""
    varied, count = VARYING.subn(" ", pattern)
    while count:
        varied, count = VARYING.subn(" ", varied)
    words: list[str] = LITERAL.findall(varied)
    if not words:
        raise ValueError(f"{pattern!r} of {FILE.name} has no word that is always there")
    return max(words, key=len)
