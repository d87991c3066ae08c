import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.sentiment.base import Target
from collector.sentiment.encoder.passages import NOTHING, passage_of, target_passage
from shared.text.forms.github import GITHUB
from shared.text.forms.reddit import REDDIT


def target(text: str, name: str = "Cursor") -> Target:
    start = text.index(name)
    return Target(text, start, start + len(name), REDDIT)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("**Cursor** is great", "Cursor is great"),
        ("[Cursor](https://cursor.com) broke again", "Cursor broke again"),
        ("soooo good, Cursor!", "so good, Cursor!"),
        ("Cursor\u2019s tab model", "Cursor's tab model"),
        ("> they said\n\n- Cursor ate my work", "Cursor ate my work"),
        ("a &amp; b: Cursor &gt; Windsurf", "a & b: Cursor > Windsurf"),
        ("| Cursor | bad |\n|---|---|\n| a | b |", "Cursor bad a b"),
    ],
)
def test_the_place_of_a_target_is_found_in_the_cleaned_words(text: str, words: str) -> None:
    found, place = target_passage(target(text))
    assert found == words
    assert place is not None
    assert found[slice(*place)].startswith("Cursor")


@pytest.mark.parametrize("name", ["Fly.io", "v0.dev", "Create.xyz", "Node.js", "cal.com"])
def test_a_name_that_is_written_like_an_address_is_kept(name: str) -> None:
    text = f"After the outage of {name}, I left it."
    found, place = target_passage(target(text, name))
    assert found == text
    assert place is not None
    assert found[slice(*place)] == name


@pytest.mark.parametrize("text", ["fly.io/docs is bad", "See https://fly.io/docs for it."])
def test_a_name_in_an_address_is_nothing(text: str) -> None:
    assert target_passage(target(text, "fly.io")) == NOTHING


@pytest.mark.parametrize(
    "text", ["`Cursor` is a name", "> Cursor is awful\n\nI disagree", "```\nCursor\n```\nfails"]
)
def test_a_target_that_the_author_does_not_name_is_nothing(text: str) -> None:
    assert target_passage(target(text)) == NOTHING


def test_the_place_is_that_of_the_occurrence_that_was_given() -> None:
    text = "Cursor failed. Then **Cursor** worked."
    start = text.rindex("Cursor")
    found, place = target_passage(Target(text, start, start + len("Cursor"), REDDIT))
    assert place == (found.rindex("Cursor"), found.rindex("Cursor") + len("Cursor"))


def test_a_target_in_a_quote_counts_where_the_author_names_it_himself() -> None:
    text = "> Cursor is awful\n\nI think Cursor is fine"
    found, place = target_passage(Target(text, 2, 8, REDDIT))
    assert (found, place) == ("I think Cursor is fine", (8, 14))


def test_characters_like_the_marks_do_no_harm() -> None:
    text = "\ue001\ue000 Cursor \ue001 is fine"
    found, place = target_passage(target(text))
    assert place is not None
    assert found[slice(*place)] == "Cursor"


def test_sarcasm_that_is_marked_stays_marked() -> None:
    assert passage_of("Great, another outage /s", REDDIT).text.endswith("outage /s")
    assert target_passage(target("Great job, Cursor /s")).text.endswith("Cursor /s")
    assert passage_of("Great, another outage /s", GITHUB).text.count("/s") <= 1
    assert passage_of("> quoted /s", REDDIT) == NOTHING


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_around_a_target_can_be_read(before: str, after: str) -> None:
    text = f"{before} Cursor {after}"
    start = len(before) + 1
    found, place = target_passage(Target(text, start, start + len("Cursor"), REDDIT))
    if place is not None:
        assert found[slice(*place)].lower() == "cursor"
    else:
        assert (found, place) == NOTHING
