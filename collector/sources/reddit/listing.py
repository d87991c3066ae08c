"""Reads a Reddit listing, newest first, down to the stored items."""

import logging
from collections.abc import Generator, Iterator, Sequence
from datetime import datetime

from collector.sources.base import Page, Seen
from shared.errors import SourceUnavailable
from shared.logs import event
from shared.store.keys import id_of, order_key
from shared.times import iso_from_epoch

log = logging.getLogger(__name__)

# Reddit lists some old items among new ones; after this number of old ones in a row, all are old.
OLD_IN_A_ROW = 20


class ListingCut(SourceUnavailable):
    """A listing broke off. Its pages so far are valid, but there are more."""

    def __init__(self) -> None:
        super().__init__("unreadable", "the listing broke off before its end")


def read_listing(
    pages: Iterator[Sequence[Seen]],
    community: str,
    watermark: str | None,
    *,
    oldest: str,
    now: datetime,
) -> Generator[Page, None, str | None]:
    """Yield a listing's pages down to the stored items, and return its next watermark.

    A watermark is the order key of the newest stored item. If the listing broke off, the watermark
    stays the same, so that the next cycle reads the rest.
    """
    seen: dict[str, Seen] = {}
    oldest = max(oldest, _created(watermark) if watermark else "")
    old_in_a_row = 0
    reached = is_cut = False
    try:
        while not reached and (page := next(pages, None)) is not None:
            seen.update((each.id, each) for each in page)
            yield Page(page)
            # Strictly older: several items may have the same second, and the newest may be deleted.
            are_old = [iso_from_epoch(each.created_utc) < oldest for each in page]
            for is_old in are_old:
                old_in_a_row = old_in_a_row + 1 if is_old else 0
            reached = bool(page) and (all(are_old) or old_in_a_row >= OLD_IN_A_ROW)
    except ListingCut:
        is_cut = True
    if is_cut or (not reached and watermark and seen and id_of(watermark) not in seen):
        event(log, "listing.ended_early", logging.WARNING, community=community, seen=len(seen))
    return watermark if is_cut else next_watermark(list(seen.values()), watermark, now)


def next_watermark(seen: Sequence[Seen], known: str | None, now: datetime) -> str | None:
    """Return the watermark of the newest seen item, or the known one if it is newer.

    Items dated in the future are ignored, because they would hide items written until then.
    """
    past = [each for each in seen if each.created_utc <= now.timestamp()]
    if not past:
        return known
    newest = max(past, key=lambda each: each.created_utc)
    created = iso_from_epoch(newest.created_utc)
    if known and created <= _created(known):
        return known
    return order_key(created, newest.id)


def _created(watermark: str) -> str:
    return watermark.partition("_")[0]
