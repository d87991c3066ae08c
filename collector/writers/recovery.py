"""Recovers orphaned work: recounts its pending cells, and closes its document as failed."""

import logging
from collections import defaultdict
from typing import Any, TypeVar, cast

from collector.rollups.hours import rebuild_all, rebuild_cells
from collector.writers.journal import Journal, unreconciled_work
from shared.communities import Kind
from shared.cycles import no_counts
from shared.logs import event
from shared.models import Cycle, CycleError, Work
from shared.shards import has_shards
from shared.store import COLLECTION, COMMENTS, POSTS, WORK, Container, Store
from shared.store.keys import item_key
from shared.store.scan import nearby, pages_between
from shared.times import Clock, iso, next_hour

log = logging.getLogger(__name__)

W = TypeVar("W", bound=Work)


async def recover_orphaned(store: Store, journal: Journal[Any], clock: Clock) -> int:
    """Recount the pending cells of orphaned work, and close it; return the number of cycles.

    journal is that of the work that begins now. That work holds the lease, so all other work with
    an open document is orphaned. Orphaned cycles count as failed collections.
    """
    own = journal.document["id"]
    orphaned = [work for work in await unreconciled_work(store) if work["id"] != own]
    hours: dict[str, set[str]] = defaultdict(set)
    for work in orphaned:
        for name, pending in work["pending_cells"].items():
            hours[name].update(pending)
    if hours:
        await journal.write_ahead(hours)
        shares = {name: await rebuild_cells(store, name, found) for name, found in hours.items()}
        # Shards may have changed items since the work was killed.
        await rebuild_all(store, shares, is_sure=not await has_shards(store))
        await journal.reconciled()
    for work in orphaned:
        counted = await with_uncounted(store, work)
        await store.upsert(WORK, [_closed(counted, iso(clock()))])
        event(log, "work.recovered", logging.WARNING, work=work["id"])
    cycles = sum(work["kind"] == "cycle" and work["status"] == "running" for work in orphaned)
    journal.cycles_closed += cycles
    if cycles:
        await _count_failed(store, cycles)
    return cycles


async def _count_failed(store: Store, cycles: int) -> None:
    state = await store.read(COLLECTION, "collection", "collection")
    if state is not None:
        state["collections_failed"] += cycles
        await store.upsert(COLLECTION, [state])


async def with_uncounted(store: Store, work: W) -> W:
    """Return orphaned work with its uncounted new items added: those it wrote before it was killed.

    They have its time of collection, and lie in the hours of its write-ahead.
    """
    cycle = cast("Cycle", work)
    if not cycle.get("uncounted"):
        return work
    counted: Cycle = {**cycle, "communities": dict(cycle["communities"]), "uncounted": {}}
    for name, rewritten in cycle["uncounted"].items():
        posts, comments = await _written(store, cycle, name, frozenset(rewritten))
        counts = counted["communities"].get(name) or no_counts()
        counted["communities"][name] = {**counts, "new": counts["new"] + posts + comments}
        counted["new"] += posts + comments
        counted["posts_collected"] += posts
        counted["comments_collected"] += comments
    return cast("W", counted)


async def _written(
    store: Store, cycle: Cycle, name: str, rewritten: frozenset[str]
) -> tuple[int, int]:
    """Count the new posts and comments that a cycle wrote for a community."""
    found: dict[Kind, int] = {"post": 0, "comment": 0}
    containers = cast("tuple[Container[Any], ...]", (POSTS, COMMENTS))
    for near in nearby(sorted(cycle["pending_cells"].get(name, ()))):
        for container in containers:
            pages = pages_between(store, container, name, near[0], next_hour(near[-1]))
            async for page in pages:
                for item in page:
                    is_own = item["collected_at"] == cycle["collected_at"]
                    key = item_key(item["kind"], item["id"])
                    found[item["kind"]] += is_own and key not in rewritten
    return found["post"], found["comment"]


def _closed(work: Work, now: str) -> Work:
    closed: Work = {**work, "reconciled": "yes", "pending_cells": {}}
    if work["status"] == "running":
        orphaned = CycleError(community=None, kind="internal", message="its lease ran out")
        closed["status"] = "failed"
        closed["end_time"] = now
        closed["errors"] = [*work["errors"], orphaned]
    return closed
