"""Quotes: a sentence stands for a label only where the method or the text leaves no other."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from api.reads.explain.items import sample_among
from api.reads.explain.quotes import quotes_of
from api.reads.scopes import Scope
from shared.models import Item
from tests.api.world import NOW, a_comment, a_post

NUMBERS = iter(range(10**6))


def comment(text: str, deciding: Sequence[str] | None = None, **more: Any) -> Item:
    number = next(NUMBERS)
    found: Any = a_comment(number, NOW - timedelta(minutes=number), "aws", "negative")
    own = {**found["sentiment"], **({} if deciding is None else {"deciding": list(deciding)})}
    return {**found, "content": text, "post_id": f"t{number}", "sentiment": own, **more}  # type: ignore[no-any-return]


def post(title: str, text: str) -> Item:
    number = next(NUMBERS)
    found: Any = a_post(number, NOW - timedelta(minutes=number), "aws", "negative")
    return {**found, "title": title, "content": text}  # type: ignore[no-any-return]


def quoted(items: Sequence[Item], *, topic: str | None = None) -> list[str]:
    sample = sample_among(items, Scope(), counted=len(items), counts_others=True)
    return [each.text for each in quotes_of(sample.items, topic=topic)]


SINGLE = "Sadly it gets worse with each update."
SEVERAL = "I ran it for two weeks on Linux. It is awful and slow today."


def test_where_words_are_known_it_is_the_sentence_with_them() -> None:
    assert quoted([comment(SEVERAL, ["awful"])]) == ["It is awful and slow today."]
    assert quoted([comment(SEVERAL, ["nowhere"])]) == []


def test_where_words_are_not_known_only_sentences_alone_stand_for_a_label() -> None:
    assert quoted([comment(SEVERAL), comment(SINGLE)]) == [SINGLE]
    assert quoted([comment(SEVERAL)]) == []
    # What others wrote is no sentence of the item.
    assert quoted([comment(f"> {SEVERAL}\n\n{SINGLE}")]) == [SINGLE]


def test_the_only_sentence_comes_before_a_title_and_what_names_the_topic() -> None:
    titled = post("Gateway 503: it is broken this morning", SEVERAL)
    named = comment("The gateway 503 is back since noon. Which version are you on?")
    alone = comment(SINGLE)
    assert quoted([titled, named, alone], topic="gateway 503") == [
        SINGLE,
        "Gateway 503: it is broken this morning",
        "The gateway 503 is back since noon.",
    ]
    assert quoted([named, alone]) == [SINGLE]


@pytest.mark.parametrize(
    "asked",
    [
        comment("How does it count metered seats? It is disappointing to pay."),
        post("Has somebody measured metered seats?", SEVERAL),
    ],
)
def test_a_question_is_no_evidence_of_a_mood(asked: Item) -> None:
    assert quoted([asked], topic="metered seats") == []


def test_what_names_the_subject_is_quoted() -> None:
    mention: Any = {"subject": "kiro", "via": "text", "matched": ["Kiro"]}
    subject: Any = {"id": "kiro", "name": "Kiro"}
    item = comment(
        "I keep it next to the editor. Kiro fails at that each time.", mentions=[mention]
    )
    sample = sample_among([item], Scope(subject=subject), counted=1, counts_others=True)
    assert [each.text for each in quotes_of(sample.items)] == ["Kiro fails at that each time."]
