"""Recounts the statistics of whole days from their items: to compare them, or to write them."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from collector.rollups.hours import Shares, rebuild_all, rebuild_cells, share_of
from shared.models import ALL, Cell, Comment, Post
from shared.store import COMMENTS, DAYS, ITEMS, POSTS, Query, Store
from shared.store.scan import items_between
from shared.times import day_of, hour_of

COUNTED = ("posts", "comments", "positive", "negative", "neutral")


@dataclass
class Recounted:
    """The result of a recount of days: the items, and the hours that differ from them.

    An hour is a time and a community, or `all`.
    """

    posts: int = 0
    comments: int = 0
    hours: int = 0
    differing: list[str] = field(default_factory=list)


async def days_of_items(store: Store, communities: Sequence[str]) -> list[str]:
    """Return each day from the first item's to the last one's. Raises StoreUnavailable."""
    found: list[str] = []
    for name in communities:
        for container in ITEMS.values():
            for descending in (False, True):
                query = Query(container, name, 1, descending=descending)
                found += [day_of(item["order_key"]) for item in await store.query(query)]
    if not found:
        return []
    first, last = date.fromisoformat(min(found)), date.fromisoformat(max(found))
    return [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]


async def compare_day(store: Store, communities: Sequence[str], day: str, found: Recounted) -> None:
    """Compare a day's cells, of each community and of `all`, with a recount of its items.

    Raises StoreUnavailable.
    """
    of_all: dict[str, Counter[str]] = defaultdict(Counter)
    for name in communities:
        cells = await _recount(store, name, day, found)
        stored = await store.read(DAYS, name, day)
        hours = stored["hours"] if stored else {}
        found.hours += len(cells)
        found.differing += [
            f"{day}T{hour} {name}"
            for hour in sorted({*cells, *hours})
            if not _agrees(hours.get(hour), cells.get(hour))
        ]
        for hour, cell in cells.items():
            of_all[hour].update(_counts(cell))
    stored = await store.read(DAYS, ALL, day)
    hours = stored["hours"] if stored else {}
    found.differing += [
        f"{day}T{hour} {ALL}"
        for hour in sorted({*of_all, *hours})
        if hour not in hours or +of_all[hour] != +_counts(hours[hour])
    ]


async def rebuild_day(store: Store, communities: Sequence[str], day: str) -> None:
    """Write a day's statistics, of all scopes, from its items. Raises StoreUnavailable."""
    shares: Shares = {}
    for name in communities:
        if hours := await _hours_with_items(store, name, day):
            shares[name] = await rebuild_cells(store, name, sorted(hours))
    if shares:
        await rebuild_all(store, shares)


async def _recount(store: Store, name: str, day: str, found: Recounted) -> dict[str, Cell]:
    """Return the cells of a community's day by their hours, as its items have them."""
    posts: dict[str, list[Post]] = defaultdict(list)
    comments: dict[str, list[Comment]] = defaultdict(list)
    async for post in items_between(store, POSTS, name, day, _end_of(day)):
        posts[post["order_key"][11:13]].append(post)
        found.posts += 1
    async for comment in items_between(store, COMMENTS, name, day, _end_of(day)):
        comments[comment["order_key"][11:13]].append(comment)
        found.comments += 1
    return {
        hour: share_of(posts.get(hour, []), comments.get(hour, [])).share["cell"]
        for hour in sorted({*posts, *comments})
    }


async def _hours_with_items(store: Store, name: str, day: str) -> set[str]:
    found: set[str] = set()
    for container in ITEMS.values():
        async for item in items_between(store, container, name, day, _end_of(day)):
            found.add(hour_of(item["order_key"]))
    return found


def _end_of(day: str) -> str:
    """Return the smallest order key that comes after a day's."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _agrees(stored: object, fresh: object) -> bool:
    """Return whether a stored value is the recounted one.

    An earlier version counted less: what a stored cell lacks isn't compared.
    """
    if isinstance(stored, dict) and isinstance(fresh, dict):
        return all(_agrees(value, fresh.get(name)) for name, value in stored.items())
    return stored == fresh


def _counts(cell: Cell) -> Counter[str]:
    return Counter({name: cell[name] for name in COUNTED})  # type: ignore[literal-required]
