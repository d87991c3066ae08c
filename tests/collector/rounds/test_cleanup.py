"""A cleanup in shards leaves what one of everything leaves: beside collections, breaks, kills."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from collector.collection.recount import MAX_LAG
from collector.maintenance.cleanup import Cleaner, first_kept
from collector.rounds.cleanup import CleanupRound, Limits, is_ended, read_cleanup
from collector.rounds.documents import read_round
from collector.rounds.journal import shards_of
from collector.rounds.worker import RoundEnd, workers_of_round
from collector.writers.lease import NO_WAIT, lease
from collector.writers.shared_lease import shared_lease
from shared.backfills import backfill_id
from shared.errors import CycleRunning
from shared.models import Cleanup
from shared.settings import Settings
from shared.shards import LOST_AFTER, WORKERS_OF_ROUND
from shared.store import (
    BACKFILLS,
    CLEANUPS,
    COMMENTS,
    COMMUNITIES,
    CYCLES,
    DAYS,
    POSTS,
    SHARD_PARTS,
    WORK,
    Query,
    Store,
)
from shared.store.community_states import community_key
from shared.times import hour_start, utc_now
from tests.collector.crashing import DeadlyStore, DeadStore, Killed, copied, opened
from tests.collector.harness import check_statistics, stored_items
from tests.collector.shards.test_cycle import SUBJECTS
from tests.collector.shards.world import (
    NAMES,
    SHORT_WAIT,
    Server,
    Workers,
    a_seen_comment,
    a_seen_post,
    a_server,
    add_up_again,
    notes_left,
    settings_of,
)
from tests.watchlists import watch

LONG = 200
"""The retention while old items are collected, in days."""
LATER = timedelta(minutes=5)
"""The leases of a killed worker have expired by then."""
OLD_CYCLE = "cycle_20200101_000000"
LEFT = "openai"
"""It isn't watched any more, and all its items are old."""


@dataclass(frozen=True)
class World:
    """A collected database with old items, and sources with recent ones.

    later puts the clock at the beginning of an hour, so that the same items stay expired.
    """

    settings: Settings
    server: Server
    later: timedelta

    def clock(self) -> datetime:
        return utc_now() + self.later

    def round(self, store: Any, later: timedelta = timedelta(0), **more: Any) -> CleanupRound:
        """Return what cleans up as one worker."""
        given: dict[str, Any] = {"lease_wait": SHORT_WAIT, "totals_lag": timedelta(0), **more}
        settings = given.pop("settings", self.settings)
        return CleanupRound(store, settings, lambda: self.clock() + later, **given)

    def workers(self, settings: Settings | None = None, later: timedelta = timedelta(0)) -> Workers:
        return Workers(settings or self.settings, self.server, self.later + later)


@pytest.fixture
async def world(sqlite_settings: Settings) -> World:
    return await a_world(sqlite_settings)


async def a_world(base: Settings) -> World:
    now = utc_now()
    later = hour_start(now) + timedelta(hours=1, minutes=5) - now
    server = a_server(now + later - timedelta(hours=1))
    settings = settings_of(base, [name for name in NAMES if name != LEFT])
    world = World(settings, server, later)
    before = first_kept(settings, world.clock())
    for place, name in enumerate(NAMES):
        if name == LEFT:
            server.items[name] = []
        ages = (-20, 20, 26 * 60, 50 * 60 * (place % 2 + 1))
        for number, age in enumerate(age for age in ages if age > 0 or name != LEFT):
            created = before - timedelta(minutes=age)
            title = "I love it, great work" if place % 2 else "I hate it"
            text = f"old{place}x{number}"
            server.items[name] += [
                a_seen_post(text, created, f"{title} {text}"),
                a_seen_comment(text, created, "Quite so"),
            ]
    async with opened(settings) as store:
        await watch(store, 1, *SUBJECTS)
        longer = {"retention_days": LONG}
        every = settings_of(base).model_copy(update=longer)
        assert (await world.workers(every, -2 * LATER).collect(store))["status"] == "completed"
        await world.workers(settings.model_copy(update=longer), -LATER).collect(store)
        old: Any = {"id": OLD_CYCLE, "kind": "cycle", "status": "completed", "reconciled": "yes"}
        await store.upsert(CYCLES, [old])
        backfill: Any = {"id": backfill_id(LEFT), "kind": "backfill", "reconciled": "yes"}
        await store.upsert(BACKFILLS, [backfill])
    return world


