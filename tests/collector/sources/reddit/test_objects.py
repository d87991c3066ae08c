"""Odd objects from Reddit: which are stored, and which are left out."""

import logging
from collections import Counter

import pytest

from collector.sources.base import SeenComment, SeenPost
from collector.sources.reddit.objects import read_things
from shared.tidy import MAX_CHARACTERS

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
    assert (seen.title, seen.author, seen.content, seen.upvotes) == ("", None, "", 0)
    assert seen.permalink == "https://www.reddit.com/comments/abc12/"


def test_a_comment_whose_post_is_unknown_is_kept() -> None:
    seen = comment(link_id="t3_never_seen")
    assert seen.post_id == "never_seen"
    assert seen.parent_id == "never_seen"
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


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("score", "[score hidden]", 0),
        ("score", 10**400, 0),
        ("score", 1.7e308, 0),
        ("score", float("nan"), 0),
        ("score", True, 0),
        ("score", -7, -7),
        ("score", "12", 12),
        ("num_comments", "1.2k", 0),
        ("num_comments", 3.7, 0),
        ("num_comments", -1, 0),
        ("num_comments", 4.0, 4),
        ("num_comments", [3], 0),
        ("upvote_ratio", "n/a", None),
        ("upvote_ratio", -0.1, None),
        ("upvote_ratio", float("inf"), None),
        ("upvote_ratio", 10**400, None),
        ("upvote_ratio", {}, None),
        ("upvote_ratio", 0.5, 0.5),
        ("link_flair_text", 7, None),
        ("edited", "yes", False),
        ("edited", 1700000000.0, True),
        ("stickied", "no", False),
        ("distinguished", 3, None),
        ("distinguished", "moderator", "moderator"),
        ("crosspost_parent", "t3_orig", "orig"),
        ("crosspost_parent", 9, None),
        ("removed_by_category", False, False),
    ],
)
def test_an_odd_value_that_an_item_can_do_without_is_its_default(
    field: str, value: object, kept: object
) -> None:
    name = {
        "score": "upvotes",
        "num_comments": "comment_count",
        "link_flair_text": "flair",
        "removed_by_category": "deleted",
    }.get(field, field)
    assert getattr(post(**{field: value}), name) == kept
    if field in {"score", "edited", "stickied", "distinguished"}:
        assert getattr(comment(**{field: value}), name) == kept


def test_what_was_left_out_is_counted_by_the_reason() -> None:
    left_out: Counter[str] = Counter()
    odd = [
        {"kind": "t3", "data": {**POST, "created_utc": "soon"}},
        {"kind": "t3", "data": {**POST, "created_utc": None, "id": None}},
        {"kind": "t1", "data": {**COMMENT, "link_id": "abc"}},
        {"kind": "t3", "data": {**POST, "promoted": True}},
        {"kind": "more", "data": {}},
    ]
    assert read_things(odd, left_out) == []
    assert left_out == {
        "no usable created_utc": 1,
        "no usable id, created_utc": 1,
        "no usable link_id": 1,
        "promoted": 1,
        "no submission or comment": 1,
    }


@pytest.mark.parametrize(
    "words",
    [
        "[ removed by reddit ]",
        "[removed by moderator]",
        "[unavailable]",
        "[REMOVED]",
        "[deleted by user]",
        "**[removed]**",
        "[ Removed by Reddit in response to a copyright notice. ]",
        "[ Removed by Reddit on account of violating the [content policy](/help/contentpolicy). ]",
        "[This post was removed for violating Reddit's policy]",
        "[copyright takedown]",
    ],
)
def test_every_notice_marks_an_item_as_taken_away(words: str) -> None:
    assert comment(body=words).deleted
    assert post(selftext=words).deleted
    assert post(title=words).deleted


@pytest.mark.parametrize(
    "words",
    ["[removed] thanks [ok]", "[Deleted scenes]", "removed", "[Help] it was removed by reddit"],
)
def test_words_in_brackets_are_words(words: str) -> None:
    assert not comment(body=words).deleted
    assert not post(title=words, selftext=words).deleted


@pytest.mark.parametrize(
    "mark",
    [
        {"removed_by_category": "automod_filtered"},
        {"removed_by_category": "copyright_takedown"},
        {"banned_by": True},
        {"removal_reason": "legal"},
        {"spam": True},
        {"removed": True},
        {"collapsed_reason_code": "DELETED"},
    ],
)
def test_what_reddit_marks_is_taken_away_though_its_words_are_there(mark) -> None:
    assert post(selftext="still here", **mark).deleted
    assert comment(body="still here", **mark).deleted


def test_a_cross_post_a_gallery_and_a_poll_say_something_too() -> None:
    original = {"id": "orig", "selftext": "The first words", "author": "eve"}
    copy = post(crosspost_parent="t3_orig", crosspost_parent_list=[original], url="/r/x/comments/o")
    assert (copy.content, copy.crosspost_parent) == ("The first words", "orig")
    assert copy.url == "https://www.reddit.com/r/x/comments/o"
    own = post(selftext="My own", crosspost_parent="t3_orig", crosspost_parent_list=[original])
    assert own.content == "My own"
    gone = {**original, "removed_by_category": "moderator"}
    assert post(crosspost_parent_list=[gone]).content == ""
    assert post(crosspost_parent_list=[{"selftext": "[removed]"}]).content == ""
    gallery = {"items": [{"caption": "It broke"}, {"media_id": "x"}, {"caption": "Again"}, 3]}
    assert post(gallery_data=gallery, selftext="Look").content == "Look\n\nIt broke\n\nAgain"
    poll = {"options": [{"text": "I love it"}, {"text": "I hate it"}, None]}
    assert post(poll_data=poll).content == "- I love it\n- I hate it"
    assert post(gallery_data="odd", poll_data=[1], crosspost_parent_list={}).content == ""


@pytest.mark.parametrize(
    "given", ["javascript:alert(1)", "//evil.example/x", "https://evil.example/", "/\\evil", 7]
)
def test_a_permalink_leads_to_reddit_or_is_made_up(given: object) -> None:
    assert post(permalink=given).permalink == "https://www.reddit.com/comments/abc12/"
    assert comment(permalink=given).permalink == "https://www.reddit.com/comments/abc12/_/c0/"


def test_a_comment_that_answers_itself_answers_the_post() -> None:
    assert comment(parent_id="t1_c0").parent_id == "abc12"
    assert comment(parent_id="t1_other").parent_id == "other"
