"""Scores, matches and writes what has changed: write-ahead, items, the recount of their hours."""

from collections.abc import Mapping
from typing import Any

from collector.collection.context import WriteContext
from collector.collection.diff import Changes
from collector.collection.mentions import assign_mentions
from collector.collection.replies import take_moods
from collector.collection.score import score_changes
from collector.trending.snapshots import forget_posts
from shared.corrections.documents import forget_corrections
from shared.store import COMMENTS, POSTS, Store
from shared.times import iso


async def write_changes(work: WriteContext[Any], changes: Mapping[str, Changes]) -> None:
    """Score and match the new and edited items of these communities, and write all changes.

    Written twice, they leave the same. Raises LeaseLost and StoreError.
    """
    now = iso(work.journal.began_at)
    watched = work.rules.watched
    scored = await score_changes(work.store, work.method, changes, watched=watched, now=now)
    if scored.degraded:
        await work.journal.note_degraded(scored.degraded)
    matched = await assign_mentions(work.store, work.rules, scored.changes)
    take_moods(matched, scored.replies)
    await _write(work, matched, now=now)


async def _write(work: WriteContext[Any], changes: Mapping[str, Changes], *, now: str) -> None:
    """Write these changes; `now` is the time of collection of new items."""
    store, journal, recount = work.store, work.journal, work.recount
    hours = {name: found.hours for name, found in changes.items()}
    recount.forget(hours)
    journal.will_write(changes, now)
    await journal.write_ahead(hours)
    await write_items(store, changes)
    for name, found in changes.items():
        if found.hours:
            await recount.recount(name, found.hours)


async def write_items(store: Store, changes: Mapping[str, Changes]) -> None:
    """Write items, whose hours the write-ahead names, and remove those that go.

    Comments come first: what they mention may follow from a post. If a crash leaves that as it was,
    it is seen as changed again, and with it its comments.
    """
    for found in changes.values():
        await forget_corrections(store, found.uncorrected)
        await store.upsert(COMMENTS, found.comments)
    for name, found in changes.items():
        await store.upsert(POSTS, found.posts)
        await store.delete(COMMENTS, [(name, one) for one in found.removed_comments])
        await store.delete(POSTS, [(name, post) for post in found.removed_posts])
        await forget_posts(store, found.removed_posts)
