"""The Atom feed of trending topics, parsed by a feed reader, and which entries it shows again."""

import os
from typing import Any
from urllib.parse import parse_qs, urlsplit

import azure.functions as func
import feedparser
import pytest

from api.http.place import place_of
from shared.models import Topic, Topics
from shared.settings import load_settings, settings
from shared.store import CURRENT, TOPICS, Store
from tests.api.reads.test_trending import topic, topics
from tests.api.world import ask, get

ON_AZURE = {"COSMOS_ENDPOINT": "https://some.documents.azure.com"}
FEED = "/api/v1/trending.atom"
HOURS = [f"2026-11-23T{hour:02}:05:00Z" for hour in range(10, 14)]


async def read_feed(headers: dict[str, str] | None = None) -> Any:
    answer = await get(FEED, headers)
    assert answer.status_code == 200, answer.get_body()
    found = feedparser.parse(answer.get_body())
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "atom10"
    return found


async def keep_hours(store: Store, *found: list[Topic]) -> None:
    """Store these topics as if each was computed an hour after the one before."""
    times = HOURS[: len(found)]
    for created, each in zip(times[:-1], found[:-1], strict=True):
        await store.upsert(
            TOPICS, [Topics(id=created, created_at=created, topics=each, snapshots=[])]
        )
    current = Topics(id=CURRENT, created_at=times[-1], topics=found[-1], snapshots=list(times[:-1]))
    await store.upsert(TOPICS, [current])


def a_topic(number: int, hour: int, **more: Any) -> Topic:
    made: Any = {**topic(number, HOURS[hour]), "theme": f"Topic {number}", **more}
    return made  # type: ignore[no-any-return]


def updates(found: Any) -> dict[str, str]:
    return {entry.title: entry.updated for entry in found.entries}


async def test_a_feed_reader_accepts_the_topics(process, written) -> None:
    del process
    odd = topics("current", "2026-11-23T13:05:00Z", [], count=3)
    odd["topics"][0]["theme"] = "<b>C# & \x08friends</b>"
    odd["topics"][0]["communities"] = ["aws", "\x01"]
    await written.upsert(TOPICS, [odd])
    answer = await get(FEED)
    assert answer.mimetype == "application/atom+xml"
    found = await read_feed()
    assert found.feed.updated == "2026-11-23T13:05:00Z"
    assert len(found.entries) == len({entry.id for entry in found.entries}) == 3
    assert found.entries[1].title == "Topic 1 of 2026-11-23T13:05:00Z"
    assert "&lt;b&gt;C# &amp; \ufffdfriends" in answer.get_body().decode()
    again = await get(FEED, {"if-none-match": answer.headers["ETag"]})
    assert again.status_code == 304


async def test_what_did_not_change_is_not_updated(process, written) -> None:
    del process
    await keep_hours(
        written,
        [a_topic(1, 0), a_topic(2, 0)],
        [a_topic(1, 1, engagement_velocity=7.0, peak_time=HOURS[0]), a_topic(2, 1)],
        [a_topic(1, 2), a_topic(2, 2, mentions=6)],
        [a_topic(2, 3, mentions=6), a_topic(1, 3), a_topic(3, 3)],
    )
    found = await read_feed()
    assert updates(found) == {"Topic 1": HOURS[0], "Topic 2": HOURS[2], "Topic 3": HOURS[3]}
    assert found.feed.updated == HOURS[3]


@pytest.mark.parametrize(
    "change",
    [
        {"theme": "Another theme"},
        {"mentions": 99},
        {"keywords": ["other"]},
        {"communities": ["claude"]},
        {"sentiment_distribution": {"positive": 9, "negative": 2, "neutral": 3}},
    ],
    ids=str,
)
async def test_what_changed_is_updated(process, written, change: dict[str, Any]) -> None:
    del process
    await keep_hours(written, [a_topic(1, 0)], [a_topic(1, 1, **change)])
    found = await read_feed()
    assert [entry.updated for entry in found.entries] == [HOURS[1]]


async def test_what_comes_back_changed_in_between(process, written) -> None:
    del process
    await keep_hours(written, [a_topic(1, 0)], [a_topic(1, 1, mentions=9)], [a_topic(1, 2)])
    assert updates(await read_feed()) == {"Topic 1": HOURS[2]}


async def test_a_feed_whose_topics_stay_stays_as_it_is_byte_for_byte(process, written) -> None:
    del process
    await keep_hours(written, [a_topic(1, 0)])
    first = await get(FEED)
    await keep_hours(written, [a_topic(1, 0)], [a_topic(1, 1, created_at=HOURS[1])])
    later = await get(FEED)
    assert later.get_body() == first.get_body()
    assert later.headers["ETag"] == first.headers["ETag"]


async def test_that_a_topic_is_gone_updates_the_feed_and_no_other_topic(process, written) -> None:
    del process
    await keep_hours(written, [a_topic(1, 0), a_topic(2, 0)], [a_topic(2, 1)], [a_topic(2, 2)])
    found = await read_feed()
    assert (found.feed.updated, updates(found)) == (HOURS[1], {"Topic 2": HOURS[0]})


