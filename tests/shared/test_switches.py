"""Switches of items: the subjects left and taken, if an item's own words are clear."""

from typing import Any

import pytest

from shared.switches import switch_of


def mention(subject: str, label: str | None, **more: Any) -> Any:
    own = {"sentiment": {"label": label}} if label else {}
    return {"subject": subject, "via": "text", "matched": [subject], **own, **more}


@pytest.mark.parametrize(
    ("said", "left", "taken"),
    [
        ([("cursor", "negative"), ("zed", "positive")], "cursor", "zed"),
        ([("zed", "positive"), ("cursor", "negative"), ("aider", "neutral")], "cursor", "zed"),
        ([("cursor", "negative")], "cursor", None),
        ([("zed", "positive"), ("cursor", None)], None, "zed"),
    ],
)
def test_what_it_blames_was_left_and_what_it_praises_was_taken(
    said: list[tuple[str, str | None]], left: str | None, taken: str | None
) -> None:
    mentions = [mention(*one) for one in said]
    assert switch_of(["problem", "switch"], mentions) == {"from": left, "to": taken}
    assert switch_of(["problem"], mentions) is None
    assert switch_of([], mentions) is None


@pytest.mark.parametrize(
    "said",
    [
        [],
        [("cursor", "neutral"), ("zed", None)],
        [("cursor", "negative"), ("copilot", "negative"), ("zed", "positive")],
        [("cursor", "negative"), ("aider", "positive"), ("zed", "positive")],
    ],
)
def test_an_unclear_switch_is_none(said: list[tuple[str, str | None]]) -> None:
    assert switch_of(["switch"], [mention(*one) for one in said]) is None
