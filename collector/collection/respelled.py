"""Moves a community's data when the case of its configured name changes.

Items are stored under the configured name. If SUBREDDITS now has it in another case, the data moves
from the old spelling to the new one, page by page, before a cycle reads.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, cast

from collector.collection.journal import CycleJournal
from collector.rollups.months import remove_months
from shared.logs import event
from shared.models import CommunityState, Item
from shared.store import COMMENTS, COMMUNITIES, DAYS, POSTS, Container, Query, Store
from shared.store.community_states import forget_state, states_to_change
from shared.store.scan import LAST_KEY, pages_between
from shared.times import hour_of

log = logging.getLogger(__name__)

CONTAINERS = cast("tuple[Container[Item], ...]", (POSTS, COMMENTS))
PAGE = 500
# Maximum pending cells before a recount, so that the cycle's document stays small.
MAX_PENDING = 2000

Settle = Callable[[], Awaitable[None]]


def spellings(names: Iterable[str], configured: Iterable[str]) -> dict[str, str]:
    """Return the configured name for each name that differs from it in case."""
    wanted = {name.lower(): name for name in configured}
    return {
        name: wanted[name.lower()]
        for name in names
        if name.lower() in wanted and wanted[name.lower()] != name
    }


async def move(store: Store, journal: CycleJournal, old: str, new: str, settle: Settle) -> None:
    """Move all data from one spelling to the other; settle recounts the journal's pending cells.

    Moving twice has the same result as once. An item that the new spelling already has is newer and
    stays.
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
    states = await states_to_change(store, [old, new])
    if (state := _state_under(new, states.get(old), states.get(new))) is not None:
        await store.upsert(COMMUNITIES, [state])
    await forget_state(store, old)
    event(log, "collection.community_respelled", community=new, before=old, items=moved)


def _state_under(
    name: str, earlier: CommunityState | None, known: CommunityState | None
) -> CommunityState | None:
    """Return the state to store under the new spelling; None to leave what is there.

    One that was never polled, as of a community that was added in bulk, knows less than the old.
    """
    if earlier is None or (known is not None and known["last_attempt_at"]):
        return None
    state: CommunityState = {**earlier, "id": name}
    if known is not None and "is_added" in known:
        state["is_added"] = known["is_added"]
    return state


def _under(item: Item, name: str) -> Item:
    moved: Item = {**item, "community": name}
    return moved
