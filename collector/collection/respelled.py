"""Keeps a community one whose name is written in another case than before.

Items lie under the name as it was configured. Where SUBREDDITS writes it otherwise now, what was
stored under the old spelling moves to the new one, page by page, before a cycle reads.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, cast

from collector.collection.journal import CycleJournal
from collector.rollups.months import remove_months
from shared.logs import event
from shared.models import CommunityState, Item
from shared.store import COMMENTS, COMMUNITIES, DAYS, POSTS, Container, Query, Store
from shared.store.scan import LAST_KEY, pages_between
from shared.times import hour_of

log = logging.getLogger(__name__)

CONTAINERS = cast("tuple[Container[Item], ...]", (POSTS, COMMENTS))
PAGE = 500
# The document of pending cells stays small.
MAX_PENDING = 2000

Settle = Callable[[], Awaitable[None]]


def spellings(names: Iterable[str], configured: Iterable[str]) -> dict[str, str]:
    """Return the configured name of each one that is written in another case."""
    wanted = {name.lower(): name for name in configured}
    return {
        name: wanted[name.lower()]
        for name in names
        if name.lower() in wanted and wanted[name.lower()] != name
    }


async def move(store: Store, journal: CycleJournal, old: str, new: str, settle: Settle) -> None:
    """Move everything of one spelling to the other; settle recounts what the journal has pending.

    Moving twice is the same as once: what the new spelling has already is newer and stays.
    """
    moved = 0
    for container in CONTAINERS:
        async for page in pages_between(store, cast("Any", container), old, "", LAST_KEY):
            hours = {hour_of(item["order_key"]) for item in page}
            await journal.write_ahead({old: hours, new: hours})
            known = await store.read_many(container, [(new, item["id"]) for item in page])
            fresh = [_under(item, new) for item in page if (new, item["id"]) not in known]
            await store.upsert(container, fresh)
            await store.delete(container, [(old, item["id"]) for item in page])
            moved += len(page)
            if sum(map(len, journal.pending.values())) > MAX_PENDING:
                await settle()
    await settle()
    while days := await store.query(Query(DAYS, old, PAGE, order_by="id")):
        await store.delete(DAYS, [(old, day["id"]) for day in days])
    await remove_months(store, old)
    states = await store.read_many(COMMUNITIES, [("community", old), ("community", new)])
    earlier = states.get(("community", old))
    if earlier is not None and ("community", new) not in states:
        state: CommunityState = {**earlier, "id": new}
        await store.upsert(COMMUNITIES, [state])
    await store.delete(COMMUNITIES, [("community", old)])
    event(log, "collection.community_respelled", community=new, before=old, items=moved)


def _under(item: Item, name: str) -> Item:
    moved: Item = {**item, "community": name}
    return moved
