"""One spelling of a text, and how texts are compared."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.text import folded, normalised, unescaped

signs = st.sampled_from(
    "\u2019\u201c\u2014\u2013\u200b\u200d\u2060\ufeff\u00a0\u3000\u0301\u2033\u2034\u2057\u2026\uff01é½👍❤🏽\ufe0f"
)
texts = st.lists(signs | st.text(max_size=3), max_size=12).map("".join)


@given(texts)
def test_what_is_normalised_stays_as_it_is(text: str) -> None:
    once = normalised(text)
    assert normalised(once) == once
    assert unicodedata.is_normalized("NFKC", once)


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_ascii_is_its_own_spelling(text: str) -> None:
    assert normalised(text) == text


@pytest.mark.parametrize(
    "emoji", ["👨\u200d👩\u200d👧", "🤷🏽\u200d♀", "🏳\u200d🌈", "❤\u200d🔥", "👩🏿\u200d💻", "🇩🇪"]
)
def test_an_emoji_of_several_characters_stays_one(emoji: str) -> None:
    assert normalised(f"a {emoji} b") == f"a {emoji} b"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café", "CAFE\u0301"),
        ("résumé", "resume"),
        ("Straße", "STRASSE"),
        ("Łódź", "lodz"),
        ("don\u2019t", "DON'T"),
        ("\uff52\uff41\uff54\uff45\u3000\uff4c\uff49\uff4d\uff49\uff54", "Rate Limit"),
        ("co\u00adpilot\u200b", "Copilot"),
        ("\U0001d5e2\U0001d5fd\U0001d602\U0001d600", "opus"),
    ],
)
def test_texts_that_differ_in_spelling_alone_are_equal_when_folded(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("AT&amp;T", "AT&T"),
        ("&amp;amp;lt;", "<"),
        ("&#8217;&#x27;", "\u2019'"),
        ("a&copy=1 &nosuchthing; R&D", "a&copy=1 &nosuchthing; R&D"),
    ],
)
def test_entities_are_decoded_also_when_escaped_again(text: str, plain: str) -> None:
    assert unescaped(text) == plain
