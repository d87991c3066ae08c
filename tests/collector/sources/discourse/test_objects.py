"""Posts as Discourse's servers gave them, and how their texts become Markdown."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from collector.sources.base import Seen, SeenComment, SeenPost
from collector.sources.discourse.objects import Place, quotes_marked
from collector.sources.discourse.pages import ObjectReader

PLACE = Place("forum.try", "https://try.example", {"1": "Uncategorized"})


def read(data: dict[str, Any]) -> tuple[dict[str, Seen], Counter[str]]:
    left_out: Counter[str] = Counter()
    reader = ObjectReader("forum.try", left_out)
    if "latest_posts" in data:
        data = {"id": 1, "post_stream": {"posts": data["latest_posts"]}}
        _, posts = reader.topic(data)
        return {s.id: s for post in posts if (s := PLACE.seen(post))}, left_out
    topic, posts = reader.topic(data)
    seen = [PLACE.seen(post, topic) for post in posts if post.is_regular]
    return {each.id: each for each in seen}, left_out


def test_recorded_posts(recorded_forum: Path) -> None:
    found, left_out = read(json.loads((recorded_forum / "posts_latest.json").read_text()))
    assert (set(found), left_out) == (
        {"forum.try.2", "forum.try.7", "forum.try.11", "forum.try.11.2"},
        Counter(),
    )
    reply = found["forum.try.11.2"]
    assert isinstance(reply, SeenComment)
    assert (reply.post_id, reply.parent_id) == ("forum.try.11", "forum.try.11")
    assert (reply.author, reply.content, reply.upvotes) == ("johndoe", "holla bullhonky.", 0)
    assert (reply.edited, reply.deleted) == (False, False)
    assert reply.permalink == "https://try.example/t/this-is-an-uncategorized-title/11/2"
    post = found["forum.try.11"]
    assert isinstance(post, SeenPost)
    assert (post.title, post.flair) == ("This is an uncategorized title", "Uncategorized")
    assert post.comment_count is None


def test_a_recorded_topic_of_2013(recorded_forum: Path) -> None:
    found, left_out = read(json.loads((recorded_forum / "topic.json").read_text()))
    # Its second post notes that the topic was pinned.
    assert set(found) == {"forum.try.57", "forum.try.57.3", "forum.try.57.14"}
    assert not left_out
    post = found["forum.try.57"]
    assert isinstance(post, SeenPost)
    assert post.title == "THIS SITE IS A SANDBOX -- it is reset every day"
    assert "**Any accounts or posts you create here will not exist tomorrow!**" in post.content
    assert "<" not in post.content.replace("<http", "")
    assert (post.comment_count, post.edited, post.upvotes) == (3, True, 0)
    last = found["forum.try.57.14"]
    assert isinstance(last, SeenComment)
    assert (last.parent_id, last.upvotes) == ("forum.try.57", 5)
    assert last.content.startswith("What? So I have to post this every day?")
    assert last.created_utc == 1360084457.364


@pytest.mark.parametrize("name", ["latest.json", "posts_before.json"])
def test_other_recorded_answers_are_read_whole(recorded_forum: Path, name: str) -> None:
    data = json.loads((recorded_forum / name).read_text())

    class Recorded:
        def latest(self) -> Any:
            return data

    if name == "latest.json":
        left_out: Counter[str] = Counter()
        topics = ObjectReader("forum.try", left_out).topics(Recorded())  # type: ignore[arg-type]
        # All three have the same id.
        assert [(topic.title, topic.posts_count, topic.like_count) for topic in topics] == [
            ("Test topic #1", 1, 14)
        ]
        assert not left_out
    else:
        found, left_out = read(data)
        assert (len(found), left_out) == (3, Counter())


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("No quote", "No quote"),
        ('[quote="ada, post:2"]\nSlow.\n[/quote]\nNot here.', "\n> Slow.\n\nNot here."),
        ("[quote]one\n\ntwo[/quote]mine", "\n> one\n>\n> two\n\nmine"),
        ("[quote]\n[quote=b]\nold\n[/quote]\nnew\n[/quote]\nmine", "\n> > old\n>\n> new\n\nmine"),
        ("[quote]never closed", "[quote]never closed"),
    ],
)
def test_quotes_of_others_become_quotes_of_markdown(raw: str, expected: str) -> None:
    assert quotes_marked(raw) == expected


def test_broken_quotes_take_no_time() -> None:
    text = "[quote]" * 14_000
    assert quotes_marked(text) == text
    assert "[/quote]" not in quotes_marked("[quote]" * 5 + "x" + "[/quote]" * 5)


@pytest.mark.parametrize(
    ("given", "likes"),
    [
        ({"actions_summary": [{"id": 2, "count": 4}]}, 4),
        ({"actions_summary": [{"id": 3, "count": 4}]}, 0),
        ({"actions_summary": [], "like_count": 3}, 3),
        ({"actions_summary": [], "reaction_users_count": 2}, 2),
        # Discourse leaves out what has a count of 0, so an empty list says 0; no list says nothing.
        ({"actions_summary": []}, 0),
        ({}, None),
    ],
)
def test_likes_are_upvotes_and_unknown_where_nothing_says_them(given, likes) -> None:
    post = {"id": 5, "topic_id": 1, "post_number": 2, "created_at": "2026-01-01T00:00:00Z", **given}
    found, _ = read({"latest_posts": [post]})
    assert found["forum.try.1.2"].upvotes == likes


@pytest.mark.parametrize(
    ("given", "edited"),
    [
        ({"version": 1, "updated_at": "2026-01-03T00:00:00Z"}, False),
        ({"version": 2, "updated_at": "2026-01-01T00:00:00Z"}, True),
        ({"updated_at": "2026-01-03T00:00:00Z"}, True),
        ({"updated_at": "2026-01-01T00:02:00Z"}, False),
        ({}, False),
    ],
)
def test_a_post_is_edited_by_its_version_or_else_by_its_times(given, edited) -> None:
    post = {"id": 5, "topic_id": 1, "post_number": 2, "created_at": "2026-01-01T00:00:00Z", **given}
    found, _ = read({"latest_posts": [post]})
    assert found["forum.try.1.2"].edited is edited
