"""Reads and writes the digests that are sent, and their history."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from shared.models import DigestsRevision, ScheduledDigest, ScheduledDigests
from shared.store import DIGESTS, DIGESTS_REVISIONS, Store
from shared.store.revisions import Revisions, newest_revisions, revision_id
from shared.times import iso

KEY: Final = ("digests", "digests")
REVISIONS: Final = Revisions(DIGESTS, DIGESTS_REVISIONS, "digests_revision")
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
    by: str | None = None,
) -> ScheduledDigests:
    """Write the next revision over `before`, as it was read, and return it.

    What it replaces is kept first, so that no crash loses a revision. `change` says in a few words
    what is new, and `by` who made it, None where that isn't known. Raises DocumentChanged and
    DocumentExists if another writer was first, and StoreError.
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
    if by is not None:
        after["by"] = by
    etag = await REVISIONS.write(
        store, after, _revision_of(before), number=after["revision"], etag=before.get("_etag")
    )
    return {**after, "_etag": etag}


async def read_history(
    store: Store, *, below: int | None = None, limit: int = MAX_SHOWN
) -> list[ScheduledDigests]:
    """Return revisions, the newest first: those before `below`, or else from the current one on.

    There are fewer than `limit` where there are no more. Raises StoreError.
    """
    current = await read_digests(store)
    numbers = newest_revisions(current["revision"], below=below, limit=limit)
    kept = await REVISIONS.read(store, (each for each in numbers if each != current["revision"]))
    earlier = [each["digests"] for each in kept]
    return [current, *earlier] if current["revision"] in numbers else earlier


def _revision_of(digests: ScheduledDigests) -> DigestsRevision:
    state = digests.copy()
    state.pop("_etag", None)
    return DigestsRevision(
        id=revision_id(digests["revision"]), kind="digests_revision", ttl=-1, digests=state
    )
