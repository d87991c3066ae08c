"""Methods and trends read the author's own words (tests/shared/text) in their usual spelling."""

import pytest

from collector.text.cleaning import MAX_CHARACTERS, clean
from shared.text.forms.reddit import REDDIT


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("SOOOO goood, **looove** it, nooo wayyy", "SO good, love it, no way"),
        ("AAA III www hmmm 1000 zzz", "AAA III www hmmm 1000 zzz"),
        ("> sooo bad\n\nsooo good", "so good"),
        ("*I am a bot, and this action was performed automatically.*", ""),
    ],
)
def test_own_words_are_left_in_their_usual_spelling(markdown: str, words: str) -> None:
    assert clean(markdown, REDDIT) == words


def test_a_very_long_text_is_cut() -> None:
    assert len(clean("word " * 100_000, REDDIT)) == MAX_CHARACTERS


def test_a_long_run_of_letters_takes_no_more_time_than_words() -> None:
    # A pattern with runaway backtracking would exceed the suite's time limit.
    clean("aaab" * 50_000, REDDIT)
