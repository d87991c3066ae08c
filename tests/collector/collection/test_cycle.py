"""Cycles while Reddit changes: a small invented Reddit, over HTTP, with each store."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from collector.writers.lease import lease
from shared.errors import CycleRunning, DeadlineReached, SettingsError
from shared.models import Topics
from shared.settings import Settings
from shared.store import COLLECTION, COMMUNITIES, CURRENT, CYCLES, LEASES, POSTS, TOPICS
from shared.store.community_states import community_key
from shared.times import iso, utc_now
from tests.api.reads.test_trending import topic as a_topic
from tests.collector.harness import (
    WatchedStore,
    check_statistics,
    run_cycle,
    settings_for,
    stored_items,
    things,
)

SUBREDDITS_HERE = ("aws", "claude", "OpenAI")


@pytest.fixture
def reddit(stand_in):
    return stand_in(things(SUBREDDITS_HERE, 60, newest=time.time()))


@pytest.fixture
def settings(any_store_settings: Settings, reddit) -> Settings:
    return settings_for(any_store_settings, reddit.base_url, SUBREDDITS_HERE)


async def test_the_cycle_document_tells_what_was_done(store, settings) -> None:
    cycle = await run_cycle(store, settings)
    stored = await store.read(CYCLES, "cycle", cycle["id"])
    assert stored["status"] == "completed"
    assert stored["trigger"] == "cli"
    assert stored["start_time"] <= stored["end_time"]
    assert stored["new"] == 60
    assert stored["posts_collected"] + stored["comments_collected"] == 60
    assert sorted(stored["communities_processed"]) == sorted(SUBREDDITS_HERE)
    assert sum(counts["new"] for counts in stored["communities"].values()) == 60
    assert stored["pending_cells"] == {}
    assert stored["reconciled"] == "yes"
    datetime.strptime(stored["id"], "cycle_%Y%m%d_%H%M%S")  # noqa: DTZ007


async def test_new_items_are_added_and_only_they_are_written(store, settings, reddit) -> None:
    await run_cycle(store, settings)
    fresh = things(("claude",), 2, newest=time.time(), seed=9)
    for number, thing in enumerate(fresh):
        thing["data"] |= {"id": f"fresh{number}", "name": f"{thing['kind']}_fresh{number}"}
    reddit.control.add(fresh)
    watched = WatchedStore(store)
    cycle = await run_cycle(watched, settings)
    assert cycle["new"] == 2
    assert cycle["communities"]["claude"]["new"] == 2
    assert watched.written["posts"] + watched.written["comments"] == 2
    assert len(await stored_items(store, SUBREDDITS_HERE)) == 62
    await check_statistics(store, SUBREDDITS_HERE)


async def test_an_edited_text_is_scored_again_and_its_hour_recounted(
    store, settings, reddit
) -> None:
    await run_cycle(store, settings)
    items = await stored_items(store, SUBREDDITS_HERE)
    fullname = next(name for name, i in items.items() if i["sentiment"]["label"] != "negative")
    reddit.control.edit(fullname, "Horrible. I hate it, the worst.")
    cycle = await run_cycle(store, settings)
    assert (cycle["new"], cycle["edited"]) == (0, 1)
    edited = (await stored_items(store, SUBREDDITS_HERE))[fullname]
    assert edited["content"].startswith("Horrible")
    assert edited["sentiment"]["label"] == "negative"
    await check_statistics(store, SUBREDDITS_HERE)


async def test_a_moved_score_is_written_and_no_statistics_are(store, settings, reddit) -> None:
    await run_cycle(store, settings)
    items = await stored_items(store, SUBREDDITS_HERE)
    fullname = next(name for name in items if name.startswith("t3_"))
    reddit.control.set_score(fullname, 4321)
    watched = WatchedStore(store)
    cycle = await run_cycle(watched, settings)
    assert (cycle["new"], cycle["edited"], cycle["moved"]) == (0, 0, 1)
    assert (await stored_items(store, SUBREDDITS_HERE))[fullname]["upvotes"] == 4321
    assert watched.written["posts"] == 1
    assert "stats" not in watched.written


@pytest.mark.parametrize("how", ["delete", "remove"])
async def test_what_is_deleted_on_reddit_is_removed_here(store, settings, reddit, how) -> None:
    await run_cycle(store, settings)
    items = await stored_items(store, SUBREDDITS_HERE)
    post = next(name for name in items if name.startswith("t3_"))
    comment = next(name for name in items if name.startswith("t1_"))
    for fullname in (post, comment):
        getattr(reddit.control, how)(fullname)
    cycle = await run_cycle(store, settings)
    assert cycle["removed"] == 2
    left = await stored_items(store, SUBREDDITS_HERE)
    assert set(left) == set(items) - {post, comment}
    await check_statistics(store, SUBREDDITS_HERE)
    again = await run_cycle(store, settings)
    assert again["removed"] == 0


async def test_a_post_that_is_removed_leaves_its_topic_with_it(store, settings, reddit) -> None:
    await run_cycle(store, settings)
    items = await stored_items(store, SUBREDDITS_HERE)
    gone = next(name for name in items if name.startswith("t3_"))
    topic = a_topic(0, iso(utc_now()))
    topic["post_ids"], topic["mentions"] = [gone[3:], "other"], 30
    current = Topics(id=CURRENT, created_at=topic["created_at"], topics=[topic], snapshots=[])
    await store.upsert(TOPICS, [current])
    reddit.control.delete(gone)
    assert (await run_cycle(store, settings))["removed"] == 1
    (left,) = (await store.read(TOPICS, CURRENT, CURRENT))["topics"]
    assert (left["post_ids"], left["mentions"]) == (["other"], 29)


async def test_a_subreddit_without_anything_new_still_counts_as_collected(store, settings) -> None:
    await run_cycle(store, settings)
    cycle = await run_cycle(store, settings)
    state = await store.read(COMMUNITIES, *community_key("aws"))
    assert state["last_collected_at"] >= cycle["start_time"]
    assert state["last_error"] is None


async def test_health_learns_how_collection_goes(store, settings) -> None:
    await run_cycle(store, settings)
    cycle = await run_cycle(store, settings)
    state = await store.read(COLLECTION, "collection", "collection")
    assert (state["collections_succeeded"], state["collections_failed"]) == (2, 0)
    assert state["last_cycle"] == cycle["id"]
    assert state["last_collection_at"] == cycle["end_time"]


async def test_cycles_never_overlap(store, settings) -> None:
    async with lease(store, "cycle_20261123_130000", seconds=60, clock=utc_now):
        with pytest.raises(CycleRunning) as caught:
            await run_cycle(store, settings)
    assert caught.value.holder == "cycle_20261123_130000"
    assert (await run_cycle(store, settings))["status"] == "completed"


async def test_the_lease_is_free_after_a_cycle(store, settings) -> None:
    await run_cycle(store, settings)
    assert (await store.read(LEASES, "lease", "lease"))["holder"] is None


async def test_a_lease_that_ran_out_is_taken_over(store, settings) -> None:
    dead = {"id": "lease", "kind": "lease", "ttl": -1, "holder": "cycle_20200101_000000"}
    await store.create(LEASES, {**dead, "expires_at": iso(utc_now() - timedelta(seconds=5))})
    assert (await run_cycle(store, settings))["status"] == "completed"


async def test_one_database_never_mixes_feeds(store, settings) -> None:
    await run_cycle(store, settings)
    with pytest.raises(SettingsError, match="ORIGIN"):
        await run_cycle(store, settings.model_copy(update={"origin": "sample"}))
    assert len(await stored_items(store, SUBREDDITS_HERE)) == 60


async def test_items_older_than_the_retention_are_left_out(store, settings, reddit) -> None:
    old = things(("aws",), 5, newest=time.time() - 100 * 86400, seed=5)
    for number, thing in enumerate(old):
        thing["data"] |= {"id": f"old{number}", "name": f"{thing['kind']}_old{number}"}
    reddit.control.add(old)
    cycle = await run_cycle(store, settings)
    assert cycle["new"] == 60
    assert not any(name[3:].startswith("old") for name in await stored_items(store, ["aws"]))


async def test_an_item_from_the_future_does_not_hide_those_before_it(
    store, settings, reddit
) -> None:
    ahead = things(("aws",), 1, newest=time.time() + 86400 * 365, seed=6)
    ahead[0]["data"] |= {"id": "ahead", "name": "t3_ahead"}
    reddit.control.add(ahead)
    await run_cycle(store, settings)
    state = await store.read(COMMUNITIES, *community_key("aws"))
    assert state["watermark"]["posts"].partition("_")[0] <= iso(utc_now())


async def test_a_gap_of_several_pages_is_read_to_its_end(
    sqlite_store, sqlite_settings, stand_in
) -> None:
    reddit = stand_in(things(("aws",), 30, newest=time.time() - 20_000, seed=1))
    settings = settings_for(sqlite_settings, reddit.base_url, ["aws"], sweep_requests=0)
    await run_cycle(sqlite_store, settings)
    many = things(("aws",), 450, newest=time.time(), seed=2)
    for number, thing in enumerate(many):
        thing["data"] |= {"id": f"m{number}", "name": f"{thing['kind']}_m{number}"}
    reddit.control.add(many)
    await run_cycle(sqlite_store, settings)
    assert len(await stored_items(sqlite_store, ["aws"])) == 480
    await check_statistics(sqlite_store, ["aws"])


async def test_the_sweep_comes_round_to_every_item_within_its_budget(
    sqlite_store, sqlite_settings, stand_in
) -> None:
    listed = things(("aws",), 900, newest=time.time() - 3600)
    reddit = stand_in(listed)
    settings = settings_for(sqlite_settings, reddit.base_url, ["aws"], sweep_requests=3)
    await run_cycle(sqlite_store, settings.model_copy(update={"sweep_requests": 0}))
    reddit.control.add([{**thing, "data": {**thing["data"], "score": 7000}} for thing in listed])
    for _ in range(5):
        reddit.control.forget_requests()
        await run_cycle(sqlite_store, settings)
        asked = [entry for entry in reddit.control.requests() if entry.path == "/api/info"]
        assert len(asked) <= 3
    swept = await stored_items(sqlite_store, ["aws"])
    assert {item["upvotes"] for item in swept.values()} == {7000}


async def test_a_cycle_that_runs_out_of_time_ends_cleanly_and_the_next_begins_with_the_rest(
    sqlite_store, sqlite_settings, stand_in
) -> None:
    reddit = stand_in(things(SUBREDDITS_HERE, 60, newest=time.time()))
    settings = settings_for(sqlite_settings, reddit.base_url, SUBREDDITS_HERE)
    asked = 0

    def wait(_seconds: float) -> None:
        nonlocal asked
        asked += 1
        if asked > 4:
            raise DeadlineReached("the cycle's time is used up")

    first = await run_cycle(sqlite_store, settings, wait=wait)
    assert first["status"] == "completed"
    assert len(first["communities_processed"]) == 1
    assert [error["kind"] for error in first["errors"]] == ["deadline"]
    await check_statistics(sqlite_store, SUBREDDITS_HERE)
    second = await run_cycle(sqlite_store, settings)
    assert second["communities_processed"][-1] == first["communities_processed"][0]
    assert len(await stored_items(sqlite_store, SUBREDDITS_HERE)) == 60


async def test_the_time_a_cycle_started_is_its_id(sqlite_store, sqlite_settings, reddit) -> None:
    settings = settings_for(sqlite_settings, reddit.base_url, ["aws"])
    moment = datetime(2026, 11, 23, 13, 5, 7, tzinfo=UTC)
    first = await run_cycle(sqlite_store, settings, clock=lambda: moment)
    second = await run_cycle(sqlite_store, settings, clock=lambda: moment)
    assert (first["id"], second["id"]) == ("cycle_20261123_130507", "cycle_20261123_130508")


async def test_posts_keep_what_velocity_is_measured_between(store, settings, reddit) -> None:
    await run_cycle(store, settings)
    items = await stored_items(store, SUBREDDITS_HERE)
    fullname = next(name for name in items if name.startswith("t3_"))
    reddit.control.set_score(fullname, 900)
    await run_cycle(store, settings)
    post = await store.read(POSTS, items[fullname]["community"], items[fullname]["id"])
    assert [each["upvotes"] for each in post["observations"]] == [items[fullname]["upvotes"], 900]
