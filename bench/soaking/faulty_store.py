"""Stores that fail as a process's own one does: at a rate, or once its disk is full."""

import random
from typing import Any

from shared.errors import StoreUnavailable
from shared.store import Store
from shared.store.sqlite import SqliteStore

OPERATIONS = {"read", "read_many", "query", "create", "replace", "upsert", "delete"}


class FaultyStore:
    """A store whose operations fail at a rate (0 to 1), before or after they were done."""

    def __init__(self, inner: Any, rng: random.Random, rate: float) -> None:
        self._inner = inner
        self._rng = rng
        self._rate = rate

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if name not in OPERATIONS:
            return method

        async def faulty(*args: Any) -> Any:
            chance = self._rng.random()
            if chance < self._rate / 2:
                raise StoreUnavailable("planned")
            done = await method(*args)
            if chance < self._rate:
                raise StoreUnavailable("planned, and it was done")
            return done

        return faulty


async def fill_disk(store: Store, pages: int) -> None:
    """Let a SQLite file grow by this number of pages at most while this process has it open."""
    if not isinstance(store, SqliteStore):
        return
    file = store._file  # noqa: SLF001 - no setting limits the size of the file
    ((size,),) = await file.rows("PRAGMA page_count", [])
    await file.connection.execute(f"PRAGMA max_page_count = {size + pages}")
