"""The totals of shards, whose writer is killed while items go on changing."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, cast

import pytest

from collector.maintenance.cleanup import Cleaner
from collector.maintenance.journals import RescoreJournal
from collector.rollups.hours import rebuild_all, rebuild_cells
from collector.shards.totals import Totals, leave_note
from collector.writers.deadline import no_check
from collector.writers.lease import HeldLease, LeaseWait
from collector.writers.session import Writer
from shared.models import Post
from shared.settings import Settings
from shared.store import POSTS, Store
from shared.store.scan import items_between
from shared.times import hour_of, utc_now
from tests.collector.crashing import DeadlyStore, DeadStore, Killed, copied, opened
from tests.collector.harness import check_statistics
from tests.collector.shards.test_kills import LATER, a_world
from tests.collector.shards.world import NAMES, settings_of

NAME = "claude"


@pytest.fixture
def settings(sqlite_settings: Settings) -> Settings:
    return settings_of(sqlite_settings)


async def posts_of(store: Store) -> list[Post]:
    return [each async for each in items_between(store, POSTS, NAME, "", "~")]


async def write(store: Store, posts: Sequence[Post]) -> None:
    """Write posts as a shard does: items, cells, and a note for the totals."""
    await store.upsert(POSTS, posts)
    hours = {hour_of(post["order_key"]) for post in posts}
    shares = {NAME: await rebuild_cells(store, NAME, hours)}
    await leave_note(store, "shard_reddit_0001", shares, utc_now)


async def add_up(store: Store, later: timedelta = timedelta(0)) -> None:
    totals = Totals(store, lambda: utc_now() + later, 60)
    await totals.add_up("cycle_20261127_120000", no_check)


def without_mentions(post: Post) -> Post:
    return cast("Post", {**post, "mentions": []})


async def test_items_that_change_back_after_a_kill_are_counted_as_they_are(
    settings: Settings,
) -> None:
    await a_world(settings)
    async with opened(settings) as store:
        before = await posts_of(store)
        assert any(post.get("mentions") for post in before)
        await write(store, [without_mentions(post) for post in before])
    undisturbed = copied(settings, "undisturbed")
    async with opened(undisturbed) as store:
        counting: Any = DeadlyStore(store, -2)
        await add_up(counting)
    for step in counting.steps():
        killed = copied(settings, f"step{step}")
        async with opened(killed) as store:
            dead: Any = DeadStore(store, step)
            with suppress(Killed):
                await add_up(dead)
            assert dead.is_dead, step
            await write(store, before)
            await add_up(store, LATER)
            await check_statistics(store, NAMES)


async def write_alone(store: Store, posts: Sequence[Post]) -> None:
    """Write posts as a writer does that holds the lease of every writer."""

    async def begin(held: HeldLease) -> RescoreJournal:
        return await RescoreJournal.begin(store, held, utc_now, method="some")

    async with Writer(store, utc_now, 60).session("rescore", begin) as journal:
        hours = {hour_of(post["order_key"]) for post in posts}
        await journal.write_ahead({NAME: hours})
        await store.upsert(POSTS, posts)
        await rebuild_all(store, {NAME: await rebuild_cells(store, NAME, hours)})
        await journal.reconciled()


async def test_so_are_those_of_a_killed_writer_of_everything(settings: Settings) -> None:
    await a_world(settings)
    async with opened(settings) as store:
        before = await posts_of(store)
    changed = [without_mentions(post) for post in before]
    undisturbed = copied(settings, "undisturbed")
    async with opened(undisturbed) as store:
        counting: Any = DeadlyStore(store, -2)
        await write_alone(counting, changed)
    for step in counting.steps()[:-1]:
        killed = copied(settings, f"step{step}")
        async with opened(killed) as store:
            dead: Any = DeadStore(store, step)
            with suppress(Killed):
                await write_alone(dead, changed)
            assert dead.is_dead, step
            await write(store, before)
            await add_up(store, LATER)
            cleaner = Cleaner(store, killed, clock=lambda: utc_now() + 2 * LATER)
            await cleaner.run(lease_wait=LeaseWait(1.0))
            await check_statistics(store, NAMES)
