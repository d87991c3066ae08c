"""The interface of sentiment methods: a method, and the score of a text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from shared.models import Label, Language

# Hutto and Gilbert, ICWSM 2014, and https://github.com/cjhutto/vaderSentiment#about-the-scoring
POSITIVE_FROM = 0.05
NEGATIVE_FROM = -0.05


class Score(NamedTuple):
    """The sentiment of one text.

    compound lies in -1..1 and never contradicts the label: positive from 0.05, negative up to
    -0.05. positive, negative and neutral lie in 0..1 and add up to 1: by `vader` they are shares
    of the words, by `linear` the probabilities of the three labels. language is "none" if the text
    has no words, "other" if it clearly isn't English.
    """

    label: Label
    compound: float
    positive: float
    negative: float
    neutral: float
    language: Language


Scorer = Callable[[str], Score]
"""Returns the score of a text in Markdown, as the source gives it."""


@dataclass(frozen=True)
class Method:
    """A way to score text. Its version changes whenever any score may change."""

    name: str
    version: str
    score: Scorer
    fallback: Callable[[], "Method"] | None = None
    """Loads the method that is used if this one fails; None if there is none."""

    def score_many(self, texts: Sequence[str]) -> list[Score]:
        """Return the score of each text."""
        return [self.score(text) for text in texts]


def label_of(compound: float) -> Label:
    """Return the label of a compound score."""
    if compound >= POSITIVE_FROM:
        return "positive"
    return "negative" if compound <= NEGATIVE_FROM else "neutral"


NO_WORDS = Score("neutral", 0.0, 0.0, 0.0, 1.0, "none")