async def documents(store: Any) -> dict[str, Any]:
    """Return all items, statistics and states of communities."""
    found: dict[str, Any] = {}
    for container in (POSTS, COMMENTS, DAYS, COMMUNITIES):
        partition = await store.next_partition(container, "")
        while partition is not None:
            by = "order_key" if container in (POSTS, COMMENTS) else "id"
            query: Query[Any] = Query(container, partition, 10_000, order_by=by)
            for document in await store.query(query):
                document.pop("_etag")
                found[f"{container.name} {partition} {document['id']}"] = document
            partition = await store.next_partition(container, partition)
    return found


async def clean_up(work: CleanupRound) -> Cleanup:
    return await work.to_its_end((await work.begin())["id"])


async def check_nothing_waits(store: Store) -> None:
    await check_statistics(store, NAMES)
    assert await notes_left(store) == 0
    for kind in ("cycle", "cleanup"):
        query: Query[Any] = Query(WORK, kind, 10, order_by="id", equals={"reconciled": "no"})
        assert await store.query(query) == []


async def cleaned_at_once(world: World) -> tuple[Cleanup, dict[str, Any]]:
    """Clean a copy up as one cleanup of everything does; return its document and what is left."""
    copy = copied(world.settings, "alone")
    async with opened(copy) as store:
        done = await Cleaner(store, world.settings, world.clock).run()
        assert done["complete"]
        await check_statistics(store, NAMES)
        return done, await documents(store)


async def test_it_leaves_the_same_as_one_cleanup_of_everything(world: World) -> None:
    expected, left = await cleaned_at_once(world)
    async with opened(world.settings) as store:
        begun = await documents(store)
        plan = await Cleaner(store, world.settings, world.clock).plan()
        assert await documents(store) == begun
        done = await clean_up(world.round(store))
        assert await documents(store) == left
        await check_nothing_waits(store)
        assert await store.read(COMMUNITIES, *community_key(LEFT)) is None
        assert await store.read(BACKFILLS, "backfill", backfill_id(LEFT)) is None
        assert await store.read(CYCLES, "cycle", OLD_CYCLE) is None
    assert (done["status"], done["complete"], done["errors"]) == ("completed", True, [])
    assert done["end_time"] is not None
    assert done["before"] == expected["before"] == plan.before
    assert done["removed"] == expected["removed"]
    assert done["removed"]["posts"] == plan.removed["posts"] == 3 * len(NAMES)
    assert len(left) < len(begun)


async def test_every_database_keeps_what_is_not_expired(any_store_settings: Settings) -> None:
    world = await a_world(any_store_settings)
    async with opened(world.settings) as store:
        items = await stored_items(store, NAMES)
        done = await clean_up(world.round(store))
        kept = await stored_items(store, NAMES)
        expected = {
            key: item for key, item in items.items() if item["created_utc"] >= done["before"]
        }
        assert kept == expected
        assert done["complete"]
        await check_nothing_waits(store)
        again = await clean_up(world.round(store))
        assert again["id"] != done["id"]
        assert set(again["removed"].values()) == {0}


async def test_shards_that_are_collected_do_not_stop_it_and_wait_for_none(world: World) -> None:
    _, left = await cleaned_at_once(world)
    async with opened(world.settings) as store:
        work = world.round(store)
        begun = await work.begin()
        busy = (await shards_of(store))[0]
        cycle = "cycle_20261127_120000"
        clock = world.clock
        async with (
            lease(store, busy, seconds=60, clock=clock, name=busy),
            shared_lease(store, cycle, busy, seconds=60, clock=clock),
        ):
            over = world.round(store, limits=Limits(is_over=lambda: True))
            end = RoundEnd(goes_on=True)
            while end.holder is None:
                end = await over.work(begun["id"])
            assert end == RoundEnd(goes_on=True, holder=busy)
            found = await read_round(store, "cleanup")
            assert found
            assert found["open"] == [busy]
        done = await work.to_its_end(begun["id"])
        assert done["complete"]
        assert await documents(store) == left


async def test_a_cycle_and_a_cleanup_run_together(world: World) -> None:
    async with opened(world.settings) as store:
        expected = world.server.items["aws"]
        world.server.items["aws"] = [
            *expected, a_seen_post("fresh", world.clock() - timedelta(minutes=20), "A fresh one"),
        ]  # fmt: skip
        cycle, done = await asyncio.gather(
            world.workers().collect(store), clean_up(world.round(store))
        )
        assert (cycle["status"], cycle["errors"], cycle["new"]) == ("completed", [], 1)
        assert done["complete"]
        items = await stored_items(store, NAMES)
        assert all(item["created_utc"] >= done["before"] for item in items.values())
        assert "t3_pfresh" in items
        # The cleanup may end between the last shard and the cycle's end, which adds up the totals.
        await world.workers().collect(store)
        await check_nothing_waits(store)


