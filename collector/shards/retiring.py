"""Goes back from shards to one cycle, once fewer communities are watched.

What shards have left is brought to its end first. Each step is safe to repeat, and the state of
collection says that there are shards until all is done.
"""

import logging
from collections.abc import AsyncIterator
from typing import get_args

from collector.rollups.hours import rebuild_all, rebuild_cells
from collector.shards.beside import PARTS
from collector.shards.closing import outcome_of
from collector.shards.documents import alive, change_cycle, with_part
from collector.shards.journal import read_part
from collector.shards.planner import read_plan
from collector.shards.totals import TOTALS, add_up_notes, waiting_notes
from collector.trending.parts import remove_parts
from collector.writers.journal import Kind
from collector.writers.lease import NO_WAIT, HeldLease, LeaseWait
from collector.writers.session import Writer
from shared.communities import SOURCES
from shared.cycles import cycle_id_of
from shared.logs import event
from shared.models import Cycle, RoundName, ShardCycle, ShardPart, Work
from shared.settings import Settings
from shared.shards import PREFIX
from shared.store import (
    COLLECTION,
    SHARD_PARTS,
    SHARD_PLAN,
    SHARD_QUEUES,
    SHARD_ROUNDS,
    SHARDS,
    SOURCE_STATES,
    SWEEPS,
    TOTALS_NOTES,
    TOTALS_STATES,
    Query,
    Store,
)
from shared.times import Clock, iso, utc_now

log = logging.getLogger(__name__)

PAGE = 100


async def retire_shards(
    store: Store, settings: Settings, *, clock: Clock = utc_now, lease_wait: LeaseWait = NO_WAIT
) -> None:
    """Bring what shards have left to its end, and remove them, if there are any.

    Raises CycleRunning, LeaseLost and StoreError.
    """
    state = await store.read(COLLECTION, "collection", "collection")
    if state is None or "shards" not in state:
        return
    writer = Writer(store, clock, settings.lease_seconds, lease_wait)
    async with writer.lease(cycle_id_of(clock())) as held:
        async for part in _parts(store):
            await _recover(store, held, part, clock)
        for kind in PARTS:
            async for part_of_round in _parts_of_rounds(store, kind):
                await _recount(store, held, part_of_round)
        await add_up_notes(store, held.check, clock)
        for cycle_id in (await read_plan(store))["cycles"]:
            held.check()
            await change_cycle(store, cycle_id, lambda cycle: _closed(cycle, clock))
        held.check()
        # Without a round, no worker begins a part.
        await store.delete(SHARD_ROUNDS, [("shard_round", work) for work in get_args(RoundName)])
        for kind in PARTS:
            names = [part["id"] async for part in _parts_of_rounds(store, kind)]
            await store.delete(SHARD_PARTS, [(kind, name) for name in names])
        await store.delete(SHARD_QUEUES, [("shard_queue", source) for source in SOURCES])
        await store.delete(SHARD_PLAN, [("shard_plan", "plan")])
        # Those that were kept for a later time: there is none.
        while notes := await waiting_notes(store):
            await store.delete(TOTALS_NOTES, [(TOTALS, note["id"]) for note in notes])
        await store.delete(TOTALS_STATES, [("totals_state", TOTALS)])
        while parts := await store.query(Query(SHARDS, "shard", PAGE, order_by="id")):
            names = [part["id"] for part in parts]
            await store.delete(SWEEPS, [("sweep", name) for name in names])
            await store.delete(SOURCE_STATES, [("source", name) for name in names])
            await store.delete(SHARDS, [("shard", name) for name in names])
        await remove_parts(store)
        state = await store.read(COLLECTION, "collection", "collection")
        if state is not None:
            state.pop("shards", None)
            await store.upsert(COLLECTION, [state])
    event(log, "shards.retired")


async def _parts(store: Store) -> AsyncIterator[ShardCycle]:
    last = ""
    while page := await store.query(Query(SHARDS, "shard", PAGE, order_by="id", at_least=last)):
        for part in page:
            yield part
        last = f"{page[-1]['id']}!"


async def _parts_of_rounds(store: Store, kind: Kind) -> AsyncIterator[ShardPart]:
    """Yield the parts of shards; other work of the kind has ids that lie elsewhere."""
    last = f"{kind}_{PREFIX}"
    while page := await store.query(
        Query(SHARD_PARTS, kind, PAGE, order_by="id", at_least=last, below=f"{kind}_{PREFIX}~")
    ):
        for part in page:
            yield part
        last = f"{page[-1]['id']}!"


async def _recount(store: Store, held: HeldLease, part: Work) -> None:
    for name, hours in part["pending_cells"].items():
        held.check()
        await rebuild_all(store, {name: await rebuild_cells(store, name, hours)})


async def _recover(store: Store, held: HeldLease, part: ShardCycle, clock: Clock) -> None:
    """Recount the cells that a killed shard left, and add its counts to its cycle."""
    await _recount(store, held, part)
    if (counted := await read_part(store, part["id"])) is not None:
        now = clock()
        await change_cycle(
            store, part["cycle"], lambda cycle: with_part(cycle, counted, now, is_open=False)
        )


def _closed(cycle: Cycle, clock: Clock) -> Cycle | None:
    if cycle["status"] != "running" or "turns" not in cycle:
        return None
    closed = alive(cycle, clock())
    closed["open_shards"], closed["end_time"] = [], iso(clock())
    closed["reconciled"], closed["status"] = "yes", outcome_of(cycle)
    return closed
