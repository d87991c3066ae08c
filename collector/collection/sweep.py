"""The sweep: a few requests a cycle that check stored items which a source no longer lists.

The stored items of a source form two rings: those of the last 48 hours, and all of them. A ring is
walked in order (by community, posts before comments, oldest first) from a stored cursor, at most
once a cycle. The ring of all is named "older". It has the recent ones too: an item that turned 48
hours old just behind its cursor would wait for a walk of each ring. Communities whose past is
reread (rereading.py) have no rings.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import product
from typing import Literal

from collector.sources.base import ItemReference, Seen, Source
from shared.communities import Kind
from shared.models import Item, SweepState
from shared.store import ITEMS, SWEEPS, Query, Store
from shared.store.keys import item_key
from shared.store.scan import after
from shared.times import Clock, iso

Ring = Literal["recent", "older"]

RECENT = timedelta(hours=48)
PAGE = 100


@dataclass(frozen=True)
class Stored:
    """A stored item with its key, and the ring's cursor after it."""

    key: str
    item: Item
    cursor: list[str]

    @property
    def reference(self) -> ItemReference:
        """Return the reference by which a source looks it up."""
        item = self.item
        post = item.get("post_id")
        return ItemReference(
            item["community"], item["kind"], item["id"], post if isinstance(post, str) else None
        )


@dataclass(frozen=True)
class Swept:
    """The result of one request by community: items found, their stored versions, items gone."""

    found: dict[str, list[Seen]]
    stored: dict[str, dict[str, Item]]
    gone: dict[str, list[Item]]
    left_out: Counter[str]

    @property
    def communities(self) -> list[str]:
        """List the communities with items found or gone."""
        return list(dict.fromkeys([*self.found, *self.gone]))

    def tells_of(self, stored: Stored) -> bool:
        """Return whether it says that a stored item is there, or gone."""
        name = stored.item["community"]
        return stored.key in self.stored.get(name, {}) or stored.item in self.gone.get(name, [])


async def sweep(
    store: Store,
    source: Source,
    names: Sequence[str],
    *,
    requests: int,
    skip: set[str],
    clock: Clock,
    state_id: str | None = None,
) -> AsyncGenerator[Swept]:
    """Use up the sweep's requests: the recent ring first, then the older one, each once.

    names are all stored communities of the source, watched or not, because deleted items must go
    from each. skip has the keys of items that this cycle has seen. A cursor moves once its result
    has been used. state_id is that of the cursors, by default the source's name. Raises what the
    source raises; the cursors are stored in any case, so close it.
    """
    started = source.requests_used
    cursors = await read_cursors(store, state_id or source.name)
    walked: set[Ring] = set()
    seen = set(skip)
    try:
        for ring, allowed in budgets(requests, source.share_of_older):
            if ring in walked:
                continue
            limits = bounds(ring, clock())
            own = [each for each in names if not source.rereads_past(each)]
            walk = batches(store, own, cursors[ring], limits, skip=seen, size=source.keys_at_once)
            while source.requests_used - started < allowed:
                batch = await anext(walk, None)
                if batch is None:
                    cursors[ring] = []
                    walked.add(ring)
                    break
                found = await look_again(source, batch)
                seen.update(stored.key for stored in batch)
                yield found
                cursors[ring] = batch[-1].cursor
    finally:
        await store.upsert(SWEEPS, [cursors])


async def look_again(source: Source, batch: Sequence[Stored]) -> Swept:
    """Look up these stored items in one request; unknown ones stay unchanged."""
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


async def read_cursors(store: Store, state_id: str) -> SweepState:
    """Return the cursors of a source or a shard; an empty one is the beginning of the ring."""
    found = await store.read(SWEEPS, "sweep", state_id)
    return found or SweepState(id=state_id, kind="sweep", ttl=-1, recent=[], older=[])


def budgets(requests: int, share: Fraction) -> list[tuple[Ring, int]]:
    """Return the rings in their order, each with the number of requests used by its end.

    A share of the requests is for the older ring; the recent ring gets what is left over.
    """
    return [
        ("recent", requests - int(requests * share)),
        ("older", requests),
        ("recent", requests),
    ]


def bounds(ring: Ring, now: datetime) -> tuple[str, str]:
    """Return the order keys of a ring: its first, and the end, which it excludes."""
    return (iso(now - RECENT) if ring == "recent" else "", "9")


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

    Items whose keys are in skip are left out. The last batch may be short.
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
    places: list[tuple[str, Kind]] = list(product(communities, ITEMS))
    reached = next((n for n, place in enumerate(places) if [*place] == [*cursor[:2]]), None)
    for number, (community, kind) in enumerate(places[reached or 0 :]):
        is_resumed = reached is not None and number == 0
        key = max(limits[0], after(cursor[2])) if is_resumed else limits[0]
        while page := await store.query(
            Query(ITEMS[kind], community, PAGE, at_least=key, below=limits[1])
        ):
            for item in page:
                place = [community, kind, item["order_key"]]
                yield Stored(item_key(kind, item["id"]), item, place)
            key = after(page[-1]["order_key"])
            if len(page) < PAGE:
                break
