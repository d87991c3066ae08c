"""GET /items over HTTP."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest

from shared.store import Store
from shared.times import utc_now
from tests.api.world import LABELS, NAMES, a_comment, a_post, ask, get, keep

ITEMS = "/api/v1/items"
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def ids(process: Any, written: Store) -> list[str]:
    """Store 20 posts and 30 comments of the last half hour, and return their ids."""
    del process
    now = utc_now()
    posts = [a_post(n, now - n * MINUTE, NAMES[n % 3], LABELS[n % 3]) for n in range(20)]
    comments = [a_comment(n, now - n * MINUTE, NAMES[n % 3], LABELS[n % 3]) for n in range(30)]
    await keep(written, posts, comments)
    return [each["id"] for each in [*posts, *comments]]


async def test_a_file_holds_what_the_list_holds_and_is_named(ids: list[str]) -> None:
    listed = json.loads((await get(ITEMS, limit=500)).get_body())
    assert sorted(each["id"] for each in listed) == sorted(ids)
    answer = await get(ITEMS, format="csv")
    rows = list(csv.DictReader(io.StringIO(answer.get_body().decode(), newline="")))
    assert [row["id"] for row in rows] == [each["id"] for each in listed]
    assert {row["kind"] for row in rows} == {"post", "comment"}
    assert "undertone-sample-items-all-" in answer.headers["Content-Disposition"]
    lines = (await get(ITEMS, format="ndjson", kind="comment")).get_body().splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["comment"] * 30


@pytest.mark.parametrize("form", ["json", "csv"])
async def test_a_page_and_a_file_lead_on(ids: list[str], form: str) -> None:
    found, target = 0, f"{ITEMS}?limit=20&format={form}"
    for _ in range(3):
        answer = await get(target)
        body = answer.get_body()
        found += len(json.loads(body)) if form == "json" else body.count(b"\r\n") - 1
        target = answer.headers.get("Link", "").partition(">")[0].lstrip("<")
    assert found == len(ids)
    assert not target


async def test_what_the_call_does_not_take_is_refused_by_name(ids: list[str]) -> None:
    del ids
    for target, name in (("topic=x", "topic"), ("kinds=post", "kinds"), ("kind=video", "kind")):
        answer = await get(f"{ITEMS}?{target}")
        assert answer.status_code == 422
        assert json.loads(answer.get_body())["errors"][0]["parameter"] == name


async def test_it_answers_head_and_what_is_known_already(ids: list[str]) -> None:
    del ids
    first = await get(ITEMS)
    head = await ask("HEAD", ITEMS)
    assert head.status_code == 200
    assert head.headers["ETag"] == first.headers["ETag"]
    assert (await get(ITEMS, {"if-none-match": first.headers["ETag"]})).status_code == 304
    assert (await get(ITEMS, subreddit="nowhere")).status_code == 404
