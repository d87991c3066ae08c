"""Posts and trends as CSV and NDJSON, and the topics as an Atom feed."""

import csv
import gzip
import io
import json
import tracemalloc
from datetime import timedelta
from typing import Any

import azure.functions as func
import feedparser
import pytest

from api.parameter_models import MOST_POSTS, PostsParameters
from api.posts import pages_of_posts
from api.takeaway import download, format_of, written
from shared.store import POSTS, TOPICS
from shared.times import utc_now
from tests.api.test_trending import topics
from tests.api.world import NOW, a_post, ask, deps_of, get, keep, posts_back

RECENT, TRENDS = "/api/v1/posts/recent", "/api/v1/sentiment/trends"
MINUTE = timedelta(minutes=1)


def table(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode(), newline="")))


@pytest.mark.parametrize(
    ("given", "accept", "expected"),
    [
        (None, "", "json"),
        (None, "*/*", "json"),
        (None, "text/html,application/xhtml+xml,*/*;q=0.8", "json"),
        (None, "text/csv", "csv"),
        (None, "application/x-ndjson", "ndjson"),
        (None, "application/json;q=0.5, text/csv;q=0.9", "csv"),
        (None, "text/csv;q=0.1, application/json", "json"),
        (None, "text/csv;q=oops, application/json;q=0.2", "json"),
        ("ndjson", "text/csv", "ndjson"),
        ("json", "text/csv", "json"),
    ],
)
def test_the_parameter_decides_and_then_the_accept_header(given: Any, accept: str, expected: str):
    assert format_of(given, accept) == expected


async def test_posts_as_csv_are_what_json_says(process, written) -> None:
    del process
    await keep(written, posts_back(40, MINUTE, newest=utc_now()))
    as_json = json.loads((await get(RECENT, limit=40)).get_body())
    answer = await get(RECENT, {"accept": "text/csv"})
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="posts.csv"'
    rows = table(answer.get_body())
    assert [row["id"] for row in rows] == [post["id"] for post in as_json]
    for row, post in zip(rows, as_json, strict=True):
        assert row["title"] == post["title"]
        assert int(row["upvotes"]) == post["upvotes"]
        assert row["sentiment_label"] == post["sentiment"]["label"]
        assert float(row["sentiment_compound"]) == post["sentiment"]["compound"]


async def test_posts_as_ndjson_are_one_object_a_line(process, written) -> None:
    del process
    odd = 'a "quoted"\nline, \u2028 and ünïcode 🙂'
    await keep(written, [a_post(1, utc_now(), content=odd)])
    answer = await get(RECENT, format="ndjson")
    assert answer.mimetype == "application/x-ndjson"
    (line,) = answer.get_body().decode().strip("\n").split("\n")
    assert json.loads(line) == json.loads((await get(RECENT)).get_body())[0]
    (row,) = table((await get(RECENT, format="csv")).get_body())
    assert row["content"] == odd


async def test_a_file_holds_all_posts_of_the_window_unless_a_limit_says_otherwise(
    process, written
) -> None:
    del process
    count = 2 * MOST_POSTS + 30
    posts = posts_back(count, timedelta(seconds=20), newest=utc_now())
    await keep(written, posts)
    everything = await get(RECENT, format="csv", hours=48)
    assert [row["id"] for row in table(everything.get_body())] == [post["id"] for post in posts]
    assert "Link" not in everything.headers
    first = await get(RECENT, format="csv", hours=48, limit=7)
    assert len(table(first.get_body())) == 7
    target = first.headers["Link"].split(">")[0].strip("<")
    assert "format=csv" in target
    second = table((await get(target)).get_body())
    assert [row["id"] for row in second] == [post["id"] for post in posts[7:14]]


async def test_a_text_never_becomes_a_formula(process, written) -> None:
    del process
    titles = ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\tx", "fine = yes"]
    now = utc_now()
    await keep(written, [a_post(n, now - n * MINUTE, title=t) for n, t in enumerate(titles)])
    rows = table((await get(RECENT, format="csv")).get_body())
    assert [row["title"] for row in rows] == [f"'{title}" for title in titles[:5]] + titles[5:]


