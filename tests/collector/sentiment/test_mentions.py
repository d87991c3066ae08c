"""Each mention of a batch gets what its text says of its own subject."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from collector.sentiment.base import Method, Score, Target
from collector.sentiment.registry import method_named
from collector.sentiment.scoring import scored_again
from shared.models import Mention
from shared.stats.subjects import TARGET_METHODS
from shared.text.forms import FORMS
from tests.api.world import NOW, a_comment, a_post

LIGHT = {name: method_named(name, FORMS) for name in ("vader", "linear")}
AT = "2026-11-23T13:00:00Z"
AFTER = 20


class Encoder:
    """A method that scores a target by the words that follow it, and counts its calls."""

    def __init__(self) -> None:
        self.calls: list[Sequence[Target]] = []
        self.method = replace(
            LIGHT["vader"], name="encoder", version="7", score_targets=self.score_targets
        )

    def score_targets(self, targets: Sequence[Target]) -> list[Score]:
        self.calls.append(targets)
        said = [each.text[each.start : each.end + AFTER] for each in targets]
        return [LIGHT["vader"].score(text)._replace(deciding=(text.split()[-1],)) for text in said]


def mention(subject: str, *matched: str, via: Any = "text") -> Mention:
    return Mention(subject=subject, via=via, matched=list(matched))


def about(text: str, *mentions: Mention, number: int = 1, **more: Any) -> Any:
    return {**a_comment(number, NOW), "content": text, "mentions": list(mentions), **more}


def labels_of(item: Any) -> dict[str, str | None]:
    return {each["subject"]: each.get("sentiment", {}).get("label") for each in item["mentions"]}


def labels(method: Method, *items: Any) -> list[dict[str, str | None]]:
    return [labels_of(item) for item in scored_again(items, method, AT)]


def test_a_comparison_gives_each_product_its_own_label_in_one_call_for_all_items() -> None:
    encoder = Encoder()
    text = "Cursor is great.                 Bard is awful."
    one = about(text, mention("c", "Cursor"), mention("b", "Bard"))
    other = about("Bard is great", mention("b", "Bard"), number=2)
    none = a_comment(3, NOW)
    again = scored_again([one, none, other], encoder.method, AT)
    assert labels_of(again[0]) == {"c": "positive", "b": "negative"}
    assert labels_of(again[2]) == {"b": "positive"}
    assert "mentions" not in again[1]
    assert len(encoder.calls) == 1
    compound = LIGHT["vader"].score("Bard is great").compound
    assert again[2]["mentions"] == [
        {
            "subject": "b",
            "via": "text",
            "matched": ["Bard"],
            "sentiment": {
                "label": "positive",
                "compound": compound,
                "method": "encoder",
                "version": "7",
                "deciding": ["great"],
            },
        }
    ]


@pytest.mark.parametrize(
    ("text", "matched", "named"),
    [
        ("> Bard is awful\n\nBard is great", ["Bard"], ["Bard"]),
        ("`Bard is awful`, or: Bard is great", ["Bard"], ["Bard"]),
        ("I have **Claude\nCode**, no Claude", ["Claude Code"], ["Claude\nCode"]),
        ("#ClaudeCode is great", ["Claude Code"], ["ClaudeCode"]),
        ("_Bard_ is great", ["Bard"], ["Bard"]),
        ("a bard, Bard and Bard", ["Bard", "bard"], ["bard", "Bard", "Bard"]),
        ("Bard " * 5, ["Bard"], ["Bard"] * 3),
    ],
)
def test_a_product_is_scored_where_its_author_names_it(text, matched, named) -> None:
    encoder = Encoder()
    scored_again([about(text, mention("b", *matched))], encoder.method, AT)
    (targets,) = encoder.calls
    assert [each.text[each.start : each.end] for each in targets] == named
    if text.startswith(("> ", "`")):
        assert targets[0].start > text.index("great") - len("Bard is ") - 1


def test_a_longer_name_of_another_product_is_not_the_shorter_one() -> None:
    encoder = Encoder()
    both = mention("claude", "Claude"), mention("code", "Claude Code")
    text = "Claude Code is awful. Then I went back, and Claude is great"
    (found,) = labels(encoder.method, about(text, *both))
    assert found == {"claude": "positive", "code": "negative"}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Cursor is sad.                   Cursor is glad.", "positive"),
        ("Cursor is glad.                  Cursor is sad.", "negative"),
    ],
)
def test_where_praise_and_blame_are_equal_the_last_of_them_decides(text: str, label: str) -> None:
    item = about(text, mention("c", "Cursor"))
    assert labels(Encoder().method, item) == [{"c": label}]


def test_the_strongest_place_decides_and_one_that_merely_names_does_not_dilute_it() -> None:
    encoder = Encoder()
    text = "Bard. So what about it? Bard is awful. In the end it was no good idea: Bard"
    (again,) = scored_again([about(text, mention("b", "Bard"))], encoder.method, AT)
    alone = LIGHT["vader"].score("Bard is awful. In the")
    (said,) = again["mentions"]
    assert (said["sentiment"]["label"], said["sentiment"]["compound"]) == (
        "negative",
        alone.compound,
    )


def test_a_posts_title_names_products_too() -> None:
    encoder = Encoder()
    post = {**a_post(1, NOW), "title": "Bard is great", "mentions": [mention("b", "Bard")]}
    assert labels(encoder.method, post) == [{"b": "positive"}]


def test_a_mention_that_the_text_does_not_name_has_no_sentiment_of_its_own() -> None:
    encoder = Encoder()
    vias = mention("b", via="thread"), mention("c", via="home")
    assert labels(encoder.method, about("I love it", *vias)) == [{"b": None, "c": None}]
    assert encoder.calls == []


def test_words_that_are_not_found_get_the_sentiment_of_the_text() -> None:
    encoder = Encoder()
    lost = about("I love v0.dev, it is great", mention("v0", "v0.dev"), mention("x", "gone"))
    (again,) = scored_again([lost], encoder.method, AT)
    of_text = again["sentiment"]["compound"]
    assert of_text > 0
    assert [each["sentiment"]["compound"] for each in again["mentions"]] == [of_text] * 2
    assert {each["sentiment"]["version"] for each in again["mentions"]} == {"7"}


def test_a_method_that_scores_texts_alone_leaves_mentions_without_a_sentiment() -> None:
    (by_target,) = scored_again(
        [about("Bard is great", mention("b", "Bard"))], Encoder().method, AT
    )
    assert labels_of(by_target) == {"b": "positive"}
    assert labels(LIGHT["linear"], by_target) == [{"b": None}]


@pytest.mark.parametrize("name", LIGHT)
def test_statistics_know_which_methods_score_targets(name) -> None:
    assert (LIGHT[name].score_targets is not None) == (name in TARGET_METHODS)
