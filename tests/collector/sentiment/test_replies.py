"""Bare replies have the mood of what they answer, however it is found."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

from collector.sentiment.registry import method_named
from collector.sentiment.replies import scored_with_parents, with_parents_mood
from collector.sentiment.rescoring import rescored
from collector.sentiment.scoring import scored_again
from collector.threads.parents import Parents, read_parents
from collector.threads.replies import MAX_CHAIN
from shared.store import Store
from shared.text.forms import FORMS
from tests.api.world import NOW, a_comment, a_post, keep

AT = "2026-11-23T13:00:00Z"
VADER = method_named("vader", FORMS)
METHOD = replace(VADER, score=lambda text, form: VADER.score(text, form)._replace(deciding=("a",)))


def reply(number: int, text: str, to: str = "p0", **more: Any) -> Any:
    created = NOW - timedelta(minutes=60 - number)
    return {**a_comment(number, created), "content": text, "parent_id": to, **more}


def post(title: str, **more: Any) -> Any:
    return {**a_post(0, NOW - timedelta(hours=2), "aws"), "title": title, "content": "", **more}


def moods(items: Any, *posts: Any, comments: Any = ()) -> dict[str, tuple[str, bool]]:
    """Return the label of each item as it is scored, and whether it is its parent's."""
    scored = scored_with_parents(items, Parents(list(posts), list(comments)), METHOD, AT)
    assert [each["id"] for each in scored] == [each["id"] for each in items]
    return {each["id"]: (each["sentiment"]["label"], "by" in each["sentiment"]) for each in scored}


def test_a_chain_takes_the_first_that_says_something_in_any_order() -> None:
    said = reply(1, "It is awful, I hate it")
    chain = [said, reply(2, "same here", "c1"), reply(3, "this", "c2"), reply(4, "yep", "c3")]
    for order in permutations(chain):
        found = moods(order, post("I love it"))
        assert found == {
            "c1": ("negative", False),
            **dict.fromkeys(("c2", "c3", "c4"), ("negative", True)),
        }


def test_a_parent_that_another_method_scored_is_scored_for_its_replies() -> None:
    parent = post("This is awful, I hate it")
    parent["sentiment"]["version"] = "0"
    (found,) = scored_with_parents([reply(1, "+1")], Parents([parent]), METHOD, AT)
    (as_said,) = scored_again([parent], METHOD, AT)
    words = as_said["sentiment"].pop("deciding")
    assert words == ["a"]
    assert found["sentiment"] == {**as_said["sentiment"], "by": "parent"}
    assert found["language"] == "en"


def test_without_a_parent_that_says_something_it_is_scored_by_its_own_words() -> None:
    own = ("neutral", False)
    assert moods([reply(1, "same here")]) == {"c1": own}
    assert moods([reply(1, "same here")], post("I hate it", deleted=True)) == {"c1": own}
    french = "Je trouve que c'est vraiment horrible et je ne le recommande pas du tout"
    assert moods([reply(1, "same here")], post(french)) == {"c1": own}
    assert moods([reply(1, "same", "c2"), reply(2, "same", "c1")])["c1"][0] == "neutral"


def test_a_parent_whose_mention_is_newer_than_its_score_is_scored_for_its_replies() -> None:
    method = replace(
        METHOD,
        name="encoder",
        score_targets=lambda targets: [VADER.score("awful", each.form) for each in targets],
    )
    (parent,) = scored_again([reply(1, "I love Edge")], method, AT)
    parent["mentions"] = [{"subject": "edge", "via": "text", "matched": ["Edge"]}]
    (found,) = scored_with_parents([reply(2, "+1", "c1")], Parents([], [parent]), method, AT)
    (mention,) = found["mentions"]
    assert (mention["via"], mention["by"]) == ("thread", "parent")
    assert (found["sentiment"]["label"], mention["sentiment"]["label"]) == ("positive", "negative")


def test_an_item_that_fails_keeps_no_other_from_its_parents_mood() -> None:
    def score(text: str, form: Any) -> Any:
        if "poison" in text:
            raise ValueError("the poison")
        return METHOD.score(text, form)

    method = replace(METHOD, score=score)
    stored = post("I love it")
    items = [
        reply(1, "I hate it"),
        reply(2, "+1", "c1"),
        reply(3, "this"),
        reply(4, "me too", "c9"),
    ]
    items.append(reply(5, "same", "c6"))
    parents = Parents([stored], [reply(9, "A poison"), reply(6, "Awful")])
    for poisoned in ([], [reply(7, "poison"), reply(8, "+1", "c7")]):
        found = rescored([*items, *poisoned], parents, method, AT)
        assert [each["id"] for each in found.failed] == ["c7"][: len(poisoned)]
        assert "the poison" in str(found.error)
        assert {
            after["id"]: (after["sentiment"]["label"], "by" in after["sentiment"])
            for _, after in found.pairs
        } == {
            "c1": ("negative", False),
            "c2": ("negative", True),
            "c3": ("positive", True),
            "c4": ("neutral", False),
            "c5": ("negative", True),
            **dict.fromkeys(["c8"][: len(poisoned)], ("neutral", False)),
        }
        assert all(before["id"] == after["id"] for before, after in found.pairs)


def test_a_reply_that_names_a_subject_or_says_more_has_its_own_mood() -> None:
    named = [{"subject": "edge", "via": "text", "matched": ["Edge"]}]
    replies = [
        reply(1, "same here on Edge", mentions=named),
        reply(2, "same, but I love it now"),
        reply(3, "this /s"),
    ]
    found = moods(replies, post("I hate it"))
    assert [by for _, by in found.values()] == [False, False, False]


def test_a_parent_that_another_method_scored_gives_no_mood() -> None:
    (parent,) = scored_again([post("I hate it")], replace(METHOD, version="0"), AT)
    items = scored_again([reply(1, "same here")], METHOD, AT)
    assert with_parents_mood(items, Parents([parent])) == items


async def test_parents_are_read_up_to_what_says_something(sqlite_store: Store) -> None:
    chain = [
        reply(1, "I hate it"),
        reply(2, "this", "c1"),
        reply(3, "same here", "c2"),
        reply(4, "Something else", "c3"),
    ]
    await keep(sqlite_store, [post("I love it")], chain)
    batch = [reply(5, "+1", "c3"), reply(6, "me too", "p0"), reply(7, "I disagree", "c4")]
    found = await read_parents(sqlite_store, batch)
    assert [each["id"] for each in found.posts] == ["p0"]
    assert [each["id"] for each in found.comments] == ["c3", "c2", "c1"]
    again = scored_with_parents(batch, found, METHOD, AT)
    assert [each["sentiment"]["label"] for each in again[:2]] == ["negative", "positive"]
    assert await read_parents(sqlite_store, [*chain, batch[0]]) == Parents()


async def test_a_chain_that_is_too_deep_ends(sqlite_store: Store) -> None:
    chain = [reply(1, "same here")]
    chain += [reply(n, "same here", f"c{n - 1}") for n in range(2, 2 * MAX_CHAIN)]
    await keep(sqlite_store, [], chain)
    found = await read_parents(sqlite_store, [reply(99, "this", chain[-1]["id"])])
    assert len(found.comments) == MAX_CHAIN
    labels = moods(chain, post("I hate it"))
    assert [by for _, by in labels.values()] == [
        number <= MAX_CHAIN for number in range(1, 2 * MAX_CHAIN)
    ]
