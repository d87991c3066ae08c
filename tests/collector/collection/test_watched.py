"""Only communities that are watched now count, whatever the case of their names."""

import time
from datetime import timedelta

import pytest

from api.reads.items import read_items
from api.reads.post import read_post
from api.reads.posts import read_recent_posts
from api.reads.statistics import read_stats
from api.reads.subreddits import read_subreddits
from api.schema.parameters import (
    ItemsParameters,
    PostParameters,
    PostsParameters,
    ScopeParameters,
    SubredditsParameters,
)
from collector.rollups import hours as hours_module
from collector.rollups.hours import rebuild_all, rebuild_cells
from local.reddit.objects import comment, submission
from shared.models import ALL, DayStats
from shared.settings import Settings
from shared.stats import watched as watched_module
from shared.stats.cells import items_in
from shared.stats.months import partition_of, read_days
from shared.stats.watched import names_ever
from shared.store import COMMUNITIES, DAYS, MONTHS, POSTS, Query, community_states
from shared.store.community_states import community_key, left_names, never_read
from shared.times import day_of, iso, utc_now
from tests.api.world import NOW, a_post, deps_of, keep
from tests.collector.harness import check_statistics, run_cycle, settings_for, stored_items

DAYS_OF_ALL = Query(DAYS, ALL, 100, order_by="id", at_least="2000-01-01", below="3")


def five(name: str):
    now = time.time()
    texts = ("I love it", "I hate it", "It is on the table", "Wonderful", "Terrible work")
    return [
        submission(f"{name.lower()}{n}", name, now - 3700 * n - 60, title=text)
        for n, text in enumerate(texts)
    ]


@pytest.fixture
def any_store_settings(sqlite_settings: Settings) -> Settings:
    """Use a file alone: that both databases answer alike, tests/contracts/test_store.py shows."""
    return sqlite_settings


@pytest.fixture
def reddit(stand_in):
    posts = five("ClaudeAI") + five("aws")
    return stand_in([*posts, comment("c1", posts[0], time.time() - 30, body="So bad")])


@pytest.fixture
def collect(store, any_store_settings, reddit):
    async def run(*names: str, **more):
        return await run_cycle(
            store, settings_for(any_store_settings, reddit.base_url, names, **more)
        )

    return run


async def counted(store, *names: str) -> dict[str, int]:
    """Return each endpoint's counts over all communities while these are watched."""
    deps = deps_of(store, now=utc_now, names=names)
    stats = await read_stats(deps, ScopeParameters(hours=24))
    posts = await read_recent_posts(deps, PostsParameters(hours=24, limit=100))
    details = (await read_subreddits(deps, SubredditsParameters())).details
    parts = [await read_stats(deps, ScopeParameters(hours=24, subreddit=name)) for name in names]
    for field in ("positive", "negative", "neutral", "comments"):
        assert getattr(stats.statistics, field) == sum(
            getattr(part.statistics, field) for part in parts
        )
    methods = {name for part in parts for name in part.statistics.methods}
    assert set(stats.statistics.methods) == methods
    return {
        "all": stats.statistics.posts,
        "parts": sum(part.statistics.posts for part in parts),
        "posts/recent": len(posts.items.root),
        "subreddits": sum(each.items_24h for each in details) - stats.statistics.comments,
    }


async def test_a_name_in_another_case_is_the_same_community(store, collect) -> None:
    await collect("claudeai")
    cycle = await collect("ClaudeAI")
    assert cycle["new"] == 0
    assert set((await counted(store, "ClaudeAI")).values()) == {5}
    assert len(await stored_items(store, ["claudeai", "ClaudeAI"])) == 6
    assert await names_ever(store, ()) == ["ClaudeAI"]
    await check_statistics(store, ["ClaudeAI"])


async def test_a_name_added_in_bulk_in_another_case_keeps_its_state(store, collect) -> None:
    await collect("aws", "nothere")
    state = await store.read(COMMUNITIES, *community_key("nothere"))
    observed = [[iso(utc_now() - timedelta(days=days)) for days in (20, 19)]]
    await store.upsert(COMMUNITIES, [{**state, "covered": observed}])
    await store.upsert(COMMUNITIES, [{**never_read("NotHere"), "is_added": True}])
    await collect("aws", "NotHere")
    state = await store.read(COMMUNITIES, *community_key("NotHere"))
    assert (state["covered"], state["failing"]["cycles"]) == (observed, 2)
    assert state["is_added"]
    assert sorted(await names_ever(store, ())) == ["NotHere", "aws"]


@pytest.mark.parametrize(
    ("before", "now"),
    [("claudeai", "ClaudeAI"), ("ClaudeAI", "claudeai"), ("CLAUDEai", "claudeAI")],
)
async def test_a_name_in_another_case_shows_before_the_next_collection(
    store, collect, before, now
) -> None:
    await collect(before, "aws")
    assert set((await counted(store, now, "aws")).values()) == {10}
    assert set((await counted(store, now)).values()) == {5}
    deps = deps_of(store, now=utc_now, names=(now,))
    for subreddit in (None, now, before):
        page = await read_recent_posts(deps, PostsParameters(subreddit=subreddit, limit=2))
        assert [each.subreddit for each in page.items.root] == [now] * 2
        rest = await read_recent_posts(
            deps, PostsParameters(subreddit=subreddit, limit=9, cursor=page.next_cursor)
        )
        assert len({each.id for each in (*page.items.root, *rest.items.root)}) == 5
        items = (await read_items(deps, ItemsParameters(subreddit=subreddit))).items.root
        assert [each.subreddit for each in items] == [now] * 6
    detail = await read_post(deps, PostParameters(id="claudeai0"))
    assert (detail.post.subreddit, len(detail.comments)) == (now, 1)
    (told,) = (await read_subreddits(deps, SubredditsParameters())).details
    assert told.last_collected_at is not None


