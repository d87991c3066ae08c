"""What jobs collect: the communities of the settings, until the watchlist has its own."""

from typing import Any

import pytest

from collector.backfill_jobs import past_sources
from collector.jobs import collect
from collector.runs import opened, watched_settings
from shared.settings import Settings, load_settings
from shared.store import WATCHLIST_REVISIONS, Query
from shared.subjects.starter import starter_pack
from shared.subjects.watchlist import read_watchlist, write_watchlist
from shared.times import utc_now


@pytest.fixture
def configured(any_store_settings: Settings) -> Settings:
    """Watch a pushed community, with both kinds of database."""
    given = load_settings({"SUBREDDITS": "none", "COMMUNITIES": "push.desk"})
    database = {
        name: getattr(any_store_settings, name)
        for name in ("sqlite_path", "cosmos_endpoint", "cosmos_key", "cosmos_database")
    }
    return given.model_copy(update=database)


async def watch(settings: Settings, *communities: Any) -> None:
    async with opened(settings) as (store, _):
        before = await read_watchlist(store)
        await write_watchlist(
            store,
            before,
            subjects=before["subjects"],
            communities=communities,
            change="communities",
            now=utc_now(),
        )


async def test_the_first_cycle_stores_the_starter_pack_and_later_ones_leave_it(configured) -> None:
    for _ in range(2):
        cycle = await collect(configured, "cli")
        assert set(cycle["communities"]) == {"push.desk"}
    async with opened(configured) as (store, watched):
        stored = await read_watchlist(store)
        history = await store.query(
            Query(WATCHLIST_REVISIONS, "watchlist_revision", 9, order_by="id")
        )
    assert (stored["revision"], stored["communities"], history) == (1, None, [])
    assert stored["subjects"] == starter_pack()
    assert watched == configured


async def test_a_cycle_collects_what_the_watchlist_says(configured) -> None:
    await collect(configured, "cli")
    await watch(configured, {"id": "push.desk"}, {"id": "push.help"})
    cycle = await collect(configured, "cli")
    assert set(cycle["communities"]) == {"push.desk", "push.help"}
    await watch(configured, {"id": "push.help"})
    cycle = await collect(configured, "cli")
    assert set(cycle["communities"]) == {"push.help"}


async def test_the_past_of_an_added_community_is_read_too(configured) -> None:
    await watch(configured, {"id": "push.desk"}, {"id": "hn.acme", "query": "acme"})
    watched = await watched_settings(configured)
    assert past_sources(watched) == {"hn.acme": "hackernews"}
    assert watched.hn_queries == {"acme": "acme"}
