"""Searches: whole words and phrases, compared without case, accents and variants of signs."""

import re
from collections.abc import Callable, Iterable

from shared.models import Item
from shared.text import folded, normalised, unescaped

# Markdown within words.
EMPHASIS = re.compile(r"[*~`]+")
APOSTROPHE = re.compile(r"(?<=[^\W_])`(?=[^\W_])")
# Letters of scripts without spaces between words.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff"
)
SPACED_LETTER = rf"(?![{UNSPACED}])[^\W_]"
# A word ends before "'s", and nowhere else within "don't".
BEFORE = r"(?<![^\W_])"
AFTER = r"(?![^\W_]|'(?!s(?![^\W_]))[^\W_])"
GAP = r"[\s_-]+"
SEARCH_TERM = re.compile(r'"([^"]*)"|([^\s"]+)')

Search = Callable[[str], bool]
"""Returns whether a text matches all terms of a search."""


def search_terms(q: str) -> list[str]:
    """Return the words and quoted phrases of a search; any kind of quotes counts."""
    found = SEARCH_TERM.findall(normalised(unescaped(q)))
    return [phrase or word for phrase, word in found if phrase.strip() or word]


def search_of(terms: Iterable[str]) -> Search | None:
    """Return the search for all of these words and phrases; None if there are none.

    A term matches whole words; with `*` at its end, the beginning of a word. Spaces and hyphens are
    equivalent.
    """
    patterns = [re.compile(pattern) for term in terms if (pattern := _pattern(term))]
    if not patterns:
        return None

    def matches(text: str) -> bool:
        plain = searchable(text)
        return all(pattern.search(plain) for pattern in patterns)

    return matches


def searchable(text: str) -> str:
    """Return a text, normalised for searches."""
    plain = folded(unescaped(text))
    return EMPHASIS.sub("", APOSTROPHE.sub("'", plain))


def _pattern(term: str) -> str | None:
    begins = term.rstrip().endswith("*")
    # A quote around a word is no part of it.
    plain = searchable(term).strip().strip("'")
    pieces = [re.escape(piece) for piece in re.split(r"[\s_]+|(?<=\w)-+(?=\w)", plain) if piece]
    if not pieces:
        return None
    first, last = plain[0], plain[-1]
    before = BEFORE if re.match(SPACED_LETTER, first) else ""
    after = AFTER if re.match(SPACED_LETTER, last) and not begins else ""
    return before + GAP.join(pieces) + after


def words_of(item: Item) -> str:
    """Return the text of an item that searches match; a comment has no title."""
    return f"{item.get('title', '')}\n{item['content']}"
