"""Answers name the methods that they average, and count what isn't English."""

import json
from datetime import timedelta
from typing import Any

import pytest

from api.reads.comparison import compare
from api.reads.post import read_post
from api.reads.posts import read_recent_posts
from api.reads.statistics import read_stats
from api.reads.trending import read_trending
from api.reads.trends import read_trends
from api.schema.parameters import (
    CompareParameters,
    PostParameters,
    PostsParameters,
    ScopeParameters,
    TrendingParameters,
    TrendsParameters,
)
from shared.store import CURRENT, TOPICS
from tests.api.reads.test_trending import TIMES, topics
from tests.api.world import NOW, a_comment, a_post, deps_of, get, keep

HOUR = timedelta(hours=1)


def by(item: Any, method: str, language: str = "en") -> Any:
    """Return the item as if this method, such as "linear 1", had scored it."""
    name, version = method.split()
    sentiment = {**item["sentiment"], "method": name, "version": version}
    return {**item, "language": language, "sentiment": sentiment}


def earlier(item: Any) -> Any:
    """Return the item as stored before methods had versions and items had a language."""
    made = {**item, "sentiment": {**item["sentiment"]}}
    del made["language"], made["sentiment"]["version"]
    return made


async def test_an_average_of_one_method_names_it(store) -> None:
    await keep(store, [a_post(1, NOW), a_post(2, NOW - HOUR)])
    found = (await read_stats(deps_of(store), ScopeParameters())).statistics
    assert (found.methods, found.mixed_methods) == ({"vader 3.3.2": 2}, False)


async def test_an_average_of_several_methods_says_so(store) -> None:
    await keep(store, [by(a_post(1, NOW), "linear 1"), by(a_post(2, NOW, "claude"), "linear 1")])
    await keep(store, [], [a_comment(1, NOW - 3 * HOUR)])
    found = (await read_stats(deps_of(store), ScopeParameters())).statistics
    assert (found.methods, found.mixed_methods) == ({"linear 1": 2, "vader 3.3.2": 1}, True)
    alone = await read_stats(deps_of(store), ScopeParameters(subreddit="claude"))
    assert alone.statistics.mixed_methods is False


async def test_two_versions_of_one_method_are_two_methods(store) -> None:
    await keep(store, [by(a_post(1, NOW), "linear 1"), by(a_post(2, NOW), "linear 2")])
    assert (await read_stats(deps_of(store), ScopeParameters())).statistics.mixed_methods


async def test_a_trend_over_two_methods_says_so_and_each_of_its_steps_names_its_own(store) -> None:
    await keep(store, [by(a_post(1, NOW), "linear 1"), a_post(2, NOW - HOUR)])
    found = await read_trends(deps_of(store), TrendsParameters(hours=2))
    assert found.statistics.mixed_methods
    assert [step.methods for step in found.trend_data] == [{"vader 3.3.2": 1}, {"linear 1": 1}]
    assert not any(step.mixed_methods for step in found.trend_data)


async def test_a_difference_between_two_methods_says_so(store) -> None:
    await keep(store, [by(a_post(1, NOW), "linear 1"), a_post(2, NOW - 2 * HOUR)])
    asked = CompareParameters(subreddits=("aws",), hours=2)
    found = await compare(deps_of(store), asked)
    (aws,) = found.subreddits
    assert not aws.statistics.mixed_methods
    assert not aws.previous.mixed_methods
    assert aws.difference.mixed_methods
    assert found.mixed_methods


async def test_subreddits_scored_by_different_methods_do_not_compare_unsaid(store) -> None:
    await keep(store, [by(a_post(1, NOW, "claude"), "linear 1"), a_post(2, NOW, "aws")])
    found = await compare(deps_of(store), CompareParameters(subreddits=("aws", "claude"), hours=2))
    assert not any(each.difference.mixed_methods for each in found.subreddits)
    assert found.mixed_methods
    alone = await compare(deps_of(store), CompareParameters(subreddits=("aws",), hours=2))
    assert not alone.mixed_methods


