from pathlib import Path
from statistics import correlation

import pytest

from bench.field.joining import joined
from bench.labelled import LABELS, read_comments, read_tweets, with_one_label
from bench.labelled_files import LabelledFile, read_texts
from bench.sentiment_figures import calibration, confusion, rates
from bench.sentiment_scores import score_file
from collector.sentiment.base import Text
from collector.sentiment.registry import method_named
from shared.text.forms import FORMS
from shared.text.forms.reddit import REDDIT

LABELLED = Path("../shared/sentiment")

needs_labelled = pytest.mark.skipif(
    not (LABELLED / "goemotions_dev.tsv").exists(), reason=f"{LABELLED} has no labelled text"
)


@pytest.fixture(scope="module")
def comments():
    return with_one_label(read_comments(LABELLED / "goemotions_dev.tsv"))


def figures_of(name: str, comments) -> dict:
    texts, labels = comments
    score = method_named(name).score
    return rates(confusion(labels, [LABELS.index(score(text, REDDIT).label) for text in texts]))


@needs_labelled
def test_people_agree_with_the_linear_method_seven_times_in_ten(comments) -> None:
    found = figures_of("linear", comments)
    assert found["accuracy"] > 0.735
    assert found["macro_f1"] > 0.72
    assert min(rates["recall"] for rates in found["labels"].values()) > 0.6


@needs_labelled
def test_it_is_far_better_than_vader(comments) -> None:
    linear, vader = (figures_of(name, comments) for name in ("linear", "vader"))
    assert linear["macro_f1"] > vader["macro_f1"] + 0.1


@needs_labelled
def test_its_probabilities_are_as_often_right_as_they_say(comments) -> None:
    texts, labels = comments
    score = method_named("linear").score
    assert calibration([score(text, REDDIT) for text in texts], labels)["ece"] < 0.04


@needs_labelled
def test_its_compound_follows_how_strongly_people_feel() -> None:
    tweets = read_tweets(LABELLED / "vader_tweets.tsv")
    score = method_named("linear").score
    found = [score(tweet.text, REDDIT).compound for tweet in tweets]
    assert correlation(found, [tweet.rating for tweet in tweets]) > 0.83


@needs_labelled
def test_it_reads_texts_of_developers() -> None:
    texts = read_texts(LABELLED / "field_dev.jsonl")
    found = score_file(
        method_named("linear", FORMS), LabelledFile("field_dev.jsonl", texts, "text")
    )
    assert "macro_f1" in found
    assert found["macro_f1"] > 0.8
    for source, share in {"stackoverflow": 0.82, "github": 0.8, "jira": 0.74}.items():
        assert found["by_source"][source]["macro_f1"] > share


def test_opinions_of_this_field_are_not_swallowed_by_neutral() -> None:
    rows = [row for row in joined(LABELLED / "missing")["dev"] if "target" not in row]
    labels = [LABELS.index(str(row["label"])) for row in rows]
    texts = [Text(str(row["text"]), "reddit") for row in rows]
    scores = method_named("linear", FORMS).score_many(texts)
    found = rates(confusion(labels, [LABELS.index(score.label) for score in scores]))
    assert found["macro_f1"] > 0.5
    assert found["labels"]["negative"]["recall"] > 0.45
    assert found["labels"]["positive"]["recall"] > 0.4
