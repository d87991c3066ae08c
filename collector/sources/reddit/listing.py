"""Reads a listing of Reddit's, newest first, down to where everything is stored."""

import logging
from collections.abc import Generator, Iterator, Sequence
from datetime import datetime

from collector.sources.base import Page, Seen
from shared.errors import SourceUnavailable
from shared.logs import event
from shared.store.keys import id_of, order_key
from shared.times import iso_from_epoch

log = logging.getLogger(__name__)

# Reddit lists days-old items among new ones. As many in a row show that the rest is old.
OLD_IN_A_ROW = 20


class ListingCut(SourceUnavailable):
    """A listing broke off: what was read of it is good, and there is more."""

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
    """Yield a listing's pages down to where everything is stored, and return its next watermark.

    A watermark is the order key of the newest item that is stored. Where the listing broke off, it
    stays that of before, so that the next cycle reads the rest.
    """
    seen: dict[str, Seen] = {}
    oldest = max(oldest, _created(watermark) if watermark else "")
    old_in_a_row = 0
    reached = is_cut = False
    try:
        while not reached and (page := next(pages, None)) is not None:
            seen.update((each.id, each) for each in page)
            yield Page(page)
            # Strictly older, because several can be of one second; the newest may be gone.
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
    """Return that of the newest of what was seen, or the known one where that is newer.

    An item from the future must not hide those that are written until then.
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
