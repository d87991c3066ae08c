"""Finishes what a dead writer left: its statistics are recounted, and it is marked failed."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from collector.cells import rebuild_all, rebuild_cells
from collector.record import Record, unsettled_work
from collector.stopping import ended_early
from shared.errors import LeaseLost, StoreError
from shared.logs import event
from shared.models import CycleError, Work
from shared.store import COLLECTION, WORK, Store
from shared.times import Clock, iso

log = logging.getLogger(__name__)


async def settle(store: Store, record: Record[Any], dead: Sequence[Work], clock: Clock) -> int:
    """Recount the cells that dead work left pending, and close its documents.

    record is the document of the one that does so, who holds the lease. Gives how many cycles had
    died running.
    """
    hours: dict[str, set[str]] = defaultdict(set)
    for work in dead:
        for name, pending in work["pending_cells"].items():
            hours[name].update(pending)
    if hours:
        await record.write_ahead(hours)
        await rebuild_all(
            store, {name: await rebuild_cells(store, name, found) for name, found in hours.items()}
        )
        await record.settled()
    for work in dead:
        await store.upsert(WORK, [_closed(work, iso(clock()))])
        event(log, "work.settled_dead", logging.WARNING, work=work["id"])
    return sum(work["kind"] == "cycle" and work["status"] == "running" for work in dead)


async def close_dead(store: Store, record: Record[Any], clock: Clock) -> int:
    """Finish what the dead left, and count the cycles among them as failed; give how many.

    Whoever holds the lease knows that none of it runs.
    """
    own = record.document["id"]
    dead = [work for work in await unsettled_work(store) if work["id"] != own]
    closed = await settle(store, record, dead, clock)
    state = await store.read(COLLECTION, "collection", "collection")
    if state is not None and closed:
        state["collections_failed"] += closed
        await store.upsert(COLLECTION, [state])
    return closed


async def close_broken(record: Record[Any], error: BaseException) -> None:
    """Close work that an error ended; what it left pending, whoever works next recounts."""
    kind = record.document["kind"]
    if early := ended_early(error):
        record.fail(None, early[0], f"{early[1]}; the next {kind} goes on")
    else:
        record.fail(None, "internal", str(error))
    try:
        await record.end("failed")
    except (StoreError, LeaseLost):
        # It stays `running`, unsettled, for whoever works next to find.
        event(log, "work.not_closed", logging.ERROR, work=record.document["id"])


def _closed(work: Work, now: str) -> Work:
    closed: Work = {**work, "settled": "yes", "pending_cells": {}}
    if work["status"] == "running":
        died = CycleError(subreddit=None, kind="internal", message="its lease ran out")
        closed["status"] = "failed"
        closed["end_time"] = now
        closed["errors"] = [*work["errors"], died]
    return closed
