"""What is stored follows changes: of the watchlist, and of the method that scores."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.scoring import read_scoring
from shared.settings import load_settings
from shared.store import COMMENTS, POSTS, SCORING, open_store
from shared.times import iso, utc_now
from tests.api.world import keep

NAME = "push.desk"


@pytest.fixture(params=["sqlite", "cosmos"])
def database(request, tmp_path: Path) -> dict[str, str]:
    own = {
        "SQLITE_PATH": str(tmp_path / "data" / "undertone.db"),
        "SUBREDDITS": "none",
        "COMMUNITIES": NAME,
    }
    if request.param == "sqlite":
        return own
    cosmos = request.getfixturevalue("cosmos_settings_factory")()
    return {
        **own,
        "COSMOS_ENDPOINT": cosmos.cosmos_endpoint,
        "COSMOS_KEY": cosmos.cosmos_key.get_secret_value(),
        "COSMOS_DATABASE": cosmos.cosmos_database,
    }


def lines() -> str:
    common = {"community": NAME, "created": iso(utc_now() - timedelta(hours=3))}
    items: list[dict[str, Any]] = [
        {"kind": "post", "id": "1", "title": "Zork is quick"},
        {"kind": "comment", "id": "2", "post_id": "1", "text": "So it is"},
        {"kind": "post", "id": "3", "title": "Nothing of note"},
    ]
    return "\n".join(json.dumps({**common, **each}) for each in items)


def mentions(database: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    """Return the mentions of the stored items, by id."""

    async def read() -> dict[str, list[tuple[str, str]]]:
        store = await open_store(load_settings(database), retry_seconds=10)
        try:
            posts = await store.read_many(POSTS, [(NAME, f"{NAME}.1"), (NAME, f"{NAME}.3")])
            comments = await store.read_many(COMMENTS, [(NAME, f"{NAME}.2")])
        finally:
            await store.close()
        return {
            item["id"]: [(each["subject"], each["via"]) for each in item.get("mentions", [])]
            for item in (*posts.values(), *comments.values())
        }

    return asyncio.run(read())


def versions(database: dict[str, str]) -> list[str]:
    """Return the versions that scored the stored posts."""

    async def read() -> list[str]:
        store = await open_store(load_settings(database), retry_seconds=10)
        try:
            posts = await store.read_many(POSTS, [(NAME, f"{NAME}.1"), (NAME, f"{NAME}.3")])
        finally:
            await store.close()
        return [post["sentiment"]["version"] for post in posts.values()]

    return asyncio.run(read())


def have_an_earlier_version_score(database: dict[str, str]) -> None:
    """Leave the stored posts as an earlier version of the method would have."""

    async def write() -> None:
        store = await open_store(load_settings(database), retry_seconds=10)
        try:
            posts = await store.read_many(POSTS, [(NAME, f"{NAME}.1"), (NAME, f"{NAME}.3")])
            for post in posts.values():
                post["sentiment"]["version"] = "earlier"
            await keep(store, posts.values())
            state = await read_scoring(store)
            assert state is not None
            await store.upsert(SCORING, [{**state, "method": "linear earlier"}])
        finally:
            await store.close()

    asyncio.run(write())


def test_a_subject_gets_its_history_and_loses_it_again(running_host, database) -> None:
    host = running_host(settings=database)
    assert host.http.post("/api/v1/ingest", content=lines()).status_code == 200
    host.wait_for_answer("/api/v1/items", lambda items: len(items) == 3)
    subject = {"name": "Zork", "terms": [{"text": "zork"}]}
    seen = host.http.post("/api/v1/subjects/preview", json=subject).json()
    assert [each["text"] for each in seen["examples"]] == ["Zork is quick"]
    match = {"if-match": "*"}
    written = host.http.put("/api/v1/subjects/zork", json=subject, headers=match)
    assert written.status_code == 201, written.text
    host.wait_for_answer("/api/v1/communities", lambda found: found["rematch"] is None)
    assert mentions(database) == {
        f"{NAME}.1": [("zork", "text")],
        f"{NAME}.2": [("zork", "thread")],
        f"{NAME}.3": [],
    }
    host.wait_for_log("rematch.ended .*outcome=completed")
    gone = host.http.delete("/api/v1/subjects/zork", headers=match)
    assert gone.status_code == 200, gone.text
    host.wait_for_answer("/api/v1/communities", lambda found: found["rematch"] is None)
    assert not any(mentions(database).values())

    have_an_earlier_version_score(database)
    more = {"community": NAME, "created": iso(utc_now()), "kind": "post", "id": "4", "title": "Hi"}
    assert host.http.post("/api/v1/ingest", content=json.dumps(more)).status_code == 200
    host.wait_for_log("scoring.waiting .*items=2 ")
    host.wait_for_log("scoring.done .*rescored=2 waiting=0")
    scoring = host.http.get("/api/v1/health").json()["sentiment"]
    assert {f"linear {version}" for version in versions(database)} == {scoring["method"]}
