"""What was removed stays removed, through whole cycles, and odd objects are counted."""

import json
import time

import pytest

from local.reddit.objects import comment, submission
from shared.settings import Settings
from shared.store import COMMENTS, CYCLES, POSTS
from tests.collector.harness import check_statistics, run_cycle, settings_for, stored_items


@pytest.fixture
def any_store_settings(sqlite_settings: Settings) -> Settings:
    """Use a file alone: that both databases answer alike, tests/contracts/test_store.py shows."""
    return sqlite_settings


@pytest.fixture
def reddit(stand_in):
    now = time.time()
    post = submission("p1", "aws", now - 60, title="Wonderful things", selftext="Awesome words")
    other = submission("p2", "aws", now - 50, title="On the table", author="other_one")
    answer = comment("c1", post, now - 40, body="Lovely answer", author="third_one")
    return stand_in([post, other, answer])


@pytest.fixture
def settings(any_store_settings, reddit):
    return settings_for(any_store_settings, reddit.base_url, ["aws"])


async def everything(store) -> str:
    return json.dumps(await stored_items(store, ["aws"]))


@pytest.mark.parametrize(
    "fields",
    [
        {"removed_by_category": "moderator"},
        {"removed_by_category": "automod_filtered"},
        {"selftext": "[deleted]"},
        {"selftext": "[ Removed by Reddit in response to a copyright notice. ]"},
        {"selftext": "[unavailable]"},
    ],
)
async def test_a_listing_that_still_shows_what_was_removed_brings_nothing_back(
    store, settings, reddit, fields
) -> None:
    await run_cycle(store, settings)
    reddit.control.change("t3_p1", **fields)
    second = await run_cycle(store, settings)
    assert (second["new"], second["removed"]) == (0, 1)
    third = await run_cycle(store, settings)
    assert [third[each] for each in ("new", "edited", "moved", "removed")] == [0, 0, 0, 0]
    kept = json.dumps((await stored_items(store, ["aws"])).get("t3_p1", {}))
    assert not any(word in kept for word in ("Wonderful", "Awesome", "an_author", "wonderful"))
    await check_statistics(store, ["aws"])


async def test_what_is_approved_again_comes_back(store, settings, reddit) -> None:
    reddit.control.change("t3_p1", removed_by_category="automod_filtered")
    await run_cycle(store, settings)
    assert "Awesome" not in await everything(store)
    reddit.control.change("t3_p1", removed_by_category=None, approved_by="mod")
    assert (await run_cycle(store, settings))["edited"] == 1
    post = await store.read(POSTS, "aws", "p1")
    assert (post["title"], post["author"]) == ("Wonderful things", "an_author")
    await check_statistics(store, ["aws"])


async def test_what_is_kept_of_an_item_beside_its_words(store, settings, reddit) -> None:
    reddit.control.change("t3_p1", stickied=True, distinguished="moderator", edited=1_700_000_000.0)
    reddit.control.change("t3_p2", crosspost_parent="t3_elsewhere")
    reddit.control.change("t1_c1", edited=True, distinguished="admin")
    await run_cycle(store, settings)
    post = await store.read(POSTS, "aws", "p1")
    assert (post["stickied"], post["distinguished"], post["edited"]) == (True, "moderator", True)
    assert (await store.read(POSTS, "aws", "p2"))["crosspost_parent"] == "elsewhere"
    answer = await store.read(COMMENTS, "aws", "c1")
    assert (answer["stickied"], answer["distinguished"], answer["edited"]) == (False, "admin", True)


async def test_the_cycle_says_what_was_left_out_and_why(store, settings, reddit) -> None:
    now = time.time()
    base = {"subreddit": "aws", "created_utc": now - 5}
    reddit.control.add(
        [
            {"kind": "t3", "data": {**base, "id": "odd", "score": "[score hidden]", "title": "x"}},
            {"kind": "t3", "data": {**base, "id": "no good id", "title": "x"}},
            {"kind": "t3", "data": {**base, "id": "ad", "title": "Buy it", "promoted": True}},
            {"kind": "t3", "data": {**base, "id": "late", "title": "x", "created_utc": 4.07e9}},
            {"kind": "t1", "data": {**base, "id": "lost", "body": "x"}},
        ]
    )
    cycle = await run_cycle(store, settings)
    assert (cycle["status"], cycle["errors"], cycle["new"]) == ("completed", [], 4)
    stored = await store.read(CYCLES, "cycle", cycle["id"])
    assert stored["left_out"] == {
        "no usable id": 1,
        "promoted": 1,
        "dated in the future": 1,
        "no usable link_id": 1,
    }
    assert stored["communities"]["aws"]["left_out"] == 4
    assert set(await stored_items(store, ["aws"])) == {"t3_p1", "t3_p2", "t1_c1", "t3_odd"}
