"""Recognises texts that aren't English, by their script, letters, spelling and frequent words.

It is fast and careful: a text counts as another language only if its words clearly show it, because
leaving out an English text is worse than scoring a foreign one.
"""

import re
import unicodedata
from collections.abc import Sequence

from collector.text.scripts import is_in_other_script
from shared.models import Language
from shared.text.foreign_words import (
    ACCENT,
    BEFORE_NAMES,
    LETTER,
    LOAN_PHRASE,
    LOAN_WORDS,
    RARE_ACCENT,
    SPELLING,
    known_words,
)

# The beginning of a longer text is enough.
CHARACTERS = 1_000
FOREIGN_SHARE = 0.2
# Foreign words for each English one.
AGAINST_ENGLISH = 2
# Evidence of two words: one clear, the other clear or doubtful.
MIN_EVIDENCE = 2
# This number of doubtful words makes a text foreign without a clear word.
MANY_DOUBTFUL = 3
# A text of this number of words is foreign by one clear word of this length.
LONE_WORDS = range(3, 8)
LONE_LETTERS = 4

# Parts of identifiers, hashes, paths and domains are no words.
WORD = re.compile(r"(?<![\w@/\\])(?<!\w\.)[^\W\d_]+(?:'[^\W\d_]+)?(?![\w@/\\]|\.\w)")
# The first word of a sentence, and the first character of the next word.
FIRST = re.compile(rf"(?:\A|[.!?]\s)\W{{0,3}}({WORD.pattern})(?=\W+(\w)|)")
QUOTED = re.compile(r'"[^"]*"')
# Endings that a lone foreign word stands against.
ENGLISH_SPELLING = re.compile(r"(?:ing|ed|ly|tions?|ness|ght|ck|th|ful|ous)$")


def language_of(words: str) -> Language:
    """Return the language of a cleaned text: "other" is any other than English."""
    if not words:
        return "none"
    text = words[:CHARACTERS]
    start = text.lower()
    if not start.isascii() and is_in_other_script(start):
        return "other"
    known = known_words()
    tokens = start.split()
    if (
        known.clear.isdisjoint(tokens)
        and not known.english.isdisjoint(tokens)
        and (start.isascii() or not ACCENT.search(start))
    ):
        return "en"
    if not _is_foreign(text):
        return "en"
    part = _own_part(text)
    return "other" if part == text or _is_foreign(part) else "en"


def _own_part(text: str) -> str:
    """Return the text without quotations and phrases that English uses, if words remain."""
    without = QUOTED.sub(" ", text)
    return LOAN_PHRASE.sub(" ", without if WORD.search(without) else text)


def _is_foreign(text: str) -> bool:
    known = known_words()
    written = WORD.findall(text)
    seen = {word.lower() for word in written}
    english = len(known.english & seen)
    if len(seen) <= (1 + AGAINST_ENGLISH) * english:
        return False
    telling = _telling(text, written)
    listed = telling & known.clear
    clear = listed | {word for word in telling if _is_spelled_foreign(word)}
    doubtful = (telling & known.doubtful) - clear
    evidence = len(clear) + len(doubtful)
    if evidence < FOREIGN_SHARE * len(seen):
        return False
    if english:
        return (
            len(clear) >= MIN_EVIDENCE
            and len(clear) + len(doubtful) / 2 > AGAINST_ENGLISH * english
        )
    if not clear:
        return len(doubtful) >= MANY_DOUBTFUL
    if evidence >= MIN_EVIDENCE:
        return True
    sure = listed | set(filter(RARE_ACCENT.search, clear))
    return len(written) in LONE_WORDS and _is_lone(sure, seen)


def _is_lone(sure: set[str], seen: set[str]) -> bool:
    """Return whether one foreign word decides, since no other word looks English."""
    return any(len(word) >= LONE_LETTERS for word in sure) and not any(
        ENGLISH_SPELLING.search(word) for word in seen - sure
    )


def _telling(text: str, written: Sequence[str]) -> set[str]:
    """Return the words in lower case, without names and abbreviations such as Las Vegas and EU.

    A capitalised word counts only as the first of a sentence, or in a text all in capitals.
    """
    if not any(word.islower() for word in written):
        loud = all(map(str.isupper, written))
        return {word.lower() for word in written} - BEFORE_NAMES if loud else set()
    known = known_words()
    telling = {word for word in written if word.islower()}
    for match in FIRST.finditer(text):
        first, following = match[1].lower(), match[2] or ""
        is_listed = first in known.clear or first in known.doubtful
        is_name = following.isupper() and (first in BEFORE_NAMES or not is_listed)
        if not is_name and (match[1][1:].islower() or len(first) == 1):
            telling.add(first)
    return telling


def _is_spelled_foreign(word: str) -> bool:
    if word.isascii() or not LETTER.search(word):
        return SPELLING.search(word) is not None
    letters = unicodedata.normalize("NFD", word)
    return "".join(each for each in letters if not unicodedata.combining(each)) not in LOAN_WORDS
