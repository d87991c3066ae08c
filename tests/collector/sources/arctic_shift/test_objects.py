"""What the archive knows of an item: real counts after its second look, and what was taken back."""

from collections import Counter
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from collector.sources.arctic_shift.objects import read_objects
from collector.sources.base import ItemReference, SeenPost
from tests.collector.sources.arctic_shift.archives import (
    NOW,
    Now,
    comment,
    items_of,
    open_source,
    poll,
    post,
)

HOUR = timedelta(hours=1)
CREATED = int((NOW - 50 * HOUR).timestamp())


def read(kind: Any, thing: dict[str, Any], **more: Any) -> Any:
    left_out: Counter[str] = Counter()
    (found,) = read_objects(kind, [{**thing["data"], **more}], left_out)
    assert not left_out
    return found


def test_counts_are_unknown_until_the_second_look_and_real_then(archive) -> None:
    clock = Now()
    with closing(open_source(archive([post("p", HOUR), comment("c", HOUR)], clock=clock))) as src:
        young = items_of(poll(src))
        asked = [ItemReference("aws", "post", "p"), ItemReference("aws", "comment", "c")]
        clock.go_on(hours=34)
        assert [each.upvotes for each in src.look_again(asked).found] == [None, None]
        clock.go_on(hours=2)
        settled = src.look_again(asked)
    first = young["post:p"]
    assert isinstance(first, SeenPost)
    assert (first.upvotes, first.comment_count, first.upvote_ratio) == (None, None, None)
    assert young["comment:c"].upvotes is None
    later = settled.found[0]
    assert isinstance(later, SeenPost)
    assert (later.upvotes, later.comment_count, later.upvote_ratio) == (7, 5, 0.9)
    assert settled.found[1].upvotes == 4
    assert not settled.gone


@pytest.mark.parametrize(
    ("more", "upvotes"),
    [
        ({"_meta": {"retrieved_2nd_on": CREATED + 36 * 3600}}, 7),
        ({"_meta": {}, "retrieved_on": CREATED + 20}, None),
        ({"_meta": {"note": "no_2nd_retrieval"}, "retrieved_on": CREATED + 20}, None),
        ({"retrieved_on": CREATED + 40 * 3600}, 7),
        ({}, None),
        ({"_meta": {"retrieved_2nd_on": "soon"}}, None),
        ({"_meta": ["odd"], "retrieved_on": True}, None),
        ({"_meta": {"retrieved_2nd_on": CREATED + 36 * 3600}, "score": None}, None),
    ],
)
def test_a_count_is_one_that_somebody_saw(more, upvotes) -> None:
    assert read("post", post("p", 50 * HOUR), **more).upvotes == upvotes


@pytest.mark.parametrize(
    ("meta", "is_gone"),
    [
        ({"was_deleted_later": True}, True),
        ({"was_deleted_later": True, "removal_type": "moderator"}, True),
        ({"removal_type": "copyright_takedown"}, True),
        ({"was_initially_deleted": True, "was_deleted_later": True}, True),
        # Reddit shows it by now: a filter had held it back.
        ({"was_initially_deleted": True, "removal_type": "automod_filtered"}, False),
        ({"is_edited": True}, False),
        ({}, False),
    ],
)
def test_what_was_taken_back_until_the_second_look_is_gone(meta, is_gone) -> None:
    seen = {"retrieved_2nd_on": CREATED + 36 * 3600, **meta}
    assert read("post", post("p", 50 * HOUR), _meta=seen).deleted is is_gone
    assert read("comment", comment("c", 50 * HOUR), _meta=seen).deleted is is_gone


def test_marks_of_the_first_look_go_with_the_second() -> None:
    held = {"removed_by_category": "automod_filtered"}
    assert read("post", post("p", HOUR), **held).deleted
    meta = {"was_initially_deleted": True, "retrieved_2nd_on": CREATED}
    assert not read("post", post("p", HOUR), **held, _meta=meta).deleted


def test_a_permalink_of_what_is_gone_has_no_words_of_its_title() -> None:
    seen = read("post", post("p", HOUR), _meta={"was_deleted_later": True})
    assert seen.permalink == "https://www.reddit.com/comments/p/"


@pytest.mark.parametrize("odd", [None, 7, "x", [], {}, {"id": "p"}, {"created_utc": 1e308}])
def test_an_odd_object_is_left_out_with_a_reason(odd) -> None:
    left_out: Counter[str] = Counter()
    assert read_objects("post", [odd, post("p", HOUR)["data"]], left_out)[0].id == "p"
    assert left_out.total() == 1


def test_items_that_the_archive_never_had_are_unknown(archive) -> None:
    asked = [ItemReference("aws", "post", f"x{number}") for number in range(499)]
    with closing(open_source(archive([post("p", HOUR)]))) as source:
        looked = source.look_again([*asked, ItemReference("aws", "post", "p")])
        assert source.requests_used == 1
        with pytest.raises(ValueError, match="500"):
            source.look_again([*asked, *asked])
    assert [each.id for each in looked.found] == ["p"]
    assert not looked.gone
