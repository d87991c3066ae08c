"""Reads and writes the watchlist, and its history."""

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from shared.errors import DocumentExists
from shared.models import (
    Marker,
    ReleaseFeed,
    Subject,
    WatchedCommunity,
    Watchlist,
    WatchlistRevision,
)
from shared.store import WATCHLIST, WATCHLIST_REVISIONS, Store
from shared.store.revisions import Revisions, newest_revisions, revision_id
from shared.subjects.rules import changed_subjects
from shared.subjects.starter import starter_pack
from shared.times import iso

KEY = ("watchlist", "watchlist")
REVISIONS = Revisions(WATCHLIST, WATCHLIST_REVISIONS, "watchlist_revision")
MAX_SHOWN = 20
# A point read costs about a request unit for each kilobyte.
HISTORY_BYTES = 500_000
SEEDED = "seeded from the settings and the starter pack"


def seed() -> Watchlist:
    """Return the watchlist before anything is stored: the starter pack, of revision 0."""
    return Watchlist(
        id="watchlist",
        kind="watchlist",
        ttl=-1,
        revision=0,
        changed_at="1970-01-01T00:00:00Z",
        change=SEEDED,
        subjects=starter_pack(),
        communities=None,
    )


def markers_of(watchlist: Watchlist) -> list[Marker]:
    """Return the markers of a watchlist; one that an earlier version stored has none."""
    return watchlist.get("markers", [])


def rules_revision(watchlist: Watchlist) -> int:
    """Return the last revision that changed what items mention; unless it is known, the last."""
    return watchlist.get("rules_revision", watchlist["revision"])


async def read_watchlist(store: Store) -> Watchlist:
    """Return the stored watchlist, or the seed, which has no `_etag`. Raises StoreError."""
    return await store.read(WATCHLIST, *KEY) or seed()


async def keep_watchlist(store: Store, now: datetime) -> Watchlist:
    """Return the stored watchlist; where nothing is stored yet, store the seed as revision 1.

    Raises StoreError.
    """
    known = await store.read(WATCHLIST, *KEY)
    if known is not None:
        return known
    with suppress(DocumentExists):  # Another process was first.
        await store.create(WATCHLIST, _next(seed(), now=now, change=SEEDED))
    return await read_watchlist(store)


async def write_watchlist(
    store: Store,
    before: Watchlist,
    *,
    subjects: Sequence[Subject],
    communities: Sequence[WatchedCommunity] | None,
    change: str,
    now: datetime,
    markers: Sequence[Marker] | None = None,
    releases: ReleaseFeed | None = None,
    added: int | None = None,
    by: str | None = None,
) -> Watchlist:
    """Write the next revision over `before`, as it was read, and return it.

    What it replaces is kept first, so that no crash loses a revision. `change` says in a few words
    what is new, and `by` who made it, None where that isn't known. Markers, releases and `added`
    that aren't given stay. Raises DocumentChanged and DocumentExists if another writer was first,
    and StoreError.
    """
    after = _next(before, now=now, change=change)
    if by is not None:
        after["by"] = by
    after["subjects"] = list(subjects)
    after["communities"] = None if communities is None else list(communities)
    after["markers"] = markers_of(before) if markers is None else list(markers)
    if releases is not None:
        after["releases"] = releases
    if added is not None:
        after["added"] = added
    after["rules_revision"] = rules_revision(before)
    if changed_subjects(before["subjects"], subjects):
        after["rules_revision"] = after["revision"]
    etag = await REVISIONS.write(
        store, after, _revision_of(before), number=after["revision"], etag=before.get("_etag")
    )
    return {**after, "_etag": etag}


async def read_history(
    store: Store, *, below: int | None = None, limit: int = MAX_SHOWN
) -> list[Watchlist]:
    """Return revisions, the newest first: those before `below`, or else from the current one on.

    There are fewer than `limit` where there are no more, or where they are large: what is read is
    bounded by HISTORY_BYTES. Raises StoreError.
    """
    current = await read_watchlist(store)
    found: list[Watchlist] = []
    size = 0
    for revision in newest_revisions(current["revision"], below=below, limit=limit):
        is_current = revision == current["revision"]
        state = current if is_current else await read_revision(store, revision)
        if state is None:
            break
        found.append(state)
        size += len(json.dumps(state))
        if size > HISTORY_BYTES:
            break
    return found


async def read_revision(store: Store, revision: int) -> Watchlist | None:
    """Return an earlier state of the watchlist; None if it isn't kept. Raises StoreError."""
    kept = await store.read(WATCHLIST_REVISIONS, REVISIONS.kind, revision_id(revision))
    return kept["watchlist"] if kept else None


def _next(before: Watchlist, *, now: datetime, change: str) -> Watchlist:
    after: Watchlist = {**before, "revision": before["revision"] + 1, "changed_at": iso(now)}
    after["change"] = change
    after.pop("_etag", None)
    after.pop("by", None)
    return after


def _revision_of(watchlist: Watchlist) -> WatchlistRevision:
    state = watchlist.copy()
    state.pop("_etag", None)
    return WatchlistRevision(
        id=revision_id(watchlist["revision"]),
        kind="watchlist_revision",
        ttl=-1,
        watchlist=state,
    )
