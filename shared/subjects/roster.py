"""The communities that are watched in bulk: thousands, beside those of settings and watchlist.

Their names are in a few documents, by bucket, so that a process reads them with a few requests.
The watchlist keeps their number alone. Each has its state from the beginning, which is due.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from shared.errors import DocumentChanged, DocumentExists
from shared.models import CommunityState, Roster, WatchedCommunity, Watchlist
from shared.settings import Settings
from shared.store import COMMUNITIES, ROSTERS, Key, Store
from shared.store.community_states import (
    BUCKETS,
    bucket_of,
    never_read,
    read_states,
    states_to_change,
)
from shared.subjects.communities import community_problems
from shared.subjects.refusals import Refusal
from shared.subjects.watchlist import keep_watchlist, write_watchlist

KIND: Literal["roster"] = "roster"
# Names of about 20 characters are 500 KB in a document of each bucket then.
MAX_ADDED = 100_000
MAX_TRIES = 5
STATES_AT_ONCE = 500


@dataclass(frozen=True)
class Changed:
    """The names that were added or removed, those left as they were, and those refused."""

    names: Sequence[str]
    unchanged: Sequence[str] = ()
    refused: Sequence[tuple[str, Refusal]] = field(default_factory=list)


async def read_roster(store: Store) -> list[str]:
    """Return the names of the communities that are watched in bulk, in their order.

    Raises StoreError.
    """
    found = await store.read_many(ROSTERS, [(KIND, bucket) for bucket in BUCKETS])
    return sorted(name for roster in found.values() for name in roster["names"])


async def watched_settings(store: Store, settings: Settings, watchlist: Watchlist) -> Settings:
    """Return settings with the communities of a watchlist and those watched in bulk.

    Nothing is read where none are. Raises StoreError.
    """
    own = settings.watching(watchlist)
    return own.watching_also(await read_roster(store)) if watchlist.get("added") else own


async def add_communities(
    store: Store,
    settings: Settings,
    names: Iterable[str],
    now: datetime,
    *,
    by: str | None = None,
) -> Changed:
    """Watch these communities in bulk; those that are watched already stay as they are.

    Names that no community can have are refused, and the others added. A call that was killed can
    be repeated. by is who does it, where that is known. Raises StoreError.
    """
    watchlist = await keep_watchlist(store, now)
    known = {name.lower() for name in (await watched_settings(store, settings, watchlist)).watched}
    given = list({name.lower(): name for name in names}.values())
    unchanged = [name for name in given if name.lower() in known]
    unknown = [name for name in given if name.lower() not in known]
    refused = [(name, refusal) for name in unknown if (refusal := _refusal(name, settings))]
    wrong = {name for name, _ in refused}
    fresh = [name for name in unknown if name not in wrong]
    room = MAX_ADDED - len(await read_roster(store))
    full = Refusal((), f"more than {MAX_ADDED:,} would be watched in bulk", "fewer")
    refused += [(name, full) for name in fresh[max(0, room) :]]
    fresh = fresh[: max(0, room)]
    if fresh:
        await _write(store, fresh, lambda own, some: own | some)
        await _begin(store, fresh)
        await _count(store, f"{len(fresh)} communities added", now, by)
    return Changed(fresh, unchanged, refused)


async def remove_communities(
    store: Store, names: Iterable[str], now: datetime, *, by: str | None = None
) -> Changed:
    """Watch these communities no longer; what was collected stays until it expires.

    Only those that are watched in bulk are removed. by is who does it, where that is known. Raises
    StoreError.
    """
    given = {name.lower() for name in names}
    own = await read_roster(store)
    gone = [name for name in own if name.lower() in given]
    if gone:
        await _write(store, gone, lambda known, some: known - some)
        await _count(store, f"{len(gone)} communities removed", now, by)
        states = await read_states(store, gone)
        left: list[CommunityState] = [{**state, "is_added": False} for state in states.values()]
        await store.upsert(COMMUNITIES, left)
    return Changed(gone, sorted(given - {name.lower() for name in gone}))


def _refusal(name: str, settings: Settings) -> Refusal | None:
    """Return what is wrong with a name; None if it can be watched."""
    return next(community_problems(WatchedCommunity(id=name), settings, is_new=True), None)


async def _write(
    store: Store, names: Sequence[str], change: Callable[[set[str], set[str]], set[str]]
) -> None:
    """Change the names of each bucket that these are in."""
    by_bucket: dict[str, set[str]] = defaultdict(set)
    for name in names:
        by_bucket[bucket_of(name)].add(name)
    for bucket, some in by_bucket.items():
        await _write_bucket(store, bucket, lambda own, some=some: change(own, some))  # type: ignore[misc]


async def _write_bucket(store: Store, bucket: str, change: Callable[[set[str]], set[str]]) -> None:
    """Change the names of a bucket, over what another writer may write meanwhile."""
    key: Key = (KIND, bucket)
    for attempt in range(MAX_TRIES):
        known = await store.read(ROSTERS, *key)
        names = sorted(change(set(known["names"]) if known else set()))
        roster = Roster(id=bucket, kind=KIND, ttl=-1, names=names)
        try:
            if known is None:
                await store.create(ROSTERS, roster)
            else:
                await store.replace(ROSTERS, roster, known["_etag"])
        except (DocumentChanged, DocumentExists):
            if attempt == MAX_TRIES - 1:
                raise
        else:
            return


async def _begin(store: Store, names: Sequence[str]) -> None:
    """Give each of these communities a state that is due, or mark the one that it has."""
    for start in range(0, len(names), STATES_AT_ONCE):
        some = names[start : start + STATES_AT_ONCE]
        states = await states_to_change(store, some)
        fresh: list[CommunityState] = [
            {**states.get(name, never_read(name)), "is_added": True} for name in some
        ]
        for state in fresh:
            state.pop("left", None)
        await store.upsert(COMMUNITIES, fresh)


async def _count(store: Store, change: str, now: datetime, by: str | None) -> None:
    """Write the number of communities into the watchlist, whose next revision says what is new."""
    for attempt in range(MAX_TRIES):
        before = await keep_watchlist(store, now)
        added = len(await read_roster(store))
        try:
            await write_watchlist(
                store,
                before,
                subjects=before["subjects"],
                communities=before["communities"],
                change=change,
                now=now,
                by=by,
                added=added,
            )
        except (DocumentChanged, DocumentExists):
            if attempt == MAX_TRIES - 1:
                raise
        else:
            return
