"""A backfill beside shards: its turns need no lease of every writer, but for copies at its end."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from collector.backfill.journal import new_backfill
from collector.backfill.turn import BackfillTurn
from collector.shards.beside import OneCommunity
from collector.writers.lease import LeaseWait
from collector.writers.shared_lease import shared_lease
from shared.errors import BackfillEnded, CycleRunning
from shared.models import Backfill
from shared.settings import Settings
from shared.store import BACKFILLS, Store
from shared.store.community_states import read_states
from shared.times import utc_now
from tests.collector.backfill.forum import Forum
from tests.collector.crashing import DeadlyStore, DeadStore, Killed, copied, opened
from tests.collector.harness import METHOD, stored_items
from tests.collector.shards.test_cycle import SUBJECTS
from tests.collector.shards.test_kills import LATER, finish, result
from tests.collector.shards.world import Server, Workers, a_server, settings_of
from tests.watchlists import watch

NAME = "forum.a"
ITEMS = 60
BEGAN = utc_now()
START = BEGAN - timedelta(days=3)
BUSY = LeaseWait(0.0)


@pytest.fixture
def settings(sqlite_settings: Settings) -> Settings:
    return settings_of(sqlite_settings)


async def begin(settings: Settings) -> Server:
    """Collect once, and begin a backfill."""
    server = a_server(BEGAN - timedelta(hours=1))
    async with opened(settings) as store:
        await watch(store, 1, *SUBJECTS)
        await Workers(settings, server, -LATER).collect(store)
        made = new_backfill(NAME, "discourse", start=START, now=BEGAN, ticket="t")
        await store.create(BACKFILLS, made)
    return server


async def turn(store: Store, settings: Settings, later: timedelta = timedelta(0)) -> Backfill:
    def clock() -> Any:
        return utc_now() + later

    shard = (await read_states(store, [NAME]))[NAME]["shard"]
    beside = OneCommunity(store, shard, "discourse", 60, clock, LeaseWait(5.0))
    forum = Forum(ITEMS, start=START, end=BEGAN, slice_items=20)
    work = BackfillTurn(
        store, forum, METHOD, settings, lambda: True, clock, batch_items=20, beside=beside
    )
    return await work.run(NAME, ticket="t", lease_wait=BUSY)


async def to_its_end(store: Store, settings: Settings, later: timedelta = timedelta(0)) -> None:
    with suppress(BackfillEnded):
        while not (await turn(store, settings, later))["complete"]:
            pass


async def test_its_turns_go_on_while_shards_are_collected(settings: Settings) -> None:
    server = await begin(settings)
    async with opened(settings) as store:
        cycle = "cycle_20261127_120000"
        async with shared_lease(store, cycle, "shard_reddit_0001", seconds=60, clock=utc_now):
            turns = 0
            while not (await turn(store, settings))["is_read"]:
                turns += 1
            assert turns >= 2
            with pytest.raises(CycleRunning, match=cycle):
                await turn(store, settings)
        await to_its_end(store, settings)
        assert len(await stored_items(store, [NAME])) == ITEMS + 4
    await finish(settings, server, LATER)
    async with opened(settings) as store:
        await result(store)


async def test_killed_at_a_write_nothing_is_lost(settings: Settings) -> None:
    server = await begin(settings)
    undisturbed = copied(settings, "undisturbed")
    async with opened(undisturbed) as store:
        counting: Any = DeadlyStore(store, -2)
        await to_its_end(counting, undisturbed)
    await finish(undisturbed, server, LATER)
    async with opened(undisturbed) as store:
        expected = await result(store)
    # A run may have a write less, as its turns end by the clock.
    for step in counting.steps()[:-2:5]:
        killed = copied(settings, f"step{step}")
        async with opened(killed) as store:
            dead: Any = DeadStore(store, step)
            with suppress(Killed):
                await to_its_end(dead, killed)
            assert dead.is_dead, step
            await to_its_end(store, killed, LATER)
        await finish(killed, server, LATER)
        async with opened(killed) as store:
            assert await result(store) == expected, step
