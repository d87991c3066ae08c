"""Finishes what a dead writer left: its statistics are recounted, and it is marked failed."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, TypeVar, cast

from collector.rollups.hours import nearby, pages_between, rebuild_all, rebuild_cells
from collector.writers.journal import Journal, unsettled_work
from collector.writers.shutdown import ended_early
from shared.cycles import no_counts
from shared.errors import LeaseLost, StoreError
from shared.logs import event
from shared.models import Cycle, CycleError, Work
from shared.store import COLLECTION, COMMENTS, POSTS, WORK, Container, Store
from shared.times import Clock, iso, next_hour

log = logging.getLogger(__name__)

W = TypeVar("W", bound=Work)


async def settle(store: Store, journal: Journal[Any], dead: Sequence[Work], clock: Clock) -> int:
    """Recount the cells that dead work left pending, and close its documents.

    journal is that of the one that does so, who holds the lease. Gives how many cycles had
    died running.
    """
    hours: dict[str, set[str]] = defaultdict(set)
    for work in dead:
        for name, pending in work["pending_cells"].items():
            hours[name].update(pending)
    if hours:
        await journal.write_ahead(hours)
        await rebuild_all(
            store, {name: await rebuild_cells(store, name, found) for name, found in hours.items()}
        )
        await journal.settled()
    for work in dead:
        counted = await with_uncounted(store, work)
        await store.upsert(WORK, [_closed(counted, iso(clock()))])
        event(log, "work.settled_dead", logging.WARNING, work=work["id"])
    return sum(work["kind"] == "cycle" and work["status"] == "running" for work in dead)


async def close_dead(store: Store, journal: Journal[Any], clock: Clock) -> int:
    """Finish what the dead left, and count the cycles among them as failed; give how many.

    Whoever holds the lease knows that none of it runs.
    """
    own = journal.document["id"]
    dead = [work for work in await unsettled_work(store) if work["id"] != own]
    closed = await settle(store, journal, dead, clock)
    state = await store.read(COLLECTION, "collection", "collection")
    if state is not None and closed:
        state["collections_failed"] += closed
        await store.upsert(COLLECTION, [state])
    return closed


async def close_broken(journal: Journal[Any], error: BaseException) -> None:
    """Close work that an error ended; what it left pending, whoever works next recounts."""
    kind = journal.document["kind"]
    if early := ended_early(error):
        journal.fail(None, early[0], f"{early[1]}; the next {kind} goes on")
    else:
        journal.fail(None, "internal", str(error))
    try:
        await journal.end("failed")
    except (StoreError, LeaseLost):
        # It stays `running`, unsettled, for whoever works next to find.
        event(log, "work.not_closed", logging.ERROR, work=journal.document["id"])


async def with_uncounted(store: Store, work: W) -> W:
    """Return dead work with the new items counted that it wrote and didn't count any more.

    They bear its time of collection, and lie in the hours that it named before it wrote.
    """
    cycle = cast("Cycle", work)
    if not cycle.get("uncounted"):
        return work
    counted: Cycle = {**cycle, "subreddits": dict(cycle["subreddits"]), "uncounted": {}}
    for name, rewritten in cycle["uncounted"].items():
        posts, comments = await _written(store, cycle, name, frozenset(rewritten))
        counts = counted["subreddits"].get(name) or no_counts()
        counted["subreddits"][name] = {**counts, "new": counts["new"] + posts + comments}
        counted["new"] += posts + comments
        counted["posts_collected"] += posts
        counted["comments_collected"] += comments
    return cast("W", counted)


async def _written(
    store: Store, cycle: Cycle, name: str, rewritten: frozenset[str]
) -> tuple[int, int]:
    """Count the posts and comments that a cycle wrote of a subreddit, less those rewritten."""
    found = {"t3": 0, "t1": 0}
    containers: tuple[tuple[str, Container[Any]], ...] = (("t3", POSTS), ("t1", COMMENTS))
    for near in nearby(sorted(cycle["pending_cells"].get(name, ()))):
        for prefix, container in containers:
            pages = pages_between(store, container, name, near[0], next_hour(near[-1]))
            async for page in pages:
                found[prefix] += sum(
                    item["collected_at"] == cycle["collected_at"]
                    and f"{prefix}_{item['id']}" not in rewritten
                    for item in page
                )
    return found["t3"], found["t1"]


def _closed(work: Work, now: str) -> Work:
    closed: Work = {**work, "settled": "yes", "pending_cells": {}}
    if work["status"] == "running":
        died = CycleError(subreddit=None, kind="internal", message="its lease ran out")
        closed["status"] = "failed"
        closed["end_time"] = now
        closed["errors"] = [*work["errors"], died]
    return closed
