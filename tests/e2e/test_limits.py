"""The limits of strangers over HTTP: a quota of each client, and the request units of a day."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import httpx

from api.schema.problems import QUOTA_EXCEEDED
from shared.store import open_store
from shared.times import iso, utc_now
from tests.api.access_world import ADMIN_KEY, MODES
from tests.api.world import NAMES, keep, posts_back
from tests.fixtures.host import RunningHost

ITEMS, TRENDS, HEALTH = "/api/v1/items", "/api/v1/sentiment/trends", "/api/v1/health"
WORDS = count()
OFF = ["--no-collect"]


def search(host: RunningHost, *hops: str, **headers: str) -> httpx.Response:
    """Search for a word that no client has searched for, from behind these proxies."""
    forwarded = {"X-Forwarded-For": ", ".join(hops)} if hops else {}
    return host.http.get(ITEMS, params={"q": f"word{next(WORDS)}"}, headers=forwarded | headers)


def called(host: RunningHost, client: str) -> httpx.Response:
    """Have an agent search for a word."""
    arguments = {"scope": "all", "q": f"word{next(WORDS)}"}
    message = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "search_mentions", "arguments": arguments},
    }
    headers = {"Accept": "application/json, text/event-stream", "X-Forwarded-For": client}
    return host.http.post("/mcp", json=message, headers=headers)


def test_each_client_has_a_quota_of_heavy_reads(running_host, sqlite_settings) -> None:
    asyncio.run(fill(sqlite_settings))
    given = {
        "HEAVY_READS_A_MINUTE": "6",
        "TRUSTED_PROXIES": "1",
        "SQLITE_PATH": str(sqlite_settings.sqlite_path),
        "SUBREDDITS": ",".join(NAMES),
    }
    host: RunningHost = running_host(arguments=OFF, settings=given)
    first = search(host, "203.0.113.7")
    assert first.status_code == 200
    assert first.headers["ratelimit-policy"] == '"heavy-reads";q=6;w=60'
    assert first.headers["ratelimit"].startswith('"heavy-reads";r=5;t=')
    # What a client says of itself, another port, a file, an agent and a question count alike.
    assert search(host, "198.51.100.9", "203.0.113.7:4711").status_code == 200
    client = {"X-Forwarded-For": "203.0.113.7"}
    file = host.http.get(TRENDS, params={"format": "parquet"}, headers=client)
    assert file.status_code == 200
    assert "result" in called(host, "203.0.113.7").json()
    for word in ("zyzzyva", "borogove"):
        asked = {"question": f"What do people say about {word} in the last 90 days?"}
        assert host.http.post("/api/v1/ask", json=asked, headers=client).status_code == 200
    refused = search(host, "203.0.113.7")
    check_refusal(refused, seconds=60)
    assert "6 searches, files or long spans in 60 seconds" in refused.json()["detail"]
    tool = called(host, "203.0.113.7").json()["result"]
    assert tool["isError"]
    assert "try again in" in tool["content"][0]["text"]
    # Others have their own, and so has this machine; light reads need none.
    assert search(host, "203.0.113.8").status_code == 200
    for n in range(8):
        assert search(host, f"2001:db8:0:{n}::1").status_code == 200
    network = [search(host, f"2001:db8:1:1::{n}").status_code for n in range(9)]
    assert 429 in network
    assert {search(host).status_code for _ in range(9)} == {200}
    for path in (HEALTH, "/", ITEMS, TRENDS):
        assert host.http.get(path, headers=client).status_code == 200
        assert "ratelimit" not in host.http.get(path, headers=client).headers
    strangers = [search(host, f"10.{n >> 8}.{n & 255}.1").status_code for n in range(40)]
    assert set(strangers) == {200}


def check_refusal(refused: httpx.Response, *, seconds: float) -> None:
    """Check a refusal: its problem document, and when to try again."""
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["cache-control"] == "no-store"
    assert refused.json()["type"] == QUOTA_EXCEEDED
    assert 1 <= int(refused.headers["retry-after"]) <= seconds


def test_a_key_has_a_quota_of_its_own_and_one_that_is_made_up_has_none(running_host) -> None:
    given = {"HEAVY_READS_A_MINUTE": "2", "TRUSTED_PROXIES": "1", **MODES["public"]}
    host: RunningHost = running_host(arguments=OFF, settings=given)

    def searched_with(key: str) -> int:
        return search(host, "203.0.113.7", **{"x-functions-key": key}).status_code

    made_up = [searched_with(f"made-up-key-0123456789-{n}") for n in range(3)]
    assert made_up == [200, 200, 429]
    assert [searched_with(ADMIN_KEY) for _ in range(3)] == [200, 200, 429]
    # Wherever its owner is.
    elsewhere = search(host, "203.0.113.8", **{"x-functions-key": ADMIN_KEY})
    assert elsewhere.status_code == 429
    assert search(host, "203.0.113.8").status_code == 200


def test_a_day_has_units_for_reads_without_a_key(running_host, cosmos_settings_factory) -> None:
    given = cosmos_settings_factory()
    asyncio.run(fill(given))
    limit = 150
    host: RunningHost = running_host(
        arguments=OFF,
        settings={**of_cosmos(given), "DAILY_READ_UNITS": str(limit), "CACHE_SECONDS": "0"},
    )
    shown = [host.http.get(ITEMS) for _ in range(2)][-1]
    assert shown.status_code == 200
    spent, heavy = units_of(shown), search(host)
    while heavy.status_code == 200:
        spent += units_of(heavy)
        heavy = search(host)
    check_refusal(heavy, seconds=seconds_left())
    midnight = iso(utc_now() + timedelta(days=1))[:10] + "T00:00:00Z"
    assert f"again from {midnight}" in heavy.json()["detail"]
    assert "DAILY_READ_UNITS" in heavy.json()["detail"]
    assert 0.7 * limit < spent < 0.95 * limit
    # Cheap reads go on for a while, and then what was read before.
    hours = count(1)
    while (cheap := host.http.get(TRENDS, params={"hours": next(hours)})).status_code == 200:
        spent += units_of(cheap)
    check_refusal(cheap, seconds=seconds_left())
    assert 0.7 * limit < spent < 1.2 * limit
    again = host.http.get(ITEMS)
    assert again.status_code == 200
    assert again.json() == shown.json()
    assert int(again.headers["age"]) >= 0
    known = host.http.get(ITEMS, headers={"If-None-Match": shown.headers["etag"]})
    assert known.status_code == 304
    assert host.http.get(HEALTH).json()["status"] == "healthy"
    assert host.http.get("/").status_code == 200
    # Another instance goes on where this one ended.
    host.stop()
    other: RunningHost = running_host(
        arguments=OFF, settings={**of_cosmos(given), "DAILY_READ_UNITS": str(limit)}
    )
    check_refusal(search(other), seconds=seconds_left())
    assert other.http.get(HEALTH).status_code == 200


def of_cosmos(given: Any) -> Mapping[str, str]:
    return {
        "COSMOS_ENDPOINT": given.cosmos_endpoint,
        "COSMOS_KEY": given.cosmos_key.get_secret_value(),
        "COSMOS_DATABASE": given.cosmos_database,
        "SUBREDDITS": ",".join(NAMES),
    }


async def fill(given: Any) -> None:
    """Store some posts."""
    store = await open_store(given, retry_seconds=60)
    newest = utc_now() - timedelta(minutes=1)
    await keep(store, posts_back(60, timedelta(minutes=30), newest=newest))
    await store.close()


def units_of(answer: httpx.Response) -> float:
    """Return the request units of an answer, as its Server-Timing says."""
    return float(answer.headers["server-timing"].rpartition(" RU")[0].rpartition(" ")[2])


def seconds_left() -> float:
    """Return the seconds until the next day, and a few more."""
    now = utc_now()
    tomorrow = datetime.fromisoformat(iso(now + timedelta(days=1))[:10]).replace(tzinfo=now.tzinfo)
    return (tomorrow - now).total_seconds() + 10
