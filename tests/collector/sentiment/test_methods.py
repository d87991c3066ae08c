from importlib.metadata import version

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from collector.sentiment import NO_WORDS, Method, label_of, method_named
from collector.sentiment.cleaning import MAX_CHARACTERS, clean
from shared.settings import Settings

NAMES = Settings.model_fields["sentiment_method"].annotation.__args__
VADER = method_named("vader")
LINEAR = method_named("linear")
ANALYZER = SentimentIntensityAnalyzer()

pieces = st.sampled_from(
    [
        *(
            "good",
            "BAD",
            "not",
            "but",
            "very",
            "love",
            "hate",
            "the",
            "crash",
            "is fire",
            "!",
            ":)",
        ),
        *("😀", "`code`", "> quote\n", "\n\n", "/s", "**", "[a](b)", "&amp;", "no", "0", "?"),
    ]
)
texts = st.lists(pieces | st.text(max_size=8), max_size=30).map(" ".join)


@pytest.fixture(params=NAMES)
def method(request) -> Method:
    return method_named(request.param)


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
def test_a_text_is_scored_by_its_authors_words(method, text: str, label: str) -> None:
    assert method.score(text).label == label


@pytest.mark.parametrize("text", ["", "[deleted]", "```\nhate\n```", "https://example.com/hate"])
def test_a_text_without_words_is_neutral_with_compound_0_and_says_so(method, text: str) -> None:
    assert method.score(text) == NO_WORDS
    assert NO_WORDS.language == "none"


@given(texts)
def test_label_and_compound_never_contradict_each_other(text: str) -> None:
    for method in (VADER, LINEAR):
        found = method.score(text)
        assert found.label == label_of(found.compound)
        assert -1 <= found.compound <= 1
        assert found.compound == round(found.compound, 4)


@given(texts)
def test_the_linear_methods_shares_are_probabilities_and_the_label_the_likeliest(text: str) -> None:
    found = LINEAR.score(text)
    shares = {name: getattr(found, name) for name in ("positive", "negative", "neutral")}
    assert sum(shares.values()) == pytest.approx(1)
    assert shares[found.label] == max(shares.values())


@given(texts)
def test_vader_is_the_library_on_the_authors_words(text: str) -> None:
    words = clean(text)
    found = VADER.score(text)
    if words:
        told = ANALYZER.polarity_scores(words)
        assert (found.compound, found.positive) == (told["compound"], told["pos"])
        assert (found.negative, found.neutral) == (told["neg"], told["neu"])
    else:
        assert found == NO_WORDS


def test_each_method_names_itself_and_its_version() -> None:
    assert {name: method_named(name).name for name in NAMES} == dict(zip(NAMES, NAMES, strict=True))
    assert VADER.version == version("vaderSentiment")
    assert LINEAR.version


def test_an_unknown_method_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        method_named("horoscope")


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


def test_the_same_words_give_the_same_score_whatever_their_number_of_repeats() -> None:
    once, often = (LINEAR.score("It works and I like it. " * times) for times in (1, 200))
    assert once.label == often.label == "positive"
    assert often.compound < 0.97  # vader: 0.9998


def test_length_alone_makes_no_mood() -> None:
    body = "I start the server, open the file and read the list of names in it. " * 60
    assert LINEAR.score(body).label == "neutral"
    assert LINEAR.score(f"I hate this, it is terrible and useless.\n\n{body}").compound > -0.6
    assert VADER.score(f"I hate this, it is terrible and useless.\n\n{body}").compound < -0.8


def test_what_stands_after_the_bound_changes_nothing(method) -> None:
    start = "word " * MAX_CHARACTERS
    assert method.score(start) == method.score(start + "I hate this terrible thing " * 100_000)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Great, another outage. Love it /s", "negative"),
        ("Great, another outage. Love it", "positive"),
        ("Oh sure, this is perfect \\s", "negative"),
        ("I hate this so much /s", "negative"),
        ("Put it in /s and /tmp, that is a great and lovely place", "positive"),
    ],
)
def test_praise_marked_as_sarcasm_is_blame(text: str, label: str) -> None:
    assert LINEAR.score(text).label == label
