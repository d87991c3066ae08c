"""Rematches: the queue, its message, and what collector and api both know of their document.

The watchlist is the truth: a change writes the watchlist alone, and then sends a message. Only the
holder of the lease writes the document of the rematch, or workers on shards under its ETag. So a
rematch is due whenever its revision isn't that of the watchlist, also after a crash or a lost
message.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, cast

from pydantic import BaseModel, ConfigDict, Field

from shared.messages import parsed
from shared.models import ALL, Rematch, Watchlist
from shared.on_demand import HIDDEN
from shared.store import DAYS, REMATCH, WATCHLIST_REVISIONS, Query, Store
from shared.subjects.rules import changed_subjects
from shared.subjects.watchlist import read_watchlist, rules_revision
from shared.times import iso

QUEUE: Final = "rematch-requests"
KEY: Final = ("rematch", "rematch")
ID: Final = "rematch"
"""The id of its document, which is also the holder of its lease."""
# After a kill a message is seen again when HIDDEN has passed, and a worker may take a while to
# start: after this time a rematch has no message any more.
LOST_AFTER = HIDDEN + timedelta(minutes=5)
# Up to this number of changes is looked at; after more, everything counts as changed.
MAX_CHANGES = 10


class RematchMessage(BaseModel):
    """A message of the queue: match stored items by the watchlist of this revision, or a later."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    revision: int = Field(description="the revision of the watchlist", ge=0)
    run: str | None = Field(
        default=None, description="the round that a worker goes on with", max_length=64
    )

    def dumped(self) -> str:
        """Return the message's text."""
        return self.model_dump_json(exclude_none=True)


def read_message(body: bytes) -> RematchMessage:
    """Read a message. Raises BadMessage."""
    return parsed(RematchMessage, body, "a rematch")


def message_of(watchlist: Watchlist) -> str:
    """Return the message that a change of the watchlist puts on the queue."""
    return RematchMessage(revision=watchlist["revision"]).dumped()


async def read_rematch(store: Store) -> Rematch | None:
    """Return the stored document, or None before the first rematch. Raises StoreError."""
    return await store.read(REMATCH, *KEY)


async def changed_since(
    store: Store, rematch: Rematch | None, watchlist: Watchlist
) -> list[str] | None:
    """Return the ids of the subjects whose rules changed since the revision of the rematch.

    A change that was taken back counts, since items were collected by it. Where the changes aren't
    known, or are many, None is returned: items may mention any subject, also one that is gone.
    Changes after the last one of rules, as of markers, cost no read. Raises StoreError.
    """
    first, last = rematch["revision"] if rematch else None, rules_revision(watchlist)
    if first is not None and last <= first <= watchlist["revision"]:
        return []
    if first is None or not last - MAX_CHANGES <= first < last:
        return None
    keys = [("watchlist_revision", f"{number:08d}") for number in range(first, last)]
    found = await store.read_many(WATCHLIST_REVISIONS, keys)
    if len(found) < len(keys):
        return None
    states = [*(found[key]["watchlist"]["subjects"] for key in keys), watchlist["subjects"]]
    changed = (each for pair in pairwise(states) for each in changed_subjects(*pair))
    return list(dict.fromkeys(changed))


async def rematching(store: Store, watchlist: Watchlist | None = None) -> frozenset[str]:
    """Return the ids of the subjects whose mentions may not be right yet.

    Reads the document of the rematch, that of the watchlist unless it is given, and a few more
    right after a change, or before the first rematch. Raises StoreError.
    """
    found = await read_rematch(store)
    if watchlist is None or (found is not None and found["revision"] > watchlist["revision"]):
        # One that was read some seconds ago may be older than the rematch.
        watchlist = await read_watchlist(store)
    if found is None and not await is_anything_stored(store):
        return frozenset()
    under_way = found["subjects"] if found is not None and found["ended_at"] is None else []
    changed = await changed_since(store, found, watchlist)
    return frozenset([*under_way, *(all_subjects(watchlist) if changed is None else changed)])


def all_subjects(watchlist: Watchlist) -> list[str]:
    """Return the ids of all subjects of a watchlist, in their order."""
    return [subject["id"] for subject in watchlist["subjects"]]


async def is_anything_stored(store: Store) -> bool:
    """Return whether there are statistics, so that items were stored. Raises StoreError."""
    return bool(await store.query(Query(DAYS, ALL, 1, order_by="id")))


async def begin_matched(store: Store, watchlist: Watchlist, now: datetime) -> None:
    """Note, where nothing is stored yet, that no item waits for the first watchlist.

    The caller, a cycle, holds the lease. Raises StoreError.
    """
    if await read_rematch(store) is None and not await is_anything_stored(store):
        await store.upsert(REMATCH, [ended_rematch(watchlist["revision"], now)])


def is_done(rematch: Rematch | None, watchlist: Watchlist) -> bool:
    """Return whether all stored items are matched by the rules of this watchlist."""
    if rematch is None:
        return watchlist["revision"] == 0
    is_current = rematch["revision"] == watchlist["revision"]
    return is_current and rematch["ended_at"] is not None


def is_active(rematch: Rematch, now: datetime) -> bool:
    """Return whether a rematch is being worked on, or has a message that will be seen."""
    if rematch["ended_at"] is not None:
        return False
    # A time in the future is another machine's error: it must not hold the rematch up.
    return iso(now - LOST_AFTER) < rematch["updated_at"] <= iso(now + LOST_AFTER)


def new_rematch(revision: int, subjects: Sequence[str], now: datetime) -> Rematch:
    """Return the document of a rematch that begins now.

    It matches all items even without subjects, since they may mention subjects that are gone.
    """
    return Rematch(
        id=ID,
        kind="rematch",
        ttl=-1,
        status="completed",
        start_time=iso(now),
        end_time=None,
        errors=[],
        pending_cells={},
        reconciled="yes",
        revision=revision,
        subjects=list(subjects),
        cursor=None,
        items=0,
        matched=0,
        changed=0,
        began_at=iso(now),
        ended_at=None,
        updated_at=iso(now),
    )


def ended_rematch(revision: int, now: datetime) -> Rematch:
    """Return the document of a rematch that had nothing to do."""
    return {**new_rematch(revision, (), now), "ended_at": iso(now)}


def renewed(
    known: Rematch | None, watchlist: Watchlist, changed: Sequence[str] | None, now: datetime
) -> Rematch:
    """Return the rematch as it goes on with this watchlist, of which these subjects changed.

    None stands for all subjects, also those that are gone. It begins again with the subjects of
    both where one is under way, and goes on behind its cursor where no rules changed.
    """
    revision = watchlist["revision"]
    if known is not None and changed is not None and not changed:
        return {**known, "revision": revision}
    subjects = all_subjects(watchlist) if changed is None else changed
    if known is None:
        return new_rematch(revision, subjects, now)
    under_way = known["subjects"] if known["ended_at"] is None else []
    fresh = new_rematch(revision, [*dict.fromkeys([*under_way, *subjects])], now)
    # Cells that a killed turn left pending are still to be recounted.
    kept = {name: known[name] for name in ("pending_cells", "reconciled")}
    return cast("Rematch", {**fresh, **kept})
