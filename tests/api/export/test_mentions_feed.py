"""The Atom feed of a subject's mentions, parsed by a feed reader."""

import csv
import io
from datetime import timedelta
from typing import Any

import feedparser
import pytest

from shared.times import iso, utc_now
from tests.api.subject_world import keep_matched, own_labels, watch
from tests.api.world import a_comment, a_post, get

pytestmark = pytest.mark.usefixtures("process")

FEED = "/api/v1/subjects/Kiro/mentions.atom"
MINUTE = timedelta(minutes=1)


async def read_feed() -> Any:
    answer = await get(FEED)
    assert (answer.status_code, answer.mimetype) == (200, "application/atom+xml")
    found = feedparser.parse(answer.get_body())
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "atom10"
    return found


async def test_a_feed_reader_accepts_the_mentions(written) -> None:
    await watch(written)
    now = utc_now()
    post = a_post(1, now - MINUTE, "claude", "negative", title="<b>kiro & \x08co</b>")
    comment: Any = {**a_comment(2, now, "claude"), "post_id": "p1", "content": "same\x00 here"}
    other = a_post(3, now, "aws", title="nothing")
    await keep_matched(written, [post, other], [comment])
    found = await read_feed()
    assert found.feed.title == "Mentions of Kiro on Undertone (sample data)"
    assert found.feed.updated == iso(now)
    newest, first = found.entries
    assert first.link == "https://www.reddit.com/r/claude/comments/p1/x/"
    assert first.title == "<b>kiro & \ufffdco</b>"
    assert first.published == iso(now - MINUTE)
    assert first.summary.startswith("Sample data: negative text, by text: kiro. Some words")
    assert [tag.term for tag in first.tags] == ["claude", "negative"]
    assert newest.title == "A comment by someone in claude"
    assert "by thread. same\ufffd here" in newest.summary
    assert newest.id != first.id
    assert (await read_feed()).entries[1].id == first.id


async def test_feed_and_files_tell_what_an_item_says_of_the_subject(written) -> None:
    await watch(written)
    post = a_post(1, utc_now() - MINUTE, "claude", "positive", title="kiro, or zed?")
    await keep_matched(written, [post], judge=lambda _number, item: own_labels(1, item))
    (entry,) = (await read_feed()).entries
    assert "negative mention, by text: kiro" in entry.summary
    assert [tag.term for tag in entry.tags] == ["claude", "negative"]
    answer = await get("/api/v1/items", subject="kiro", format="csv")
    (row,) = csv.DictReader(io.StringIO(answer.get_body().decode()))
    assert row["mentions"] == "kiro (text: kiro; negative); zed (text: zed; neutral)"
    assert row["sentiment_label"] == "positive"


async def test_a_feed_without_mentions_is_one_too(written) -> None:
    await watch(written)
    found = await read_feed()
    assert found.entries == []
    assert found.feed.updated.endswith("T00:00:00Z")
    tag = (await get(FEED)).headers["ETag"]
    assert (await get(FEED, {"if-none-match": tag})).status_code == 304


async def test_a_feed_of_an_unknown_subject_is_a_problem(written) -> None:
    await watch(written)
    for name in ("lamp", "codewhisperer"):
        answer = await get(f"/api/v1/subjects/{name}/mentions.atom")
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert (await get(f"{FEED}?hours=2")).status_code == 422
