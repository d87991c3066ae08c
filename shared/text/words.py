"""The words of a text as they are compared: without punctuation, in any case and spelling."""

import re

from shared.text.spelling import folded

WORD = re.compile(r"\w+")
# In scripts without spaces between words, each letter counts as a word.
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
WORD_OR_LETTER = re.compile(rf"[{UNSPACED}]|(?:(?![{UNSPACED}])\w)+")


def words_of(text: str) -> str:
    """Return the words of a text, normalised for comparison."""
    plain = folded(text)
    return " ".join((WORD if plain.isascii() else WORD_OR_LETTER).findall(plain))


def count_words(words: str) -> int:
    """Count the words in a result of `words_of`."""
    return words.count(" ") + 1 if words else 0