async def test_workers_share_the_shards_and_one_of_them_does_the_end(world: World) -> None:
    expected, left = await cleaned_at_once(world)
    async with opened(world.settings) as store:
        run = (await world.round(store).begin())["id"]
        ends = await asyncio.gather(*(world.round(store).work(run) for _ in range(3)))
        assert any(end.is_done for end in ends)
        assert not any(end.goes_on for end in ends)
        done = await read_cleanup(store, run)
        assert done
        assert (done["complete"], done["removed"]) == (True, expected["removed"])
        assert await documents(store) == left


async def test_a_turn_that_is_over_recounts_what_it_removed_and_the_next_goes_on(
    world: World,
) -> None:
    expected, left = await cleaned_at_once(world)
    asked = 0

    def turn() -> Callable[[], bool]:
        """Begin a turn that ends after some looks at the clock."""
        began = asked

        def is_over() -> bool:
            nonlocal asked
            asked += 1
            return asked - began > 4

        return is_over

    async with opened(world.settings) as store:
        work = world.round(store, limits=Limits(is_over=lambda: True, turn=turn))
        run = (await work.begin())["id"]
        turns = 0
        while (await work.work(run)).goes_on:
            turns += 1
            items = await stored_items(store, NAMES)
            for name in ("aws", "forum.a"):
                count = sum(item["community"] == name for item in items.values())
                days = await store.query(Query(DAYS, name, 1000, order_by="id"))
                cells = [cell for day in days for cell in day["hours"].values()]
                assert sum(cell["posts"] + cell["comments"] for cell in cells) == count
        assert turns > len(await shards_of(store))
        assert await documents(store) == left
        done = await read_cleanup(store, run)
        assert done
        assert (done["complete"], done["removed"]) == (True, expected["removed"])


async def test_an_end_that_is_out_of_time_goes_on(world: World) -> None:
    expected, left = await cleaned_at_once(world)
    ends = 0

    def end() -> Callable[[], bool]:
        nonlocal ends
        ends += 1
        asked = 0

        def is_over() -> bool:
            nonlocal asked
            asked += 1
            return asked > 3

        return is_over

    async with opened(world.settings) as store:
        work = world.round(store, limits=Limits(end=end), totals_lag=MAX_LAG)
        run = (await work.begin())["id"]
        while (await work.work(run)).goes_on:
            done = await read_cleanup(store, run)
            assert done
            assert (done["status"], done["reconciled"], done["end_time"]) == (
                "running",
                "yes",
                None,
            )
        assert ends > 2
        done = await read_cleanup(store, run)
        assert done
        assert (done["complete"], done["removed"]) == (True, expected["removed"])
        assert await documents(store) == left


class Breaking:
    """A store in which the comments of a community can't be deleted."""

    def __init__(self, inner: Any, community: str) -> None:
        self.inner, self.community = inner, community

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    async def delete(self, container: Any, keys: Any) -> None:
        if container is COMMENTS and any(key[0] == self.community for key in keys):
            raise RuntimeError("a document of an unknown shape")
        await self.inner.delete(container, keys)


