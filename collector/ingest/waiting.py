"""Writes the batches of pushed items that wait in the store, in the order of their receipt."""

import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

from collector.ingest.importer import Chunk, Importer, Written
from collector.sources.base import Seen
from collector.writers.lease import NO_WAIT, LeaseWait
from shared.batches import lines_of
from shared.logs import event
from shared.models import Import, WaitingBatch
from shared.store import BATCH_LINES, BATCHES, Query, Store
from shared.times import hour_of, iso

log = logging.getLogger(__name__)

# Read at a time; a batch has up to 1,000 items.
PAGE = 5
# Younger posts are compared by the next cycle.
WEEK = timedelta(days=7)

ReadLine = Callable[[bytes], tuple[str, Seen] | None]
"""Return a line's community and its item; None where it can't be read."""


async def are_waiting(store: Store) -> bool:
    """Return whether a batch waits."""
    return bool(await store.query(Query(BATCHES, "batch", 1, order_by="id")))


async def write_waiting(
    importer: Importer, read: ReadLine, *, lease_wait: LeaseWait = NO_WAIT
) -> Import | None:
    """Write all batches that wait, and return the stored document; None if none does.

    A batch is removed once it is written: after a crash it is written again, which changes nothing.
    Raises what `Importer.run` raises.
    """
    hours: set[str] = set()
    done = await importer.run(
        "pushed items", _chunks(importer.store, read, hours), lease_wait=lease_wait
    )
    week_ago = hour_of(iso(importer.clock() - WEEK))
    old = {hour for hour in hours if hour < week_ago}
    if old:
        await importer.mark_copies("pushed items", min(old), max(old), lease_wait=lease_wait)
    return done


async def _chunks(store: Store, read: ReadLine, hours: set[str]) -> AsyncIterator[Chunk]:
    while batches := await store.query(Query(BATCHES, "batch", PAGE, order_by="id")):
        items = await _items(store, batches, read)

        async def written(
            done: Written,
            batches: list[WaitingBatch] = batches,
        ) -> None:
            hours.update(filter(None, (done.oldest, done.newest)))
            await _forget(store, batches)

        yield Chunk({name: list(found.values()) for name, found in items.items()}, written)


async def _items(
    store: Store, batches: list[WaitingBatch], read: ReadLine
) -> dict[str, dict[str, Seen]]:
    """Return the items of batches by community and key, each as its last line has it."""
    items: dict[str, dict[str, Seen]] = {}
    found = await store.read_many(BATCH_LINES, [("batch_lines", each["id"]) for each in batches])
    for each in batches:
        lines = found.get(("batch_lines", each["id"]))
        if lines is None:
            event(log, "ingest.lines_missing", logging.ERROR, batch=each["id"])
            continue
        for line in lines_of(lines):
            if (item := read(line)) is not None:
                add(items.setdefault(item[0], {}), item[1])
    return items


def add(items: dict[str, Seen], item: Seen) -> None:
    """Add an item, or a later line of one: the time of the first line counts."""
    known = items.get(item.key)
    items[item.key] = item if known is None else replace(item, created_utc=known.created_utc)


async def _forget(store: Store, batches: list[WaitingBatch]) -> None:
    # The lines last: without its batch nothing leads to them.
    await store.delete(BATCHES, [("batch", each["id"]) for each in batches])
    await store.delete(BATCH_LINES, [("batch_lines", each["id"]) for each in batches])
