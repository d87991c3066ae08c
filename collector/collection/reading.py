"""Reads the new items of a community, page by page, up to a new watermark."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from collector.sources.base import Seen, Source
from shared.models import CommunityState, Watermark

# Items of a community in a cycle; the next cycle reads more, if the source can stop there.
MAX_ITEMS = 5000


@dataclass(frozen=True)
class Reading:
    """The items read from a community, its new watermark, and the objects left out, by reason."""

    seen: list[Seen]
    watermark: Watermark | None
    left_out: Counter[str]

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
    while (page := await asyncio.to_thread(next, pages, None)) is not None:
        seen += page.items
        if page.watermark is not None:
            watermark = page.watermark
            if len(seen) >= MAX_ITEMS:
                break
    return Reading(seen, watermark, Counter(source.left_out) - before)
