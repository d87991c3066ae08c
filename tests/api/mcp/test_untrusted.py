"""What strangers wrote: nothing hidden in it, and of bounded length."""

import pytest

from api.mcp.untrusted import cleaned, cleaned_json

HIDDEN = {
    "a bidirectional override": "\u202e",
    "an isolate": "\u2066",
    "a zero-width space": "\u200b",
    "a zero-width joiner": "\u200d",
    "a byte order mark": "\ufeff",
    "a tag": "\U000e0041",
    "an unassigned tag": "\U000e0002",
    "a variation selector": "\ufe0f",
    "a rare variation selector": "\U000e0100",
    "a filler": "\u3164",
    "a soft hyphen": "\u00ad",
    "an escape": "\x1b",
    "a NUL": "\0",
    "a C1 control": "\u009b",
    "a carriage return": "\r",
    "private use": "\ue000",
    "half of a pair": "\ud83d",
}


@pytest.mark.parametrize("sign", HIDDEN.values(), ids=HIDDEN)
def test_what_nobody_sees_goes(sign: str) -> None:
    assert cleaned(f"a{sign}b", 10) == "ab"


@pytest.mark.parametrize("text", ["Grüße", "日本語", "🎉 done", "a\n\tb", "naïve", "x\u0301"])
def test_what_people_see_stays(text: str) -> None:
    assert cleaned(text, 100) == text


def test_unusual_blanks_and_line_ends_are_usual_ones() -> None:
    assert cleaned("a\u00a0b\u2003c\u2028d", 100) == "a b c\nd"


def test_a_long_text_ends_with_an_ellipsis_within_its_length() -> None:
    assert cleaned("x" * 10, 10) == "x" * 10
    assert cleaned("x" * 11, 10) == "x" * 9 + "…"


def test_of_a_text_with_much_that_nobody_sees_the_beginning_is_shown() -> None:
    assert cleaned("\u200b" * 30 + "a" * 20, 10) == "aaaaaaaaa…"
    assert cleaned("a" + "\u200b" * 100_000 + "b", 10) == "a…"


def test_texts_are_cleaned_however_deep_they_are_and_names_too() -> None:
    found = cleaned_json({"a\u200b": [{"b": "c\u202e"}, 1, None, True, 0.5]}, 100)
    assert found == {"a": [{"b": "c"}, 1, None, True, 0.5]}
