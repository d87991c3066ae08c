"""Where the sample plants nothing, nothing is a reason."""

from datetime import UTC, datetime, timedelta
from typing import Any

from api.reads.explain.explanation import read_explanation
from api.schema.explain import ExplainParameters, Explanation
from local.sample.stories import Story, stories_between
from local.sample.threads import SampleComment, SamplePost, threads_of
from shared.default_communities import DEFAULT_SUBREDDITS
from shared.models import Comment, Label, Post
from shared.store import Store
from shared.times import iso
from tests.api.world import LABELS, a_comment, a_post, deps_of, keep, sentiment

HOURS = 24
HOUR = 3600
SEARCHED = (datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 20, tzinfo=UTC))
COMPOUND: dict[Label, float] = {"positive": 0.6, "negative": -0.6, "neutral": 0.0}


def scored(mood: str, number: int) -> tuple[Label, Any]:
    """Return the label of a mood, and a sentiment that varies about it."""
    label: Label = next((each for each in LABELS if each == mood), "neutral")
    compound = round(COMPOUND[label] + (number % 9 - 4) / 20, 4)
    return label, {**sentiment(label), "compound": compound}


def post_of(post: SamplePost, number: int) -> Post:
    label, found = scored(post.mood, number)
    created = datetime.fromtimestamp(post.created, UTC)
    more: Any = {
        "id": post.id,
        "order_key": f"{iso(created)}_{post.id}",
        "author": post.author,
        "title": post.title,
        "content": post.text,
        "sentiment": found,
    }
    return a_post(number, created, post.subreddit, label, **more)


def comment_of(post: SamplePost, comment: SampleComment, number: int) -> Comment:
    label, found = scored(comment.mood, number)
    created = datetime.fromtimestamp(comment.created, UTC)
    made = a_comment(number, created, post.subreddit, label)
    made["id"], made["post_id"] = comment.id, post.id
    made["order_key"] = f"{iso(created)}_{comment.id}"
    made["author"], made["content"], made["sentiment"] = comment.author, comment.body, found
    return made


async def keep_sample(store: Store, community: str, first: int, last: int) -> None:
    """Store what the sample has of a community from one hour (counted from 1970) to another."""
    posts = [post for hour in range(first, last) for post in threads_of(community, hour)]
    comments = [
        comment_of(post, comment, number)
        for number, (post, comment) in enumerate((p, c) for p in posts for c in p.comments)
        if comment.created < last * HOUR
    ]
    await keep(store, [post_of(post, number) for number, post in enumerate(posts)], comments)


async def explain(store: Store, community: str, now: datetime) -> Explanation:
    deps = deps_of(store, now=now, names=(community,))
    return await read_explanation(deps, ExplainParameters(community=community, hours=HOURS))


def first_story(kind: str) -> Story:
    return next(each for each in stories_between(*SEARCHED) if each.kind == kind)


async def test_a_community_without_a_story_has_no_topic_as_its_reason(sqlite_store: Store) -> None:
    story = first_story("outage")
    elsewhere = next(name for name in DEFAULT_SUBREDDITS if name not in story.subreddits)
    start = int(story.start.timestamp()) // HOUR
    await keep_sample(sqlite_store, elsewhere, start - HOURS, start + HOURS)
    found = await explain(sqlite_store, elsewhere, story.start + timedelta(hours=HOURS))
    named = [each for each in found.contributions if each.is_beyond_chance]
    assert [each.name for each in named if each.kind_of == "topic"] == []
    assert found.verdict in {"no_clear_change", "too_few"}
