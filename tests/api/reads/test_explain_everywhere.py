"""The API, its report, agents and the digest have the same figures of a scope and a span."""

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest

from api.export.markdown import escaped
from api.mcp.budget import capped
from api.mcp.tool import without
from shared.store import Store
from shared.times import iso, utc_now
from tests.api.mcp.client import call
from tests.api.mcp.test_tools import CAPS, steady
from tests.api.reads.test_digest import mentions
from tests.api.subject_world import watch
from tests.api.world import NOW, get, keep

DAY = timedelta(days=1)
WEEK = 7 * DAY
FIGURES = ("sentence", "verdict", "volume", "quotes", "looked_at")


def a_day(subject: str, start: datetime, count: int, mood: float, **more: Any) -> list[Any]:
    """Return posts about a subject, spread over a day."""
    early = NOW - start
    posts = mentions(subject, NOW, count, mood, **more)
    found = []
    for number, post in enumerate(posts):
        at = iso(NOW - early + number * DAY / count + timedelta(minutes=1))
        found.append({**post, "created_utc": at, "order_key": f"{at}_{post['id']}"})
    return found


async def keep_yesterday(store: Store, count: int) -> tuple[str, str]:
    """Store the day before today, and that a week earlier; return where it begins and ends.

    count is the number of items about one subject; another one has about as many.
    """
    end = utc_now().replace(hour=0, minute=0, second=0, microsecond=0)
    start = end - DAY
    await watch(store)
    await keep(
        store,
        [
            *a_day("lantern", start, count, -0.4, kinds=["problem"]),
            *a_day("lantern", start - WEEK, count, 0.4, kinds=["praise"]),
            *a_day("kiro", start, 2 * count, 0.1),
            *a_day("kiro", start - WEEK, count // 2, 0.1),
        ],
    )
    return iso(start), iso(end)


async def of_api(path: str, **asked: str) -> Any:
    answer = await get(f"/api/v1{path}", **asked)
    assert answer.status_code == 200, answer.get_body()
    return json.loads(answer.get_body())


def same(own: Any) -> Any:
    """Return an explanation without the time when it was made."""
    return {name: each for name, each in own.items() if name != "timestamp"}


@pytest.mark.parametrize(("count", "is_whole"), [(60, True), (200, False)])
async def test_the_digest_has_the_figures_of_the_request_that_it_names(
    written: Store, count: int, *, is_whole: bool
) -> None:
    start, end = await keep_yesterday(written, count)
    digest = await of_api("/digest", period="day", end=end[:10])
    assert (digest["window"]["start"], digest["window"]["end"]) == (start, end)
    assert [each["subject"] for each in digest["reasons"]] == ["lantern", "kiro"]
    assert any(each["contributions"] for each in digest["reasons"])
    for reason in digest["reasons"]:
        path, _, query = reason["request"].removeprefix("/api/v1").partition("?")
        asked = dict(parse_qsl(query))
        assert (asked["scope"], asked["start"]) == (f"subject:{reason['subject']}", start)
        own = await of_api(path, **asked)
        assert (own["looked_at"]["read"] == own["looked_at"]["items"]) == is_whole
        assert own["before"] == digest["compared_with"]
        assert {name: reason[name] for name in FIGURES} == {name: own[name] for name in FIGURES}
        assert all(each in own["contributions"] for each in reason["contributions"])
        assert all(each in own["cited"] for each in reason["cited"])
        read = [each for each in digest["read_these"] if each["subject"] == reason["subject"]]
        assert all(each["read"] in own["read_these"] for each in read)
        (row,) = [each for each in digest["subjects"] if each["id"] == reason["subject"]]
        assert row["change"]["avg_sentiment"] == own["change"]["avg_sentiment"]
        assert row["change"]["interval"] == own["change"]["interval"]

        # By more items, what is counted is the same, and where all were read so is the rest.
        del asked["max_cost"]
        whole = await of_api(path, **asked)
        assert (whole["change"], whole["volume"]) == (own["change"], own["volume"])
        assert (same(whole) == same(own)) == is_whole


@pytest.mark.parametrize("scope", ["all", "aws", "subject:lantern"])
async def test_agents_and_the_report_have_the_figures_of_the_api(
    written: Store, scope: str
) -> None:
    start, end = await keep_yesterday(written, 60)
    asked = {"scope": scope, "start": start, "end": end}
    own = await of_api("/explain", **asked)
    assert own["contributions"]
    tool = (await call("explain_change", budget=100_000, **asked))["data"]
    expected, _ = capped(without(own), CAPS)
    assert steady(tool) == steady(expected)
    answer = await get("/api/v1/explain", format="markdown", **asked)
    text = answer.get_body().decode()
    assert f"**{escaped(own['sentence'])}**" in text
    volume = own["volume"]
    assert f"| Items | {volume['n']} | {volume['n_before']} |" in text
    for each in own["contributions"]:
        assert f"| {each['effect']:+.3f} |" in text
