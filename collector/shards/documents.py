"""Changes of documents that several shards write: a cycle, and the queue of a source."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar, cast

from collector.shards import queue as queues
from shared.communities import SourceName
from shared.cycles import no_counts
from shared.errors import DocumentChanged, DocumentExists
from shared.logs import event
from shared.models import (
    CommunityCounts,
    Cycle,
    CycleError,
    Outcome,
    ShardCycle,
    ShardQueue,
    SourceRequests,
)
from shared.shards import LOST_AFTER, MAX_ATTEMPTS
from shared.store import CYCLES, SHARD_QUEUES, Container, Key, Store
from shared.times import iso

log = logging.getLogger(__name__)

T = TypeVar("T", Cycle, ShardQueue)

# A cycle's document stays under 500 KB: it lists this number of communities that were read, and of
# those that failed.
MAX_LISTED = 1000
MAX_ERRORS = 500
COUNTED = (
    "posts_collected",
    "comments_collected",
    "posts_seen",
    "comments_seen",
    "new",
    "edited",
    "moved",
    "removed",
)
OF_COMMUNITY = ("posts_seen", "comments_seen", "new", "edited", "moved", "removed")
AGAIN_SECONDS = 0.02


async def change_cycle(
    store: Store, cycle_id: str, change: Callable[[Cycle], Cycle | None]
) -> Cycle | None:
    """Change a cycle's document, and return it; None where there is none.

    `change` returns None to leave it as it is.
    """
    return await _change(store, CYCLES, ("cycle", cycle_id), change)


async def change_queue(
    store: Store, source: SourceName, change: Callable[[ShardQueue], queues.Sending | None]
) -> queues.Sending | None:
    """Change the queue of a source; return it and what `change` sends, or None if it returns so."""
    while True:
        found = await store.read(SHARD_QUEUES, "shard_queue", source)
        changed = change(found or queues.new_queue(source))
        if changed is None:
            return None
        try:
            if found is None:
                await store.create(SHARD_QUEUES, changed[0])
            else:
                await store.replace(SHARD_QUEUES, changed[0], found["_etag"])
        except (DocumentExists, DocumentChanged):
            await asyncio.sleep(AGAIN_SECONDS)
            continue
        return changed


async def _change(
    store: Store, container: Container[T], key: Key, change: Callable[[T], T | None]
) -> T | None:
    while (found := await store.read(container, *key)) is not None:
        changed = change(found)
        if changed is None:
            return found
        try:
            await store.replace(container, changed, cast("Any", found)["_etag"])
        except DocumentChanged:
            await asyncio.sleep(AGAIN_SECONDS)
            continue
        return changed
    return None


def with_part(cycle: Cycle, part: ShardCycle, now: datetime, *, is_open: bool) -> Cycle | None:
    """Return a cycle with the counts of a shard's turn added; None if they were added before.

    is_open says that the shard has another turn in this cycle.
    """
    if cycle.get("turns", {}).get(part["id"], 0) >= part["turn"]:
        return None
    counted: dict[str, Any] = {name: _sum(cycle, part, name) for name in COUNTED}
    left_out = dict(cycle.get("left_out", {}))
    for reason, count in part.get("left_out", {}).items():
        left_out[reason] = left_out.get(reason, 0) + count
    communities, unlisted = _communities(cycle, part)
    processed = [*cycle["communities_processed"], *part["communities_processed"]]
    # What its time didn't reach comes with its next turn.
    errors = [each for each in part["errors"] if not is_open or each["kind"] != "deadline"]
    oldest = [each for each in (cycle.get("oldest_new"), part.get("oldest_new")) if each]
    fresh: Cycle = {
        **cycle,
        **counted,  # type: ignore[typeddict-item]
        "left_out": left_out,
        "communities": communities,
        "communities_processed": [n for n in dict.fromkeys(processed) if n in communities],
        "requests": _requests(cycle, part),
        "errors": [*cycle["errors"], *errors][:MAX_ERRORS],
        "turns": {**cycle.get("turns", {}), part["id"]: part["turn"]},
        "open_shards": [
            each for each in cycle.get("open_shards", []) if is_open or each != part["id"]
        ],
        "oldest_new": min(oldest, default=None),
    }
    if unlisted:
        fresh["unlisted"] = unlisted
    return alive(fresh, now)


def without_shard(cycle: Cycle, shard: str, reason: str, now: datetime) -> Cycle | None:
    """Return a cycle in which a shard has failed for a reason; None if it has ended before."""
    closed = without_turn(cycle, shard, now)
    return closed and with_error(closed, failed_shard(shard, reason), now)


def without_turn(cycle: Cycle, shard: str, now: datetime) -> Cycle | None:
    """Return a cycle in which a shard has no other turn; None if it has ended before."""
    known = cycle.get("open_shards", [])
    if shard not in known:
        return None
    closed: Cycle = {**cycle, "open_shards": [each for each in known if each != shard]}
    return alive(closed, now)


def with_turn(cycle: Cycle, shard: str, now: datetime) -> Cycle | None:
    """Return a cycle that waits for another turn of a shard; None if it has ended, or does so."""
    known = cycle.get("open_shards", [])
    if cycle["status"] != "running" or shard in known:
        return None
    opened: Cycle = {
        **cycle,
        "turns": {shard: 0, **cycle.get("turns", {})},
        "open_shards": [*known, shard],
    }
    return alive(opened, now)


def with_error(cycle: Cycle, error: CycleError, now: datetime) -> Cycle:
    """Return a cycle with another error."""
    fresh: Cycle = {**cycle, "errors": [*cycle["errors"], error][-MAX_ERRORS:]}
    return alive(fresh, now)


def failed_shard(shard: str, reason: str) -> CycleError:
    """Return the error of a shard that has failed in all its attempts, and log it."""
    event(log, "shard.failed", logging.ERROR, shard=shard, attempts=MAX_ATTEMPTS, reason=reason)
    message = f"{shard} failed {MAX_ATTEMPTS} times: {reason}; the next cycle tries it again"
    return CycleError(community=None, kind="internal", message=message)


def alive(cycle: Cycle, now: datetime) -> Cycle:
    """Return a cycle that has just given a sign of life."""
    signed: Cycle = {**cycle, "alive_until": iso(now + LOST_AFTER)}
    return signed


def _sum(cycle: Cycle, part: ShardCycle, name: str) -> int:
    of_cycle, of_part = cast("dict[str, int]", cycle), cast("dict[str, int]", part)
    return of_cycle[name] + of_part[name]


def _communities(cycle: Cycle, part: ShardCycle) -> tuple[dict[str, CommunityCounts], int]:
    """Return the communities that a cycle lists, and the number of failing ones that it doesn't."""
    listed, unlisted = dict(cycle["communities"]), cycle.get("unlisted", 0)
    failing = sum(counts["error"] is not None for counts in listed.values())
    room = {True: MAX_ERRORS - failing, False: MAX_LISTED - len(listed) + failing}
    for name, counts in part["communities"].items():
        fails = counts["error"] is not None
        if name in listed or room[fails] > 0:
            room[fails] -= name not in listed
            listed[name] = _both(listed.get(name, no_counts()), counts)
        else:
            unlisted += fails
    return listed, unlisted


