"""Trending topics of the sample, of noise, and of small feeds made for one test."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.sample import sample_objects, stories_between
from shared.models import Comment, Post
from shared.stats.uncertainty import Thread, mean_of
from shared.store import COMMENTS, POSTS
from shared.times import iso
from shared.topics.keyness import Usage
from shared.topics.terms import stopwords
from tests.api.world import a_comment, a_post
from tests.collector.harness import run_cycle, settings_for
from tests.collector.trending.talk import NOW, chatter, find, post_of_age, story


@pytest.mark.parametrize("day", range(18, 26))
async def test_over_the_sample_the_planted_stories_come_out_on_top(
    sqlite_store, sqlite_settings, day
) -> None:
    now = datetime(2026, 11, day, 9, tzinfo=UTC)
    posts, _ = sample_at(now)
    await sqlite_store.upsert(POSTS, posts)
    found = (await find(sqlite_store, sqlite_settings, now))["topics"]
    recent = [post for post in posts if post["created_utc"] > iso(now - timedelta(hours=23))]
    stories = stories_between(now - timedelta(hours=24), now)
    told_by = {
        story.phrase: {
            post["author"]
            for post in recent
            if story.phrase.lower() in f"{post['title']} {post['content']}".lower()
        }
        for story in stories
    }
    # An old release may be named by its version, which as many of its posts contain.
    release_of = {story.version: story.phrase for story in stories if story.kind == "release"}
    themes = [release_of.get(t["theme"].split()[-1], t["theme"]) for t in found]
    assert set(themes) <= set(told_by), "nothing but the stories"
    assert {phrase for phrase, authors in told_by.items() if len(authors) > 12} <= set(themes)
    assert themes


def sample_at(now: datetime) -> tuple[list[Post], list[Comment]]:
    """Return the sample's last 8 days as stored posts."""
    posts: list[Post] = []
    comments: list[Comment] = []
    for number, thing in enumerate(sample_objects(now - timedelta(days=8), now)):
        data = thing["data"]
        created = datetime.fromtimestamp(data["created_utc"], UTC)
        more = {"id": data["id"], "author": data["author"]}
        if thing["kind"] == "t3":
            more |= {"title": data["title"], "content": data["selftext"], "upvotes": data["score"]}
            more |= {"comment_count": data["num_comments"]}
            posts.append(a_post(number, created, data["subreddit"], **more))
        else:
            more |= {"post_id": data["link_id"][3:]}
            comments.append({**a_comment(number, created, data["subreddit"]), **more})  # type: ignore[typeddict-item]
    return posts, comments


async def test_a_whole_cycle_over_the_sample_and_then_its_topics(
    sqlite_store, sqlite_settings, stand_in
) -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    names = ("Bard", "claude", "Cursor")
    objects = [
        o for o in sample_objects(now - timedelta(days=7), now) if o["data"]["subreddit"] in names
    ]
    reddit = stand_in(objects)
    settings = settings_for(sqlite_settings, reddit.base_url, names)
    assert (await run_cycle(sqlite_store, settings, clock=lambda: now))["status"] == "completed"
    topics = (await find(sqlite_store, settings, now))["topics"]
    phrases = {story.phrase for story in stories_between(now - timedelta(days=1), now)}
    assert topics
    assert topics[0]["theme"] in phrases
    top = topics[0]
    mine = [o["data"] for o in objects if o["kind"] == "t3" and o["data"]["id"] in top["post_ids"]]
    assert len(mine) == len(top["post_ids"]) == top["mentions"]
    about = sum(top["theme"].lower() in f"{p['title']} {p['selftext']}".lower() for p in mine)
    assert about >= 0.8 * len(mine)
    assert top["communities"]
    assert set(top["communities"]) <= set(names)


@pytest.mark.parametrize("seed", range(12))
async def test_over_random_talk_without_stories_nothing_trends(
    sqlite_store, sqlite_settings, seed
) -> None:
    rng = random.Random(seed)
    kind: dict[str, Any] = [
        {},
        {"last_day": 600},
        {"a_day": 20},
        {"words": 120, "a_day": 60},
        {"authors": 40},
        {"days": 2, "a_day": 300},
    ][seed % 6]
    await sqlite_store.upsert(POSTS, chatter(rng, **kind))
    assert (await find(sqlite_store, sqlite_settings))["topics"] == []


