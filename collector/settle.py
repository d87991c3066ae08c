"""Finishes what a dead writer left: its statistics are recounted, and it is marked failed."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from collector.cells import rebuild_all, rebuild_cells
from collector.record import Record
from shared.logs import event
from shared.models import CycleError, Work
from shared.store import WORK, Store
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


def _closed(work: Work, now: str) -> Work:
    closed: Work = {**work, "settled": "yes", "pending_cells": {}}
    if work["status"] == "running":
        died = CycleError(subreddit=None, kind="internal", message="its lease ran out")
        closed["status"] = "failed"
        closed["end_time"] = now
        closed["errors"] = [*work["errors"], died]
    return closed
