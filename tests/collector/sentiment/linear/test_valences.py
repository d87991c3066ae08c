import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE, SentimentIntensityAnalyzer

from collector.sentiment.linear.valences import Valences, compound_of

LABELLED = Path("../shared/sentiment")
ANALYZER = SentimentIntensityAnalyzer()
VALENCES = Valences()

SPECIAL = [
    *("but", "least", "at", "very", "no", "or", "nor", "so", "this", "doubt", "without", "never"),
    *("kind", "of", "sort", "THE", "just", "enough"),
]
PHRASES = ["the shit", "the bomb", "bad ass", "bus stop", "yeah right", "kiss of death"]
MARKS = ["!!", "??", "a?", "????", "😁", "❤x", ":)", "x:(", "...", "'", "n't", "don't"]
words = st.sampled_from(
    [*SPECIAL * 20, *PHRASES * 20, *MARKS * 20, *BOOSTER_DICT, *NEGATE]
    + ["good", "BAD", "love", "HATE", "great", "awful", "fine", "beating", "heart", "die", "death"]
    * 20
    + sorted(ANALYZER.lexicon)
)


def compound(text: str) -> float:
    named = VALENCES.named_emojis(text)
    found = VALENCES.of(named)
    return round(compound_of(float(sum(found)), named), 4)


@settings(max_examples=1000, deadline=None)
@given(st.lists(words | words.map(str.upper) | st.text(max_size=4), max_size=12).map(" ".join))
def test_the_quick_rules_give_the_librarys_compound(text: str) -> None:
    assert compound(text) == ANALYZER.polarity_scores(text)["compound"]


def test_they_do_on_real_comments_too() -> None:
    path = LABELLED / "goemotions_dev.tsv"
    if not path.exists():
        pytest.skip(f"{path} isn't there")
    with path.open(encoding="utf-8", newline="") as lines:
        texts = [row[0] for row in csv.reader(lines, delimiter="\t")]
    told = [ANALYZER.polarity_scores(text)["compound"] for text in texts]
    assert list(map(compound, texts)) == told
