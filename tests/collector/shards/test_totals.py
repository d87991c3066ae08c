"""The totals of shards, whose writer is killed while items go on changing."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, cast

import pytest

from collector.maintenance.cleanup import Cleaner
from collector.maintenance.journals import RescoreJournal
from collector.rollups.hours import rebuild_all, rebuild_cells
from collector.shards.totals import TOTALS, Totals, leave_note
from collector.writers.deadline import no_check
from collector.writers.lease import HeldLease, LeaseWait
from collector.writers.session import Writer
from shared.errors import CycleRunning, LeaseLost
from shared.models import Post
from shared.settings import Settings
from shared.store import POSTS, TOTALS_STATES, Store
from shared.store.scan import items_between
from shared.times import hour_of, utc_now
from tests.collector.crashing import BATCHES, DeadlyStore, DeadStore, Killed, copied, opened
from tests.collector.harness import WRITES, check_statistics
from tests.collector.shards.test_kills import LATER, a_world
from tests.collector.shards.world import NAMES, notes_left, settings_of

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


class Overtaken:
    """A store in which, before one of its writes, a clock that is ahead takes the totals over."""

    def __init__(self, inner: Store, step: int, take_over: Callable[[], Awaitable[None]]) -> None:
        self._inner = inner
        self._step = step
        self._take_over = take_over
        self._writes = 0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if name not in WRITES:
            return method

        async def write(*args: Any) -> Any:
            if name in BATCHES and not args[1]:
                return await method(*args)
            mine, self._writes = self._writes, self._writes + 1
            if mine == self._step:
                await self._take_over()
            return await method(*args)

        return write


async def test_a_writer_that_is_overtaken_alive_leaves_nothing_wrong(settings: Settings) -> None:
    """It has read an hour, and writes it after the other one, which found it changed since."""
    await a_world(settings)
    async with opened(settings) as store:
        before = await posts_of(store)
        await write(store, [without_mentions(post) for post in before])
    undisturbed = copied(settings, "undisturbed")
    async with opened(undisturbed) as store:
        counting: Any = DeadlyStore(store, -2)
        await add_up(counting)
    for step in range(len(counting.batches)):
        overtaken = copied(settings, f"step{step}")
        async with opened(overtaken) as store:
            await overtake(store, before, step)
            mark = await store.read(TOTALS_STATES, "totals_state", TOTALS)
            assert mark is not None
            # A slow writer removes no note that the other one has kept.
            assert bool(await notes_left(store)) is ("unsure_since" in mark), step
            for later in (2 * LATER, 3 * LATER):
                await add_up(store, later)
            await check_statistics(store, NAMES)
            assert await notes_left(store) == 0


async def overtake(store: Store, posts: Sequence[Post], step: int) -> None:
    """Add up totals, which another writer does, too, before this one's write of a step."""

    async def take_over() -> None:
        await write(store, posts)
        await add_up(store, LATER)
        await check_statistics(store, NAMES)

    slow: Any = Overtaken(store, step, take_over)
    with suppress(LeaseLost, CycleRunning):
        await add_up(slow)