async def test_a_topic_keeps_its_id_from_one_day_to_the_next(process, written) -> None:
    del process
    ids = set()
    for created in ("2026-11-23T23:05:00Z", "2026-11-24T00:05:00Z"):
        await written.upsert(TOPICS, [topics(CURRENT, created, [], count=1)])
        ids |= {entry.id for entry in (await read_feed()).entries}
    assert len(ids) == 1


async def test_an_entry_leads_to_its_topic_on_the_dashboard_as_it_was(process, written) -> None:
    del process
    await keep_hours(
        written, [a_topic(1, 0, id="c#-&-friends")], [a_topic(1, 1, id="c#-&-friends")]
    )
    (entry,) = (await read_feed()).entries
    link = urlsplit(entry.link)
    assert (link.scheme, link.netloc, link.path) == ("http", "127.0.0.1:7071", "/")
    asked = {"view": ["posts"], "topic": ["c#-&-friends"], "at": [HOURS[0]]}
    assert parse_qs(link.query) == asked
    posts = await get("/api/v1/posts/recent", topic="c#-&-friends", at=HOURS[0])
    assert posts.status_code == 200, "what the page then asks for"


async def test_the_feed_names_itself_by_a_whole_address(process, written) -> None:
    del process, written
    links = {link.rel: link.href for link in (await read_feed()).feed.links}
    assert links == {
        "self": "http://127.0.0.1:7071/api/v1/trending.atom",
        "alternate": "http://127.0.0.1:7071/",
    }


async def test_an_empty_feed_is_a_feed_of_today(process, written) -> None:
    del process, written
    found = await read_feed()
    assert found.entries == []
    assert found.feed.updated.startswith("20")
    assert (await ask("POST", FEED)).status_code == 405
    answer = await get(FEED)
    assert (await get(FEED, {"if-none-match": answer.headers["ETag"]})).status_code == 304


async def test_a_feed_that_stays_empty_stays_as_old_as_it_is(process, written) -> None:
    del process
    await keep_hours(written, [a_topic(1, 0)], [], [])
    assert (await read_feed()).feed.updated == HOURS[1]


@pytest.mark.parametrize(
    ("origin", "says"), [("sample", "sample data"), ("recorded", "recorded data"), ("live", "")]
)
async def test_the_document_says_that_its_data_is_a_sample(process, written, origin, says) -> None:
    del process
    os.environ["ORIGIN"] = origin
    settings.cache_clear()
    await keep_hours(written, [a_topic(1, 0)])
    found = await read_feed()
    (entry,) = found.entries
    for text in (found.feed.title, found.feed.get("subtitle", ""), entry.summary):
        assert (says in text.lower()) if says else ("sample" not in text)
    assert f":7071/{origin}/" in found.feed.id
    assert f":7071/{origin}/" in entry.id


def requested(url: str, **headers: str) -> func.HttpRequest:
    return func.HttpRequest("GET", url, headers=headers, body=b"")


@pytest.mark.parametrize(
    ("url", "base", "tag"),
    [
        ("http://localhost:7071/x", "http://localhost:7071", "tag:localhost,2026:7071/"),
        ("http://Undertone.example/x", "http://undertone.example", "tag:undertone.example,2026:"),
        ("http://192.168.1.5:80/x", "http://192.168.1.5:80", "tag:192.168.1.5,2026:80/"),
        ("http://[::1]:7071/x", "http://[::1]:7071", "tag:localhost,2026:7071/"),
        ('http://a"><script>/x', "http://localhost", "tag:localhost,2026:"),
        ("http://user@evil.example/x", "http://localhost", "tag:localhost,2026:"),
        ("http://evil.example:99999999/x", "http://localhost", "tag:localhost,2026:"),
        ("http:///x", "http://localhost", "tag:localhost,2026:"),
    ],
)
def test_elsewhere_it_is_where_it_was_asked(url: str, base: str, tag: str) -> None:
    place = place_of(requested(url), load_settings({}))
    assert (place.base, place.tag) == (base, tag)


def test_on_azure_it_is_the_apps_own_host_whatever_a_client_says() -> None:
    os.environ.update(WEBSITE_SITE_NAME="app", WEBSITE_HOSTNAME="app.azurewebsites.net")
    place = place_of(requested("http://evil.example/x"), load_settings(ON_AZURE))
    assert place.base == "https://app.azurewebsites.net"
    assert place.tag == "tag:app.azurewebsites.net,2026:"


async def test_two_installations_have_no_id_in_common(process, written) -> None:
    del process
    await keep_hours(written, [a_topic(1, 0)])
    ids = []
    for host in ("one.azurewebsites.net", "two.azurewebsites.net"):
        os.environ.update(WEBSITE_SITE_NAME="app", WEBSITE_HOSTNAME=host)
        found = await read_feed()
        ids += [found.feed.id, found.entries[0].id]
    assert len(set(ids)) == 4


async def test_it_is_xml_for_those_who_take_only_that(process, written) -> None:
    del process, written
    assert (await get(FEED, {"accept": "text/xml"})).mimetype == "text/xml"
    assert (await get(FEED, {"accept": "text/html, */*;q=0.8"})).mimetype == "application/atom+xml"
    assert (await get(FEED, {"accept": "*/*;q=0"})).status_code == 406