async def test_a_shard_that_breaks_each_time_keeps_nothing_else_from_expiring(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    _, left = await cleaned_at_once(world)
    async with opened(world.settings) as store:
        done = await clean_up(world.round(Breaking(store, "aws")))
        assert (done["status"], done["complete"]) == ("completed", False)
        (error,) = done["errors"]
        assert "failed 5 times: RuntimeError: a document of an unknown shape" in error["message"]
        warnings = [each for each in caplog.records if each.levelno == logging.WARNING]
        assert any("cleanup.incomplete" in each.message for each in warnings)
        items = await stored_items(store, NAMES)
        expired = [item for item in items.values() if item["created_utc"] < done["before"]]
        assert {item["community"] for item in expired} >= {"aws"}
        assert not any(item["community"] == "forum.a" for item in expired)
        await check_nothing_waits(store)
        assert await store.read(CYCLES, "cycle", OLD_CYCLE) is None
        # Its messages weren't lost, and it isn't begun again before the next one.
        assert await world.round(store, LOST_AFTER + LATER).lost() is None
        again = await clean_up(world.round(store))
        assert (again["complete"], again["id"] != done["id"]) == (True, True)
        assert await documents(store) == left


async def test_one_that_is_under_way_is_resumed_and_the_next_day_replaces_it(
    world: World,
) -> None:
    async with opened(world.settings) as store:
        work = world.round(store, limits=Limits(is_over=lambda: True))
        begun = await work.begin()
        assert (begun["status"], begun["reconciled"]) == ("running", "yes")
        assert (await work.work(begun["id"])).goes_on
        assert (await work.begin())["id"] == begun["id"]
        found = await read_round(store, "cleanup")
        assert found
        assert len(found["open"]) == len(await shards_of(store)) - 1
        tomorrow = world.round(store, timedelta(days=1))
        fresh = await tomorrow.begin()
        assert fresh["id"] != begun["id"]
        replaced = await read_cleanup(store, begun["id"])
        assert replaced
        assert (replaced["status"], replaced["complete"]) == ("completed", False)
        assert "has taken its place" in replaced["errors"][0]["message"]
        assert replaced["removed"]["posts"] > 0
        assert await work.work(begun["id"]) == RoundEnd(is_other=True)
        done = await tomorrow.to_its_end(fresh["id"])
        assert (done["complete"], done["before"] > begun["before"]) == (True, True)


async def test_a_lost_message_is_noticed_once(world: World) -> None:
    async with opened(world.settings) as store:
        run = (await world.round(store).begin())["id"]
        assert await world.round(store).lost() is None
        after = LOST_AFTER + LATER
        assert await world.round(store, after).lost() == run
        assert await world.round(store, after).lost() is None
        assert (await world.round(store, after).to_its_end(run))["complete"]
        assert await world.round(store, 2 * after).lost() is None


async def test_it_waits_for_another_writer(world: World) -> None:
    async with opened(world.settings) as store:
        other = lease(store, "import_20260101_000000", seconds=60, clock=world.clock)
        async with other:
            with pytest.raises(CycleRunning, match="import_20260101_000000"):
                await world.round(store, lease_wait=NO_WAIT).begin()
        run = (await world.round(store).begin())["id"]
        async with lease(store, "import_20260101_000000", seconds=60, clock=world.clock):
            over = world.round(store, limits=Limits(is_over=lambda: True))
            assert await over.work(run) == RoundEnd(goes_on=True, holder="import_20260101_000000")
        assert (await world.round(store).to_its_end(run))["complete"]


async def test_killed_at_any_write_nothing_is_lost(world: World) -> None:
    """At every other step the message comes back; at the others it is lost, and made up for."""
    _, left = await cleaned_at_once(world)
    undisturbed = copied(world.settings, "undisturbed")
    async with opened(undisturbed) as store:
        counting: Any = DeadlyStore(store, -2)
        await clean_up(world.round(counting))
        assert await documents(store) == left
    assert len(counting.batches) > 50
    for number, step in enumerate(counting.steps()):
        killed = copied(world.settings, f"step{step}")
        async with opened(killed) as store:
            dead: Any = DeadStore(store, step)
            with suppress(Killed):
                await clean_up(world.round(dead))
            assert dead.is_dead, step
            await go_on(world, store, comes_back=number % 2 == 0)
            assert await documents(store) == left, step
            await add_up_again(store, world.clock() + LOST_AFTER + 2 * LATER)
            await check_nothing_waits(store)
            parts: Query[Any] = Query(SHARD_PARTS, "cleanup", 100, order_by="id")
            assert all(part["reconciled"] == "yes" for part in await store.query(parts)), step
            found = await read_round(store, "cleanup")
            done = await read_cleanup(store, found["run"]) if found else None
            assert done, step
            assert done["complete"], step
        # A cleanup and a collection after it find nothing to do.
        async with opened(killed) as store:
            await world.workers(later=LOST_AFTER + 3 * LATER).collect(store)
            await check_nothing_waits(store)


async def go_on(world: World, store: Store, *, comes_back: bool) -> None:
    """Go on after a kill: with the message, a new one, or the next cleanup."""
    found = await read_round(store, "cleanup")
    after = LATER if comes_back else LOST_AFTER + LATER
    work = world.round(store, after)
    if found is not None:
        run = found["run"] if comes_back else await work.lost()
        if run is not None:
            await work.to_its_end(run)
    known = await store.query(Query(CLEANUPS, "cleanup", 10, order_by="id", below="cleanup_9"))
    if not any(is_ended(each) for each in known):
        await clean_up(work)


def test_sqlite_has_one_worker(sqlite_settings: Settings) -> None:
    assert workers_of_round(sqlite_settings) == 1
    cosmos = sqlite_settings.model_copy(update={"cosmos_endpoint": "https://x.example.org"})
    assert workers_of_round(cosmos) == WORKERS_OF_ROUND > 1
