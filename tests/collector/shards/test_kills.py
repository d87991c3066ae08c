"""Workers that are killed at any write, messages that are lost or come twice, clocks hours off."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from shared.settings import Settings
from shared.shards import LOST_AFTER
from shared.store import CYCLES, SHARDS, WORK, Query, Store
from shared.times import utc_now
from tests.collector.crashing import DeadlyStore, DeadStore, Killed, copied, opened
from tests.collector.harness import check_statistics, final_data
from tests.collector.shards.test_cycle import SUBJECTS
from tests.collector.shards.world import (
    NAMES,
    Server,
    Workers,
    a_server,
    change_something_of_each_kind,
    notes_left,
    settings_of,
)
from tests.watchlists import watch

LATER = timedelta(minutes=5)
"""The leases of a killed worker have expired by then."""
COUNTS = ("new", "posts_collected", "comments_collected")


@pytest.fixture
def settings(sqlite_settings: Settings) -> Settings:
    return settings_of(sqlite_settings)


async def result(store: Store) -> dict[str, Any]:
    """Return what is stored, after checking that nothing waits and every cell is a recount."""
    await check_statistics(store, NAMES)
    assert await notes_left(store) == 0
    for kind, container in (("cycle", WORK), ("shard", SHARDS)):
        query: Query[Any] = Query(container, kind, 10, order_by="id", equals={"reconciled": "no"})
        assert await store.query(query) == []
    return await final_data(store, NAMES)


async def counted(store: Store) -> dict[str, int]:
    """Return the sum of what all cycles report."""
    cycles = await store.query(Query(CYCLES, "cycle", 100, order_by="id"))
    for cycle in cycles:
        assert cycle["status"] != "running", cycle["id"]
        assert cycle["new"] == sum(each["new"] for each in cycle["communities"].values())
    return {name: sum(int(cycle[name]) for cycle in cycles) for name in COUNTS}  # type: ignore[literal-required]


async def finish(settings: Settings, server: Server, after: timedelta) -> None:
    """Run two more cycles: the first finds what was lost."""
    async with opened(settings) as store:
        for number in (1, 2):
            later = after + number * (LOST_AFTER + LATER)
            cycle = await Workers(settings, server, later).collect(store)
            assert cycle["status"] == "completed", cycle


async def a_world(settings: Settings, *, is_changed: bool = True) -> Server:
    """Collect once, and change something of each kind; or leave everything to be collected."""
    newest = utc_now() - timedelta(hours=1)
    server = a_server(newest)
    async with opened(settings) as store:
        await watch(store, 1, *SUBJECTS)
        if is_changed:
            await Workers(settings, server, -LATER).collect(store)
            change_something_of_each_kind(server, newest)
    return server


@pytest.mark.parametrize(("is_changed", "every"), [(True, 1), (False, 5)])
async def test_killed_at_any_write_nothing_is_lost_and_nothing_counted_twice(
    settings: Settings, *, is_changed: bool, every: int
) -> None:
    """At every other step the message comes back; at the others all messages are lost."""
    server = await a_world(settings, is_changed=is_changed)
    undisturbed = copied(settings, "undisturbed")
    async with opened(undisturbed) as store:
        counting = DeadlyStore(store, -2)
        await Workers(undisturbed, server).collect(counting)  # type: ignore[arg-type]
    await finish(undisturbed, server, LATER)
    async with opened(undisturbed) as store:
        expected, sums = await result(store), await counted(store)
    steps = counting.steps()
    assert len(counting.batches) > 50
    for number, step in enumerate(steps[::every]):
        killed = copied(settings, f"step{step}")
        async with opened(killed) as store:
            dead: Any = DeadStore(store, step)
            workers = Workers(killed, server)
            with suppress(Killed):
                await workers.collect(dead)
            assert dead.is_dead, step
            if number % 2:
                workers.later = LATER
                await workers.work(store)
        await finish(killed, server, LATER)
        async with opened(killed) as store:
            assert await result(store) == expected, step
            assert await counted(store) == sums, step
