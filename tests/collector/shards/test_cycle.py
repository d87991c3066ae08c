"""A cycle in shards collects what one cycle does: items, cells, totals, copies, counts."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from collector.collection.cycle import Collector
from shared.settings import Settings
from shared.store import CYCLES, Query, Store
from shared.times import utc_now
from tests.collector.crashing import opened
from tests.collector.harness import METHOD, check_statistics, final_data
from tests.collector.shards.world import (
    NAMES,
    Workers,
    a_server,
    change_something_of_each_kind,
    notes_left,
    settings_of,
)
from tests.watchlists import a_subject, watch

SUBJECTS = (a_subject("praise", "great work", home=["aws"]), a_subject("anger", "hate it"))


@pytest.fixture
def settings(any_store_settings: Settings) -> Settings:
    return settings_of(any_store_settings)


async def collected_at_once(settings: Settings, store: Store, server) -> None:
    with server.open_sources(settings, 0) as sources:
        cycle = await Collector(store, sources, METHOD, settings).run("cli")
    assert cycle["status"] == "completed"


@pytest.fixture
async def alone_store(sqlite_settings: Settings) -> AsyncIterator[Store]:
    path = sqlite_settings.sqlite_path.with_name("alone.db")
    async with opened(sqlite_settings.model_copy(update={"sqlite_path": path})) as store:
        yield store


async def test_shards_leave_the_same_as_one_cycle(
    settings: Settings, store: Store, alone_store: Store
) -> None:
    newest = utc_now() - timedelta(hours=1)
    server = a_server(newest)
    workers = Workers(settings, server)
    for each in (store, alone_store):
        await watch(each, 1, *SUBJECTS)
    for changes in range(2):
        if changes:
            change_something_of_each_kind(server, newest)
        cycle = await workers.collect(store)
        await collected_at_once(settings, alone_store, server)
        expected = await final_data(alone_store, NAMES)
        assert await final_data(store, NAMES) == expected
        assert (cycle["status"], cycle["errors"], await notes_left(store)) == ("completed", [], 0)
        (alone,) = await alone_store.query(
            Query(CYCLES, "cycle", 1, order_by="id", descending=True)
        )
        counted = ("new", "edited", "moved", "removed", "posts_seen", "comments_seen")
        counted += ("posts_collected", "comments_collected", "communities")
        assert {n: cycle[n] for n in counted} == {n: alone[n] for n in counted}  # type: ignore[literal-required]
        assert sorted(cycle["communities_processed"]) == sorted(NAMES)
        await check_statistics(store, NAMES)
    assert server.most_clients["reddit"] == 1
