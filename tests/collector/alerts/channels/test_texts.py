"""Texts of other people: one line, cut, escaped; and what of a message is shown."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.alerts.channels import discord, slack, teams
from collector.alerts.channels.texts import (
    Detail,
    chat_address,
    details,
    encodable,
    fit,
    one_line,
    units,
)
from tests.collector.alerts.channels.messages import HOSTILE

ESCAPES = [slack.escaped, discord.escaped, teams.escaped]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\r\n\t b\x00c\u2028d", "a b c d"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("\x1b[31mred", "[31mred"),
        ("\ud800", "\ufffd"),
        ("family \U0001f468\u200d\U0001f469", "family \U0001f468\u200d\U0001f469"),
        ("שלום", "שלום"),
        (" \u202e ", ""),
    ],
)
def test_a_text_is_one_line_without_what_can_not_be_seen(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_a_text_is_cut_between_characters_and_says_so() -> None:
    assert fit("abcdef", 6) == "abcdef"
    assert fit("abcdefg", 6) == "abcde…"
    assert fit("ab cdefg", 4) == "ab…"
    assert fit("\U0001f600\U0001f600", 3) == "\U0001f600…"
    assert fit("a&b", 5, slack.escaped) == "a…"
    assert fit("a*b", 4, discord.escaped) == "a\\*b"


@given(
    st.one_of(st.sampled_from(HOSTILE), st.text()), st.integers(1, 300), st.sampled_from(ESCAPES)
)
def test_no_text_is_longer_than_its_limit_or_has_what_can_not_be_seen(text, limit, escape) -> None:
    shown = fit(text, limit, escape)
    assert units(shown) <= limit
    shown.encode()
    hidden = {"Cc", "Cs", "Zl", "Zp"}
    assert not [each for each in shown if unicodedata.category(each) in hidden]
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b")


@given(st.text())
def test_nothing_of_slacks_markup_is_left(text: str) -> None:
    shown = fit(text, 1_000, slack.escaped)
    assert not set(shown) & set("<>*_~`")
    assert not re.search(r"&(?!amp;|lt;|gt;)", shown)


@given(st.text(alphabet=st.sampled_from("\\`*_~|<>[](){}#+-!@:ab 1.")), st.integers(1, 60))
def test_all_of_discords_markup_is_escaped_and_no_escape_is_cut(text: str, limit: int) -> None:
    shown = fit(text, limit, discord.escaped)
    bare = re.sub(r"\\[\\`*_~|<>\[\](){}#+\-!@:]", "", shown)
    assert not set(bare) & discord.MARKUP


@given(st.text())
def test_an_address_is_none_or_has_nothing_that_ends_it(text: str) -> None:
    for given_text in (text, f"https://a.example/{text}"):
        address = chat_address(given_text)
        if address is not None:
            assert re.fullmatch(r"https?://[\w%/:?#\[\]@!$&+,;=~.\-]+", address, re.ASCII)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://a.example/x?y=z#w", "https://a.example/x?y=z#w"),
        ("https://a.example/Привет", "https://a.example/%D0%9F%D1%80%D0%B8%D0%B2%D0%B5%D1%82"),
        ("https://a.example/(x)", "https://a.example/%28x%29"),
        ("https://a.example/%20", "https://a.example/%20"),
        *((each, None) for each in ("javascript:alert(1)", "/r/x", "", "ftp://a.example/")),
        ("https://a.example/" + "a" * 700, None),
        # Which host it leads to is hidden, or read in several ways.
        ("https://www.reddit.com@evil.example/", None),
        ("https://reddit.com:x@evil.example/", None),
        ("https://reddit.com\\@evil.example/", None),
        ("https://r\u0435ddit.example/", None),
        ("https://a.example:0/", None),
        ("https://a.example/a b|c>", None),
    ],
)
def test_only_chat_addresses_become_links(text: str, address: str | None) -> None:
    assert chat_address(text) == address


def test_items_are_left_out_before_entries_are() -> None:
    assert list(details(3, 2)) == [
        *(Detail(2, 5), Detail(2, 3), Detail(2, 1), Detail(2, 0)),
        Detail(1, 0),
    ]
    assert list(details(0, 10))[-1] == Detail(0, 0)


def test_halves_of_pairs_are_replaced() -> None:
    assert encodable("a\ud800b\U0001f600") == "a\ufffdb\U0001f600"