def _both(before: CommunityCounts, counts: CommunityCounts) -> CommunityCounts:
    first, second = cast("dict[str, int]", before), cast("dict[str, int]", counts)
    both: CommunityCounts = {
        **before,
        **{name: first[name] + second[name] for name in OF_COMMUNITY},  # type: ignore[typeddict-item]
        "error": counts["error"],
    }
    if left_out := before.get("left_out", 0) + counts.get("left_out", 0):
        both["left_out"] = left_out
    return both


def _requests(cycle: Cycle, part: ShardCycle) -> dict[SourceName, SourceRequests]:
    requests = dict(cycle["requests"])
    for name, fresh in part["requests"].items():
        known = requests.get(name)
        requests[name] = _all_requests(known, fresh) if known else fresh
    return requests


def _all_requests(known: SourceRequests, fresh: SourceRequests) -> SourceRequests:
    outcomes = {known.get("outcome", "ok"), fresh.get("outcome", "ok")}
    outcome: Outcome = "failed" if outcomes == {"failed"} else "ok"
    if "waiting" in outcomes:
        outcome = "waiting"
    return SourceRequests(
        used=known["used"] + fresh["used"],
        left=fresh["left"],
        waited=round(known.get("waited", 0.0) + fresh.get("waited", 0.0), 1),
        outcome=outcome,
        reason=fresh.get("reason") or known.get("reason"),
    )
