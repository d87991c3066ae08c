import random
from datetime import timedelta

import pytest

from api.errors import UnknownCommunity
from api.http.parameters import read_parameters
from api.reads.statistics import read_stats
from api.schema.parameters import ScopeParameters
from tests.api.world import (
    COMPOUND,
    LABELS,
    NAMES,
    NOW,
    CountingStore,
    a_comment,
    a_post,
    deps_of,
    keep,
)

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("subreddit", [None, *NAMES])
@pytest.mark.parametrize("hours", [1, 5, 24, 48])
async def test_stats_equal_a_count_of_the_items_of_the_window(sqlite_store, subreddit, hours):
    rng = random.Random(7)
    items = [
        make(n, NOW - rng.random() ** 3 * 50 * HOUR, rng.choice(NAMES), rng.choice(LABELS))
        for make in (a_post, a_comment)
        for n in range(120)
    ]
    await keep(sqlite_store, items[:120], items[120:])
    stats = await read_stats(
        deps_of(sqlite_store), ScopeParameters(subreddit=subreddit, hours=hours)
    )
    start = NOW.replace(minute=0, second=0) - (hours - 1) * HOUR
    counted = [
        item
        for item in items
        if item["created_utc"] >= start.strftime("%Y-%m-%dT%H:%M:%SZ")
        and subreddit in (None, item["community"])
    ]
    labels = [item["sentiment"]["label"] for item in counted]
    found = stats.statistics
    assert found.total == len(counted) > 0
    assert (found.positive, found.negative, found.neutral) == tuple(map(labels.count, LABELS))
    assert found.posts == sum(item["id"].startswith("p") for item in counted)
    assert found.posts + found.comments == found.total
    mean = sum(COMPOUND[label] for label in labels) / len(labels)
    assert found.avg_sentiment == pytest.approx(mean, abs=1e-4)


A_THIRD_OF_THREE = [0.0165, 0.937]


async def test_both_databases_give_the_same_stats(store) -> None:
    await keep(store, [a_post(1, NOW, label="positive"), a_post(2, NOW - HOUR, "claude")])
    await keep(store, [], [a_comment(1, NOW - 5 * HOUR, label="negative")])
    stats = await read_stats(deps_of(store), ScopeParameters())
    assert stats.model_dump() == {
        "subreddit": "all",
        "scope": "all",
        "subject": None,
        "via": None,
        "time_window_hours": 24,
        "statistics": {
            "total": 3,
            "positive": 1,
            "negative": 1,
            "neutral": 1,
            "avg_sentiment": 0.0573,
            "posts": 2,
            "comments": 1,
            "left_out": 0,
            "methods": {"vader 3.3.2": 3},
            "mixed_methods": False,
            "copies": 0,
            "corrected": 0,
            "coverage": None,
            "stderr": pytest.approx(0.305, abs=5e-4),
            "interval": [-1.0, 1.0],
            "few": True,
            "kinds": None,
            # A third of three threads of one item each.
            "shares": {
                label: {"share": 0.3333, "stderr": 0.2722, "interval": A_THIRD_OF_THREE}
                for label in ("positive", "negative", "neutral")
            },
        },
        "window": {"start": "2026-11-22T14:00:00Z", "end": "2026-11-23T13:05:07Z"},
        "coverage": None,
        "sentiment_of": "text",
        "rematching": False,
        "origin": "live",
        "timestamp": "2026-11-23T13:05:07Z",
    }


async def test_the_window_begins_with_a_whole_hour(sqlite_store) -> None:
    edge = NOW.replace(minute=0, second=0) - HOUR
    await keep(sqlite_store, [a_post(1, edge), a_post(2, edge - timedelta(seconds=1))])
    two_hours = await read_stats(deps_of(sqlite_store), ScopeParameters(hours=2))
    assert two_hours.statistics.total == 1
    assert two_hours.window.start == "2026-11-23T12:00:00Z"


@pytest.mark.parametrize("subreddit", [None, "aws"])
async def test_an_empty_store_has_no_average(sqlite_store, subreddit) -> None:
    stats = await read_stats(deps_of(sqlite_store), ScopeParameters(subreddit=subreddit))
    assert stats.statistics.total == 0
    assert stats.statistics.avg_sentiment is None


async def test_a_subreddit_may_be_named_in_any_case(sqlite_store) -> None:
    await keep(sqlite_store, [a_post(1, NOW, "OpenAI")])
    stats = await read_stats(deps_of(sqlite_store), ScopeParameters(subreddit="openai"))
    assert (stats.subreddit, stats.statistics.total) == ("OpenAI", 1)


@pytest.mark.parametrize("given", [{}, {"subreddit": ""}, {"subreddit": "all"}])
async def test_without_a_name_all_subreddits_count(sqlite_store, given) -> None:
    await keep(sqlite_store, [a_post(n, NOW, name) for n, name in enumerate(NAMES)])
    stats = await read_stats(deps_of(sqlite_store), read_parameters(ScopeParameters, given))
    assert (stats.subreddit, stats.statistics.total) == ("all", len(NAMES))


async def test_a_subreddit_that_is_not_watched_is_unknown(sqlite_store) -> None:
    with pytest.raises(UnknownCommunity, match="one of aws, claude, OpenAI"):
        await read_stats(deps_of(sqlite_store), ScopeParameters(subreddit="cats"))


@pytest.mark.parametrize("hour", [0, 11, 23])
@pytest.mark.parametrize("subreddit", [None, "aws"])
@pytest.mark.parametrize(("hours", "most"), [(1, 1), (24, 2), (168, 8), (2160, 91)])
async def test_a_window_costs_one_document_a_day(sqlite_store, hour, subreddit, hours, most):
    counting = CountingStore(sqlite_store)
    deps = deps_of(counting, now=NOW.replace(hour=hour))
    await read_stats(deps, ScopeParameters(subreddit=subreddit, hours=hours))
    assert counting.reads == 2
    assert counting.asked["stats"] <= most
    assert counting.asked["cycles"] <= len(NAMES)
