"""Reads a Reddit listing, newest first, down to the stored items."""

import logging
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from collector.sources.base import Page, Seen
from shared.errors import SourceUnavailable
from shared.logs import event
from shared.store.keys import id_of, order_key
from shared.times import iso_from_epoch

log = logging.getLogger(__name__)

# https://praw.readthedocs.io/en/stable/code_overview/other/listinggenerator.html
PAGE = 100
LISTING_CAP = 1000
# Reddit lists some old items among new ones; after this number of old ones in a row, all are old.
OLD_IN_A_ROW = 20


class ListingCut(SourceUnavailable):
    """A listing broke off. Its pages so far are valid, but there are more."""

    def __init__(self) -> None:
        super().__init__("unreadable", "the listing broke off before its end")


@dataclass(frozen=True)
class ListingEnd:
    """The end of a listing: its next watermark, and the ISO time since which it is whole."""

    watermark: str | None
    complete_since: str


def read_listing(
    pages: Iterator[Sequence[Seen]],
    community: str,
    watermark: str | None,
    *,
    oldest: str,
    now: datetime,
) -> Generator[Page, None, ListingEnd]:
    """Yield a listing's pages down to the stored items, and return where it ended.

    A watermark is the order key of the newest stored item. If the listing broke off, the watermark
    stays the same, so that the next cycle reads the rest.
    """
    seen: dict[str, Seen] = {}
    oldest = max(oldest, _created(watermark) if watermark else "")
    old_in_a_row = count = 0
    reached = is_cut = False
    try:
        while not reached and (page := next(pages, None)) is not None:
            count += 1
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
    listed = list(seen.values())
    # A shorter listing shows all that there is.
    is_full = count >= LISTING_CAP // PAGE or len(seen) > LISTING_CAP - PAGE
    is_whole = reached or not (is_cut or is_full)
    return ListingEnd(
        watermark if is_cut else next_watermark(listed, watermark, now),
        oldest if is_whole else _last_time(listed, now),
    )


def _last_time(listed: Sequence[Seen], now: datetime) -> str:
    """Return the time of the last listed items; a few old ones among them don't count."""
    last = [each.created_utc for each in listed[-OLD_IN_A_ROW:]]
    return iso_from_epoch(min(now.timestamp(), max(last, default=now.timestamp())))


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
