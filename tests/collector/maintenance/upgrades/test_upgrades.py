"""A database is brought to the shapes of this version and back, from any kill on."""

import asyncio
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from collector.maintenance.upgrades.run import Upgrader, moves_between
from collector.maintenance.upgrades.steps import STEPS, Step
from collector.writers.lease import LeaseWait, lease
from local.reddit.server import StandIn
from shared.errors import CycleRunning, StoreOutdated, StoreUnavailable
from shared.models import ALL
from shared.settings import Settings
from shared.store import COLLECTION, RANKED_DAYS, UPGRADES, Query, Store, open_store
from shared.store.schema import OLDEST_UPGRADED, SCHEMA, between, schema_of
from shared.times import utc_now
from tests.collector.crashing import DeadStore, Killed, copied
from tests.collector.harness import check_statistics, run_cycle, settings_for, things
from tests.collector.subject_truth import ranked_entries
from tests.fixtures.forked import local_command
from tests.watchlists import a_subject, watch

NAMES = ("aws", "OpenAI")
SUBJECTS = ("work", "table")
SCOPES = (ALL, *(f"subject:{each}" for each in SUBJECTS))
# Items lie half a minute apart, and this puts them into some days.
SPREAD = 150
NOTHING: dict[str, Any] = {scope: [] for scope in SCOPES}
LATER = timedelta(minutes=20)


def spread(objects: list[dict[str, Any]], newest: float) -> list[dict[str, Any]]:
    for each in objects:
        each["data"]["created_utc"] = newest - SPREAD * (newest - each["data"]["created_utc"])
    return objects


async def opened(settings: Settings) -> Store:
    return await open_store(settings, retry_seconds=20, any_shape=True)


def upgrader(store: Any, *, later: timedelta = timedelta(0), **more: Any) -> Upgrader:
    return Upgrader(store, lambda: utc_now() + later, 60, LeaseWait(), **more)


async def everything(store: Store) -> dict[str, Any]:
    return {scope: await ranked_entries(store, scope) for scope in SCOPES}


async def days_of(store: Store) -> set[str]:
    query = Query(RANKED_DAYS, f"{ALL}/ranked", 500, order_by="id")
    return {each["id"] for each in await store.query(query)}


async def collected(settings: Settings) -> dict[str, Any]:
    """Collect, and return the entries that lists in other orders have."""
    store = await open_store(settings, retry_seconds=20)
    try:
        await watch(store, 1, *map(a_subject, SUBJECTS))
        assert (await run_cycle(store, settings))["status"] == "completed"
        await check_statistics(store, settings.subreddits)
        assert len(await days_of(store)) >= 3
        return await everything(store)
    finally:
        await store.close()


async def made_of_shape_2(settings: Settings) -> None:
    """Make what version 2 left: no ranked days, and its number."""
    store = await opened(settings)
    try:
        for scope in SCOPES:
            query = Query(RANKED_DAYS, f"{scope}/ranked", 500, order_by="id")
            keys = [(f"{scope}/ranked", each["id"]) for each in await store.query(query)]
            assert keys
            await store.delete(RANKED_DAYS, keys)
        state: Any = await store.read(COLLECTION, "collection", "collection")
        await store.upsert(COLLECTION, [{**state, "schema": 2}])
    finally:
        await store.close()


@pytest.fixture
def reddit(stand_in: Callable[..., StandIn]) -> StandIn:
    newest = time.time()
    return stand_in(spread(things(NAMES, 60, newest=newest), newest))


async def test_each_database_goes_forth_and_back_and_forth(
    any_store_settings: Settings, reddit: StandIn
) -> None:
    settings = settings_for(any_store_settings, reddit.base_url, NAMES)
    expected = await collected(settings)
    await made_of_shape_2(settings)
    with pytest.raises(StoreOutdated, match="`python -m local upgrade` changes it"):
        await open_store(settings, retry_seconds=20)
    store = await opened(settings)
    try:
        shown: list[tuple[str, str]] = []
        moves = await upgrader(store, show=lambda *each: shown.append(each)).run(SCHEMA)
        assert [(move.origin, move.target) for move in moves] == [(2, 3)]
        assert {day for _, day in shown} >= await days_of(store)
        assert await everything(store) == expected
        await check_statistics(store, settings.subreddits)
        # A second run has nothing to do.
        assert await upgrader(store).run(SCHEMA) == []
        assert await upgrader(store).undone() == 2
        await upgrader(store).run(2)
        assert await schema_of(store) == 2
        assert await everything(store) == NOTHING
        await upgrader(store).run(SCHEMA)
        assert await everything(store) == expected
        assert await store.read(UPGRADES, "upgrade", "upgrade") is None
    finally:
        await store.close()
    collecting = await open_store(settings, retry_seconds=20)
    try:
        assert (await run_cycle(collecting, settings))["status"] == "completed"
        await check_statistics(collecting, settings.subreddits)
    finally:
        await collecting.close()


