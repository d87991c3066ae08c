"""The sentiment of a text, by the method that SENTIMENT_METHOD names."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from collector.sentiment.cleaning import clean
from shared.models import Label, Language

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
    language: Language


Scorer = Callable[[str], Score]
"""Scores a text as Reddit keeps it, in markdown."""


@dataclass(frozen=True)
class Method:
    """A way to score text, loaded. version changes whenever a result may change."""

    name: str
    version: str
    score: Scorer


def label_of(compound: float) -> Label:
    """Name the sentiment of a compound score."""
    if compound >= POSITIVE_FROM:
        return "positive"
    return "negative" if compound <= NEGATIVE_FROM else "neutral"


NO_WORDS = Score("neutral", 0.0, 0.0, 0.0, 1.0, "none")


def method_named(name: str) -> Method:
    """Give the method of this name, loaded. Raises KeyError."""
    return {"vader": _vader}[name]()


def _vader() -> Method:
    from collector.sentiment.vader import vader_scorer  # noqa: PLC0415 - loads the lexicon

    score_words = vader_scorer()

    def score(text: str) -> Score:
        words = clean(text)
        return score_words(words) if words else NO_WORDS

    return Method("vader", "3.3.2", score)
