"""Recognises texts in scripts other than Latin."""

import re

from shared.text.english import ENGLISH

# A letter alone is a sign or part of a face, as in "ツ" and "μs".
WITHOUT_SPACES = re.compile(
    r"[\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003ffff]{2,}|[\uac00-\ud7af]+"
)
# Scripts in the order of Unicode; a word has letters of one.
WITH_SPACES = re.compile(
    r"[\u0370-\u03ff\u1f00-\u1fff]{2,}|[\u0400-\u052f]{2,}|[\u0530-\u058f]{2,}"
    r"|[\u0590-\u05ff]{2,}|[\u0600-\u07bf]{2,}|[\u0900-\u097f]{2,}|[\u0980-\u09ff]{2,}"
    r"|[\u0a00-\u0dff]{2,}|[\u0e00-\u0eff]{2,}|[\u0f00-\u0fff]{2,}|[\u1000-\u10ff]{2,}"
    r"|[\u1200-\u137f]{2,}|[\u1780-\u18af]{2,}"
)
LATIN = re.compile(r"[a-z\u00c0-\u024f]+(?:'[a-z]+)?")
MIN_LETTERS = 3
# Letters a word, without spaces between words.
LETTERS_A_WORD = 1.4
# A longer run has several words, as in Thai.
LONG_WORD = 12


def is_in_other_script(text: str) -> bool:
    """Return whether most words of a text in lower case are in another script.

    If common English words are among the others, two thirds must be.
    """
    unspaced = WITHOUT_SPACES.findall(text)
    spaced = WITH_SPACES.findall(text)
    letters = sum(map(len, unspaced))
    if letters + sum(map(len, spaced)) < MIN_LETTERS:
        return False
    latin = LATIN.findall(text)
    words = letters / LETTERS_A_WORD + sum(1 + len(word) // LONG_WORD for word in spaced)
    return words > len(latin) * (1 if ENGLISH.isdisjoint(latin) else 2)
