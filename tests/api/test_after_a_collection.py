"""The API's answers after a real cycle, which read an invented Reddit over HTTP."""

import json
import time
from typing import Any

import pytest

from shared.settings import Settings
from shared.store import Store
from tests.api.subject_world import a_subject, watch
from tests.api.world import NAMES, get
from tests.collector.harness import run_cycle, settings_for, stored_items, things


async def answer(target: str, **parameters: object) -> Any:
    found = await get(target, None, **parameters)
    assert found.status_code == 200, found.get_body()
    return json.loads(found.get_body())


async def test_every_surface_shows_what_was_collected(
    process: Settings, written: Store, stand_in
) -> None:
    assert (await answer("/api/v1/health"))["application"]["last_collection_at"] is None
    reddit = stand_in(things(NAMES, 60, newest=time.time()))
    await run_cycle(written, settings_for(process, reddit.base_url, NAMES))
    items = await stored_items(written, NAMES)

    health = await answer("/api/v1/health")
    assert health["status"] == "healthy"
    assert health["application"]["collections_succeeded"] == 1
    assert health["application"]["data_freshness_minutes"] < 5

    for name in (None, *NAMES):
        scope = {"subreddit": name} if name else {}
        own = {key: item for key, item in items.items() if name in (None, item["community"])}
        posts = sorted(
            (item["order_key"], item) for key, item in own.items() if key.startswith("t3_")
        )
        # Some are copies of earlier posts of their authors.
        shown = [item["id"] for _, item in reversed(posts) if name or "copy_of" not in item]
        stats = (await answer("/api/v1/sentiment/stats", **scope))["statistics"]
        assert (stats["total"], stats["posts"]) == (len(own), len(posts))
        recent = await answer("/api/v1/posts/recent", **scope)
        assert [post["id"] for post in recent] == shown
        assert name or stats["copies"] == len(posts) - len(shown) > 0

    subreddits = await answer("/api/v1/subreddits")
    assert sum(each["items_24h"] for each in subreddits["details"]) == len(items) == 60
    assert all(each["last_collected_at"] for each in subreddits["details"])
    assert {each["last_error"] for each in subreddits["details"]} == {None}


async def test_subjects_are_counted_as_their_items_are_collected(
    process: Settings, written: Store, stand_in
) -> None:
    work = a_subject("work", "great work", home=["aws"])
    table = a_subject("table", "the table", role="own")
    await watch(written, (work, table))
    reddit = stand_in(things(NAMES, 60, newest=time.time()))
    await run_cycle(written, settings_for(process, reddit.base_url, NAMES))
    items = (await stored_items(written, NAMES)).values()
    own = {
        name: [
            item for item in items for each in item.get("mentions", ()) if each["subject"] == name
        ]
        for name in ("work", "table")
    }
    vias = {each["via"] for item in items for each in item.get("mentions", ())}
    assert vias >= {"text", "thread"}

    found = (await answer("/api/v1/subjects"))["subjects"]
    assert [each["id"] for each in found] == ["table", "work"]
    for subject in found:
        name, listed = subject["id"], own[subject["id"]]
        assert subject["mentions"] == subject["statistics"]["total"] == len(listed) > 10
        mentions = await answer(f"/api/v1/subjects/{name}/mentions", limit=500)
        listed.sort(key=lambda item: item["order_key"], reverse=True)
        assert [each["id"] for each in mentions] == [item["id"] for item in listed]
        stats = await answer("/api/v1/sentiment/stats", subject=name)
        assert stats["statistics"]["total"] == len(listed)
    voice = await answer("/api/v1/share-of-voice")
    assert voice["base"] == sum(map(len, own.values()))
    assert sum(each["share"] for each in voice["subjects"]) == pytest.approx(1)
