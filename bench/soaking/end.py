"""The end of a soak of shards: all work without faults, and the comparison with the truth."""

from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import timedelta
from typing import Any

from bench.soaking.communities import NAMES, shown_by
from bench.soaking.tasks import BACKFILLED, Task, Work, World
from bench.soaking.truth import mention_problems, statistics_problems, unfinished
from shared.alerts.channels import channel_id
from shared.communities import SOURCES
from shared.errors import BackfillEnded, CycleEnded, CycleRunning
from shared.models import Cycle
from shared.shards import LOST_AFTER
from shared.store import (
    BACKFILLS,
    CYCLES,
    LEASES,
    SHARD_QUEUES,
    SHARDS,
    TOTALS_NOTES,
    Query,
    Store,
)
from tests.collector.harness import stored_items

MAX_DOCUMENTS = 10_000
MAX_LISTED = 10
# The leases of killed processes have expired by then.
LATER = timedelta(minutes=5)
LAST_CYCLES = 2
DELIVERIES = timedelta(days=2)
DELIVERY_STEP = timedelta(minutes=30)


async def recounted(store: Store, world: World, later: timedelta) -> list[str]:
    """Run a cycle without faults between two rounds, and compare every cell with a recount.

    A cell that is wrong for a while would otherwise be put right by the next change of its hour.
    """
    after = later + LOST_AFTER + LATER
    await _work_through(Work(store, world, after), Task("plan", trigger="cli"))
    problems = await statistics_problems(store, NAMES)
    # The totals keep what a killed writer left for a while.
    await _work_through(Work(store, world, after + LATER), Task("plan", trigger="cli"))
    problems = [*problems, *await _shard_problems(store)]
    return [f"{later} before the end: {each}" for each in problems]


async def run_to_the_end(
    store: Store, world: World, *, deliveries: timedelta = DELIVERIES
) -> list[str]:
    """Do what is left of every kind, and return a line for each kind that couldn't end.

    deliveries is the time, by the hosts' clocks, for what alerts owe.
    """
    problems: list[str] = []
    for number in range(LAST_CYCLES):
        later = (number + 1) * (LOST_AFTER + LATER)
        try:
            await _work_through(Work(store, world, later), Task("plan", trigger="cli"))
        except CycleRunning as error:
            problems.append(f"the last cycle couldn't begin: {error}")
    later = (LAST_CYCLES + 1) * (LOST_AFTER + LATER)
    last = Work(store, world, later)
    for task in (Task("backfill"), Task("rematch"), Task("rescore")):
        with suppress(BackfillEnded):
            await last.do(task)
    await _work_through(last, Task("cleanup"))
    await _work_through(Work(store, world, later + LATER), Task("plan", trigger="cli"))
    end = later + deliveries
    while later < end:
        work = Work(store, world, later)
        await work.do(Task("evaluate"))
        for channel in await work.outbox().due():
            await work.outbox().deliver(channel_id(channel))
        later += DELIVERY_STEP
    return problems


async def _work_through(work: Work, task: Task) -> None:
    waiting = [task]
    while waiting:
        with suppress(CycleEnded):
            waiting += await work.do(waiting.pop(0))


async def problems_of(store: Store, world: World, *, ever_shown: int) -> list[str]:
    """Return a line for each difference between the store and the truth.

    ever_shown is the number of items that the sources have shown, also those removed since.
    """
    items = await stored_items(store, NAMES)
    by_cycles = {name: each for name, each in items.items() if name[3] in "pc"}
    method = Work(store, world, timedelta(0)).method.name
    other = [name for name, each in items.items() if each["sentiment"]["method"] != method]
    return [
        *_item_problems(by_cycles, world),
        *([f"{len(other)} are scored by another method"] if other else []),
        *await _past_problems(store, world, items.keys() - by_cycles.keys()),
        *await mention_problems(store, NAMES),
        *await statistics_problems(store, NAMES),
        *await unfinished(store),
        *await _shard_problems(store),
        *await _count_problems(store, len(by_cycles), ever_shown),
        *await _lease_problems(store),
    ]


def _item_problems(stored: dict[str, dict[str, Any]], world: World) -> list[str]:
    shown = shown_by(world.sources)
    lost, extra = sorted(shown.keys() - stored.keys()), sorted(stored.keys() - shown.keys())
    stale = [
        name
        for name in shown.keys() & stored.keys()
        if shown[name]
        != (
            stored[name]["community"],
            stored[name].get("title"),
            stored[name]["content"],
            stored[name]["upvotes"],
        )
    ]
    found = {"lost": lost, "removed but stored": extra, "not current": sorted(stale)}
    return [
        f"{len(names)} {problem}: {', '.join(names[:MAX_LISTED])}"
        for problem, names in found.items()
        if names
    ]


async def _past_problems(store: Store, world: World, stored: AbstractSet[str]) -> list[str]:
    """Compare the backfill with the forum: each item of the past is stored."""
    document = await store.read(BACKFILLS, "backfill", f"backfill_{BACKFILLED}")
    numbers = {int(name.rpartition(".")[2]) for name in stored}
    lost = sorted(set(range(world.past_items)) - numbers)
    return [
        *([] if document and document["complete"] else ["the backfill isn't complete"]),
        *([f"{len(lost)} items of the past are lost, by their numbers: {lost}"] if lost else []),
    ]


async def _shard_problems(store: Store) -> list[str]:
    """Return the work of shards that waits or was left open."""
    notes = await store.query(Query(TOTALS_NOTES, "totals", 100, order_by="id"))
    shards = await store.query(
        Query(SHARDS, "shard", 100, order_by="id", equals={"reconciled": "no"})
    )
    queues = await store.read_many(SHARD_QUEUES, [("shard_queue", source) for source in SOURCES])
    return [
        *([f"{len(notes)} notes wait for the totals"] if notes else []),
        *(f"{shard['id']} is unreconciled" for shard in shards),
        *(
            f"the queue of {queue['id']} isn't empty: {queue[kind]}"
            for queue in queues.values()
            for kind in ("waiting", "sent", "failed")
            if queue[kind]
        ),
    ]


async def _count_problems(store: Store, stored: int, ever_shown: int) -> list[str]:
    """Check the sums of all cycles: each item is new once."""
    cycles: list[Cycle] = await store.query(Query(CYCLES, "cycle", MAX_DOCUMENTS, order_by="id"))
    problems = [
        f"{cycle['id']} counts {cycle['new']} new items, and its communities others"
        for cycle in cycles
        if cycle["new"] != sum(each["new"] for each in cycle["communities"].values())
    ]
    new = sum(cycle["new"] for cycle in cycles)
    if not stored <= new <= ever_shown:
        problems.append(f"cycles count {new} new items, of {ever_shown} shown and {stored} stored")
    return problems


async def _lease_problems(store: Store) -> list[str]:
    """Return the leases that are still held, of whatever name."""
    leases = await store.query(Query(LEASES, "lease", 100, order_by="id"))
    return [f"{lease['id']} is held by {lease['holder']}" for lease in leases if lease["holder"]]
