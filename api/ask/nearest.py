"""Names that are spelled nearly as a word of a question is."""

import difflib
from collections.abc import Iterable

from api.ask.text import folded

MIN_CHARS = 4
MIN_RATIO = 0.8
MAX_NEAR = 3


def nearest(words: str, names: Iterable[str]) -> list[str]:
    """Return up to three names that some words nearly spell, the nearest first.

    Small letters, accents, spaces and signs don't count. Words of fewer than four letters are near
    none.
    """
    wanted = folded(words)
    if len(wanted) < MIN_CHARS:
        return []
    by_letters = {folded(each): each for each in names}
    found = difflib.get_close_matches(wanted, by_letters, n=MAX_NEAR, cutoff=MIN_RATIO)
    return [by_letters[each] for each in found]
