"""The posts and comments of a day, all of them, a page after another."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.deps import Deps
from api.errors import BadParameters
from api.reads.items import read_items
from api.reads.listing import Page
from api.reads.spans import kept_since
from api.reads.statistics import read_stats
from api.schema.exports import MAX_EXPORTED, MAX_EXPORTED_CHARS, ExportParameters
from api.schema.items import Items
from api.schema.parameters import MAX_POSTS, ItemsParameters, ScopeParameters
from api.schema.problems import BadParameter
from api.schema.sentiment import Stats
from shared.costs import track
from shared.times import day_of, iso, parse_iso

DAY = timedelta(days=1)
# Half of the free tier's 1,000 a second. A file of 10,000 items takes some 30 s, and Azure ends a
# request after 230 s: https://learn.microsoft.com/azure/azure-functions/functions-scale#timeout
UNITS_A_SECOND = 500
NARROW = (
    "a smaller part of the day, by `community`, `subject`, `via` or `kind`; GET /api/v1/items has"
    " any number of items, page by page"
)

OF_SCOPE = {"subreddit", "community", "subject", "via"}
Pause = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class DayOfScope:
    """A day of a scope, and its statistics."""

    day: str
    items: ItemsParameters
    statistics: Stats
    most: int = MAX_EXPORTED
    """Items that its file may have."""


async def read_day(
    deps: Deps, parameters: ExportParameters, *, most: int = MAX_EXPORTED
) -> DayOfScope:
    """Return the day that is asked for, whose file may have `most` items.

    Raises BadParameters for a day that isn't over or isn't kept, or has more items;
    UnknownCommunity, UnknownSubject and StoreError.
    """
    start = _start_of(parameters, deps.clock(), deps.settings.retention_days)
    asked = {
        **parameters.model_dump(include=OF_SCOPE, exclude_none=True),
        "start": iso(start),
        "end": iso(start + DAY),
    }
    stats = await read_stats(deps, ScopeParameters.model_validate(asked))
    items = ItemsParameters.model_validate(
        {**asked, "kind": parameters.kind, "limit": str(MAX_POSTS)}
    )
    day = DayOfScope(day_of(iso(start)), items, stats, most)
    counted = {"post": stats.statistics.posts, "comment": stats.statistics.comments}
    count = counted[parameters.kind] if parameters.kind else stats.statistics.total
    if count > most:
        whose = "a file" if most == MAX_EXPORTED else "a file without a key"
        raise _too_large(day.day, f"{count:,} items, and {whose} has at most {most:,}")
    return day


async def read_day_items(
    deps: Deps, day: DayOfScope, *, pause: Pause = asyncio.sleep
) -> AsyncIterator[Page[Items]]:
    """Yield the pages of the day's items, newest first, and pause after each as it cost.

    Each page costs less than 1,000 request units, and together they spend UNITS_A_SECOND. Raises
    BadParameters where there are more items or characters than counted before; and StoreError.
    """
    count = chars = 0
    asked = day.items
    while True:
        with track() as costs:
            page = await read_items(deps, asked)
        count += len(page.items.root)
        chars += sum(len(each.content) for each in page.items.root)
        if count > day.most or chars > MAX_EXPORTED_CHARS:
            most = f"{day.most:,} items of {MAX_EXPORTED_CHARS:,} characters together"
            raise _too_large(day.day, f"more items than a file, which has at most {most}")
        yield page
        if page.next_cursor is None:
            return
        await pause(costs.request_units / UNITS_A_SECOND)
        asked = asked.model_copy(update={"cursor": page.next_cursor})


def _start_of(parameters: ExportParameters, now: datetime, retention_days: int) -> datetime:
    """Return the beginning of the day that is asked for, or of yesterday. Raises BadParameters."""
    today = parse_iso(f"{day_of(iso(now))}T00:00:00Z")
    if parameters.day is None:
        return today - DAY
    start = parse_iso(f"{parameters.day}T00:00:00Z")
    takes = ExportParameters.model_fields["day"].description or ""
    if start >= today:
        detail = f"{parameters.day} isn't over: it is {iso(now)}"
        raise BadParameters([BadParameter(parameter="day", detail=detail, takes=takes)])
    kept = kept_since(now, retention_days)
    if start < kept:
        detail = (
            f"{parameters.day}: nothing from before {day_of(iso(kept))} is kept: RETENTION_DAYS is"
            f" {retention_days}"
        )
        raise BadParameters([BadParameter(parameter="day", detail=detail, takes=takes)])
    return start


def _too_large(day: str, what: str) -> BadParameters:
    return BadParameters([BadParameter(parameter="day", detail=f"{day} has {what}", takes=NARROW)])
