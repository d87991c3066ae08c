"""A cache of answers: concurrent requests for the same answer cost one read."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

# Entries; the largest answers have half a megabyte.
MAX_KEPT = 100
# Concurrent requests for a fresh value share one read.
MIN_AGE_SECONDS = 1.0


@dataclass(frozen=True)
class _Entry(Generic[T]):
    task: "asyncio.Task[T]"
    loop: asyncio.AbstractEventLoop
    since: float
    until: float


class Cache(Generic[T]):
    """Caches values by key. Concurrent misses of a key share one computation.

    They also share its failure, which isn't cached.
    """

    def __init__(
        self,
        *,
        seconds: float,
        most: int = MAX_KEPT,
        min_age: float = MIN_AGE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds = seconds
        self._most = most
        self._min_age = min_age
        self._clock = clock
        self._entries: dict[Hashable, _Entry[T]] = {}

    async def get(
        self,
        key: Hashable,
        make: Callable[[], Awaitable[T]],
        *,
        fresh: bool = False,
        within: float | None = None,
    ) -> T:
        """Return the cached value or compute it. Raises what computing it does.

        `fresh` rejects entries older than 1 s, `within` those older than its seconds.
        """
        if within is None and fresh:
            within = self._min_age
        loop, now = asyncio.get_running_loop(), self._clock()
        entry = self._entries.get(key)
        if (
            entry is None
            or entry.loop is not loop
            or self._is_over(entry, now)
            or (within is not None and now - entry.since > within)
        ):
            entry = _Entry(asyncio.ensure_future(_made(make)), loop, now, now + self._seconds)
            self._keep(key, entry)
        # Shielded, so that a client that disconnects doesn't cancel it for the others.
        return await asyncio.shield(entry.task)

    def _is_over(self, entry: _Entry[T], now: float) -> bool:
        if not entry.task.done():
            return False
        return now >= entry.until or entry.task.cancelled() or entry.task.exception() is not None

    def _keep(self, key: Hashable, entry: _Entry[T]) -> None:
        self._entries.pop(key, None)
        # Entries are in order of age, oldest first.
        for old_key, old in list(self._entries.items()):
            if len(self._entries) < self._most and not self._is_over(old, entry.since):
                break
            del self._entries[old_key]
        self._entries[key] = entry


async def _made(make: Callable[[], Awaitable[T]]) -> T:
    return await make()
