"""What a correction does to an item, and that nothing of it is left once it is taken back."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.corrections.items import (
    corrected,
    for_subjects,
    text_digest,
    uncorrected,
    with_correction,
)
from shared.models import ItemCorrection, Label, Mention, Post
from shared.stats.cells import recount, totals
from shared.stats.subjects import method_of_mention, scored_mention, sentiment_of
from tests.api.world import LABELS, a_post

CREATED = datetime(2026, 11, 23, 13, 5, 7, tzinfo=UTC)
SUBJECTS = ("aider", "cursor", "zed")


def a_mention(subject: str, label: Label | None = None, **more: Any) -> Mention:
    mention = Mention(subject=subject, via="text", matched=[subject])
    if label is not None:
        compound = {"positive": 0.3, "negative": -0.3, "neutral": 0.0}[label]
        own: Any = {"label": label, "compound": compound, "method": "encoder", "version": "1"}
        mention["sentiment"] = {**own, **more}
    return mention


def an_item(*mentions: Mention, method: str = "encoder", label: Label = "positive") -> Post:
    post: Any = a_post(1, CREATED, label=label)
    post["sentiment"] |= {"method": method, "version": "1", "deciding": ["words"]}
    return {**post, "mentions": list(mentions)} if mentions else post


def says(item: Post, label: Label | None = None, **more: Any) -> ItemCorrection:
    empty: Any = {"targets": {}, "mentions": {}}
    return {"text": text_digest(item), "label": label, **empty, **more}


def test_the_label_is_the_person_s_and_the_method_s_own_is_kept() -> None:
    item = an_item()
    sentiment = with_correction(item, says(item, "negative"))["sentiment"]
    assert (sentiment["label"], sentiment["compound"]) == ("negative", -0.6)
    assert (sentiment["method"], sentiment["version"]) == ("encoder", "1")
    own = {"label": "positive", "compound": 0.6124, "deciding": ["words"]}
    assert sentiment["method_says"] == own
    assert "deciding" not in sentiment


@pytest.mark.parametrize(
    ("own", "label", "compound"),
    [
        ("positive", "positive", 0.6124),
        ("negative", "negative", -0.4404),
        ("neutral", "neutral", 0.0),
        ("negative", "positive", 0.6),
        ("neutral", "negative", -0.6),
        ("positive", "neutral", 0.0),
    ],
)
def test_a_compound_that_agrees_stays(own: Label, label: Label, compound: float) -> None:
    item = an_item(label=own)
    assert with_correction(item, says(item, label))["sentiment"]["compound"] == compound


def test_what_is_said_of_a_subject_has_a_label_of_its_own() -> None:
    item = an_item(a_mention("cursor", "neutral", unsure=True), a_mention("zed", "positive"))
    fresh = with_correction(item, says(item, targets={"cursor": "positive"}))
    cursor, zed = fresh["mentions"]
    assert cursor["sentiment"]["label"] == "positive"
    assert cursor["sentiment"]["method_says"] == {
        "label": "neutral",
        "compound": 0.0,
        "unsure": True,
    }
    assert zed == item["mentions"][1]
    assert method_of_mention(fresh, cursor) == "encoder 1"
    assert scored_mention(fresh, cursor).is_corrected
    assert not scored_mention(fresh, zed).is_corrected


@pytest.mark.parametrize(("method", "named"), [("encoder", "encoder 1 of the text")])
def test_a_mention_that_no_method_scored_counts_by_the_same_one(method: str, named: str) -> None:
    item = an_item(a_mention("cursor"), method=method)
    fresh = with_correction(item, says(item, targets={"cursor": "negative"}))
    (cursor,) = fresh["mentions"]
    assert sentiment_of(fresh, cursor)["label"] == "negative"
    assert method_of_mention(fresh, cursor) == method_of_mention(item, item["mentions"][0]) == named


def test_a_mention_is_taken_away_and_another_one_added() -> None:
    item = an_item(a_mention("aider", "negative"), a_mention("zed", "neutral"))
    fresh = with_correction(item, says(item, mentions={"aider": False, "cursor": True}))
    assert [each["subject"] for each in fresh["mentions"]] == ["zed", "cursor"]
    added = fresh["mentions"][1]
    assert added["added"]
    assert added["matched"] == []
    assert method_of_mention(fresh, added) == "encoder 1"
    assert sentiment_of(fresh, added)["label"] == item["sentiment"]["label"]
    alone = with_correction(an_item(a_mention("zed")), says(item, mentions={"zed": False}))
    assert "mentions" not in alone


def test_of_another_text_it_says_nothing() -> None:
    item = an_item(a_mention("aider"))
    fresh = with_correction(item, says(item, "negative", mentions={"aider": False}))
    edited: Post = {**uncorrected(fresh), "content": "Other words"}
    assert corrected(edited) == edited
    assert corrected({**edited, "content": item["content"]}) == fresh


def test_subjects_are_what_they_became() -> None:
    correction = says(
        an_item(), targets={"old": "positive", "gone": "negative"}, mentions={"gone": True}
    )
    now = for_subjects(correction, {"new": "new", "old": "new"})
    assert (now["targets"], now["mentions"]) == ({"new": "positive"}, {})


def test_statistics_count_a_corrected_item_once_and_by_its_own_method() -> None:
    items = [an_item(), an_item()]
    fresh = with_correction(items[0], says(items[0], "negative"))
    found = totals([recount([fresh, items[1]], [])], "leave_out")
    assert (found["negative"], found["positive"], found["corrected"]) == (1, 1, 1)
    assert (found["methods"], found["mixed_methods"]) == ({"encoder 1": 2}, False)


CORRECTIONS = st.fixed_dictionaries(
    {
        "label": st.none() | st.sampled_from(LABELS),
        "targets": st.dictionaries(st.sampled_from(SUBJECTS), st.sampled_from(LABELS)),
        "mentions": st.dictionaries(st.sampled_from(SUBJECTS), st.booleans()),
    }
)


@given(
    first=CORRECTIONS,
    second=CORRECTIONS,
    method=st.sampled_from(["linear", "encoder"]),
    mentioned=st.lists(
        st.tuples(st.sampled_from(SUBJECTS), st.none() | st.sampled_from(LABELS)),
        unique_by=lambda each: each[0],
    ),
)
@example(
    first={"label": None, "targets": {}, "mentions": {"aider": False}},
    second={"label": None, "targets": {}, "mentions": {"aider": False, "cursor": False}},
    method="linear",
    mentioned=[("aider", None), ("cursor", None)],
)
def test_taken_back_nothing_of_it_is_left(
    first: Any, second: Any, method: str, mentioned: list[tuple[str, Label | None]]
) -> None:
    item = an_item(*(a_mention(*each) for each in mentioned), method=method)
    once = with_correction(item, says(item, **first))
    assert corrected(once) == once
    assert with_correction(once, says(item, **first)) == once

    def by_subject(post: Post) -> Any:
        listed = sorted(post.get("mentions", []), key=lambda each: each["subject"])
        return {**post, "mentions": listed}

    again = with_correction(once, says(item, **second))
    assert by_subject(again) == by_subject(with_correction(item, says(item, **second)))
    assert by_subject(with_correction(again, None)) == by_subject(item)
