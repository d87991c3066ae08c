"""VADER: a lexicon and rules for the sentiment of short texts (Hutto and Gilbert, ICWSM 2014)."""

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from collector.sentiment import Score, Scorer, label_of


def vader_scorer() -> Scorer:
    """Load the lexicon and give the function that scores cleaned text."""
    analyzer = SentimentIntensityAnalyzer()

    def score(words: str) -> Score:
        found = analyzer.polarity_scores(words)
        compound = float(found["compound"])
        return Score(label_of(compound), compound, found["pos"], found["neg"], found["neu"], "en")

    return score
