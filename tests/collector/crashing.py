"""A cycle in a process of its own that is killed at a chosen step, as a crash would."""

import asyncio
import os
import signal
from datetime import timedelta
from typing import Any

from shared.settings import Settings
from shared.store import open_store
from shared.times import utc_now
from tests.collector.harness import WRITES, run_cycle

LATER = timedelta(minutes=5)
"""Later than any lease: what a dead cycle held has run out by then."""


class DeadlyStore:
    """A store that kills its process at one of its writes.

    At an even step the process dies before the write; at an odd one in the middle: half of a
    batch is written, or a single document is, and nobody hears of it.
    """

    def __init__(self, inner: Any, step: int) -> None:
        self._inner = inner
        self._step = step
        self._writes = 0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if name not in WRITES:
            return method

        async def deadly(*args: Any) -> Any:
            if name in {"upsert", "delete"} and not args[1]:
                return await method(*args)
            mine, self._writes = self._writes, self._writes + 1
            if mine != self._step // 2:
                return await method(*args)
            if self._step % 2:
                if name in {"upsert", "delete"}:
                    batch = list(args[1])
                    await method(args[0], batch[: len(batch) // 2])
                else:
                    await method(*args)
            os.kill(os.getpid(), signal.SIGKILL)
            raise AssertionError("unreachable")

        return deadly

    @property
    def writes(self) -> int:
        return self._writes


async def _count(settings: Settings) -> int:
    store = await open_store(settings, patience=5)
    counting = DeadlyStore(store, -2)
    await run_cycle(counting, settings)  # type: ignore[arg-type]
    await store.close()
    return counting.writes


def count_writes(settings: Settings) -> int:
    """Run a whole cycle and count its writes."""
    return asyncio.run(_count(settings))


async def _die(settings: Settings, step: int) -> None:
    store = await open_store(settings, patience=5)
    await run_cycle(DeadlyStore(store, step), settings)  # type: ignore[arg-type]
    await store.close()


def die_at(settings: Settings, step: int) -> None:
    """Run a cycle that is killed at this step, or ends if it has fewer."""
    asyncio.run(_die(settings, step))


async def _finish(settings: Settings) -> None:
    store = await open_store(settings, patience=5)
    cycle = await run_cycle(store, settings, clock=lambda: utc_now() + LATER)
    assert cycle["status"] == "completed"
    await store.close()


def finish(settings: Settings) -> None:
    """Run the cycle after the crash."""
    asyncio.run(_finish(settings))
