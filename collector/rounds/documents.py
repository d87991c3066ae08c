"""The document of a round, which several workers change: open shards, and what went wrong.

These are functions of the document; `change_round` stores what they return.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from shared.errors import DocumentChanged, DocumentExists
from shared.models import RoundName, ShardRound
from shared.shards import LOST_AFTER, MAX_ATTEMPTS
from shared.store import SHARD_ROUNDS, Store
from shared.times import iso

T = TypeVar("T")

AGAIN_SECONDS = 0.02


def new_round(work: RoundName, run: str, shards: Iterable[str], now: datetime) -> ShardRound:
    """Return a round in which these shards are open."""
    return ShardRound(
        id=work,
        kind="shard_round",
        ttl=-1,
        run=run,
        open=list(shards),
        attempts={},
        reasons={},
        counts={},
        updated_at=iso(now),
    )


async def read_round(store: Store, work: RoundName) -> ShardRound | None:
    """Return the last round of this work; None before the first one. Raises StoreError."""
    return await store.read(SHARD_ROUNDS, "shard_round", work)


async def change_round(
    store: Store, work: RoundName, change: Callable[[ShardRound | None], ShardRound | None]
) -> ShardRound | None:
    """Change a round's document under its ETag, and return it.

    `change` takes None where there is none, and returns None to leave all as it is. Raises
    StoreError.
    """
    while True:
        found = await read_round(store, work)
        changed = change(found)
        if changed is None:
            return found
        try:
            if found is None:
                await store.create(SHARD_ROUNDS, changed)
            else:
                await store.replace(SHARD_ROUNDS, changed, found["_etag"])
        except (DocumentExists, DocumentChanged):
            await asyncio.sleep(AGAIN_SECONDS)
            continue
        return changed


def candidates(found: ShardRound) -> list[str]:
    """Return the open shards that may have another turn, the next one first.

    Those at work, or whose worker was killed, come last.
    """
    attempts = found["attempts"]
    open_shards = [each for each in found["open"] if attempts.get(each, 0) <= MAX_ATTEMPTS]
    return sorted(open_shards, key=lambda each: attempts.get(each, 0))


def given_up(found: ShardRound) -> list[str]:
    """Return the open shards that had all their attempts: they wait until the round is resumed.

    The worker that claims such a shard once more counts it, so the last attempt has ended.
    """
    return [each for each in found["open"] if found["attempts"].get(each, 0) > MAX_ATTEMPTS]


def begun(found: ShardRound, shard: str, now: datetime) -> ShardRound:
    """Return the round after a worker has begun a turn of a shard; it counts until it ends well."""
    attempts = {**found["attempts"], shard: found["attempts"].get(shard, 0) + 1}
    fresh: ShardRound = {**found, "attempts": attempts, "updated_at": iso(now)}
    return fresh


def ended(
    found: ShardRound, shard: str, now: datetime, *, is_done: bool, counts: Mapping[str, int]
) -> ShardRound:
    """Return the round after a turn of a shard: it is done, with these counts, or comes last."""
    left = [each for each in found["open"] if each != shard]
    if is_done:
        names = {**found["counts"], **counts}
        counts = {name: found["counts"].get(name, 0) + counts.get(name, 0) for name in names}
    fresh: ShardRound = {
        **found,
        "open": left if is_done else [*left, shard],
        "attempts": _without(found["attempts"], shard),
        "reasons": _without(found["reasons"], shard),
        "counts": dict(counts) if is_done else found["counts"],
        "updated_at": iso(now),
    }
    return fresh


def gone_wrong(found: ShardRound, shard: str, reason: str, now: datetime) -> ShardRound:
    """Return the round after a turn of a shard has failed: it comes last."""
    fresh: ShardRound = {
        **found,
        "open": [*(each for each in found["open"] if each != shard), shard],
        "reasons": {**found["reasons"], shard: reason},
        "updated_at": iso(now),
    }
    return fresh


def resumed(found: ShardRound, now: datetime) -> ShardRound:
    """Return the round with new attempts for all its open shards."""
    fresh: ShardRound = {**found, "attempts": {}, "updated_at": iso(now)}
    return fresh


def is_active(found: ShardRound, now: datetime) -> bool:
    """Return whether a round is being worked on, or has messages that will be seen."""
    # A time in the future is another machine's error: it must not hold the round up.
    return iso(now - LOST_AFTER) < found["updated_at"] <= iso(now + LOST_AFTER)


def _without(each: Mapping[str, T], shard: str) -> dict[str, T]:
    return {name: value for name, value in each.items() if name != shard}