async def test_in_random_talk_a_story_is_found(sqlite_store, sqlite_settings) -> None:
    await sqlite_store.upsert(POSTS, [*chatter(random.Random(1)), *story(14)])
    topics = (await find(sqlite_store, sqlite_settings))["topics"]
    assert [topic["theme"] for topic in topics] == ["Copper Planner"]
    assert topics[0]["mentions"] == 14
    assert topics[0]["id"] == "copper-planner"
    assert topics[0]["growth"] is None


async def test_with_too_little_data_nothing_trends(sqlite_store, sqlite_settings) -> None:
    assert (await find(sqlite_store, sqlite_settings))["topics"] == []
    await sqlite_store.upsert(POSTS, story(4))
    assert (await find(sqlite_store, sqlite_settings))["topics"] == []
    await sqlite_store.upsert(POSTS, story(40))
    found = (await find(sqlite_store, sqlite_settings))["topics"]
    assert found == [], "without a week before, nobody knows what is usual"


class NeverWalked(frozenset[str]):
    """Terms that can be looked up but not iterated, because their number grows with the posts."""

    def __iter__(self) -> Any:
        raise AssertionError("it was walked through")


def test_counting_a_post_costs_its_own_terms_not_all_that_are_wanted() -> None:
    usage = Usage()
    usage.add_among(NeverWalked({"borealis", "vim", "emacs"}), "aws", {"vim": "Vim", "ed": "ed"})
    assert usage.uses == {"vim": {"aws": 1}}


async def test_one_person_is_no_trend(sqlite_store, sqlite_settings) -> None:
    posts = [*chatter(random.Random(2)), *story(30, author="spammer")]
    await sqlite_store.upsert(POSTS, posts)
    assert (await find(sqlite_store, sqlite_settings))["topics"] == []


async def test_the_words_of_a_subreddit_whose_past_is_unknown_are_no_news(
    sqlite_store, sqlite_settings
) -> None:
    fresh = story(40, "Router Table", subreddit="claude")
    talk = chatter(random.Random(3), subreddits=("aws", "OpenAI"))
    await sqlite_store.upsert(POSTS, [*talk, *fresh])
    assert (await find(sqlite_store, sqlite_settings))["topics"] == []


async def test_a_subreddit_that_got_busier_is_no_news_by_itself(
    sqlite_store, sqlite_settings
) -> None:
    rng = random.Random(4)
    usual = [
        post_of_age(n, timedelta(hours=rng.uniform(1, 190)), "my router table", subreddit="claude")
        for n in range(20)
    ]
    rush = [
        post_of_age(500 + n, timedelta(minutes=30 * n), "my router table", subreddit="claude")
        for n in range(40)
    ]
    await sqlite_store.upsert(POSTS, [*chatter(rng, subreddits=("aws",)), *usual, *rush])
    assert (await find(sqlite_store, sqlite_settings))["topics"] == []


async def test_stop_words_and_reddits_boilerplate_never_make_a_theme(
    sqlite_store, sqlite_settings
) -> None:
    boilerplate = [
        post_of_age(
            200_000 + n,
            timedelta(minutes=10 * n),
            "Weekly thread: please read the rules of this subreddit",
            "Edit: thanks for the upvotes! TL;DR: https://preview.redd.it/abc.png\n\n"
            "*I am a bot, and this action was performed automatically. Please contact the"
            " moderators of this subreddit.*\n\n> others said turbo lizards\n\n[removed]",
            author="AutoModerator" if n % 2 else f"author{n}",
        )
        for n in range(40)
    ]
    await sqlite_store.upsert(POSTS, [*chatter(random.Random(5)), *boilerplate])
    topics = (await find(sqlite_store, sqlite_settings))["topics"]
    for topic in topics:
        for phrase in (topic["theme"], *topic["keywords"]):
            words = phrase.lower().split()
            assert words[0] not in stopwords()
            assert words[-1] not in stopwords()
            assert "lizards" not in words
    assert not {"subreddit", "rules", "thread", "bot", "tl;dr", "removed", "moderators"} & {
        topic["theme"].lower() for topic in topics
    }


