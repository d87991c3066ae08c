"""Scores stored items again, in hours that hold items of other methods."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from collector.sentiment.base import Method
from collector.sentiment.scoring import scored_again
from shared.models import Comment, Post
from shared.stats.cells import method_name, method_of
from shared.store import COMMENTS, POSTS, Container, Store
from shared.store.scan import nearby, pages_between
from shared.times import hour_of, next_hour

I = TypeVar("I", Post, Comment)  # noqa: E741 - an item


async def rescore_hours(
    store: Store,
    name: str,
    hours: Iterable[str],
    method: Method,
    *,
    now: str,
    check: Callable[[], None],
) -> int:
    """Rescore the items of these hours that another method scored, and return their number.

    The caller writes ahead before it, and recounts the hours after it. check is called before each
    write, and raises LeaseLost. Raises what the method raises.
    """
    wanted, count = frozenset(hours), 0
    containers: tuple[Container[Any], ...] = (POSTS, COMMENTS)
    for near in nearby(sorted(wanted)):
        for container in containers:
            pages = pages_between(store, container, name, near[0], next_hour(near[-1]))
            async for page in pages:
                items = await asyncio.to_thread(_again, page, wanted, method, now)
                check()
                await store.upsert(container, items)
                count += len(items)
    return count


def _again(page: Sequence[I], hours: frozenset[str], method: Method, now: str) -> list[I]:
    current = method_name(method.name, method.version)
    stale = [
        item
        for item in page
        if method_of(item["sentiment"]) != current and hour_of(item["order_key"]) in hours
    ]
    return scored_again(stale, method, now)
