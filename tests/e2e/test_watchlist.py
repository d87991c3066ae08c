"""Communities that are added and removed over the API of the running product."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from local.discourse.board import Board
from local.discourse.server import DiscourseStandIn, StandIn
from local.hackernews.server import HackerNewsStandIn
from shared.times import iso, utc_now

PATIENCE = 120.0
DESK, HN, FORUM = "push.desk", "hn.claude", "forum.town"
WATCHLIST = "/api/v1/watchlist"


@pytest.fixture
def hacker_news() -> Iterator[HackerNewsStandIn]:
    with HackerNewsStandIn() as stand_in:
        yield stand_in


@pytest.fixture
def forum() -> Iterator[StandIn]:
    with StandIn(DiscourseStandIn({"town": Board()})) as stand_in:
        yield stand_in


def collect(host: Any, key: dict[str, str]) -> Any:
    """Run a cycle, and return it when it has ended."""
    asked = host.http.post("/api/v1/admin/collect", headers=key)
    assert asked.status_code == 202, asked.text
    deadline = time.monotonic() + PATIENCE
    while True:
        cycle = host.http.get(f"/api/v1/cycles/{asked.json()['cycle']}")
        if cycle.status_code == 200 and cycle.json()["status"] != "running":
            return cycle.json()
        assert time.monotonic() < deadline, host.log
        time.sleep(0.1)


def test_what_is_added_is_collected_by_the_next_cycle_and_what_is_removed_is_left_out(
    running_host, tmp_path, hacker_news, forum
) -> None:
    at = int((utc_now() - timedelta(hours=1)).timestamp())
    hacker_news.board.write("story", title="I love claude", time=at, by="ada")
    forum.app.boards["town"].start("Great tool", "I love it", created=at)
    host = running_host(
        arguments=["--no-collect", "--keys"],
        settings={
            "SQLITE_PATH": str(tmp_path / "data" / "undertone.db"),
            "SUBREDDITS": "none",
            "COMMUNITIES": DESK,
            "HN_BASE_URL": hacker_news.base_url,
            "FORUMS": f"town={forum.address_of('town')}",
            "CONTACT": "ops@example.com",
            "BACKFILL_DAYS": "0",
            "CACHE_SECONDS": "0",
        },
    )
    keys = json.loads((tmp_path / "data" / "keys.json").read_text())
    key = {"x-functions-key": keys["_function"]}

    def change(method: str, path: str, body: object = None) -> Any:
        tag = host.http.get(WATCHLIST).headers["ETag"]
        return host.http.request(
            method, f"/api/v1{path}", json=body, headers={**key, "If-Match": tag}
        )

    def listed(**parameters: Any) -> set[str]:
        items = host.http.get("/api/v1/items", params={"hours": 24, **parameters}).json()
        return {item["subreddit"] for item in items}

    line = {"id": "1", "kind": "post", "title": "Hi", "created": iso(utc_now()), "community": DESK}
    assert host.http.post("/api/v1/ingest", json=line, headers=key).json()["accepted"] == 1
    first = collect(host, key)
    assert (set(first["subreddits"]), first["errors"]) == ({DESK}, [])
    seeded = host.http.get(WATCHLIST).json()
    assert (seeded["revision"], seeded["communities_from"]) == (1, "settings")

    assert host.http.put(f"/api/v1/communities/{HN}", json={}).status_code == 401
    assert host.http.put(f"/api/v1/communities/{HN}", json={}, headers=key).status_code == 428
    for name in (HN, FORUM):
        assert change("PUT", f"/communities/{name}", {}).status_code == 201
    second = collect(host, key)
    assert (set(second["subreddits"]), second["errors"]) == ({DESK, HN, FORUM}, [])
    assert listed() == {DESK, HN, FORUM}
    stats = host.http.get("/api/v1/sentiment/stats").json()["statistics"]
    assert stats["total"] == 3

    assert change("DELETE", f"/communities/{FORUM}").status_code == 200
    assert listed() == {DESK, HN}
    assert host.http.get("/api/v1/sentiment/stats").json()["statistics"]["total"] == 2
    assert host.http.get("/api/v1/items", params={"community": FORUM}).status_code == 404
    third = collect(host, key)
    assert set(third["subreddits"]) == {DESK, HN}
    assert "discourse" not in third["requests"]
    # Its items stay, and count again when it comes back.
    assert change("PUT", f"/communities/{FORUM}", {}).status_code == 201
    assert listed(community=FORUM) == {FORUM}
