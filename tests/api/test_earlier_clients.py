"""The calls of the clients of the earlier system: their paths, parameters, defaults and fields.

Answers may have further fields, which these clients ignore.
"""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from shared.times import utc_now
from tests.api.world import LABELS, a_comment, a_post, ask, get, keep

pytestmark = pytest.mark.usefixtures("process")

STATISTICS = {"total", "positive", "negative", "neutral", "avg_sentiment", "posts", "comments"}
STATS = {"subreddit", "time_window_hours", "statistics", "window", "timestamp"}
POST = {
    "id", "subreddit", "author", "title", "content", "url", "permalink", "created_utc", "upvotes",
    "comment_count", "collected_at", "sentiment",
}  # fmt: skip
SENTIMENT = {"label", "compound", "positive", "negative", "neutral", "method", "analyzed_at"}
HEALTH = {
    "process": {"uptime_seconds", "memory_mb", "cpu_percent", "pid"},
    "application": {
        "last_collection_at", "collections_succeeded", "collections_failed",
        "data_freshness_minutes",
    },
    "database": {"connected", "kind", "latency_ms"},
}  # fmt: skip


@pytest.fixture
async def collected(written):
    now = utc_now()
    posts = [a_post(n, now, name, LABELS[n]) for n, name in enumerate(("aws", "claude", "OpenAI"))]
    await keep(written, posts, [a_comment(1, now, "aws", "positive")])


async def told(target: str) -> Any:
    answer = await get(target)
    assert answer.status_code == 200, answer.get_body()
    return json.loads(answer.get_body())


@pytest.mark.parametrize("query", ["?subreddit=&hours=", "", "?subreddit=&hours=24"])
@pytest.mark.usefixtures("collected")
async def test_stats(query: str) -> None:
    found = await told(f"/api/v1/sentiment/stats{query}")
    assert found.keys() >= STATS
    assert found["statistics"].keys() >= STATISTICS
    assert (found["subreddit"], found["time_window_hours"]) == ("all", 24)
    assert (found["statistics"]["total"], found["statistics"]["posts"]) == (4, 3)
    assert found["window"].keys() == {"start", "end"}


@pytest.mark.parametrize("query", ["?subreddit=&hours=", ""])
@pytest.mark.usefixtures("collected")
async def test_trends(query: str) -> None:
    found = await told(f"/api/v1/sentiment/trends{query}")
    assert found.keys() >= STATS | {"trend_data"}
    assert found["time_window_hours"] == 168
    assert len(found["trend_data"]) == 168
    point = {"start", "total", "positive", "negative", "neutral", "avg_sentiment"}
    assert all(each.keys() >= point for each in found["trend_data"])
    assert found["trend_data"][0]["avg_sentiment"] is None
    assert found["trend_data"][-1]["total"] == 4


@pytest.mark.usefixtures("collected")
async def test_recent_posts() -> None:
    found = await told("/api/v1/posts/recent?subreddit=&hours=&limit=")
    assert isinstance(found, list)
    assert len(found) == 3
    assert all(post.keys() >= POST for post in found)
    assert found[0]["sentiment"].keys() >= SENTIMENT
    assert len(await told("/api/v1/posts/recent?subreddit=AWS&hours=24&limit=1")) == 1


@pytest.mark.usefixtures("collected")
async def test_one_post() -> None:
    found = await told("/api/v1/posts/p0?subreddit=aws")
    assert found["post"].keys() >= POST
    assert found["comments"][0].keys() >= {"id", "author", "content", "sentiment"}
    assert found["sentiment_distribution"].keys() == {"positive", "negative", "neutral"}


@pytest.mark.usefixtures("collected")
async def test_trending_and_subreddits() -> None:
    assert await told("/api/v1/trending?limit=") == []
    found = await told("/api/v1/subreddits")
    assert found.keys() >= {"subreddits", "count", "details"}
    detail = {"name", "last_collected_at", "items_24h", "last_error"}
    assert all(each.keys() == detail for each in found["details"])
    assert found["count"] == len(found["subreddits"]) == 3


async def test_health() -> None:
    found: Mapping[str, Any] = await told("/api/v1/health")
    assert found["status"] in {"healthy", "degraded"}
    assert {"timestamp", "version"} <= found.keys()
    for part, fields in HEALTH.items():
        assert found[part].keys() >= fields


@pytest.mark.parametrize("name", ["aws", "AWS", "Aws", "openai", "OPENAI"])
@pytest.mark.usefixtures("collected")
async def test_names_match_whatever_their_case(name: str) -> None:
    found = await told(f"/api/v1/sentiment/stats?subreddit={name}")
    assert found["subreddit"] in {"aws", "OpenAI"}
    assert found["statistics"]["posts"] == 1


async def query(question: str) -> Any:
    body = json.dumps({"question": question, "subreddit": None}).encode()
    return await ask("POST", "/api/v1/ai/query", body=body)


@pytest.mark.usefixtures("collected")
async def test_a_question_about_a_community() -> None:
    answer = await query("How do people feel in r/aws?")
    assert answer.status_code == 200, answer.get_body()
    found = json.loads(answer.get_body())
    assert {"answer", "sources", "data_summary", "timestamp"} <= found.keys()
    assert "r/aws" in found["answer"]
    assert found["data_summary"].keys() == {"aws"}
    stats = (await told("/api/v1/sentiment/stats?subreddit=aws&hours=168"))["statistics"]
    assert found["data_summary"]["aws"]["last_week"] == stats
    assert found["data_summary"]["aws"]["last_24h"]["total"] == 2
    by_type = {each["type"]: each for each in found["sources"]}
    assert by_type["sentiment_stats"].items() >= {"subreddit": "aws", "timeframe": "7d"}.items()
    assert by_type["recent_posts"].items() >= {"subreddit": "aws", "count": 1}.items()


@pytest.mark.usefixtures("collected")
async def test_a_question_about_nothing_in_particular() -> None:
    found = json.loads((await query("What is the overall sentiment?")).get_body())
    stats = (await told("/api/v1/sentiment/stats?hours=168"))["statistics"]
    assert found["data_summary"] == {"overall": stats}
    assert found["sources"][0].items() >= {"subreddit": "all", "timeframe": "7d"}.items()
    assert found["answer"]


@pytest.mark.usefixtures("collected")
@pytest.mark.parametrize("question", ["", "  "])
async def test_an_empty_question_is_an_error_with_a_detail(question: str) -> None:
    answer = await query(question)
    assert answer.status_code == 400
    assert "empty" in json.loads(answer.get_body())["detail"]
