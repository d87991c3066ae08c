"""The sentiment of a text, by the method that SENTIMENT_METHOD names."""

from collections.abc import Callable
from typing import NamedTuple

from collector.sentiment.cleaning import clean
from shared.models import Label

# Hutto and Gilbert, ICWSM 2014, and https://github.com/cjhutto/vaderSentiment#about-the-scoring
POSITIVE_FROM = 0.05
NEGATIVE_FROM = -0.05


class Score(NamedTuple):
    """compound lies in -1..1; positive, negative and neutral are shares in 0..1."""

    label: Label
    compound: float
    positive: float
    negative: float
    neutral: float


Scorer = Callable[[str], Score]
"""Scores a text as Reddit keeps it, in markdown."""


def label_of(compound: float) -> Label:
    """Name the sentiment of a compound score."""
    if compound >= POSITIVE_FROM:
        return "positive"
    return "negative" if compound <= NEGATIVE_FROM else "neutral"


NO_WORDS = Score("neutral", 0.0, 0.0, 0.0, 1.0)


def scorer(method: str) -> Scorer:
    """Give the method of this name, loaded. Raises KeyError."""
    score_words = {"vader": _vader}[method]()

    def score(text: str) -> Score:
        words = clean(text)
        return score_words(words) if words else NO_WORDS

    return score


def _vader() -> Scorer:
    from collector.sentiment.vader import vader_scorer  # noqa: PLC0415 - loads the lexicon

    return vader_scorer()
