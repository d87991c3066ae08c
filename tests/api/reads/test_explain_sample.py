"""The sample's planted stories are found in scope and span; quiet scopes have no cause."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.deps import Deps
from api.reads.explain.explanation import read_explanation
from api.reads.topics import read_topics
from api.schema.explain import ExplainParameters, Explanation
from api.schema.topics import TopicsParameters
from local.sample.communities import COMMUNITIES
from local.sample.stories import HOMES, KINDS, ONLOOKERS, Kind, Story, stories_between
from local.sample.threads import SampleComment, SamplePost, threads_of
from shared.default_communities import DEFAULT_SUBREDDITS
from shared.models import Comment, Label, Post
from shared.store import COMMUNITIES as STATES
from shared.store import Store
from shared.subjects.starter import starter_pack
from shared.times import iso
from tests.api.reads.test_coverage import observed
from tests.api.reads.test_explain import check_sums
from tests.api.subject_world import keep_matched, watch
from tests.api.world import LABELS, a_comment, a_post, deps_of, sentiment

HOUR = 3600
WEEK = timedelta(weeks=1)
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


async def keep_sample(store: Store, community: str, story: Story) -> Deps:
    """Store what the sample has of a community from a week before a story to its end, as a cycle.

    The subject of the story's product is watched.
    """
    first, last = int((story.start - WEEK).timestamp()), int(story.end.timestamp())
    posts = [
        post for hour in range(first // HOUR, last // HOUR) for post in threads_of(community, hour)
    ]
    said = [(post, comment) for post in posts for comment in post.comments]
    comments = [
        comment_of(*each, number) for number, each in enumerate(said) if each[1].created < last
    ]
    subjects = [each for each in starter_pack() if each["id"] == subject_of(story)]
    await watch(store, subjects)
    await keep_matched(
        store,
        [post_of(post, number) for number, post in enumerate(posts)],
        comments,
        subjects=subjects,
        names=(community,),
    )
    covered = [[iso(story.start - WEEK), iso(story.end)]]
    await store.upsert(STATES, [observed(community, 3, covered=covered)])
    return deps_of(store, now=story.end + timedelta(minutes=5), names=(community,))


def subject_of(story: Story) -> str:
    return COMMUNITIES[story.subreddits[0]].products[0]


def stories_of(kind: Kind) -> list[Story]:
    return [each for each in stories_between(*SEARCHED) if each.kind == kind]


async def explain(deps: Deps, story: Story, **scope: str) -> Explanation:
    asked = {"start": iso(story.start), "end": iso(story.end), **scope}
    return await read_explanation(deps, ExplainParameters.model_validate(asked))


@pytest.mark.parametrize("turn", [0, 1])
@pytest.mark.parametrize("kind", KINDS)
async def test_a_planted_story_is_found_in_its_scopes_and_its_span(
    sqlite_store: Store, kind: Kind, turn: int
) -> None:
    story = stories_of(kind)[turn]
    home, phrase = story.subreddits[0], story.phrase.lower()
    deps = await keep_sample(sqlite_store, home, story)
    for scope in ({"community": home}, {"subject": subject_of(story)}):
        found = await explain(deps, story, **scope)
        assert phrase in found.sentence.lower(), found.sentence
        own = [each for each in found.contributions if each.kind_of == "topic"]
        (named,) = [each for each in own if each.name.lower() == phrase]
        assert named.is_volume_beyond_chance
        assert named.n > 20 * named.n_before
        check_sums(found)
        asked = {"start": iso(story.start), "end": iso(story.end), **scope}
        topics = await read_topics(deps, TopicsParameters.model_validate(asked))
        assert phrase in [each.name.lower() for each in topics.topics]


QUIET = [each for each in DEFAULT_SUBREDDITS if each not in {*HOMES, *ONLOOKERS}]


@pytest.mark.parametrize("community", QUIET)
async def test_a_community_without_a_story_has_no_reason(
    sqlite_store: Store, community: str
) -> None:
    story = stories_of("outage")[0]
    found = await explain(await keep_sample(sqlite_store, community, story), story)
    assert found.sentence.startswith(("Nothing stands out", "Too few items")), found.sentence
    claims = [each.is_beyond_chance or each.is_volume_beyond_chance for each in found.contributions]
    assert not any(claims)
    assert found.volume.verdict == "no_clear_change"
    assert found.quotes == []
