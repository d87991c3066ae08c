"""Faults of a forum: each has its name, ends no other forum, and loses nothing."""

import time

import pytest
from starlette.responses import Response

from collector.sources.base import ItemReference
from local.discourse import server
from local.discourse.board import Board
from shared.errors import CommunityUnavailable, SourceUnavailable
from tests.collector.sources.discourse.conftest import items_of, reached


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ("blocked", "blocked", r"Discourse answers 403 to this address \(127.0.0.1:\d+\).*CONTACT"),
        ("login", "login", "must log in.*take forum.desk out of COMMUNITIES"),
        ("moved,to=https://new.example", "renamed", "to https://new.example: put this"),
        ("not_found_page", "missing", "no Discourse forum answers at .*: correct it in FORUMS"),
    ],
)
def test_what_a_forum_refuses_is_its_own_and_says_what_to_do(world, fault, kind, words) -> None:
    made = world(desk=Board(generated=50), other=Board(generated=50))
    made.app.set_faults(f"{fault},forum=desk")
    with pytest.raises(CommunityUnavailable, match=words) as caught:
        made.poll()
    assert caught.value.kind == kind
    assert len(items_of(made.poll(name="other"))) == 50


def test_a_forum_for_its_members_alone_says_so(world) -> None:
    made = world(desk=Board(generated=50, needs_login=True))
    with pytest.raises(CommunityUnavailable) as caught:
        made.poll()
    assert caught.value.kind == "login"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("503", "server_error"),
        ("500", "server_error"),
        ("429,retry_after=3", "rate_limited"),
        ("html", "unreadable"),
        ("truncated", "unreadable"),
        ("cut", "connection"),
        ("drop", "connection"),
        ("renamed_fields", "unreadable"),
    ],
)
def test_what_passes_is_tried_again_and_then_left_to_the_next_cycle(world, fault, kind) -> None:
    board = Board(generated=300)
    made = world(desk=board)
    watermark = reached(made.poll())
    late = board.reply(30, "Late", created=time.time())
    made.app.set_faults(f"{fault},route=posts")
    with pytest.raises(SourceUnavailable) as caught:
        made.poll(watermark)
    assert caught.value.kind == kind
    assert str(caught.value).startswith("127.0.0.1")
    made.app.set_faults()
    assert f"forum.desk.30.{late.number}" in items_of(made.poll(watermark))


def test_a_server_that_goes_back_no_further_is_no_end_of_the_past(world) -> None:
    made = world(desk=Board(generated=20_000))
    made.app.set_faults("ignores_before")
    with pytest.raises(SourceUnavailable, match="doesn't go back"):
        made.poll()


@pytest.mark.parametrize(
    "odd",
    [
        {"id": "x"},
        {"id": 10**30},
        {"topic_id": None},
        {"post_number": 0},
        {"created_at": None},
        {"created_at": "3000-01-01T00:00:00Z"},
    ],
)
def test_an_object_without_its_essence_is_left_out_and_the_rest_is_read(world, odd) -> None:
    board = Board(generated=60)
    board.reply(3, "Odd", created=time.time(), more=odd)
    board.reply(3, "Right", created=time.time())
    made = world(desk=board)
    found = items_of(made.poll())
    assert len(found) == 61
    assert list(made.source.left_out.values()) == [1]
    assert next(iter(odd)) in next(iter(made.source.left_out))


@pytest.mark.parametrize(
    "odd",
    [
        {"username": 5, "raw": None, "cooked": None},
        {"actions_summary": "none", "version": "two", "updated_at": 10**40},
        {"actions_summary": [None, {"id": 2, "count": "many"}], "hidden": "no"},
        {"reply_to_post_number": "first", "topic_slug": {"a": 1}, "category_id": []},
        {"post_type": "1", "reply_to_post_number": "2", "reactions": {"x": [1]}},
        {"raw": "\ud800 half of a pair \x00"},
    ],
)
def test_an_odd_value_of_any_other_field_is_its_default(world, odd) -> None:
    board = Board(generated=5)
    board.reply(1, "Odd", created=time.time(), more=odd)
    made = world(desk=board)
    assert len(items_of(made.poll())) == 6
    assert not made.source.left_out


@pytest.mark.parametrize(
    "body", [b"[]", b"null", b"{}", b'{"latest_posts": 5, "topic_list": []}', b"[" * 100_000]
)
def test_no_answer_of_another_shape_ends_in_a_crash(world, body, monkeypatch) -> None:
    made = world(desk=Board(generated=5))
    monkeypatch.setattr(server.ForumApi, "answer", lambda *_: Response(body))
    with pytest.raises(SourceUnavailable) as caught:
        made.poll()
    assert caught.value.kind == "unreadable"
    looked = made.source.look_again([ItemReference("forum.desk", "post", "forum.desk.1")])
    assert (list(looked.found), looked.gone) == ([], frozenset())
