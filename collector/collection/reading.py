"""Reads one community: its listings, newest first, down to where everything is stored."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from collector.sources.base import CountsLeftOut, Seen, SeenComment, SeenPost, Source
from shared.errors import ListingCut
from shared.logs import event
from shared.models import SubredditState, Watermark
from shared.times import iso_from_epoch

log = logging.getLogger(__name__)

S = TypeVar("S", SeenPost, SeenComment)

# Reddit lists days-old items among new ones. As many in a row show that the rest is old.
OLD_IN_A_ROW = 20


@dataclass(frozen=True)
class Listing(Generic[S]):
    """The items of a listing, and the watermark for the next cycle."""

    items: list[S]
    watermark: Watermark | None


@dataclass(frozen=True)
class Reading:
    """The listings of one community, and the number of objects left out, by reason."""

    posts: Listing[SeenPost]
    comments: Listing[SeenComment]
    left_out: Counter[str]

    @property
    def seen(self) -> list[Seen]:
        """Return the posts and the comments."""
        return [*self.posts.items, *self.comments.items]


async def read_community(
    source: Source, state: SubredditState, *, oldest: str, now: datetime
) -> Reading:
    """Read what is new in a community; nothing created before `oldest` (an ISO time) is needed.

    Raises what the source does.
    """
    name, before = state["id"], left_out_of(source)
    posts = await read_listing(
        source.new_posts(name), name, state["posts_watermark"], oldest=oldest, now=now
    )
    comments = await read_listing(
        source.new_comments(name), name, state["comments_watermark"], oldest=oldest, now=now
    )
    return Reading(posts, comments, left_out_of(source) - before)


def left_out_of(source: Source) -> Counter[str]:
    """Return what a source has left out so far, by the reason."""
    return Counter(source.left_out) if isinstance(source, CountsLeftOut) else Counter()


async def read_listing(
    pages: Iterator[list[S]],
    name: str,
    watermark: Watermark | None,
    *,
    oldest: str,
    now: datetime,
) -> Listing[S]:
    """Read a listing down to where everything is stored, at least a page.

    Where it broke off, the watermark stays that of before, so that the next cycle reads the rest.
    """
    seen: dict[str, S] = {}
    oldest = max(oldest, watermark["created_utc"] if watermark else "")
    old_in_a_row = 0
    reached = is_cut = False
    try:
        while not reached and (page := await asyncio.to_thread(next, pages, None)) is not None:
            seen.update((each.fullname, each) for each in page)
            # Strictly older, because several can be of one second; the newest may be gone.
            are_old = [iso_from_epoch(each.created_utc) < oldest for each in page]
            for is_old in are_old:
                old_in_a_row = old_in_a_row + 1 if is_old else 0
            reached = bool(page) and (all(are_old) or old_in_a_row >= OLD_IN_A_ROW)
    except ListingCut:
        is_cut = True
    if is_cut or (not reached and watermark and seen and watermark["fullname"] not in seen):
        event(log, "listing.ended_early", logging.WARNING, subreddit=name, seen=len(seen))
    items = list(seen.values())
    return Listing(items, watermark if is_cut else next_watermark(items, watermark, now))


def next_watermark(
    seen: Sequence[SeenPost | SeenComment], known: Watermark | None, now: datetime
) -> Watermark | None:
    """Return the newest of what was seen, or the known watermark where that is newer.

    An item from the future must not hide those that are written until then.
    """
    past = [each for each in seen if each.created_utc <= now.timestamp()]
    if not past:
        return known
    newest = max(past, key=lambda each: each.created_utc)
    created = iso_from_epoch(newest.created_utc)
    if known and created <= known["created_utc"]:
        return known
    return Watermark(fullname=newest.fullname, created_utc=created)
