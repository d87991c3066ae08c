"""The features of the linear model: words, pairs of words, and VADER's valences.

Training and scoring both use this module, so that their features can't differ.
"""

import math
import re
from collections.abc import Sequence

from collector.sentiment.linear.valences import compound_of

# Words; runs of ! and ?; ellipses; emoticons; and any other sign, mostly emoji.
TOKEN = re.compile(
    r"[^\W_]+(?:'[^\W_]+)*|[!?]+|\.\.+|[:;=][-']?[()dp/|\\\]\[]+|<3|[^\w\s.,\"'()\[\]/:;-]"
)
STRETCHED = re.compile(r"(.)\1{2,}")
SPECIAL = re.compile(r"\d|[!?]{2}|\.\.|(.)\1\1")

START, END = "<s>", "</s>"
PREFIX_CHARACTERS = 5
# From this number of words on, the mean counts, so that a long text isn't more extreme.
FULL_WORDS = 30

NUMBERS = (
    "compound",
    "strength",
    "positive share",
    "negative share",
    "positive sum",
    "negative sum",
    "highest",
    "lowest",
    "first",
    "last",
)


def tokens(text: str) -> list[str]:
    """Return the words and signs of a cleaned text; any number is 0, and "sooooo" is "sooo"."""
    lower = text.lower()
    if not SPECIAL.search(lower):
        return TOKEN.findall(lower)
    return [_plain(token) for token in TOKEN.findall(STRETCHED.sub(r"\1\1\1", lower))]


def _plain(token: str) -> str:
    if token[0].isdigit():
        return "0"
    if token[0] in "!?" and len(token) > 1:
        return token[0] * 2 if len(set(token)) == 1 else "?!"
    return ".." if token.startswith("..") else token


def pairs(words: Sequence[str]) -> list[str]:
    """Return the pairs of neighbouring words, including the text's start and end."""
    return list(map("{} {}".format, (START, *words), (*words, END)))


def prefix(word: str) -> str | None:
    """Return the feature for the beginning of a long word; None for a short one."""
    return word[:PREFIX_CHARACTERS] + "*" if len(word) > PREFIX_CHARACTERS else None


def weight_of_length(count: int) -> float:
    """Return the factor for a text's sum of weights, so that a longer text isn't stronger."""
    if count <= FULL_WORDS:
        return 1 / math.sqrt(count or 1)
    return math.sqrt(FULL_WORDS) / count


def numbers(valences: Sequence[float], text: str) -> tuple[float, ...] | None:
    """Return VADER's features in the order of NUMBERS; None if no word has a valence."""
    found = list(filter(None, valences))
    if not found:
        return None
    total = len(valences)
    up = [v for v in found if v > 0]
    positive = sum(up)
    negative = positive - sum(found)
    share = 1 / (positive + len(up) + negative + len(found) - len(up) + total - len(found))
    damping = min(1.0, FULL_WORDS / total)
    spread = weight_of_length(total)
    compound = compound_of((positive - negative) * damping, text)
    return (
        compound,
        abs(compound),
        (positive + len(up)) * share,
        (negative + len(found) - len(up)) * share,
        positive * spread,
        negative * spread,
        max(found) / 4,
        min(found) / 4,
        found[0] / 4,
        found[-1] / 4,
    )