async def test_while_a_name_moves_to_another_case_everything_shows_once(store, collect) -> None:
    await collect("claudeai", "aws")
    for post in await store.query(Query(POSTS, "claudeai", 2)):
        await store.upsert(POSTS, [{**post, "community": "ClaudeAI"}])
    for name in ("claudeai", "ClaudeAI"):
        hours = [item["order_key"][:13] for item in (await stored_items(store, [name])).values()]
        await rebuild_all(store, {name: await rebuild_cells(store, name, hours)})
    deps = deps_of(store, now=utc_now, names=("ClaudeAI", "aws"))
    page = await read_recent_posts(deps, PostsParameters(limit=100))
    assert len(page.items.root) == len({each.id for each in page.items.root}) == 10
    await collect("ClaudeAI", "aws")
    assert set((await counted(store, "ClaudeAI", "aws")).values()) == {10}


async def test_what_is_no_longer_watched_counts_nowhere_at_once(store, collect) -> None:
    await collect("ClaudeAI", "aws")
    assert set((await counted(store, "ClaudeAI", "aws")).values()) == {10}
    assert set((await counted(store, "aws")).values()) == {5}
    await collect("aws")
    assert set((await counted(store, "aws")).values()) == {5}
    assert len(await stored_items(store, ["ClaudeAI"])) == 6
    assert set((await counted(store, "ClaudeAI", "aws")).values()) == {10}


async def test_days_that_do_not_name_their_communities_count_what_is_watched(
    store, collect
) -> None:
    await collect("ClaudeAI", "aws")
    for day in await store.query(DAYS_OF_ALL):
        if "hours" not in day:
            continue
        del day["names"]
        await store.upsert(DAYS, [day])
    assert set((await counted(store, "aws")).values()) == {5}


async def test_deletions_are_honoured_in_what_is_no_longer_watched(store, collect, reddit) -> None:
    await collect("ClaudeAI", "aws")
    reddit.control.delete("t3_claudeai1")
    cycle = await collect("aws")
    assert cycle["removed"] == 1
    assert "ClaudeAI" not in cycle["communities"]
    assert await store.read(POSTS, "ClaudeAI", "claudeai1") is None
    assert set((await counted(store, "aws")).values()) == {5}
    assert set((await counted(store, "ClaudeAI", "aws")).values()) == {9}
    await check_statistics(store, ["ClaudeAI", "aws"])


async def test_a_move_to_another_spelling_that_was_cut_short_goes_on(store, collect) -> None:
    await collect("claudeai")
    state = await store.read(COMMUNITIES, *community_key("claudeai"))
    post = await store.read(POSTS, "claudeai", "claudeai2")
    await store.upsert(POSTS, [{**post, "community": "ClaudeAI"}])
    await collect("ClaudeAI")
    await check_statistics(store, ["ClaudeAI"])
    moved = await store.read(COMMUNITIES, *community_key("ClaudeAI"))
    assert moved["watermark"] == state["watermark"]
    assert await store.read(COMMUNITIES, *community_key("claudeai")) is None
    assert set((await counted(store, "ClaudeAI")).values()) == {5}


async def test_a_move_to_another_spelling_leaves_no_month_behind(store, collect) -> None:
    await collect("claudeai")
    await collect("ClaudeAI")
    assert not await store.query(Query(MONTHS, partition_of("claudeai"), 10, order_by="id"))


async def test_days_of_thousands_name_none_and_still_leave_out_what_is_not_watched(
    store, collect, monkeypatch
) -> None:
    monkeypatch.setattr(hours_module, "MAX_NAMES", 1)
    await collect("aws", "ClaudeAI")
    days = await store.query(Query(DAYS, ALL, 9, order_by="id"))
    of_days = [day for day in days if len(day["id"]) == len("2026-11-03")]
    assert of_days
    assert all(day["has_many_names"] and "names" not in day for day in of_days)
    assert await left_names(store) == []
    await collect("aws")
    assert await left_names(store) == ["ClaudeAI"]
    alone = await counted(store, "aws")
    assert len(set(alone.values())) == 1
    await collect("aws", "ClaudeAI")
    assert await left_names(store) == []


async def test_all_that_left_are_taken_out_however_many_they_are(store, monkeypatch) -> None:
    monkeypatch.setattr(hours_module, "MAX_NAMES", 1)
    monkeypatch.setattr(community_states, "PAGE", 2)
    monkeypatch.setattr(watched_module, "NAMES_AT_ONCE", 5)
    names = [f"place{n}" for n in range(40)]
    await keep(store, [a_post(n, NOW, name) for n, name in enumerate(names)], ())
    await store.upsert(COMMUNITIES, [never_read(name) for name in names])
    days = (await read_days(store, [ALL], [day_of(iso(NOW))]))[ALL]
    assert [items_of(day) for day in days] == [40]
    await community_states.mark_left(store, names[:3])
    left = await watched_module.only_watched(store, names[:3], days)
    assert [items_of(day) for day in left] == [3]


def items_of(day: DayStats) -> int:
    return sum(map(items_in, day["hours"].values()))
