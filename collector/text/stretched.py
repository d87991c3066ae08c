"""Shortens stretched words: "sooo goooood" is "so good", in any case."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import product

from vaderSentiment.vaderSentiment import (
    BOOSTER_DICT,
    NEGATE,
    SentimentIntensityAnalyzer,
)

from shared.text.english import ENGLISH, words_of

RUN = re.compile(r"([a-z])\1\1")
STRETCHED = re.compile(r"[^\W\d_]*?([^\W\d_])\1\1[^\W\d_]*", re.IGNORECASE)
LETTERS = re.compile(r"(([^\W\d_])\2{2,})", re.IGNORECASE)
# A text with more runs is a cry, not a word.
MAX_RUNS = 4
# Words that people stretch, without a valence of their own.
OFTEN_STRETCHED = words_of(
    "slow fast long way real man dude bro wait stop help hard high deep whole old big small huge "
    "tiny much too soon need feel look keep seem week all ever never always still every finally "
    "please really yeah yep yup nope hey hello bye right clean smooth quick cheap free buggy laggy "
    "clunky trash crap mid fire sick insane expensive simple"
)


@cache
def _known() -> frozenset[str]:
    lexicon = SentimentIntensityAnalyzer().lexicon
    words = {*lexicon, *BOOSTER_DICT, *NEGATE, *ENGLISH, *OFTEN_STRETCHED}
    return frozenset(word for word in words if len(word) > 1)


def unstretched(text: str) -> str:
    """Return the text with known stretched words in their usual spelling."""
    return STRETCHED.sub(_spelled, text) if RUN.search(text.lower()) else text


def _spelled(found: re.Match[str]) -> str:
    word = found[0]
    known = _known()
    if word.lower() in known or len(set(word.lower())) == 1:
        return word
    return next((each for each in _spellings(word) if each.lower() in known), word)


def _spellings(word: str) -> Iterator[str]:
    """Yield the word with each run of three or more equal letters as two or one, two first."""
    runs = LETTERS.split(word)[::3]
    between = LETTERS.findall(word)
    if len(between) > MAX_RUNS:
        return
    for lengths in product((2, 1), repeat=len(between)):
        parts = [runs[0]]
        for (run, _), length, rest in zip(between, lengths, runs[1:], strict=True):
            parts += [run[:length], rest]
        yield "".join(parts)
