"""What a search finds: whole words and phrases, however they are written."""

import pytest

from shared.text.search import search_of, search_terms


def finds(q: str, text: str) -> bool:
    search = search_of(search_terms(q))
    assert search
    return search(text)


@pytest.mark.parametrize(
    ("q", "text"),
    [
        ("aws", "AWS is down"),
        ("rust", "(rust\u200b)"),
        ("claude", "Claude\u2019s answer"),
        ("can't", "I can\u2019t"),
        ("can\u2019t", "I CAN'T"),
        ("don't", "don`t"),
        ("\u201crate limit\u201d", "the Rate\n Limit"),
        ('"rate limit"', "rate **limit**, _so_ what"),
        ("so", "rate **limit**, _so_ what"),
        ("rate-limit", "rate limit"),
        ('"rate limit"', "rate\u2011limit"),
        ("cafe", "Café"),
        ("café", "cafe\u0301"),
        ("\uff21\uff37\uff33", "aws"),
        ("frust*", "so frustrated"),
        ('"rate lim*"', "my rate limits"),
        ("c#", "I like C#"),
        ("c++", "C++ is"),
        ("node.js", "Node.js"),
        ("at&t", "AT&amp;T"),
        ("editeur", "l\u2019éditeur"),
        ("編集", "この編集者"),
        ("👍", "nice👍🏽"),
        ("❤", "I ❤️ it"),
    ],
)
def test_it_finds_words_and_phrases_however_they_are_written(q: str, text: str) -> None:
    assert finds(q, text)


@pytest.mark.parametrize(
    ("q", "text"),
    [
        ("aws", "laws"),
        ("rust", "frustrated"),
        ('"rust"', "trust"),
        ("rust*", "frustrated"),
        ("ai", "said"),
        ("can", "can't"),
        ("limit", "limits"),
        ("cafe", "cafeteria"),
        ('"limit rate"', "rate limit"),
        ('"rate limit"', "rate. Limit"),
    ],
)
def test_it_finds_nothing_inside_of_words(q: str, text: str) -> None:
    assert not finds(q, text)


def test_a_search_takes_time_that_grows_with_the_text_alone() -> None:
    # A pattern with runaway backtracking would exceed the suite's time limit.
    assert not finds('"a - - a a-a b"', "a - a- -a_ " * 20_000)