async def test_stories_are_kept_apart_and_each_post_counts_in_one(
    sqlite_store, sqlite_settings
) -> None:
    both = post_of_age(300_000, timedelta(hours=1), "Copper Planner and Login Loop at once")
    posts = [
        *chatter(random.Random(6)),
        *story(20, "Copper Planner", first=100_000),
        *story(15, "Login Loop", first=110_000, subreddit="claude"),
        both,
    ]
    await sqlite_store.upsert(POSTS, posts)
    topics = (await find(sqlite_store, sqlite_settings))["topics"]
    assert {topic["theme"] for topic in topics} == {"Copper Planner", "Login Loop"}
    assert sum(topic["mentions"] for topic in topics) == 36
    counted = Counter(post for topic in topics for post in topic["post_ids"])
    assert max(counted.values()) == 1


async def test_what_gains_faster_ranks_higher_whatever_its_total(
    sqlite_store, sqlite_settings
) -> None:
    def observed(early: int, late: int) -> dict[str, Any]:
        moments = [(timedelta(hours=2), early), (timedelta(hours=1), late)]
        return {
            "upvotes": late,
            "observations": [
                {"at": iso(NOW - age), "upvotes": count, "comment_count": 2}
                for age, count in moments
            ],
        }

    posts = [
        *chatter(random.Random(7)),
        *story(15, "Faded Glory", first=100_000, **observed(5000, 5001)),
        *story(15, "Fresh Flame", first=110_000, **observed(10, 90)),
    ]
    await sqlite_store.upsert(POSTS, posts)
    topics = (await find(sqlite_store, sqlite_settings))["topics"]
    assert [topic["theme"] for topic in topics] == ["Fresh Flame", "Faded Glory"]
    assert topics[0]["engagement_velocity"] > 10 * topics[1]["engagement_velocity"]


async def test_a_topic_tells_the_sentiment_of_its_posts_and_comments_and_its_peak(
    sqlite_store, sqlite_settings
) -> None:
    posts = [{**post, "id": f"s{n}"} for n, post in enumerate(story(12))]
    peak = NOW - timedelta(hours=2)
    said = [
        {**a_comment(n, peak - timedelta(seconds=n), label="negative"), "post_id": "s3"}
        for n in range(30)
    ]
    elsewhere = [{**a_comment(900 + n, peak), "post_id": "other"} for n in range(50)]
    await sqlite_store.upsert(POSTS, [*chatter(random.Random(8)), *posts])
    await sqlite_store.upsert(COMMENTS, [*said, *elsewhere])
    (topic,) = (await find(sqlite_store, sqlite_settings))["topics"]
    assert topic["sentiment_distribution"] == {"positive": 0, "negative": 30, "neutral": 12}
    assert topic["sentiment_avg"] == round(30 * -0.4404 / 42, 4)
    assert topic["peak_time"] == "2026-11-23T11:00:00Z"
    assert len(topic["mentions_by_hour"]) == 24
    assert sum(topic["mentions_by_hour"]) == 42
    assert topic["communities"] == ["aws"]
    assert len(topic["post_ids"]) == topic["mentions"] == 12
    assert (topic["methods"], topic["left_out"]) == ({"vader 3.3.2": 42}, 0)
    # One thread has all comments, so that the mean says little.
    threads = [Thread(31, 30 * -0.4404), *[Thread(1, 0.0)] * 11]
    mean = mean_of(threads)
    assert mean is not None
    assert topic["stderr"] == pytest.approx(mean.error, abs=1e-4)
    low, high = topic["interval"] or [0.0, 0.0]
    assert low < topic["sentiment_avg"] < high
    assert topic["few"] is False


@pytest.mark.parametrize(("setting", "negative"), [("leave_out", 0), ("count", 30)])
async def test_a_topics_sentiment_leaves_other_languages_out_unless_they_count(
    sqlite_store, sqlite_settings, setting: str, negative: int
) -> None:
    posts = [{**post, "id": f"s{n}"} for n, post in enumerate(story(12))]
    said = [
        {**a_comment(n, NOW - timedelta(hours=2), label="negative"), "post_id": "s3"}
        for n in range(30)
    ]
    await sqlite_store.upsert(POSTS, [*chatter(random.Random(8)), *posts])
    await sqlite_store.upsert(COMMENTS, [{**each, "language": "other"} for each in said])
    settings = sqlite_settings.model_copy(update={"other_languages": setting})
    (topic,) = (await find(sqlite_store, settings))["topics"]
    assert topic["sentiment_distribution"]["negative"] == negative
    assert topic["left_out"] == 30 - negative
    assert sum(topic["mentions_by_hour"]) == 42
