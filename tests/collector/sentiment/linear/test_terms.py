import pytest

from collector.sentiment.linear.features import tokens
from collector.sentiment.linear.terms import FILE, Term, plain_reader, read_terms
from collector.sentiment.registry import method_named

LINEAR = method_named("linear")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("This is a killer feature", "positive"),
        ("Then kill the process and start it again", "neutral"),
        ("It has been bug-free for me", "positive"),
        ("It hallucinates functions that don't exist", "negative"),
        ("I am rate limited again", "negative"),
        ("They nerfed the model", "negative"),
        ("The team behind it is cracked", "positive"),
        ("What a sick feature", "positive"),
        ("It crashes every ten minutes", "negative"),
        ("Where are the error messages logged?", "neutral"),
        ("The new release is fire", "positive"),
        ("This model is goated", "positive"),
        ("The editor has a dark mode", "neutral"),
        ("Switched last year and never looked back", "positive"),
        ("Not bad at all", "positive"),
        ("It is unusable since the update", "negative"),
    ],
)
def test_terms_of_the_field_are_read_as_they_are_meant(text: str, label: str) -> None:
    assert LINEAR.score(text).label == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I feel sick today, it is awful", "negative"),
        ("A man was killed in the accident, so sad", "negative"),
        ("My house was on fire, it was terrible", "negative"),
    ],
)
def test_the_same_words_keep_their_meaning_elsewhere(text: str, label: str) -> None:
    assert LINEAR.score(text).label == label


def test_each_line_gives_plain_words_and_a_reason_and_changes_what_it_is_for() -> None:
    with FILE.open(encoding="utf-8") as lines:
        terms = read_terms(lines)
    assert len({term.pattern for term in terms}) == len(terms)
    for term in terms:
        assert term.read_as, term
        assert len(term.reason) > 5, term


def test_case_and_neighbours_are_kept() -> None:
    read = plain_reader([Term("killer (apps?)", r"excellent \1", "praise")])
    text = "Two KILLER APPS, one killer, no killer apples"
    assert read(text, tokens(text)) == "Two excellent APPS, one killer, no killer apples"


def test_a_line_without_a_fixed_word_is_refused() -> None:
    with pytest.raises(ValueError, match="no word that is always there"):
        plain_reader([Term("(a|(b|c)d)", "c", "reason")])
