"""Stores the current topics and the snapshots of earlier ones, each in one write.

The current document changes under its ETag alone, because several writers change it: beside shards
they don't hold the lease of every writer.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from shared.errors import DocumentChanged, DocumentExists
from shared.models import Topic, Topics
from shared.store import CURRENT, TOPICS, Store
from shared.times import iso, parse_iso
from shared.topics.keyness import MIN_AUTHORS

KEPT_DAYS = 7


async def keep_topics(store: Store, fresh: Topics, retention_days: int) -> Topics:
    """Make these topics current, keep the previous ones as a snapshot, and return the current ones.

    A snapshot is written before the current document lists it, and deleted before the document
    stops listing it. So after a kill in between, the next run repeats the same write or delete.
    """
    while True:
        before = await store.read(TOPICS, CURRENT, CURRENT)
        named: list[str] = []
        if before is not None and before["created_at"] != fresh["created_at"]:
            snapshot: Topics = {**before, "id": before["created_at"], "snapshots": []}
            await store.upsert(TOPICS, [snapshot])
            named = [*before["snapshots"], snapshot["id"]]
        elif before is not None:
            named = before["snapshots"]
        oldest = _oldest(parse_iso(fresh["created_at"]), retention_days)
        gone = [created for created in named if created < oldest]
        await _delete(store, gone)
        current: Topics = {**fresh, "snapshots": named[len(gone) :]}
        if await _replaced(store, before, current):
            return current


async def _replaced(store: Store, before: Topics | None, current: Topics) -> bool:
    """Write the current topics unless another writer has changed them since they were read."""
    try:
        if before is None:
            await store.create(TOPICS, current)
        else:
            await store.replace(TOPICS, current, before["_etag"])
    except (DocumentExists, DocumentChanged):
        return False
    return True


async def kept_near(store: Store, moment: datetime) -> Topics | None:
    """Return the snapshot of the hour that begins at a moment; None if there is none."""
    current = await store.read(TOPICS, CURRENT, CURRENT)
    start, end = iso(moment), iso(moment + timedelta(hours=1))
    named = [each for each in current["snapshots"] if start <= each < end] if current else []
    return await store.read(TOPICS, named[-1], named[-1]) if named else None


async def keep_earlier(store: Store, earlier: Topics, retention_days: int) -> bool:
    """Keep topics as the snapshot of their time; False if none of that time is kept.

    The caller must hold the lease under which earlier topics are written.
    """
    created, is_written = earlier["created_at"], False
    while True:
        current = await store.read(TOPICS, CURRENT, CURRENT)
        if current is None or not (
            _oldest(parse_iso(current["created_at"]), retention_days)
            <= created
            < current["created_at"]
        ):
            if is_written:
                await _delete(store, [created])
            return False
        snapshot: Topics = {**earlier, "id": created, "snapshots": []}
        await store.upsert(TOPICS, [snapshot])
        is_written = True
        if created in current["snapshots"]:
            return True
        listing: Topics = {**current, "snapshots": sorted({*current["snapshots"], created})}
        if await _replaced(store, current, listing):
            return True


async def forget_posts(store: Store, ids: Collection[str]) -> None:
    """Remove deleted posts from the current topics, and topics that are left with too few.

    The caller must hold the lease, or a part in it: other shards may do the same.
    """
    removed = frozenset(ids)
    while removed and (current := await store.read(TOPICS, CURRENT, CURRENT)) is not None:
        topics = [_without(topic, removed) for topic in current["topics"]]
        if topics == current["topics"]:
            return
        kept = [
            topic
            for topic, before in zip(topics, current["topics"], strict=True)
            if topic is before or topic["mentions"] >= MIN_AUTHORS
        ]
        changed: Topics = {**current, "topics": kept}
        try:
            await store.replace(TOPICS, changed, current["_etag"])
        except DocumentChanged:
            continue
        return


def _without(topic: Topic, removed: frozenset[str]) -> Topic:
    kept = [each for each in topic["post_ids"] if each not in removed]
    gone = len(topic["post_ids"]) - len(kept)
    if not gone:
        return topic
    return {**topic, "post_ids": kept, "mentions": topic["mentions"] - gone}


async def expired_snapshots(store: Store, now: datetime, retention_days: int) -> list[str]:
    """List the ids of expired snapshots, and of the current topics if they are past retention."""
    current = await store.read(TOPICS, CURRENT, CURRENT)
    if current is None:
        return []
    oldest = _oldest(now, retention_days)
    gone = [created for created in current["snapshots"] if created < oldest]
    if current["created_at"] < _end_of_retention(now, retention_days):
        gone.append(CURRENT)
    return gone


async def remove_expired(store: Store, now: datetime, retention_days: int) -> int:
    """Remove expired topics, in case they are no longer computed, and return their number."""
    while True:
        gone = await expired_snapshots(store, now, retention_days)
        await _delete(store, [each for each in gone if each != CURRENT])
        current = await store.read(TOPICS, CURRENT, CURRENT)
        if current is None or not gone:
            return len(gone)
        if CURRENT in gone and current["created_at"] < _end_of_retention(now, retention_days):
            await _delete(store, [CURRENT])
            return len(gone)
        left = [each for each in current["snapshots"] if each not in gone]
        if await _replaced(store, current, {**current, "snapshots": left}):
            return len(gone)


def _end_of_retention(now: datetime, retention_days: int) -> str:
    return iso(now - timedelta(days=retention_days))


def _oldest(now: datetime, retention_days: int) -> str:
    return iso(now - timedelta(days=min(KEPT_DAYS, retention_days)))


async def _delete(store: Store, ids: list[str]) -> None:
    await store.delete(TOPICS, [(each, each) for each in ids])
