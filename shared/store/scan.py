"""Reads a span of a partition page by page, in the order of its items."""

from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

from shared.models import Comment, Item, Post
from shared.store.base import Container, Query, Store
from shared.times import next_hour

I = TypeVar("I", Post, Comment, Item)  # noqa: E741 - an item

PAGE = 500
# Hours at most this far apart are read in one query, which costs less than two.
NEARBY_HOURS = 3
# Every order key and every id sorts before it.
LAST_KEY = "~"


async def pages_between(
    store: Store, container: Container[I], community: str, start: str, end: str
) -> AsyncIterator[list[I]]:
    """Return the items whose order key lies in start <= key < end, oldest first, 500 at a time."""
    while page := await store.query(Query(container, community, PAGE, at_least=start, below=end)):
        yield page
        if len(page) < PAGE:
            return
        start = after(page[-1]["order_key"])


async def items_between(
    store: Store, container: Container[I], community: str, start: str, end: str
) -> AsyncIterator[I]:
    """Return the same items one by one."""
    async for page in pages_between(store, container, community, start, end):
        for item in page:
            yield item


def after(key: str) -> str:
    """Return the smallest key greater than this one."""
    return key + "!"


def nearby(hours: Sequence[str]) -> list[list[str]]:
    """Group sorted hours: those at most NEARBY_HOURS apart are in one list."""
    ranges: list[list[str]] = []
    for hour in hours:
        if ranges and hour <= _hours_after(ranges[-1][-1], NEARBY_HOURS):
            ranges[-1].append(hour)
        else:
            ranges.append([hour])
    return ranges


def _hours_after(hour: str, count: int) -> str:
    for _ in range(count):
        hour = next_hour(hour)
    return hour