async def test_a_file_is_gzipped_for_those_who_take_it(process, written) -> None:
    del process
    await keep(written, posts_back(50, MINUTE, newest=utc_now()))
    plain = await get(RECENT, format="csv")
    packed = await get(RECENT, {"accept-encoding": "br, gzip"}, format="csv")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.get_body()) == plain.get_body()
    assert len(packed.get_body()) < len(plain.get_body()) / 3


async def test_trends_as_csv_and_ndjson(process, written) -> None:
    del process
    await keep(written, posts_back(40, MINUTE, newest=utc_now()))
    as_json = json.loads((await get(TRENDS, hours=24)).get_body())["trend_data"]
    rows = table((await get(TRENDS, hours=24, format="csv")).get_body())
    assert [(row["start"], int(row["total"])) for row in rows] == [
        (point["start"], point["total"]) for point in as_json
    ]
    assert rows[0]["avg_sentiment"] == ""
    assert rows[-1]["methods"] == f"vader 3.3.2: {rows[-1]['total']}"
    lines = (await get(TRENDS, hours=24, format="ndjson")).get_body().decode().splitlines()
    assert [json.loads(line) for line in lines] == as_json


async def test_bad_input_is_refused_as_ever(process, written) -> None:
    del process, written
    assert (await get(RECENT, format="xlsx")).status_code == 422
    assert (await get(RECENT, format="csv", subreddit="cats")).status_code == 404


async def test_many_rows_are_never_held_at_once(sqlite_store) -> None:
    text = "some words of a post that is about as long as they are " * 6
    posts = [
        a_post(n, NOW - timedelta(seconds=n), content=f"{n} {text}") for n in range(16 * MOST_POSTS)
    ]
    await sqlite_store.upsert(POSTS, posts)
    del posts
    request = func.HttpRequest("GET", RECENT, headers={"accept-encoding": "gzip"}, body=b"")

    async def peak_of(pages: int) -> int:
        """Give the most memory that a file of so many pages takes, in bytes."""
        limit = pages * MOST_POSTS
        parameters = PostsParameters.model_construct(
            {"limit"}, subreddit="aws", hours=48, limit=limit, sentiment=None, q=None, cursor=None
        )
        tracemalloc.start()
        rows = pages_of_posts(deps_of(sqlite_store), parameters, {})
        answer = await download(request, written(rows, ["id", "content"], "csv"), "csv", "x", {})
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(table(gzip.decompress(answer.get_body()))) == limit
        return peak

    await peak_of(1)
    assert await peak_of(16) < 1.5 * await peak_of(2), "a page at a time, and the packed text"


async def test_a_feed_reader_accepts_the_topics(process, written) -> None:
    del process
    odd = topics("current", "2026-11-23T13:05:00Z", [], count=3)
    odd["topics"][0]["theme"] = "<b>C# & \x08friends</b>"
    await written.upsert(TOPICS, [odd])
    answer = await get("/api/v1/trending.atom")
    assert answer.mimetype == "application/atom+xml"
    found = feedparser.parse(answer.get_body())
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "atom10"
    assert found.feed.title == "Trending on Undertone"
    assert found.feed.updated == "2026-11-23T13:05:00Z"
    assert len(found.entries) == len({entry.id for entry in found.entries}) == 3
    assert found.entries[1].title == "Topic 1 of 2026-11-23T13:05:00Z"
    assert "&lt;b&gt;C# &amp; \ufffdfriends" in answer.get_body().decode()
    assert found.entries[0].link == "https://www.reddit.com/comments/p1"
    again = await get("/api/v1/trending.atom", {"if-none-match": answer.headers["ETag"]})
    assert again.status_code == 304


async def test_an_empty_feed_is_a_feed(process, written) -> None:
    del process, written
    found = feedparser.parse((await get("/api/v1/trending.atom")).get_body())
    assert (found.bozo, found.entries) == (False, [])
    assert (await ask("POST", "/api/v1/trending.atom")).status_code == 405
