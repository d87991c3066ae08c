"""The words and phrases that can be terms."""

import pytest

from shared.topics.terms import stopwords, terms_of


def test_phrases_of_up_to_three_words_in_their_own_spelling() -> None:
    found = terms_of("Lantern Mode ships", "")
    assert found["lantern mode"] == "Lantern Mode"
    assert found["lantern mode ships"] == "Lantern Mode ships"
    assert "lantern" in found


@pytest.mark.parametrize("name", ["GPT-5.5", "node.js", "C#", "CI/CD", "C++", "gateway 503"])
def test_names_stay_whole(name: str) -> None:
    assert terms_of(f"what about {name} now", "")[name.lower()] == name


def test_a_phrase_neither_begins_nor_ends_with_a_stop_word_and_may_hold_one() -> None:
    found = terms_of("the terms of service are long", "")
    assert "terms of service" in found
    assert not {"the terms", "terms of", "of", "the"} & found.keys()


def test_a_phrase_ends_at_punctuation_and_with_its_text() -> None:
    found = terms_of("The outage", "Login loop. Frozen sidebar, again")
    assert {"outage", "login loop", "frozen sidebar"} <= found.keys()
    assert not {"loop frozen", "outage login", "sidebar again"} & found.keys()


def test_a_number_is_no_term_but_may_end_one() -> None:
    assert terms_of("40 files, 2026, Opus 5", "").keys() == {"files", "opus", "opus 5"}


def test_quotes_code_and_addresses_are_not_the_authors_words() -> None:
    body = "> quoted lizard\n\n```\ncode_lizard()\n```\n\nhttps://lizard.example `lizard`\n\nturtle"
    assert terms_of("", body).keys() == {"turtle"}


def test_a_possessive_and_a_curly_apostrophe_make_no_other_word() -> None:
    assert terms_of("Cursor\u2019s planner", "")["cursor planner"] == "Cursor planner"
    assert not terms_of("don\u2019t isn\u2019t", "")


def test_the_stop_words_are_in_the_form_that_words_are_compared_in() -> None:
    assert all(word == word.casefold() for word in stopwords())
    assert {"the", "subreddit", "upvotes", "don't", "tldr"} <= stopwords()
