"""Odd objects from Reddit: what is stored, and what is left out."""

import logging

import pytest

from collector.reddit.objects import MAX_CHARACTERS, read_things
from collector.source import SeenComment, SeenPost

POST = {"id": "abc12", "created_utc": 1700000000.0, "title": "A title", "author": "ada"}
COMMENT = {"id": "c0", "link_id": "t3_abc12", "created_utc": 1700000001.0, "body": "Words"}


def post(**changes: object) -> SeenPost:
    (seen,) = read_things([{"kind": "t3", "data": {**POST, **changes}}])
    assert isinstance(seen, SeenPost)
    return seen


def comment(**changes: object) -> SeenComment:
    (seen,) = read_things([{"kind": "t1", "data": {**COMMENT, **changes}}])
    assert isinstance(seen, SeenComment)
    return seen


def test_a_post_with_only_what_it_must_have_is_kept() -> None:
    seen = post(title=None, author=None, selftext=None, score=None, num_comments=None)
    assert (seen.title, seen.author, seen.content, seen.upvotes) == ("", "[deleted]", "", 0)
    assert seen.permalink == "https://www.reddit.com/comments/abc12/"


def test_a_comment_whose_post_is_unknown_is_kept() -> None:
    seen = comment(link_id="t3_never_seen")
    assert seen.post_id == "never_seen"
    assert seen.parent_id == "t3_never_seen"
    assert seen.permalink == "https://www.reddit.com/comments/never_seen/_/c0/"


@pytest.mark.parametrize(
    "words", ["[deleted]", "[removed]", "[ Removed by Reddit ]", " [deleted] "]
)
def test_an_item_without_its_words_is_kept_and_marked(words: str) -> None:
    assert comment(body=words).deleted
    assert post(selftext=words).deleted


def test_a_post_that_a_moderator_removed_is_marked_though_its_words_are_there() -> None:
    assert post(selftext="still here", removed_by_category="moderator").deleted


def test_words_that_only_mention_deletion_are_words() -> None:
    assert not comment(body="why was this [deleted]?").deleted


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("half \ud83d pair", "half � pair"),
        ("\ude00 comes first", "� comes first"),
        ("whole \ud83d\ude00 pair", "whole 😀 pair"),
        ("nul\x00led", "nulled"),
        ("日本語 עברית 🧵", "日本語 עברית 🧵"),
    ],
)
def test_text_becomes_what_every_store_takes(raw: str, stored: str) -> None:
    assert comment(body=raw).content == stored
    assert post(title=raw).title == stored
    stored.encode()


def test_an_endless_body_is_cut() -> None:
    assert len(comment(body="x" * 3_000_000).content) == MAX_CHARACTERS


@pytest.mark.parametrize(
    "child",
    [
        {"kind": "more", "data": {"children": ["a", "b"]}},
        {"kind": "t5", "data": {"id": "2qh0y"}},
        {"data": POST},
        {"kind": "t3"},
        {"kind": "t3", "data": None},
        {"kind": "t3", "data": {**POST, "id": None}},
        {"kind": "t3", "data": {**POST, "id": "no/slashes?"}},
        {"kind": "t3", "data": {**POST, "created_utc": None}},
        {"kind": "t3", "data": {**POST, "created_utc": 1e300}},
        {"kind": "t3", "data": {**POST, "created_utc": float("nan")}},
        {"kind": "t3", "data": {**POST, "score": "many"}},
        {"kind": ["t3"], "data": POST},
        {"kind": "t1", "data": {k: v for k, v in COMMENT.items() if k != "link_id"}},
        "a string",
        None,
    ],
)
def test_what_is_no_item_is_left_out_and_logged(child: object, caplog) -> None:
    with caplog.at_level(logging.WARNING):
        assert [seen.id for seen in read_things([child, {"kind": "t3", "data": POST}])] == ["abc12"]
    assert caplog.text.count("reddit.object_left_out") == 1
