"""Reads the newest items, in which previews of rules look for what would match."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from api.deps import Deps
from shared.communities import Kind
from shared.models import ALL, Comment, Post, ScopeHour
from shared.stats.hour_parts import read_hours
from shared.stats.listed import comments_in, posts_in
from shared.store import COMMENTS, HOURS_OF_ALL, POSTS, Key, Store
from shared.store.keys import id_of
from shared.subjects.texts import lines_of, text_of_item
from shared.text.own_words import OwnLines
from shared.times import Window, iso

# An item costs a request unit or a little more, as does an hour of `all`: together under 1,000.
MAX_ITEMS = 500
# Of their words in all: rules are matched several times, at two megabytes a second.
MAX_CHARACTERS = 1_000_000
MAX_HOURS = 200
FIRST_HOURS = 3
MAX_HOURS_AT_ONCE = 48

Reference = tuple[str, str, Key]
"""An order key, post or comment, and the key of the item."""


@dataclass(frozen=True)
class SampledItem:
    """An item that isn't deleted, with its author's own words; a program's has none."""

    kind: Kind
    id: str
    post_id: str
    community: str
    created_utc: str
    permalink: str
    lines: OwnLines


@dataclass(frozen=True)
class Sample:
    """The newest items of some days, newest first; those since `since` are all there."""

    days: int
    items: Sequence[SampledItem]
    since: str
    until: str
    is_whole: bool


async def read_sample(deps: Deps, days: int) -> Sample:
    """Return the newest items of these days, at most MAX_ITEMS. Raises StoreError.

    It reads at most MAX_HOURS hours with items. Fewer are returned where they have more than
    MAX_CHARACTERS characters.
    """
    store = await deps.watched_store()
    window = Window.of_hours(24 * days, deps.clock())
    hours = window.hours()[::-1]
    names = frozenset(deps.settings.watched)
    found: list[Reference] = []
    left, count = MAX_HOURS, FIRST_HOURS
    reached = iso(window.start)
    while hours and left > 0 and len(found) <= MAX_ITEMS:
        batch = hours[: min(count, left)]
        read = await read_hours(store, HOURS_OF_ALL, ALL, batch)
        for hour in batch:
            if (document := read.get(hour)) is not None:
                found += sorted(_references(document, names), reverse=True)
                left -= 1
        del hours[: len(batch)]
        reached = f"{batch[-1]}:00:00Z"
        count = min(2 * count, MAX_HOURS_AT_ONCE)
    is_whole = not hours and len(found) <= MAX_ITEMS
    wanted = found[:MAX_ITEMS]
    since = iso(window.start) if is_whole else reached
    if len(found) > MAX_ITEMS:
        since = wanted[-1][0].partition("_")[0]
    items = await _items(store, wanted)
    kept = _within(items, MAX_CHARACTERS)
    if len(kept) < len(items):
        is_whole, since = False, kept[-1].created_utc
    return Sample(days, kept, since, iso(deps.clock()), is_whole)


def _within(items: Sequence[SampledItem], characters: int) -> Sequence[SampledItem]:
    """Return the first items, at least one, whose words have at most these characters together."""
    for number, together in enumerate(accumulate(len(each.lines.words) for each in items)):
        if number > 0 and together > characters:
            return items[:number]
    return items


def _references(hour: ScopeHour, names: frozenset[str]) -> list[Reference]:
    found: list[Reference] = []
    for name, share in hour["shares"].items():
        if name not in names:
            continue
        found += [
            (each.order_key, each.kind, (name, id_of(each.order_key)))
            for each in (*posts_in(share), *comments_in(hour["id"], share))
        ]
    return found


async def _items(store: Store, wanted: Sequence[Reference]) -> list[SampledItem]:
    posts = await store.read_many(POSTS, [key for _, kind, key in wanted if kind == "post"])
    comments = await store.read_many(
        COMMENTS, [key for _, kind, key in wanted if kind == "comment"]
    )
    found: list[Post | Comment] = []
    for _, kind, key in wanted:
        item = posts.get(key) if kind == "post" else comments.get(key)
        if item is not None:
            found.append(item)
    # Off the loop: some texts are long.
    return await asyncio.to_thread(_sampled, found)


def _sampled(items: Iterable[Post | Comment]) -> list[SampledItem]:
    found: list[SampledItem] = []
    for item in items:
        text = text_of_item(item)
        if text is None:
            continue
        found.append(
            SampledItem(
                kind=item["kind"],
                id=item["id"],
                post_id=str(item.get("post_id", item["id"])),
                community=item["community"],
                created_utc=item["created_utc"],
                permalink=item["permalink"],
                lines=lines_of(text),
            )
        )
    return found
