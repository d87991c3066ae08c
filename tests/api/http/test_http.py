"""Answers over HTTP: their data, links and tags."""

import asyncio
from datetime import datetime, timedelta

import azure.functions as func
import pytest

from api.http.responses import data_answer, is_known, prepare
from api.reads.statistics import read_stats
from api.schema.parameters import ScopeParameters
from api.schema.sentiment import MOMENTS_OF_STATS
from shared.times import utc_now
from tests.api.http.answers import DATA, HEALTH, RECENT, STATS, SUBREDDITS, body, next_target
from tests.api.world import NAMES, NOW, a_comment, a_post, deps_of, get, keep, posts_back

pytestmark = pytest.mark.usefixtures("process")

MINUTE = timedelta(minutes=1)


async def test_the_surface_on_an_empty_database() -> None:
    health = await get(HEALTH)
    assert health.status_code == 200
    assert body(health).keys() == {
        "status", "reason", "worker", "timestamp", "version", "build", "process", "application",
        "database", "sources", "coverage", "sentiment", "faults",
    }  # fmt: skip
    assert body(health)["process"].keys() == {"uptime_seconds", "memory_mb", "cpu_percent", "pid"}
    assert body(health)["database"]["kind"] == "sqlite"
    stats = body(await get(STATS))
    assert (stats["subreddit"], stats["time_window_hours"]) == ("all", 24)
    assert stats["statistics"] == {
        "total": 0, "positive": 0, "negative": 0, "neutral": 0,
        "avg_sentiment": None, "posts": 0, "comments": 0,
        "left_out": 0, "methods": {}, "mixed_methods": False, "copies": 0, "corrected": 0,
        "coverage": None, "stderr": None, "interval": None, "few": True, "kinds": None,
        "shares": None,
    }  # fmt: skip
    assert body(await get(RECENT)) == []
    assert body(await get(SUBREDDITS))["subreddits"] == list(NAMES)


async def test_what_is_collected_is_answered(written) -> None:
    now = utc_now()
    await keep(written, posts_back(30, MINUTE, newest=now), [a_comment(1, now, "aws", "positive")])
    stats = body(await get(STATS, subreddit="AWS", hours="24"))
    assert stats["subreddit"] == "aws"
    assert (stats["statistics"]["posts"], stats["statistics"]["comments"]) == (10, 1)
    posts = body(await get(RECENT, limit=7, sentiment="positive", subreddit="aws"))
    assert [post["id"] for post in posts] == ["p0", "p9", "p18", "p27"]
    counts = {each["name"]: each["items_24h"] for each in body(await get(SUBREDDITS))["details"]}
    assert counts == {"aws": 11, "claude": 10, "OpenAI": 10}


async def test_the_next_page_is_linked_with_the_same_parameters(written) -> None:
    posts = posts_back(20, MINUTE, newest=utc_now())
    await keep(written, posts)
    target: str | None = f"{RECENT}?subreddit=AWS&hours=48&limit=3&q=title%20&sentiment="
    found = []
    while target is not None:
        answer = await get(target)
        found += [post["id"] for post in body(answer)]
        target = next_target(answer)
        if target is not None:
            assert "subreddit=AWS&hours=48&limit=3&q=title" in target
    assert found == [post["id"] for post in posts if post["community"] == "aws"]


@pytest.mark.parametrize("path", DATA)
async def test_an_answer_that_is_known_is_not_sent_again(written, path) -> None:
    await keep(written, [a_post(1, utc_now())])
    first = await get(path)
    assert first.headers["Cache-Control"] == "public, max-age=10"
    assert first.headers["Undertone-Origin"] == "sample"
    tag = first.headers["ETag"]
    for known in (tag, f'"other", {tag}', "*", f"W/{tag.removeprefix('W/')}"):
        again = await get(path, {"If-None-Match": known})
        assert (again.status_code, again.get_body()) == (304, b"")
        assert again.headers["ETag"] == tag
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    await keep(written, [a_post(2, utc_now())])
    changed = await get(path, {"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


async def test_the_time_of_asking_alone_changes_no_tag(sqlite_store) -> None:
    await keep(sqlite_store, [a_post(1, NOW - MINUTE)])

    async def asked(now: datetime) -> func.HttpResponse:
        stats = await read_stats(deps_of(sqlite_store, now=now), ScopeParameters())
        request = func.HttpRequest("GET", STATS, body=b"")
        return data_answer(request, prepare(stats, "sample", moments=MOMENTS_OF_STATS))

    first, later = await asked(NOW), await asked(NOW + MINUTE)
    assert body(first)["timestamp"] != body(later)["timestamp"]
    assert first.headers["ETag"] == later.headers["ETag"]
    next_hour = await asked(NOW + 60 * MINUTE)
    assert next_hour.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ("", False),
        ('"a"', True),
        ('W/"a"', True),
        ('"b", W/"a"', True),
        ("*", True),
        ('"b"', False),
        ("a", False),
        ('"a', False),
    ],
)
def test_tags_are_compared_weakly(header: str, known: bool) -> None:
    assert is_known(header, '"a"') is known
    assert is_known(header, 'W/"a"') is known


async def test_many_who_ask_for_health_at_once_share_one_look_at_the_database() -> None:
    answers = await asyncio.gather(*(get(HEALTH) for _ in range(50)))
    assert len({answer.get_body() for answer in answers}) == 1


async def test_health_is_never_kept() -> None:
    answer = await get(HEALTH, {"If-None-Match": "*"})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Undertone-Origin"] == "sample"
    assert "ETag" not in answer.headers
