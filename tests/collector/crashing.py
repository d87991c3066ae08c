"""A cycle, a rescore or a rematch in its own process, which is killed at a chosen step."""

import asyncio
import math
import os
import shutil
import signal
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from collector.maintenance.rematch import RematchTurn
from collector.maintenance.rescore import Rescorer
from collector.sentiment.base import Method, Score, label_of
from shared.models import Language
from shared.settings import Settings
from shared.store import Store, open_store
from shared.times import utc_now
from tests.collector.harness import WRITES, run_cycle

BATCHES = ("upsert", "delete")
MOST_KILLS = 24
"""Of one test in the suite; `make soak` sets KILLS=all."""
LATER = timedelta(minutes=5)
"""A time by which the lease of a killed cycle has expired."""


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Store]:
    """Open a store and close it again."""
    store = await open_store(settings, retry_seconds=5)
    try:
        yield store
    finally:
        await store.close()


def copied(settings: Settings, name: str) -> Settings:
    """Copy a database that no process has open, and return the settings of the copy."""
    path = settings.sqlite_path.with_name(f"{name}.db")
    shutil.copy(settings.sqlite_path, path)
    return settings.model_copy(update={"sqlite_path": path})


class DeadlyStore:
    """A store that kills its process at one of its writes.

    At an even step the process is killed before the write. At an odd one it is killed during the
    write: half of a batch is stored, or a single document is, and no answer arrives.
    """

    def __init__(self, inner: Any, step: int) -> None:
        self._inner = inner
        self._step = step
        self._writes = 0
        self.batches: list[bool] = []
        """For each write, whether it is a batch, which can be half done."""

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if name not in WRITES:
            return method

        async def deadly(*args: Any) -> Any:
            if name in BATCHES and not args[1]:
                return await method(*args)
            mine, self._writes = self._writes, self._writes + 1
            self.batches.append(name in BATCHES and len(args[1]) > 1)
            if mine != self._step // 2:
                return await method(*args)
            if self._step % 2:
                if name in BATCHES:
                    batch = list(args[1])
                    await method(args[0], batch[: len(batch) // 2])
                else:
                    await method(*args)
            self._die()
            raise AssertionError("unreachable")

        return deadly

    def steps(self, most: int = MOST_KILLS) -> list[int]:
        """Return the steps of its writes at which a kill leaves a different database.

        A kill during the write of one document leaves the same as a kill before the next write. So
        these are the steps before each write, during each batch, and after the last write: all of
        them with KILLS=all, and otherwise at most `most`, with the first and the last.
        """
        writes = len(self.batches)
        middles = {n for n, is_batch in enumerate(self.batches) if is_batch or n == writes - 1}
        steps = sorted([*range(0, 2 * writes, 2), *(2 * n + 1 for n in middles)])
        if os.environ.get("KILLS") == "all":
            return steps
        every = math.ceil(len(steps) / most)
        return [*steps[:-1:every], steps[-1]]

    def _die(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


async def _steps(settings: Settings) -> list[int]:
    async with opened(settings) as store:
        counting = DeadlyStore(store, -2)
        await run_cycle(counting, settings)
    return counting.steps()


def steps_of(settings: Settings) -> list[int]:
    """Run a whole cycle, and return the steps at which a kill leaves a different database."""
    return asyncio.run(_steps(settings))


async def _die(settings: Settings, step: int, later: timedelta) -> None:
    async with opened(settings) as store:
        deadly = DeadlyStore(store, step)
        await run_cycle(deadly, settings, clock=lambda: utc_now() + later)


def die_at(settings: Settings, step: int, later: timedelta = timedelta(0)) -> None:
    """Run a cycle that is killed at this step, or ends if it has fewer."""
    asyncio.run(_die(settings, step, later))


async def finish(settings: Settings) -> None:
    """Run the cycle after the crashes."""
    async with opened(settings) as store:
        cycle = await run_cycle(store, settings, clock=lambda: utc_now() + 2 * LATER)
    assert cycle["status"] == "completed"


class Killed(BaseException):
    """Raised by a store whose process counts as killed."""


class KilledStore(DeadlyStore):
    """A deadly store that raises Killed, in a process that continues."""

    def _die(self) -> None:
        raise Killed


class DeadStore(KilledStore):
    """A killed store that writes nothing after its death, whatever the work tries as it ends."""

    is_dead = False

    def __getattr__(self, name: str) -> Any:
        write = super().__getattr__(name)
        if name not in WRITES:
            return write

        async def unless_dead(*args: Any) -> Any:
            if self.is_dead:
                raise Killed
            return await write(*args)

        return unless_dead

    def _die(self) -> None:
        self.is_dead = True
        super()._die()


def linear_score(text: str, _form: object = None) -> Score:
    """Score a text by its bytes, so that scores differ; one text in five isn't English."""
    number = zlib.crc32(text.encode())
    compound = (number % 20_001 - 10_000) / 10_000
    language: Language = "other" if number % 5 == 0 else "en"
    return Score(label_of(compound), compound, 0.25, 0.25, 0.5, language)


LINEAR = Method("linear", "1", linear_score)
RESCORED_AT = datetime(2026, 11, 23, 13, 5, 7, tzinfo=UTC)


def rescorer(
    store: Store, settings: Settings, *, now: datetime | None = RESCORED_AT, **more: Any
) -> Rescorer:
    """Return a rescorer for the method of these tests, without pauses."""
    clock = utc_now if now is None else lambda: now
    return Rescorer(store, LINEAR, settings, clock=clock, **{"let_go_seconds": 0.0, **more})


async def _die_rescoring(settings: Settings, step: int, now: datetime) -> None:
    async with opened(settings) as store:
        deadly: Any = DeadlyStore(store, step)
        await rescorer(deadly, settings, now=now, batch_items=5).run()


def die_rescoring(settings: Settings, step: int, now: datetime) -> None:
    """Run a rescore that is killed at this step, or ends if it has fewer."""
    asyncio.run(_die_rescoring(settings, step, now))


def rematch_turn(
    store: Store, settings: Settings, *, now: datetime | None = RESCORED_AT, **more: Any
) -> RematchTurn:
    """Return a turn that ends after one batch."""
    clock = utc_now if now is None else lambda: now
    return RematchTurn(store, settings, lambda: True, clock=clock, **more)


async def _die_rematching(settings: Settings, step: int, now: datetime) -> None:
    async with opened(settings) as store:
        deadly: Any = DeadlyStore(store, step)
        while await rematch_turn(deadly, settings, now=now, batch_items=5).run() is not None:
            pass


def die_rematching(settings: Settings, step: int, now: datetime) -> None:
    """Run a rematch that is killed at this step, or ends if it has fewer."""
    asyncio.run(_die_rematching(settings, step, now))
