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


@dataclass
class _Entry(Generic[T]):
    task: "asyncio.Task[T]"
    loop: asyncio.AbstractEventLoop
    since: float
    until: float
    is_asked_again: bool = False


class Cache(Generic[T]):
    """Caches values by key. Concurrent misses of a key share one computation.

    They also share its failure, which isn't cached. A value that was asked for again is kept for
    stale_seconds, for `stale`, and makes room last.
    """

    def __init__(
        self,
        *,
        seconds: float,
        most: int = MAX_KEPT,
        min_age: float = MIN_AGE_SECONDS,
        stale_seconds: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds = seconds
        self._most = most
        self._min_age = min_age
        self._stale_seconds = stale_seconds
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
        now = self._clock()
        entry = self._current(key, now, fresh=fresh, within=within)
        if entry is None:
            loop, is_known = asyncio.get_running_loop(), key in self._entries
            task = asyncio.ensure_future(_made(make))
            entry = _Entry(task, loop, now, now + self._seconds, is_known)
            self._keep(key, entry)
        else:
            entry.is_asked_again = True
        # Shielded, so that a client that disconnects doesn't cancel it for the others.
        return await asyncio.shield(entry.task)

    def has(self, key: Hashable, *, fresh: bool = False, within: float | None = None) -> bool:
        """Return whether `get` would compute nothing."""
        return self._current(key, self._clock(), fresh=fresh, within=within) is not None

    def forget(self, key: Hashable) -> None:
        """Have the next `get` compute the value, since this process has just changed it."""
        self._entries.pop(key, None)

    def stale(self, key: Hashable) -> tuple[T, float] | None:
        """Return a value that may be too old for `get`, and its age in seconds; None without one.

        It is stale_seconds old at most.
        """
        entry = self._entries.get(key)
        if entry is None or entry.loop is not asyncio.get_running_loop() or not _has_value(entry):
            return None
        age = self._clock() - entry.since
        return (entry.task.result(), age) if age <= self._stale_seconds else None

    def _current(
        self, key: Hashable, now: float, *, fresh: bool, within: float | None
    ) -> _Entry[T] | None:
        """Return the entry that `get` takes its value from, or None."""
        if within is None and fresh:
            within = self._min_age
        entry = self._entries.get(key)
        if entry is None or entry.loop is not asyncio.get_running_loop():
            return None
        is_too_old = within is not None and now - entry.since > within
        return None if is_too_old or self._is_over(entry, now) else entry

    def _is_over(self, entry: _Entry[T], now: float) -> bool:
        if not entry.task.done():
            return False
        return now >= entry.until or not _has_value(entry)

    def _is_useless(self, entry: _Entry[T], now: float) -> bool:
        """Return whether neither `get` nor `stale` needs an entry."""
        if not self._is_over(entry, now):
            return False
        is_stale = entry.is_asked_again and _has_value(entry)
        return not is_stale or now - entry.since > self._stale_seconds

    def _keep(self, key: Hashable, entry: _Entry[T]) -> None:
        self._entries.pop(key, None)
        # Entries are in order of age, oldest first.
        for old_key, old in list(self._entries.items()):
            if self._is_useless(old, entry.since):
                del self._entries[old_key]
        if len(self._entries) >= self._most:
            once = (name for name, old in self._entries.items() if not old.is_asked_again)
            del self._entries[next(once, next(iter(self._entries)))]
        self._entries[key] = entry


def _has_value(entry: _Entry[T]) -> bool:
    task = entry.task
    return task.done() and not task.cancelled() and task.exception() is None


async def _made(make: Callable[[], Awaitable[T]]) -> T:
    return await make()
