"""The sweep: a few requests a cycle that look again at items which listings no longer show.

Two rings of all stored items, those of the last 48 hours and the older ones, each walked in
order (subreddit by subreddit, posts then comments, oldest first) behind a cursor that survives
the cycle. A ring is walked at most once a cycle.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Literal, cast

from collector.collection.reading import left_out_of
from collector.sources.base import Seen, Source
from shared.models import Item, SweepState
from shared.store import COMMENTS, POSTS, SWEEPS, Container, Query, Store
from shared.store.scan import after
from shared.times import Clock, iso

Ring = Literal["recent", "older"]

RECENT = timedelta(hours=48)
# Recent items change most, but every older one must be looked at some time too.
SHARE_OF_OLDER = 3
# https://www.reddit.com/dev/api#GET_api_info
BATCH = 100

CONTAINERS: dict[str, tuple[str, Container[Item]]] = {
    "posts": ("t3", cast("Container[Item]", POSTS)),
    "comments": ("t1", cast("Container[Item]", COMMENTS)),
}


@dataclass(frozen=True)
class Stored:
    """A stored item with its fullname, and where the ring stands behind it."""

    fullname: str
    item: Item
    cursor: list[str]


@dataclass(frozen=True)
class Swept:
    """The answer to one request: by community the items found, and the stored ones."""

    found: dict[str, list[Seen]]
    stored: dict[str, dict[str, Item]]
    left_out: Counter[str]


async def sweep(
    store: Store,
    source: Source,
    names: Sequence[str],
    *,
    requests: int,
    skip: set[str],
    clock: Clock,
    take: Callable[[Swept], Awaitable[None]],
) -> None:
    """Spend the sweep's requests: the recent ring first, then the older one, each once.

    names are those of all that is stored: what is deleted at the source goes, watched or not.
    skip holds the fullnames that need no second look. take writes what was found. Raises what the
    source does; the cursors are kept however it ends.
    """
    started = source.requests_used
    cursors = await read_cursors(store)
    walked: set[Ring] = set()
    seen = set(skip)
    try:
        for ring, allowed in budgets(requests):
            if ring in walked:
                continue
            walk = batches(store, names, cursors[ring], bounds(ring, clock()), skip=seen)
            while source.requests_used - started < allowed:
                batch = await anext(walk, None)
                if batch is None:
                    cursors[ring] = []
                    walked.add(ring)
                    break
                found = await look_again(source, batch)
                seen.update(stored.fullname for stored in batch)
                await take(found)
                cursors[ring] = batch[-1].cursor
    finally:
        await store.upsert(SWEEPS, [cursors])


async def look_again(source: Source, batch: Sequence[Stored]) -> Swept:
    """Ask the source for these stored items by one request; what is absent stays as it is."""
    before = left_out_of(source)
    shown = await asyncio.to_thread(source.info, [stored.fullname for stored in batch])
    by_name = {each.fullname: each for each in shown}
    found: dict[str, list[Seen]] = defaultdict(list)
    known: dict[str, dict[str, Item]] = defaultdict(dict)
    for stored in batch:
        if stored.fullname in by_name:
            name = stored.item["subreddit"]
            found[name].append(by_name[stored.fullname])
            known[name][stored.fullname] = stored.item
    return Swept(found, known, left_out_of(source) - before)


async def read_cursors(store: Store) -> SweepState:
    """Return the cursors; an empty one stands before the ring's first item."""
    found = await store.read(SWEEPS, "sweep", "sweep")
    return found or SweepState(id="sweep", kind="sweep", ttl=-1, recent=[], older=[])


def budgets(requests: int) -> list[tuple[Ring, int]]:
    """Share out the requests, as how many may be used up by when.

    A third is kept for the older ring, and the recent one gets what that leaves.
    """
    return [
        ("recent", requests - requests // SHARE_OF_OLDER),
        ("older", requests),
        ("recent", requests),
    ]


def bounds(ring: Ring, now: datetime) -> tuple[str, str]:
    """Return the order keys that a ring begins at and ends before."""
    border = iso(now - RECENT)
    return (border, "9") if ring == "recent" else ("", border)


async def batches(
    store: Store,
    subreddits: Sequence[str],
    cursor: Sequence[str],
    limits: tuple[str, str],
    *,
    skip: set[str],
) -> AsyncIterator[list[Stored]]:
    """Return the ring's items from the cursor to its end, 100 at a time.

    skip holds the fullnames that need no second look. The last batch may be short.
    """
    batch: list[Stored] = []
    async for stored in _walk(store, subreddits, cursor, limits):
        if stored.fullname not in skip:
            batch.append(stored)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


async def _walk(
    store: Store, subreddits: Sequence[str], cursor: Sequence[str], limits: tuple[str, str]
) -> AsyncIterator[Stored]:
    places = list(product(subreddits, CONTAINERS))
    start = 0
    if cursor and (cursor[0], cursor[1]) in places:
        start = places.index((cursor[0], cursor[1]))
    for number, (subreddit, name) in enumerate(places[start:]):
        prefix, container = CONTAINERS[name]
        key = max(limits[0], after(cursor[2])) if cursor and number == 0 else limits[0]
        while page := await store.query(
            Query(container, subreddit, BATCH, at_least=key, below=limits[1])
        ):
            for item in page:
                place = [subreddit, name, item["order_key"]]
                yield Stored(f"{prefix}_{item['id']}", item, place)
            key = after(page[-1]["order_key"])
            if len(page) < BATCH:
                break
