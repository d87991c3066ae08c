"""VADER: a lexicon and rules for the sentiment of short texts (Hutto and Gilbert, ICWSM 2014)."""

from importlib.metadata import version

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from collector.sentiment.base import NO_WORDS, Score, Scorer, label_of
from collector.text.cleaning import VERSION as READING
from collector.text.cleaning import clean
from collector.text.language import language_of
from shared.text.form import MARKDOWN, Form


def vader_version() -> str:
    """Return the versions of the library, whose rules are the method, and of the reading."""
    return f"{version('vaderSentiment')}+{READING}"


def vader_scorer() -> Scorer:
    """Load the lexicon and give the function that scores a text in Markdown."""
    analyzer = SentimentIntensityAnalyzer()

    def score(text: str, form: Form = MARKDOWN, /) -> Score:
        words = clean(text, form)
        if not words:
            return NO_WORDS
        found = analyzer.polarity_scores(words)
        compound = float(found["compound"])
        shares = found["pos"], found["neg"], found["neu"]
        return Score(label_of(compound), compound, *shares, language_of(words))

    return score
