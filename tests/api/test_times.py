"""The times that parameters accept: all of RFC 3339, and some more of ISO 8601."""

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.reads.posts import read_recent_posts
from api.schema.parameters import PostsParameters, TrendingParameters
from tests.api.world import NOW, a_post, deps_of, get, keep

SAME = [
    "2026-11-23T10:00:00Z",
    "2026-11-23T10:00:00z",
    "2026-11-23t10:00:00Z",
    "2026-11-23t10:00:00z",
    "2026-11-23 10:00:00Z",
    "2026-11-23 10:00:00z",
    "2026-11-23T10:00:00",
    "2026-11-23T10:00:00+00:00",
    "2026-11-23T10:00:00-00:00",
    "2026-11-23T11:30:00+01:30",
    "2026-11-23t11:30:00 01:30",
    "2026-11-22T20:00:00-14:00",
    "2026-11-23T10:00:00.0Z",
    "2026-11-23T10:00:00.000000000z",
]


@pytest.mark.parametrize("text", SAME)
def test_one_moment_may_be_written_in_many_ways(text: str) -> None:
    asked = PostsParameters(start=text, end=text, at=text)
    assert {asked.start, asked.end, asked.at} == {"2026-11-23T10:00:00Z"}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ("2016-12-31t23:59:60z", "2017-01-01T00:00:00Z"),
        ("1990-12-31T15:59:60-08:00", "1991-01-01T00:00:00Z"),
        ("2017-01-01T05:29:60+05:30", "2017-01-01T00:00:00Z"),
        ("2015-06-30T23:59:60.75Z", "2015-07-01T00:00:00Z"),
        ("2026-11-23T23:59:60", "2026-11-24T00:00:00Z"),
    ],
)
def test_a_leap_second_is_the_beginning_of_the_next_minute(text: str, moment: str) -> None:
    asked = PostsParameters(start=text, end=text, at=text)
    assert {asked.start, asked.end, asked.at} == {moment}


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T10:00:60Z",
        "2016-12-31T23:59:60+01:00",
        "2016-12-31T23:59:61Z",
        "2026-11-23T10:60:00Z",
        "2026-02-29T10:00:00Z",
        "2026-13-01T10:00:00Z",
        "2026-11-23T10:00:00+24:00",
        "2026-11-23T10:00:00zz",
        "2026-11-23T10:00:00ZULU",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:60Z",
        "0001-01-01T00:00:00+14:00",
        "now",
    ],
)
@pytest.mark.parametrize("name", ["start", "end", "at"])
@pytest.mark.usefixtures("process")
async def test_what_is_no_time_is_refused(name: str, text: str) -> None:
    answer = await get("/api/v1/posts/recent", None, **{name: text})
    assert answer.status_code == 422
    assert json.loads(answer.get_body())["errors"][0]["parameter"] == name


@settings(deadline=None)
@given(moment=st.datetimes(), digits=st.integers(1, 9), offset=st.integers(-14 * 60, 14 * 60))
def test_every_time_of_rfc_3339_is_taken(moment, digits: int, offset: int) -> None:
    hours, minutes = divmod(abs(offset), 60)
    sign = "-" if offset < 0 else "+"
    if not 2 <= moment.year <= 9998:
        return
    text = f"{moment:%Y-%m-%dT%H:%M:%S}".rjust(19, "0") + f".{'7' * digits}"
    for zone in ("Z", "z", f"{sign}{hours:02}:{minutes:02}"):
        assert TrendingParameters(at=text + zone).at
        assert PostsParameters(start=text.replace("T", "t") + zone).start


async def test_a_part_of_a_second_bounds_whole_seconds_rightly(sqlite_store) -> None:
    at = NOW - timedelta(hours=1)
    await keep(sqlite_store, [a_post(n, at + timedelta(seconds=n)) for n in range(3)])

    async def found(**asked: str) -> list[str]:
        page = await read_recent_posts(deps_of(sqlite_store), PostsParameters(**asked))
        return [post.id for post in page.items.root]

    half = f"{at + timedelta(seconds=1):%Y-%m-%dT%H:%M:%S}.5Z"
    assert await found(start=half) == ["p2"]
    assert await found(end=half) == ["p1", "p0"]
