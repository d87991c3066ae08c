"""The lease: one writer at a time, renewed while it works, lost when another takes it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from collector.writers.lease import NO_WAIT, LeaseWait, lease
from shared.errors import CycleRunning, LeaseLost
from shared.store import CYCLES, LEASES, Store
from shared.times import iso, utc_now
from tests.collector.harness import run_cycle, settings_for, stored_items, things


async def test_of_many_that_ask_at_once_one_gets_it(store) -> None:
    holding = asyncio.Event()
    done = asyncio.Event()
    refused: list[str] = []

    async def ask(name: str) -> None:
        try:
            async with lease(store, name, seconds=60, clock=utc_now):
                holding.set()
                await done.wait()
        except CycleRunning as error:
            refused.append(error.holder)
            if len(refused) == 5:
                done.set()

    await asyncio.gather(*(ask(f"cycle_{number}") for number in range(6)))
    assert holding.is_set()
    assert len(refused) == 5


async def test_it_is_renewed_while_the_work_goes_on(store) -> None:
    async with lease(store, "a", seconds=1, clock=utc_now) as held:
        first = held.expires_at
        deadline = asyncio.get_running_loop().time() + 20
        while held.expires_at <= first and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        assert held.expires_at > first
        held.check()
        with pytest.raises(CycleRunning):
            async with lease(store, "b", seconds=1, clock=utc_now):
                pass
    assert (await store.read(LEASES, "lease", "lease"))["holder"] is None


async def test_who_lost_it_may_not_write_and_does_not_free_it(store) -> None:
    with pytest.raises(LeaseLost):  # noqa: PT012 - the block is what is under test
        async with lease(store, "slow", seconds=1, clock=utc_now) as held:
            taken = await store.read(LEASES, "lease", "lease")
            later = iso(utc_now() + timedelta(minutes=5))
            other = {**taken, "holder": "quick", "expires_at": later}
            await store.replace(LEASES, other, taken["_etag"])
            while True:
                held.check()
                await asyncio.sleep(0.05)
    assert (await store.read(LEASES, "lease", "lease"))["holder"] == "quick"


class Hanging:
    """A store that never answers a replace."""

    def __init__(self, inner: Store) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def replace(self, *_: Any) -> str:
        await asyncio.Event().wait()
        raise AssertionError("unreachable")


@pytest.mark.timeout(120)
async def test_a_renewal_that_gets_no_answer_in_time_is_a_lost_lease(sqlite_store) -> None:
    hanging: Any = Hanging(sqlite_store)
    with pytest.raises(LeaseLost):  # noqa: PT012 - the block is what is under test
        async with lease(hanging, "patient", seconds=1, clock=utc_now) as held:
            while True:
                held.check()
                await asyncio.sleep(0.05)
    # By its time the lease is free for the next writer.
    async with lease(
        sqlite_store, "next", seconds=1, clock=utc_now, lease_wait=LeaseWait(seconds=5)
    ):
        pass


async def test_a_cycle_that_died_is_marked_failed_and_counted_by_the_next(
    store, any_store_settings, stand_in
) -> None:
    reddit = stand_in(things(("aws",), 12, newest=utc_now().timestamp()))
    settings = settings_for(any_store_settings, reddit.base_url, ["aws"])
    first = await run_cycle(store, settings)
    # As after a kill that follows the write-ahead.
    hours = sorted({i["created_utc"][:13] for i in (await stored_items(store, ["aws"])).values()})
    dead = {**first, "id": "cycle_20260101_000000", "status": "running", "reconciled": "no"}
    dead |= {"end_time": None, "pending_cells": {"aws": hours}}
    await store.upsert(CYCLES, [dead])
    second = await run_cycle(store, settings)
    assert second["status"] == "completed"
    found = await store.read(CYCLES, "cycle", "cycle_20260101_000000")
    assert found["status"] == "failed"
    assert found["end_time"] >= second["start_time"]
    assert found["errors"][-1]["message"] == "its lease ran out"
    assert (found["reconciled"], found["pending_cells"]) == ("yes", {})


async def test_a_cycle_whose_lease_is_taken_stops_before_its_next_write(
    sqlite_store, sqlite_settings, stand_in
) -> None:
    reddit = stand_in(things(("aws", "claude"), 40, newest=utc_now().timestamp()))
    settings = settings_for(sqlite_settings, reddit.base_url, ["aws", "claude"])
    loop = asyncio.get_running_loop()
    asked = 0

    async def close_as_another_would() -> None:
        found = await sqlite_store.read(LEASES, "lease", "lease")
        cycle = await sqlite_store.read(CYCLES, "cycle", found["holder"])
        await sqlite_store.upsert(CYCLES, [{**cycle, "status": "failed", "reconciled": "yes"}])

    def wait(_seconds: float) -> None:
        nonlocal asked
        asked += 1
        if asked == 2:
            asyncio.run_coroutine_threadsafe(close_as_another_would(), loop).result()

    with pytest.raises(LeaseLost):
        await run_cycle(sqlite_store, settings, wait=wait)
    assert await stored_items(sqlite_store, ["aws", "claude"]) == {}


async def test_a_writer_waits_for_another_kind_and_leaves_to_its_own(store) -> None:
    lease_wait = LeaseWait(seconds=30, yields_to="cycle")
    # Renewed each second.
    async with lease(store, "cycle_1", seconds=3, clock=utc_now):
        with pytest.raises(CycleRunning):
            async with lease(store, "cycle_2", seconds=3, clock=utc_now, lease_wait=lease_wait):
                pass
    order: list[str] = []

    async def work(name: str) -> None:
        lease_wait = LeaseWait(seconds=30, yields_to=name.partition("_")[0])
        async with lease(store, name, seconds=60, clock=utc_now, lease_wait=lease_wait):
            order.append(f"{name} began")
            await asyncio.sleep(0.05)
            order.append(f"{name} ended")

    await asyncio.gather(*(work(name) for name in ("cycle_1", "trending_1", "cleanup_1")))
    assert sorted(order[::2]) == ["cleanup_1 began", "cycle_1 began", "trending_1 began"]
    assert [line.replace("ended", "began") for line in order[1::2]] == order[::2]


def left_by_a_killed(holder: str, seconds: int) -> Any:
    expires = iso(utc_now() + timedelta(seconds=seconds))
    return {"id": "lease", "kind": "lease", "ttl": -1, "holder": holder, "expires_at": expires}


async def test_a_writer_waits_for_the_lease_of_one_of_its_kind_that_was_killed(store) -> None:
    await store.upsert(LEASES, [left_by_a_killed("cycle_1", 2)])
    lease_wait = LeaseWait(seconds=60, yields_to="cycle")
    async with lease(store, "cycle_2", seconds=60, clock=utc_now, lease_wait=lease_wait) as held:
        assert held.holder == "cycle_2"


@pytest.mark.parametrize("end", ["renewed", "freed", "taken over by cycle_3"])
async def test_a_writer_leaves_to_one_of_its_kind_once_it_has_seen_that_it_lives(
    store, end: str
) -> None:
    await store.upsert(LEASES, [left_by_a_killed("cycle_1", 50)])
    changed = {
        "renewed": left_by_a_killed("cycle_1", 60),
        "freed": {**left_by_a_killed("cycle_1", 50), "holder": None},
        "taken over by cycle_3": left_by_a_killed("cycle_3", 60),
    }[end]

    async def change_when_it_was_looked_at() -> None:
        await looked.wait()
        await store.upsert(LEASES, [changed])

    looked = asyncio.Event()
    seen: list[str] = []

    class Looking:
        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

        async def read(self, *key: Any) -> Any:
            found = await store.read(*key)
            seen.append(found["holder"])
            looked.set()
            return found

    task = asyncio.create_task(change_when_it_was_looked_at())
    looking: Any = Looking()
    lease_wait = LeaseWait(seconds=60, yields_to="cycle")
    with pytest.raises(CycleRunning) as caught:
        async with lease(looking, "cycle_2", seconds=60, clock=utc_now, lease_wait=lease_wait):
            pass
    await task
    assert seen[0] == "cycle_1"
    assert caught.value.holder == ("cycle_3" if "cycle_3" in end else "cycle_1")
    # A lease that another writer holds or has freed is unchanged.
    assert (await store.read(LEASES, "lease", "lease"))["holder"] == changed["holder"]


async def test_a_lease_that_outlasts_every_term_is_not_waited_for(store) -> None:
    await store.upsert(LEASES, [left_by_a_killed("cycle_1", 3600)])
    lease_wait = LeaseWait(seconds=60, yields_to="cycle")
    with pytest.raises(CycleRunning):
        async with lease(store, "cycle_2", seconds=60, clock=utc_now, lease_wait=lease_wait):
            pass


@pytest.mark.parametrize("seconds", [7200, 86400, 10 * 86400])
@pytest.mark.parametrize(
    "lease_wait", [NO_WAIT, LeaseWait(seconds=60, yields_to="cycle"), LeaseWait(seconds=60)]
)
async def test_a_lease_that_ends_later_than_it_could_is_an_orphans(
    store, seconds, lease_wait
) -> None:
    await store.upsert(LEASES, [left_by_a_killed("cycle_1", seconds)])
    async with lease(store, "cycle_2", seconds=60, clock=utc_now, lease_wait=lease_wait) as held:
        found = await store.read(LEASES, "lease", "lease")
        assert found["holder"] == held.holder == "cycle_2"
        assert found["expires_at"] <= iso(utc_now() + timedelta(seconds=61))


async def test_waiting_has_an_end(sqlite_store) -> None:
    async with lease(sqlite_store, "cleanup_1", seconds=60, clock=utc_now):
        with pytest.raises(CycleRunning) as caught:
            async with lease(
                sqlite_store, "cycle_1", seconds=60, clock=utc_now, lease_wait=LeaseWait(seconds=1)
            ):
                pass
    assert caught.value.holder == "cleanup_1"
