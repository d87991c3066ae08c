from pathlib import Path
from statistics import correlation

import pytest

from bench.labelled import LABELS, read_comments, read_tweets, with_one_label
from bench.sentiment_figures import calibration, confusion, rates
from collector.sentiment.registry import method_named
from shared.text.forms.reddit import REDDIT

LABELLED = Path("../shared/sentiment")

pytestmark = pytest.mark.skipif(
    not (LABELLED / "goemotions_dev.tsv").exists(), reason=f"{LABELLED} has no labelled text"
)


@pytest.fixture(scope="module")
def comments():
    return with_one_label(read_comments(LABELLED / "goemotions_dev.tsv"))


def figures_of(name: str, comments) -> dict:
    texts, labels = comments
    score = method_named(name).score
    return rates(confusion(labels, [LABELS.index(score(text, REDDIT).label) for text in texts]))


def test_people_agree_with_the_linear_method_seven_times_in_ten(comments) -> None:
    found = figures_of("linear", comments)
    assert found["accuracy"] > 0.735
    assert found["macro_f1"] > 0.72
    assert min(rates["recall"] for rates in found["labels"].values()) > 0.6


def test_it_is_far_better_than_vader(comments) -> None:
    linear, vader = (figures_of(name, comments) for name in ("linear", "vader"))
    assert linear["macro_f1"] > vader["macro_f1"] + 0.1


def test_its_probabilities_are_as_often_right_as_they_say(comments) -> None:
    texts, labels = comments
    score = method_named("linear").score
    assert calibration([score(text, REDDIT) for text in texts], labels)["ece"] < 0.04


def test_its_compound_follows_how_strongly_people_feel() -> None:
    tweets = read_tweets(LABELLED / "vader_tweets.tsv")
    score = method_named("linear").score
    found = [score(tweet.text, REDDIT).compound for tweet in tweets]
    assert correlation(found, [tweet.rating for tweet in tweets]) > 0.83
