"""The search for entries: tags, numeric filters, and words with their typos.

https://hn.algolia.com/api
"""

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

FILTER = re.compile(r"(created_at_i|points|num_comments)\s*(<=|>=|=|<|>)\s*(-?\d+)")
OPERATORS: Mapping[str, Callable[[int, int], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}
# Parentheses are a list of which any fits; commas between them mean that all fit.
TAGS = re.compile(r"\(([^()]*)\)|([^,()]+)")
WORDS = re.compile(r"\w+")
PARTS = re.compile(r'"([^"]*)"|(\S+)')
# https://www.algolia.com/doc/guides/managing-results/optimize-search-results/typo-tolerance/
ONE_TYPO, TWO_TYPOS = 4, 8
SEARCHED = ("title", "url", "author", "story_text", "comment_text", "story_title", "story_url")


class BadQuery(Exception):
    """A parameter can't be read; the message is the answer's."""


def fits_tags(tags: str, own: Iterable[str]) -> bool:
    """Return whether an entry's own tags fit the parameter `tags`."""
    has = set(own)
    groups = ((some or one).split(",") for some, one in TAGS.findall(tags))
    return all(any(tag.strip() in has for tag in group) for group in groups)


def filters_of(text: str) -> list[Callable[[Mapping[str, Any]], bool]]:
    """Return the tests of the parameter `numericFilters`. Raises BadQuery."""
    found: list[Callable[[Mapping[str, Any]], bool]] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        parsed = FILTER.fullmatch(part)
        if parsed is None:
            raise BadQuery(f"Invalid syntax for numeric condition: {part}")
        found.append(_comparison(*parsed.groups()))
    return found


def _comparison(name: str, sign: str, number: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda hit: OPERATORS[sign](hit.get(name) or 0, int(number))


def fits_words(query: str, hit: Mapping[str, Any], *, typos: bool) -> bool:
    """Return whether all words of a query stand in an entry; of a word its beginning does."""
    said = [WORDS.findall(str(hit.get(name) or "").lower()) for name in SEARCHED]
    for quoted, plain in PARTS.findall(query.lower()):
        if quoted:
            phrase = WORDS.findall(quoted)
            if not any(_has_phrase(words, phrase) for words in said):
                return False
            continue
        for word in WORDS.findall(plain):
            if not any(_is_like(word, other, typos=typos) for words in said for other in words):
                return False
    return True


def _has_phrase(words: list[str], phrase: list[str]) -> bool:
    size = len(phrase)
    return any(words[start : start + size] == phrase for start in range(len(words) - size + 1))


def _is_like(word: str, other: str, *, typos: bool) -> bool:
    if other.startswith(word):
        return True
    allowed = (len(word) >= ONE_TYPO) + (len(word) >= TWO_TYPOS)
    return typos and allowed > 0 and _distance(word, other) <= allowed


def _distance(first: str, second: str) -> int:
    """Count the letters to change, add or leave out that make two words the same."""
    row = list(range(len(second) + 1))
    for number, letter in enumerate(first, 1):
        above, row[0] = row[0], number
        for place, other in enumerate(second, 1):
            above, row[place] = (
                row[place],
                min(row[place] + 1, row[place - 1] + 1, above + (letter != other)),
            )
    return row[-1]
