"""Rereads the past of sources that show it many items a request, to find what was taken back.

Such a source's walk through the past goes on in every cycle for some slices, newest first. What is
stored and no slice shows is looked up by itself, because forums list by the order of ids: a post
that a moderator moved or dated back isn't listed by its time. Only items that are gone by that
lookup are removed.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta

from collector.collection.shared_items import stored_items
from collector.collection.sweep import Stored, Swept, look_again, read_cursors
from collector.sources.base import Seen, SeenPost, Slice, Source
from shared.errors import SourceError, SourceRefused
from shared.logs import event
from shared.models import PastWalk
from shared.store import ITEMS, SWEEPS, Store
from shared.store.keys import item_key
from shared.store.scan import after, items_between
from shared.times import Clock, iso, iso_from_epoch, parse_iso

log = logging.getLogger(__name__)

# Slices of a community for each of SWEEP_REQUESTS: 12 a cycle with 30 of those, which are 57,600
# posts in two days at 50 a slice.
SLICES = 0.4
# Requests for lookups of what slices didn't show, for each community in a cycle.
LOOKUPS = 10
# Lookups in a row, of one slice, that find nothing gone.
FRUITLESS = 5
# A walk begins at most this often.
BETWEEN = timedelta(hours=6)


@dataclass
class Rereading:
    """A community whose past is being reread in this cycle."""

    name: str
    walk: PastWalk
    slices: Iterator[Slice]
    lookups: int = LOOKUPS


@dataclass(frozen=True)
class Span:
    """A span of ISO times, and the keys of what slices show there."""

    start: str
    end: str
    shown: set[str]


async def reread(
    store: Store,
    source: Source,
    names: Sequence[str],
    *,
    slices: int,
    oldest: str,
    clock: Clock,
    state_id: str | None = None,
) -> AsyncGenerator[Swept]:
    """Go on with the walks of these communities, by at most so many slices each.

    Communities take turns, so that one's pace is another's time. One that fails is left until the
    next cycle. Raises DeadlineReached and SourceRefused; the cursors are stored in any case, so
    close it.
    """
    own = [name for name in names if source.rereads_past(name)]
    if not own or slices <= 0:
        return
    state = await read_cursors(store, state_id or source.name)
    walks = state.setdefault("past", {})
    now = clock()
    for name in own:
        if name not in walks or _is_due(walks[name], now):
            walks[name] = _new_walk(iso(now))
    going = [
        Rereading(name, walk, source.backfill(name, oldest, iso(now), walk["cursor"]))
        for name in own
        if not (walk := walks[name])["is_over"]
    ]
    try:
        for _ in range(slices):
            for each in list(going):
                async with aclosing(_step(store, source, each, oldest)) as steps:
                    try:
                        async for swept in steps:
                            yield swept
                    except SourceRefused:
                        raise
                    except SourceError as error:
                        _note(each.name, error)
                        going.remove(each)
                        continue
                if each.walk["is_over"] or each.lookups <= 0 or not source.rereads_past(each.name):
                    going.remove(each)
    finally:
        await store.upsert(SWEEPS, [state])


def _new_walk(now: str) -> PastWalk:
    return PastWalk(
        began=now, cursor=None, is_over=False, reached=now, shown=[], looked=[], fruitless=0
    )


def _is_due(walk: PastWalk, now: datetime) -> bool:
    return walk["is_over"] and now - parse_iso(walk["began"]) >= BETWEEN


def _note(community: str, error: SourceError) -> None:
    event(
        log,
        "sweep.reread_failed",
        logging.WARNING,
        community=community,
        kind=error.kind,
        reason=str(error),
    )


async def _step(
    store: Store, source: Source, each: Rereading, oldest: str
) -> AsyncGenerator[Swept]:
    """Read a slice, and return what it shows and what is gone; the cursor moves at the end."""
    name, walk = each.name, each.walk
    before = Counter(source.left_out)
    one = await asyncio.to_thread(next, each.slices, None) or Slice([], None)
    left_out = Counter(source.left_out) - before
    # Without a title a page says nothing of a post.
    seen = [item for item in one.items if not isinstance(item, SeenPost) or item.title]
    known = await stored_items(store, name, seen)
    found = [item for item in seen if item.key in known]
    if found or left_out:
        yield Swept({name: found} if found else {}, {name: known}, {}, left_out)
    reached = oldest if one.cursor is None else _middle(one.items)
    if reached is not None and reached < walk["reached"]:
        shown = {*walk["shown"], *(item.key for item in one.items)}
        span = Span(reached, walk["reached"], shown)
        async with aclosing(_look_up_unshown(store, source, each, span)) as looks:
            async for swept in looks:
                yield swept
        if each.lookups <= 0 or not source.rereads_past(name):
            # This slice is read again in the next cycle, and its lookups go on.
            return
        walk["reached"] = reached
    if one.items:
        walk["shown"] = [item.key for item in one.items]
    walk["looked"], walk["fruitless"] = [], 0
    walk["cursor"], walk["is_over"] = one.cursor, one.cursor is None


def _middle(items: Sequence[Seen]) -> str | None:
    """Return the time of the middle item, which a few moved ones don't change.

    What is stored between the middles of two slices is shown by one of them.
    """
    times = sorted(item.created_utc for item in items)
    return iso_from_epoch(times[len(times) // 2]) if times else None


async def _look_up_unshown(
    store: Store, source: Source, each: Rereading, span: Span
) -> AsyncGenerator[Swept]:
    """Look up what is stored in a span and isn't shown, some at a time.

    Where some lookups find nothing gone, they end: the source lists in another order there, or
    shows only a part. looked says how far they have come, for the next cycle.
    """
    walk = each.walk
    async for batch in _unshown(store, each, span, source.keys_at_once):
        found_gone, left = False, batch
        while left and each.lookups > 0:
            used = source.requests_used
            swept = await look_again(source, left)
            each.lookups -= source.requests_used - used
            if not source.rereads_past(each.name):
                return
            yield swept
            found_gone = found_gone or bool(swept.gone)
            unknown = [stored for stored in left if not swept.tells_of(stored)]
            if len(unknown) == len(left):
                break
            left = unknown
        if left and found_gone and each.lookups <= 0:
            # The rest is looked up in the next cycle; what is gone isn't among it any more.
            return
        walk["looked"] = batch[-1].cursor
        walk["fruitless"] = 0 if found_gone else walk["fruitless"] + 1
        if walk["fruitless"] >= FRUITLESS or each.lookups <= 0:
            return


async def _unshown(
    store: Store, each: Rereading, span: Span, size: int
) -> AsyncIterator[list[Stored]]:
    """Return what is stored in a span and isn't shown, `size` at a time: posts, then comments."""
    looked = each.walk["looked"]
    batch: list[Stored] = []
    for kind, container in ITEMS.items():
        start = span.start
        if looked and kind == looked[0]:
            start = after(looked[1])
        elif looked and kind == "post":
            continue
        async for item in items_between(store, container, each.name, start, span.end):
            key = item_key(kind, item["id"])
            if key not in span.shown:
                batch.append(Stored(key, item, [kind, item["order_key"]]))
            if len(batch) == size:
                yield batch
                batch = []
    if batch:
        yield batch