@pytest.mark.parametrize(
    ("setting", "labels", "average"),
    [
        ("leave_out", {"positive": 1, "negative": 0, "left_out": 4}, 0.6124),
        ("count", {"positive": 3, "negative": 2, "left_out": 0}, round(0.9564 / 5, 4)),
    ],
)
async def test_other_languages_are_left_out_or_count_as_the_setting_says(
    store, setting: str, labels: dict[str, int], average: float
) -> None:
    posts = [
        by(a_post(n, NOW, label="positive"), "linear 1", "other" if n else "en") for n in range(3)
    ]
    comments = [by(a_comment(n, NOW, label="negative"), "linear 1", "other") for n in range(2)]
    await keep(store, posts, comments)
    deps = deps_of(store, OTHER_LANGUAGES=setting)
    stats = (await read_stats(deps, ScopeParameters())).statistics
    assert (stats.total, stats.posts, stats.comments) == (5, 3, 2)
    assert stats.model_dump(include=set(labels)) == labels
    assert stats.avg_sentiment == average
    assert sum(stats.methods.values()) == stats.total
    step = (await read_trends(deps, TrendsParameters(hours=1))).trend_data[0]
    of_windows = {"coverage", "shares", "kinds"}
    assert step.model_dump(exclude={"start", *of_windows}) == stats.model_dump(exclude=of_windows)
    compared = await compare(deps, CompareParameters(subreddits=("all",), hours=1))
    assert compared.subreddits[0].statistics.model_dump() == stats.model_dump(exclude={"kinds"})
    post = await read_post(deps, PostParameters(id="p0", subreddit="aws"))
    assert post.sentiment_distribution.negative == labels["negative"]
    assert post.left_out == 2 - labels["negative"]
    assert post.sentiment_avg == (-0.4404 if labels["negative"] else None)


async def test_a_text_without_words_is_neutral_and_says_so_and_counts(store) -> None:
    await keep(store, [by(a_post(1, NOW), "linear 1", "none")])
    stats = (await read_stats(deps_of(store), ScopeParameters())).statistics
    assert (stats.neutral, stats.left_out, stats.avg_sentiment) == (1, 0, 0.0)
    (post,) = (await read_recent_posts(deps_of(store), PostsParameters())).items.root
    assert post.language == "none"


async def test_a_posts_comments_name_their_methods(store) -> None:
    comments = [by(a_comment(1, NOW), "linear 1", "other"), a_comment(2, NOW)]
    await keep(store, [by(a_post(0, NOW), "linear 1")], comments)
    found = await read_post(deps_of(store), PostParameters(id="p0", subreddit="aws"))
    assert (found.post.sentiment.method, found.post.sentiment.version) == ("linear", "1")
    assert [each.language for each in found.comments] == ["other", "en"]
    assert (found.methods, found.mixed_methods) == ({"linear 1": 1, "vader 3.3.2": 1}, True)


async def test_what_was_stored_before_is_still_served_and_counted(process, written) -> None:
    del process
    await keep(written, [earlier(a_post(0, NOW, label="positive"))], [earlier(a_comment(1, NOW))])
    found = json.loads((await get("/api/v1/posts/p0", subreddit="aws")).get_body())
    assert (found["post"]["language"], found["post"]["sentiment"]["version"]) == (None, None)
    assert (found["methods"], found["left_out"]) == ({"vader": 1}, 0)
    stats = (await read_stats(deps_of(written), ScopeParameters())).statistics
    assert (stats.positive, stats.methods, stats.mixed_methods) == (1, {"vader": 2}, False)
    await keep(written, [a_post(2, NOW)])
    stats = (await read_stats(deps_of(written), ScopeParameters())).statistics
    assert stats.mixed_methods


async def test_a_topic_says_what_scored_it(store) -> None:
    kept = topics(CURRENT, TIMES[2], [], 3)
    kept["topics"][1]["methods"] = {"linear 1": 6}
    kept["topics"][2]["methods"] = {"linear 1": 5, "vader 3.3.2": 1}
    kept["topics"][2]["left_out"] = 2
    await store.upsert(TOPICS, [kept])
    found = (await read_trending(deps_of(store), TrendingParameters())).root
    assert [each.methods for each in found] == [
        {"vader": 6},
        {"linear 1": 6},
        {"linear 1": 5, "vader 3.3.2": 1},
    ]
    assert [each.mixed_methods for each in found] == [False, False, True]
    assert [each.left_out for each in found] == [0, 0, 2]
