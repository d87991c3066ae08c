import pytest

from collector.sentiment import NO_WORDS, label_of, method_named
from shared.settings import Settings


@pytest.fixture(scope="module")
def score():
    return method_named("vader").score


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I love this, it is wonderful!", "positive"),
        ("This is a terrible, awful mess and I hate it", "negative"),
        ("The build takes three minutes", "neutral"),
        ("> I hate this terrible thing\n\nI love it", "positive"),
        ("`hate terrible awful` is the name of the branch", "neutral"),
    ],
)
def test_a_text_is_scored_by_its_authors_words(score, text: str, label: str) -> None:
    assert score(text).label == label


@pytest.mark.parametrize("text", ["", "[deleted]", "```\nhate\n```", "https://example.com/hate"])
def test_a_text_without_words_is_neutral_with_compound_0(score, text: str) -> None:
    assert score(text) == NO_WORDS


@pytest.mark.parametrize(
    ("compound", "label"),
    [
        (0.05, "positive"),
        (0.0499, "neutral"),
        (0.0, "neutral"),
        (-0.0499, "neutral"),
        (-0.05, "negative"),
        (1.0, "positive"),
        (-1.0, "negative"),
    ],
)
def test_the_label_follows_the_compound_score(compound: float, label: str) -> None:
    assert label_of(compound) == label


def test_shares_add_up_to_1_and_compound_stays_in_range(score) -> None:
    found = score("Great speed, horrible price, and the update is on Tuesday.")
    assert found.positive + found.negative + found.neutral == pytest.approx(1, abs=0.01)
    assert -1 <= found.compound <= 1


def test_every_method_that_the_setting_takes_exists() -> None:
    for method in Settings.model_fields["sentiment_method"].annotation.__args__:
        assert method_named(method).score("I love it").label == "positive"