async def test_a_kill_at_any_write_is_gone_on_from_or_taken_back(
    sqlite_settings: Settings, reddit: StandIn
) -> None:
    settings = settings_for(sqlite_settings, reddit.base_url, NAMES)
    expected = await collected(settings)
    await made_of_shape_2(settings)
    whole = copied(settings, "whole")
    store: Any = await opened(whole)
    counting = DeadStore(store, -2)
    await upgrader(counting).run(SCHEMA)
    await store.close()
    # A run has two writes a day at least.
    assert len(counting.batches) > 10
    for step in counting.steps():
        copy = copied(settings, f"step{step}")
        store = await opened(copy)
        with pytest.raises(Killed):
            await upgrader(DeadStore(store, step)).run(SCHEMA)
        if step % 3 == 0:
            # Whatever it left, the way back leads to what was there before.
            await upgrader(store, later=LATER).run(2)
            assert (await schema_of(store), await everything(store)) == (2, NOTHING)
        await upgrader(store, later=2 * LATER).run(SCHEMA)
        assert (await schema_of(store), await everything(store)) == (SCHEMA, expected)
        await store.close()


async def test_nobody_opens_a_database_between_two_shapes(sqlite_settings: Settings) -> None:
    store = await opened(sqlite_settings)
    state: Any = {"id": "collection", "kind": "collection", "ttl": -1, "schema": between(3, 2)}
    await store.upsert(COLLECTION, [state])
    await store.close()
    with pytest.raises(StoreOutdated, match=r"between 2 and 3.*goes on with it.*--undo` takes it"):
        await open_store(sqlite_settings, retry_seconds=20)


async def test_it_leaves_a_database_alone_that_holds_a_part_of_an_export(
    sqlite_settings: Settings,
) -> None:
    store = await opened(sqlite_settings)
    state: Any = {"id": "collection", "kind": "collection", "ttl": -1, "schema": SCHEMA}
    await store.upsert(COLLECTION, [{**state, "importing": {"files": 1}}])
    try:
        with pytest.raises(StoreUnavailable, match="holds a part of an export"):
            await upgrader(store).run(2)
        found = await store.read(COLLECTION, "collection", "collection")
        assert found is not None
        assert found["schema"] == SCHEMA
    finally:
        await store.close()


async def test_it_waits_for_another_writer(sqlite_settings: Settings) -> None:
    store = await opened(sqlite_settings)
    state: Any = {"id": "collection", "kind": "collection", "ttl": -1, "schema": 2}
    await store.upsert(COLLECTION, [state])
    async with lease(store, "cycle_1", seconds=60, clock=utc_now):
        with pytest.raises(CycleRunning):
            await upgrader(store).run(SCHEMA)
    assert await schema_of(store) == 2
    await store.close()


async def test_of_two_upgrades_at_once_one_finds_nothing_left(store: Store) -> None:
    state: Any = {"id": "collection", "kind": "collection", "ttl": -1, "schema": 2}
    await store.upsert(COLLECTION, [state])
    both = [Upgrader(store, utc_now, 60, LeaseWait(60)) for _ in range(2)]
    done = await asyncio.gather(*(each.run(SCHEMA) for each in both))
    assert sorted(len(moves) for moves in done) == [0, 1]
    assert await schema_of(store) == SCHEMA


def test_steps_lead_from_each_version_to_the_next() -> None:
    assert [step.before for step in STEPS] == list(range(OLDEST_UPGRADED, SCHEMA))


def test_a_way_of_several_steps_is_found_both_ways_from_anywhere() -> None:
    steps = tuple(Step(before, "", STEPS[0].forth, STEPS[0].back) for before in (2, 3, 4))

    def way(found: int | str, version: int) -> list[int]:
        return [move.target for move in moves_between(found, version, steps)]

    assert way(2, 5) == [3, 4, 5]
    assert way(5, 3) == [4, 3]
    assert way(between(3, 4), 5) == [4, 5]
    assert way(between(3, 4), 2) == [3, 2]
    assert way(4, 4) == []
    for found, version in ((1, 5), (2, 6), (6, 5), ("2027.1", 5), (between(7, 8), 5)):
        with pytest.raises(StoreOutdated, match="no step leads"):
            way(found, version)


async def test_the_command_upgrades_undoes_and_says_so(sqlite_settings: Settings) -> None:
    database = {"SQLITE_PATH": str(sqlite_settings.sqlite_path)}
    store = await opened(sqlite_settings)
    state: Any = {"id": "collection", "kind": "collection", "ttl": -1, "schema": 2}
    await store.upsert(COLLECTION, [state])
    await store.close()
    done = local_command("upgrade", "--json", **database)
    assert json.loads(done.stdout) == {"shape": 3, "steps": [{"from": 2, "to": 3}]}
    assert "has shape 3 already" in local_command("upgrade", **database).stdout
    assert "from shape 3 to 2" in local_command("upgrade", "--undo", **database).stdout
    refused = local_command("upgrade", "--to", "1", **database)
    assert (refused.returncode, "no step leads" in refused.stderr) == (1, True)
    assert "from shape 2 to 3" in local_command("upgrade", **database).stdout
