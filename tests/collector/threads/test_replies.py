import pytest

from collector.threads.replies import agreement_of, only_agrees
from shared.communities import SourceName
from shared.subjects.texts import ItemText


def agrees(
    reply: str,
    parent: str = "Claude is down again.",
    source: SourceName = "reddit",
    *,
    author: str = "ann",
    is_post: bool = False,
) -> bool:
    texts = ItemText(reply, source, author, "place"), ItemText(parent, source, "bob", "place")
    return only_agrees(*texts, is_post=is_post)


@pytest.mark.parametrize(
    "reply",
    [
        "this /s",
        "same: https://example.com/log",
        "[this](https://example.com)",
        "![same](https://example.com/cat.png)",
        "same `npm ERR!`",
        "this r/cursor",
        "@bob same here",
        "same as #1234",
        "> It's great.\n\nNo.",
    ],
)
def test_sarcasm_and_what_has_no_words_are_no_agreement(reply: str) -> None:
    assert not agrees(reply, source="github" if reply[0] == "@" else "reddit")


def test_the_words_of_others_in_a_reply_do_not_count() -> None:
    assert agrees("> Claude is down again.\n\nsame here\n\nEdit: typo")


def test_programs_agree_with_nobody() -> None:
    assert not agrees("same here", author="AutoModerator")


def test_yes_agrees_with_what_is_said_and_answers_what_is_asked() -> None:
    assert agrees("yep")
    assert not agrees("yep", "Is Claude down?")
    assert agrees("yep, same", "Is Claude down for anybody else?")


@pytest.mark.parametrize("source", ["github", "discourse", "push"])
def test_under_the_post_of_a_flat_thread_only_the_same_case_agrees(source: SourceName) -> None:
    assert agrees("same here", source=source, is_post=True)
    assert not agrees("exactly", source=source, is_post=True)
    assert not agrees("yes", source=source, is_post=True)
    assert agrees("exactly", source=source)
    assert agrees("exactly", source="reddit", is_post=True)


def test_how_it_agrees_is_told_by_its_own_words() -> None:
    replies = ["same here", "This!", "yup", "Works for me"]
    found = [agreement_of(ItemText(reply, "reddit", "ann", "place")) for reply in replies]
    assert found == ["shares", "endorses", "yes", None]
