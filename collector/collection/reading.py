"""Reads the new items of a community, page by page, up to a new watermark."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from collector.sources.base import Seen, Source
from shared.models import CommunityState, Watermark
from shared.times import iso, iso_from_epoch

# Items of a community in a cycle; the next cycle reads more, if the source can stop there.
MAX_ITEMS = 5000


@dataclass(frozen=True)
class Reading:
    """The items read from a community, its new watermark, and the objects left out, by reason.

    From since to until (ISO times) all was read that the source has; where since is None, from the
    end of the poll before.
    """

    seen: list[Seen]
    watermark: Watermark | None
    left_out: Counter[str]
    since: str | None
    until: str

    @property
    def posts(self) -> int:
        """Count the posts."""
        return len({each.id for each in self.seen if each.kind == "post"})

    @property
    def comments(self) -> int:
        """Count the comments."""
        return len({each.id for each in self.seen if each.kind == "comment"})


async def read_community(
    source: Source, state: CommunityState, *, oldest: str, now: datetime
) -> Reading:
    """Read the new items of a community, except those created before `oldest` (an ISO time).

    Raises what the source raises.
    """
    before, watermark = Counter(source.left_out), state["watermark"]
    pages = source.poll(state["id"], watermark, oldest=oldest, now=now)
    seen: list[Seen] = []
    since, until = None, iso(now)
    while (page := await asyncio.to_thread(next, pages, None)) is not None:
        if source.waits is not None:
            # The source answers: it may be patient again.
            source.waits.is_probing = False
        seen += page.items
        since = page.complete_since or since
        until = min(iso(now), page.complete_until or iso(now))
        if page.watermark is not None:
            watermark = page.watermark
            if len(seen) >= MAX_ITEMS:
                until = page.complete_until or last_time(seen, now) or until
                break
    return Reading(seen, watermark, Counter(source.left_out) - before, since, until)


def last_time(seen: Iterable[Seen], now: datetime) -> str | None:
    """Return when the newest of the items was written; items of the future don't count."""
    past = [each.created_utc for each in seen if each.created_utc <= now.timestamp()]
    return iso_from_epoch(max(past)) if past else None
