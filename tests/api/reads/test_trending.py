"""GET /trending: the current topics, and those of an earlier time."""

import json

import pytest

from api.reads.trending import read_trending
from api.schema.parameters import TrendingParameters
from shared.models import Topic, Topics
from shared.store import CURRENT, TOPICS, Store
from tests.api.world import CountingStore, deps_of, get

TIMES = ("2026-11-22T13:05:00Z", "2026-11-23T12:05:00Z", "2026-11-23T13:05:00Z")
FIELDS = {
    "id",
    "theme",
    "keywords",
    "post_ids",
    "mentions",
    "subreddits",
    "engagement_velocity",
    "sentiment_distribution",
    "sentiment_avg",
    "peak_time",
    "created_at",
}


def topic(number: int, created: str) -> Topic:
    return Topic(
        id=f"topic-{number}",
        theme=f"Topic {number} of {created}",
        keywords=["word"],
        post_ids=["p1"],
        mentions=5,
        mentions_by_hour=[0] * 24,
        growth=None,
        communities=["aws"],
        engagement_velocity=100.0 - number,
        sentiment_distribution={"positive": 1, "negative": 2, "neutral": 3},
        sentiment_avg=-0.1,
        peak_time="2026-11-23T11:00:00Z",
        created_at=created,
    )


def topics(topic_id: str, created: str, snapshots: list[str], count: int = 30) -> Topics:
    found = [topic(number, created) for number in range(count)]
    return Topics(id=topic_id, created_at=created, topics=found, snapshots=snapshots)


async def keep_topics(store: Store) -> None:
    await store.upsert(TOPICS, [topics(CURRENT, TIMES[2], list(TIMES[:2]))])
    await store.upsert(TOPICS, [topics(created, created, []) for created in TIMES[:2]])


async def test_before_any_were_computed_there_are_none(process, written) -> None:
    del process, written
    answer = await get("/api/v1/trending")
    assert (answer.status_code, json.loads(answer.get_body())) == (200, [])


async def test_topics_have_the_documented_fields_the_fastest_first(process, written) -> None:
    del process
    await keep_topics(written)
    answer = await get("/api/v1/trending")
    found = json.loads(answer.get_body())
    assert len(found) == 20, "the default"
    assert set(found[0]) >= FIELDS
    assert [each["id"] for each in found] == [f"topic-{number}" for number in range(20)]
    assert answer.headers["Undertone-Origin"] == "sample"
    assert len(json.loads((await get("/api/v1/trending", limit=3)).get_body())) == 3
    again = await get("/api/v1/trending", {"if-none-match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-23T14:00:00Z", TIMES[2]),
        (TIMES[2], TIMES[2]),
        ("2026-11-23T13:04:59Z", TIMES[1]),
        ("2026-11-23T14:04:59+01:00", TIMES[1]),
        ("2026-11-23T12:05:00", TIMES[1]),
        ("2026-11-23T12:04:00Z", TIMES[0]),
        ("2026-11-22T13:05:00Z", TIMES[0]),
    ],
)
async def test_at_gives_the_topics_as_they_were(process, written, at: str, expected: str) -> None:
    del process
    await keep_topics(written)
    answer = await get("/api/v1/trending", at=at)
    assert answer.status_code == 200, answer.get_body()
    assert json.loads(answer.get_body())[0]["created_at"] == expected


async def test_a_time_before_the_first_is_not_found_and_says_since_when(process, written) -> None:
    del process
    await keep_topics(written)
    answer = await get("/api/v1/trending", at="2026-11-01T00:00:00Z")
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    assert TIMES[0] in json.loads(answer.get_body())["detail"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("limit", "0"), ("limit", "101"), ("limit", "x"), ("at", "yesterday"), ("at", "9" * 99)],
)
async def test_bad_input_names_the_parameter(process, written, name: str, value: str) -> None:
    del process, written
    answer = await get("/api/v1/trending", **{name: value})
    assert answer.status_code == 422
    (error,) = json.loads(answer.get_body())["errors"]
    assert error["parameter"] == name
    assert error["takes"]


async def test_it_costs_two_reads_and_a_snapshot_three(store) -> None:
    await keep_topics(store)
    counting = CountingStore(store)
    await read_trending(deps_of(counting), TrendingParameters())
    assert counting.reads == 2
    await read_trending(deps_of(counting), TrendingParameters(at=TIMES[0]))
    assert counting.reads == 5
