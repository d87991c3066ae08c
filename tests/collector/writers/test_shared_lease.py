"""Shards hold the lease of every writer together; others wait for them, and are let in first."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from collector.writers.lease import LeaseWait, lease
from collector.writers.shared_lease import shared_lease
from shared.cycles import lease_holder
from shared.errors import CycleRunning, LeaseLost
from shared.store import LEASES
from shared.times import utc_now

CYCLE = "cycle_20261127_120000"


async def test_shards_hold_it_together_and_others_come_before_the_next_shard(store) -> None:
    async def part(member: str, seconds: float = 0.0) -> None:
        async with shared_lease(
            store, CYCLE, member, seconds=60, clock=utc_now, lease_wait=LeaseWait(seconds)
        ) as held:
            order.append(member)
            held.check()

    order: list[str] = []
    async with AsyncExitStack() as shards:
        for member in ("a", "b"):
            await shards.enter_async_context(
                shared_lease(store, CYCLE, member, seconds=60, clock=utc_now)
            )
        found = await store.read(LEASES, "lease", "lease")
        assert (lease_holder(found, utc_now()), sorted(found["members"])) == (CYCLE, ["a", "b"])
        with pytest.raises(CycleRunning, match=CYCLE):
            async with lease(store, "rescore_1", seconds=60, clock=utc_now):
                pass
        await part("c")

        async def alone() -> None:
            async with lease(
                store, "cleanup_1", seconds=60, clock=utc_now, lease_wait=LeaseWait(30)
            ):
                order.append("cleanup_1")
                with pytest.raises(CycleRunning, match="cleanup_1"):
                    await part("e")

        waiting = asyncio.create_task(alone())
        while "wanted_by" not in (await store.read(LEASES, "lease", "lease")):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        with pytest.raises(CycleRunning, match="cleanup_1"):
            await part("d")
        later = asyncio.create_task(part("d", 30.0))
    await asyncio.gather(waiting, later)
    assert order == ["c", "cleanup_1", "d"]
    assert (await store.read(LEASES, "lease", "lease"))["holder"] is None


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(hours=-5), timedelta(hours=5)])
async def test_the_part_of_a_killed_shard_ends_and_one_that_slept_sees_it(
    sqlite_store, ahead: timedelta
) -> None:
    """The clock of the killed shard's machine may be wrong by hours."""
    async with AsyncExitStack() as shards:
        slept = await shards.enter_async_context(
            shared_lease(sqlite_store, CYCLE, "a", seconds=3, clock=lambda: utc_now() + ahead)
        )
        later = utc_now() + timedelta(minutes=5)
        async with lease(sqlite_store, "cleanup_1", seconds=600, clock=lambda: later):
            with pytest.raises(LeaseLost):  # noqa: PT012 - its next renewal
                while True:
                    slept.check()
                    await asyncio.sleep(0.05)
        async with shared_lease(sqlite_store, CYCLE, "b", seconds=60, clock=utc_now):
            assert [*(await sqlite_store.read(LEASES, "lease", "lease"))["members"]] == ["b"]


async def test_of_many_shards_that_come_and_go_at_once_none_is_dropped(sqlite_store) -> None:
    inside: set[str] = set()

    async def part(member: str) -> None:
        async with shared_lease(sqlite_store, CYCLE, member, seconds=1, clock=utc_now) as held:
            inside.add(member)
            while len(inside) < 20:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.5)
            held.check()

    await asyncio.gather(*(part(f"shard_{number}") for number in range(20)))
    found = await sqlite_store.read(LEASES, "lease", "lease")
    assert (found["holder"], "members" in found) == (None, False)
