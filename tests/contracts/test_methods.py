from functools import cache
from importlib.metadata import version

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from collector.sentiment.base import NO_WORDS, Method, label_of
from collector.sentiment.linear.weights import read_weights
from collector.sentiment.registry import METHODS, method_named
from collector.text.cleaning import MAX_CHARACTERS, clean
from collector.text.cleaning import VERSION as READING
from shared.text.forms.reddit import REDDIT

NAMES = METHODS
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


# To load one takes a tenth of a second, and it keeps nothing of a text.
loaded = cache(method_named)


@pytest.fixture(params=NAMES)
def method(request) -> Method:
    return loaded(request.param)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I love this, it is wonderful!", "positive"),
        ("This is a terrible, awful mess and I hate it", "negative"),
        ("The meeting is on Tuesday at three", "neutral"),
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
    words = clean(text, REDDIT)
    found = VADER.score(text, REDDIT)
    if words:
        told = ANALYZER.polarity_scores(words)
        assert (found.compound, found.positive) == (told["compound"], told["pos"])
        assert (found.negative, found.neutral) == (told["neg"], told["neu"])
    else:
        assert found == NO_WORDS


def test_each_method_names_itself_and_its_version() -> None:
    assert {name: method_named(name).name for name in NAMES} == dict(zip(NAMES, NAMES, strict=True))
    assert VADER.version == f"{version('vaderSentiment')}+{READING}"
    assert LINEAR.version == f"{read_weights().version}+{READING}"


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
    assert LINEAR.score(text, REDDIT).label == label


NEGATED = (
    "I can't recommend it",
    "It doesn't work well",
    "This isn't helpful",
    "I didn't enjoy it",
    "It wasn't useful and won't help",
    "I don't like it",
    "You can't trust it",
    "It isn't great",
    "They aren't happy",
)


@pytest.mark.parametrize("apostrophe", "\u2019\u02bc\u00b4`\uff07\u2018\u201b\u2032")
@pytest.mark.parametrize("text", NEGATED)
def test_a_negation_counts_whatever_its_apostrophe_is(method, text: str, apostrophe: str) -> None:
    assert method.score(text.replace("'", apostrophe)) == method.score(text)
    assert method.score(text).label == "negative"


@pytest.mark.parametrize(
    "written",
    [
        *("\u201c{}\u201d", "\u201e{}\u201c", "\u00ab{}\u00bb", "\u300c{}\u300d", "\u2018{}\u2019"),
        *("\u2014{}\u2014", "\u2013{}", "so\u2014{}", "so\u2015{}\u2015so", "so--{}", "{}\u2026"),
        *("\ufeff{}", "{}\u2060", "\u200e{}\u200f", "{}\u200d", "\u200b{}\u200b", "\u00ad{}"),
        *("a\u00a0{}", "a\u3000{}\u2009b", "\u2022{}", "\u00a1{}!", "***{}***", "&amp;#x200B;{}"),
    ],
)
@pytest.mark.parametrize(("word", "label"), [("great", "positive"), ("terrible", "negative")])
def test_signs_beside_a_word_do_not_hide_it(method, written: str, word: str, label: str) -> None:
    assert method.score(written.format(word)).label == label


@pytest.mark.parametrize(
    "word",
    [
        "t\u200berrible",
        "terri\u00adble",
        "ter\u2060rible",
        "\uff54\uff45\uff52\uff52\uff49\uff42\uff4c\uff45\uff01",
    ],
)
def test_nor_do_signs_in_it_or_its_width(method, word: str) -> None:
    assert method.score(word).label == "negative"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        *(("👍", "positive"), ("Opus 5👍🏽", "positive"), ("🙏", "positive"), ("👏👏", "positive")),
        *(("👎", "negative"), ("the new pricing 👎🏿", "negative"), ("🤮", "negative")),
        *(("🙄", "negative"), ("🤡", "negative"), ("🤦\u200d♂️", "negative"), ("💩", "negative")),
        *(("❤️", "positive"), ("❤️\u200d🔥", "positive"), ("🐐", "positive"), ("🗑️", "negative")),
        *(("💀", "neutral"), ("The new icon 💀", "neutral"), ("👨\u200d👩\u200d👧", "neutral")),
        *(("0/10", "negative"), ("10/10", "positive"), ("solid 8/10", "positive")),
        *(("1 star", "negative"), ("one star, avoid", "negative"), ("5 stars", "positive")),
        *(("2 out of 10", "negative"), ("★☆☆☆☆", "negative"), ("⭐⭐⭐⭐⭐", "positive")),
        *(("6/10", "neutral"), ("10/10/2026", "neutral"), ("released on 10/10", "neutral")),
        *(("10/10 tests passed", "neutral"), ("The repo has 1 star on GitHub", "neutral")),
        *(("SOOOO GOOOOD", "positive"), ("goood", "positive"), ("this is baaaad", "negative")),
        *(("#BestToolEver", "positive"), ("#WorstUpdateEver", "negative")),
        *(("#worst_update_ever", "negative"), ("Kindly let me know how to log in", "neutral")),
        *(("Could you kindly share the link?", "neutral"), ("Thank you kindly", "positive")),
    ],
)
def test_judgements_without_a_word_of_mood_are_read(text: str, label: str) -> None:
    assert LINEAR.score(text).label == label
