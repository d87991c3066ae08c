"""Pushed lines: what changes nothing, in the API as in collection; and the published schema."""

import json
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from collector.collection.diff import Comparer
from collector.sentiment.registry import method_named
from collector.sources.push.lines import seen_of
from local.schemas import item_schema
from shared.batches import lines_of, new_batch
from shared.models import Item
from shared.pushed import PushedItem, changes_nothing, read_item
from shared.times import iso, utc_now
from tests.collector.harness import score
from tests.fixtures.host import ROOT

COMMUNITY = "push.desk"
NOW = utc_now()
METHOD = method_named("linear")
SCHEMA = ROOT / "docs" / "schemas" / "item.schema.json"


def a_line(**fields: Any) -> dict[str, Any]:
    said = {
        "source": "push",
        "community": COMMUNITY,
        "kind": "post",
        "id": "1",
        "title": "It works",
    }
    return {**said, "created": iso(NOW - timedelta(hours=1)), **fields}


def stored_of(item: PushedItem) -> Item | None:
    """Return an item as collection stores it."""
    comparer = Comparer(now=iso(NOW), oldest="")
    changes = comparer.compare(COMMUNITY, [seen_of(item, COMMUNITY)], {}, listed=True)
    score(METHOD, changes, iso(NOW))
    found: list[Item] = [*changes.posts, *changes.comments]
    return found[0]


FIELDS = st.fixed_dictionaries(
    {"text": st.sampled_from(["", "a", "b"]), "author": st.sampled_from([None, "", "ada", "bob"])},
    optional={
        "score": st.sampled_from([None, 0, 3]),
        "replies": st.sampled_from([None, 0, 3]),
        "flair": st.sampled_from([None, "", "bug"]),
        "deleted": st.sampled_from([None, "author", "moderator"]),
        "edited": st.booleans(),
        "url": st.sampled_from(["", "https://a.example/"]),
    },
)


@given(FIELDS, FIELDS, st.sampled_from(["post", "comment"]))
def test_the_api_and_collection_agree_what_changes_nothing(before, after, kind: str) -> None:
    own = {"kind": kind, **({"title": "T"} if kind == "post" else {"post_id": "9", "title": ""})}
    items = []
    for each in (before, after):
        text = each["text"] or ("" if kind == "post" else "c")
        items.append(PushedItem(**a_line(**{**each, **own, "text": text})))
    known = stored_of(items[0])
    assert known is not None
    seen = seen_of(items[1], COMMUNITY)
    changes = Comparer(now=iso(NOW), oldest="").compare(COMMUNITY, [seen], {seen.key: known})
    assert changes_nothing(items[1], known) == (changes.counts == {"unchanged": 1})
    # Lines that say the same have one digest, so that one that waits is told like one stored.
    assert items[0].digest != items[1].digest or changes_nothing(items[1], known)


def test_taking_back_what_was_never_there_changes_nothing() -> None:
    assert changes_nothing(PushedItem(**a_line(deleted="author")), None)
    assert not changes_nothing(PushedItem(**a_line()), None)


def test_a_batch_holds_its_lines() -> None:
    lines = [json.dumps(a_line(text="é\\n")).encode(), b"{}"]
    batch, packed = new_batch(NOW, lines, {})
    assert batch["id"] == packed["id"]
    assert lines_of(packed) == lines


def test_the_schema_is_made_of_the_model() -> None:
    assert json.loads(SCHEMA.read_text()) == item_schema()


def test_the_schema_and_the_model_take_the_same_lines() -> None:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - it loads for seconds

    validator = Draft202012Validator(json.loads(SCHEMA.read_text()))
    lines = [
        a_line(),
        a_line(id=""),
        a_line(id="a/b"),
        a_line(kind="story"),
        a_line(score="many"),
        a_line(score=None),
        a_line(replies=-1),
        a_line(body="x"),
        a_line(deleted="author"),
        a_line(deleted="bot"),
        a_line(source="reddit"),
        a_line(kind="comment", post_id="9", title="", text="Yes"),
        a_line(kind="comment", title="", text="Yes"),
        a_line(kind="comment", post_id="9", title="T", text="Yes"),
        a_line(post_id="9"),
        {"id": "1", "kind": "post"},
        a_line(created="2026-11-20T10:00:00+02:00"),
        a_line(score=2**40),
    ]
    for line in lines:
        is_taken = isinstance(read_item(json.dumps(line).encode()), PushedItem)
        assert validator.is_valid(line) is is_taken, line
