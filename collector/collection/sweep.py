"""The sweep: a few requests a cycle that look again at items which a source no longer lists.

Each source has two rings of all its stored items, those of the last 48 hours and the older ones.
Each is walked in order (community by community, posts then comments, oldest first) behind a cursor
that survives the cycle, at most once a cycle.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Literal, cast

from collector.sources.base import ItemReference, Seen, Source
from shared.communities import Kind, SourceName
from shared.models import Item, SweepState
from shared.store import COMMENTS, POSTS, SWEEPS, Container, Query, Store
from shared.store.keys import item_key
from shared.store.scan import after
from shared.times import Clock, iso

Ring = Literal["recent", "older"]

RECENT = timedelta(hours=48)
# Recent items change most, but every older one must be looked at some time too.
SHARE_OF_OLDER = 3
PAGE = 100

CONTAINERS: dict[Kind, Container[Item]] = {
    "post": cast("Container[Item]", POSTS),
    "comment": cast("Container[Item]", COMMENTS),
}


@dataclass(frozen=True)
class Stored:
    """A stored item with its key, and where the ring stands behind it."""

    key: str
    item: Item
    cursor: list[str]

    @property
    def reference(self) -> ItemReference:
        """Return how a source is asked for it."""
        return ItemReference(self.item["community"], self.item["kind"], self.item["id"])


@dataclass(frozen=True)
class Swept:
    """The answer to one request: by community the items found, the stored ones, and those gone."""

    found: dict[str, list[Seen]]
    stored: dict[str, dict[str, Item]]
    gone: dict[str, list[Item]]
    left_out: Counter[str]

    @property
    def communities(self) -> list[str]:
        """List the communities that it says something of."""
        return list(dict.fromkeys([*self.found, *self.gone]))


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

    names are those of all its communities that are stored: what is deleted at the source goes,
    watched or not. skip holds the keys that need no second look. take writes what was found.
    Raises what the source does; the cursors are kept however it ends.
    """
    started = source.requests_used
    cursors = await read_cursors(store, source.name)
    walked: set[Ring] = set()
    seen = set(skip)
    try:
        for ring, allowed in budgets(requests):
            if ring in walked:
                continue
            limits = bounds(ring, clock())
            walk = batches(store, names, cursors[ring], limits, skip=seen, size=source.keys_at_once)
            while source.requests_used - started < allowed:
                batch = await anext(walk, None)
                if batch is None:
                    cursors[ring] = []
                    walked.add(ring)
                    break
                found = await look_again(source, batch)
                seen.update(stored.key for stored in batch)
                await take(found)
                cursors[ring] = batch[-1].cursor
    finally:
        await store.upsert(SWEEPS, [cursors])


async def look_again(source: Source, batch: Sequence[Stored]) -> Swept:
    """Ask the source for these stored items by one request; what is unknown stays as it is."""
    before = Counter(source.left_out)
    looked = await asyncio.to_thread(source.look_again, [stored.reference for stored in batch])
    by_key = {each.key: each for each in looked.found}
    found: dict[str, list[Seen]] = defaultdict(list)
    known: dict[str, dict[str, Item]] = defaultdict(dict)
    gone: dict[str, list[Item]] = defaultdict(list)
    for stored in batch:
        name = stored.item["community"]
        if stored.key in by_key:
            found[name].append(by_key[stored.key])
            known[name][stored.key] = stored.item
        elif stored.key in looked.gone:
            gone[name].append(stored.item)
    return Swept(found, known, gone, Counter(source.left_out) - before)


async def read_cursors(store: Store, source: SourceName) -> SweepState:
    """Return a source's cursors; an empty one stands before the ring's first item."""
    found = await store.read(SWEEPS, "sweep", source)
    return found or SweepState(id=source, kind="sweep", ttl=-1, recent=[], older=[])


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
    communities: Sequence[str],
    cursor: Sequence[str],
    limits: tuple[str, str],
    *,
    skip: set[str],
    size: int,
) -> AsyncIterator[list[Stored]]:
    """Return the ring's items from the cursor to its end, `size` at a time.

    skip holds the keys that need no second look. The last batch may be short.
    """
    batch: list[Stored] = []
    async for stored in _walk(store, communities, cursor, limits):
        if stored.key not in skip:
            batch.append(stored)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


async def _walk(
    store: Store, communities: Sequence[str], cursor: Sequence[str], limits: tuple[str, str]
) -> AsyncIterator[Stored]:
    places: list[tuple[str, Kind]] = list(product(communities, CONTAINERS))
    reached = next((n for n, place in enumerate(places) if [*place] == [*cursor[:2]]), None)
    for number, (community, kind) in enumerate(places[reached or 0 :]):
        is_resumed = reached is not None and number == 0
        key = max(limits[0], after(cursor[2])) if is_resumed else limits[0]
        while page := await store.query(
            Query(CONTAINERS[kind], community, PAGE, at_least=key, below=limits[1])
        ):
            for item in page:
                place = [community, kind, item["order_key"]]
                yield Stored(item_key(kind, item["id"]), item, place)
            key = after(page[-1]["order_key"])
            if len(page) < PAGE:
                break
