"""Reads and writes the digests that are sent, and their history."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from shared.models import DigestsRevision, ScheduledDigest, ScheduledDigests
from shared.store import DIGESTS, DIGESTS_REVISIONS, Store
from shared.times import iso

KEY: Final = ("digests", "digests")
REVISIONS: Final = "digests_revision"
# A removed digest can be brought back from its revision.
KEPT_REVISIONS = 200
MAX_SHOWN = 20
NO_DIGESTS = "no digests yet"


def no_digests() -> ScheduledDigests:
    """Return the digests before anything is stored: none, of revision 0."""
    return ScheduledDigests(
        id="digests",
        kind="digests",
        ttl=-1,
        revision=0,
        changed_at="1970-01-01T00:00:00Z",
        change=NO_DIGESTS,
        digests=[],
    )


async def read_digests(store: Store) -> ScheduledDigests:
    """Return the stored digests, or none, which have no `_etag`. Raises StoreError."""
    return await store.read(DIGESTS, *KEY) or no_digests()


async def write_digests(
    store: Store,
    before: ScheduledDigests,
    *,
    digests: Sequence[ScheduledDigest],
    change: str,
    now: datetime,
) -> ScheduledDigests:
    """Write the next revision over `before`, as it was read, and return it.

    What it replaces is kept first, so that no crash loses a revision. `change` says in a few words
    what is new. Raises DocumentChanged and DocumentExists if another writer was first, and
    StoreError.
    """
    after = ScheduledDigests(
        id="digests",
        kind="digests",
        ttl=-1,
        revision=before["revision"] + 1,
        changed_at=iso(now),
        change=change,
        digests=list(digests),
    )
    if (etag := before.get("_etag")) is None:
        etag = await store.create(DIGESTS, after)
    else:
        await store.upsert(DIGESTS_REVISIONS, [_revision_of(before)])
        etag = await store.replace(DIGESTS, after, etag)
        expired = after["revision"] - KEPT_REVISIONS
        if expired > 0:
            await store.delete(DIGESTS_REVISIONS, [(REVISIONS, _id_of(expired))])
    return {**after, "_etag": etag}


async def read_history(
    store: Store, *, below: int | None = None, limit: int = MAX_SHOWN
) -> list[ScheduledDigests]:
    """Return revisions, the newest first: those before `below`, or else from the current one on.

    There are fewer than `limit` where there are no more. Raises StoreError.
    """
    current = await read_digests(store)
    top = current["revision"] if below is None else min(below - 1, current["revision"])
    numbers = range(top, max(0, top - limit), -1)
    kept = await store.read_many(
        DIGESTS_REVISIONS,
        [(REVISIONS, _id_of(each)) for each in numbers if each != current["revision"]],
    )
    states = {each["digests"]["revision"]: each["digests"] for each in kept.values()}
    states[current["revision"]] = current
    return [states[each] for each in numbers if each in states]


def _revision_of(digests: ScheduledDigests) -> DigestsRevision:
    state = digests.copy()
    state.pop("_etag", None)
    return DigestsRevision(
        id=_id_of(digests["revision"]), kind="digests_revision", ttl=-1, digests=state
    )


def _id_of(revision: int) -> str:
    return f"{revision:08}"
