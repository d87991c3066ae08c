"""Writes what has changed: write-ahead, items, then the recount of their hours."""

from collections.abc import Mapping

from collector.collection.diff import Changes
from collector.collection.journal import CycleJournal
from collector.collection.recount import Recount
from collector.trending.snapshots import forget_posts
from shared.store import COMMENTS, POSTS, Store


async def write(
    store: Store,
    journal: CycleJournal,
    recount: Recount,
    changes: Mapping[str, Changes],
    *,
    now: str,
) -> None:
    """Write the changes of these communities; `now` is the time of collection of new items.

    Written twice, they leave the same. Raises LeaseLost and StoreError.
    """
    hours = {name: found.hours for name, found in changes.items()}
    recount.forget(hours)
    journal.will_write(changes, now)
    await journal.write_ahead(hours)
    for name, found in changes.items():
        await store.upsert(POSTS, found.posts)
        await store.upsert(COMMENTS, found.comments)
        await store.delete(POSTS, [(name, post) for post in found.removed_posts])
        await store.delete(COMMENTS, [(name, one) for one in found.removed_comments])
        await forget_posts(store, found.removed_posts)
        if found.hours:
            await recount.recount(name, found.hours)
