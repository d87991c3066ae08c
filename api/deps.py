"""The dependencies of reads and actions: the settings, the store, the clock."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.schema.health import ProcessHealth
from shared.disk import DiskSpace, disk_space
from shared.errors import StoreError
from shared.models import Watchlist
from shared.on_demand import CollectMessage
from shared.settings import Settings
from shared.spellings import SpelledStore, Spellings
from shared.stats.parsed_tables import ParsedTables
from shared.store import Store, open_store
from shared.subjects.roster import read_roster
from shared.subjects.watchlist import read_watchlist
from shared.times import Clock
from shared.worker_status import WorkerStatus, read_status

# Short, because a client waits for the answer and can retry itself.
RETRY_SECONDS = 2.0
# Getting a token in a cold process takes some seconds; more than this is a fault.
STARTING_SECONDS = 60.0


@dataclass(frozen=True)
class Deps:
    """The dependencies of reads and actions.

    store returns the database, and opens it if necessary; it raises what `open_store` raises.
    """

    settings: Settings
    store: Callable[[], Awaitable[Store]]
    clock: Clock
    process: Callable[[], ProcessHealth]
    is_starting: Callable[[], bool] = lambda: False
    """Return whether the process opens its database for the first time, for 60 s at most."""
    worker: Callable[[], WorkerStatus | None] = read_status
    disk: Callable[[Path], DiskSpace | None] = disk_space
    """Return the room on the disk of a SQLite database."""
    unsent: set[CollectMessage] = field(default_factory=set)
    """Requests whose message wasn't sent, and that couldn't be withdrawn."""
    spellings: Spellings = field(default_factory=Spellings)
    watchlist: Watchlist | None = None
    """The watchlist whose communities are in the settings; None where none was read yet."""
    tables: ParsedTables = field(default_factory=ParsedTables)
    """The tables of subjects that this process has parsed."""
    by: str | None = None
    """Who makes a change, where that is known."""
    shows_names: bool = True
    """True: answers say who made changes, which strangers aren't shown."""
    on_change: Callable[[Watchlist], None] = lambda _: None
    """Is called with a watchlist that this process has written."""

    async def watched_store(self) -> Store:
        """Return the database for reads of watched communities, stored in any case.

        Raises what `store` raises.
        """
        return SpelledStore(await self.store(), self.settings.watched, self.spellings)

    async def read_watchlist(self) -> Watchlist:
        """Return the watchlist that requests share, or else read it. Raises what `store` raises."""
        return self.watchlist or await read_watchlist(await self.store())


def named(deps: Deps) -> dict[str, str]:
    """Return the field of a log line that says who makes a change, where that is known."""
    return {} if deps.by is None else {"by": deps.by}


class SharedWatchlist:
    """The stored watchlist, which the requests of a process share for some seconds.

    Requests that come while it is read wait for the same read, and share its failure.
    """

    def __init__(
        self,
        store: Callable[[], Awaitable[Store]],
        *,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._seconds = seconds
        self._clock = clock
        self._reading: asyncio.Task[Watchlist] | None = None
        self._until = 0.0
        self._roster: tuple[int, list[str]] = (0, [])
        self._settings: tuple[int, Settings, Settings] | None = None

    async def __call__(self) -> Watchlist:
        """Return the watchlist. Raises what `open_store` raises, and StoreError."""
        known, now = self._reading, self._clock()
        if known is None or _is_lost(known) or (known.done() and now >= self._until):
            known = self._reading = asyncio.create_task(self._read())
            self._until = now + self._seconds
        return await asyncio.shield(known)

    def settings_with(self, settings: Settings, watchlist: Watchlist) -> Settings:
        """Return settings with the communities of a watchlist that this has returned."""
        own = settings.watching(watchlist)
        if not watchlist.get("added"):
            return own
        revision, names = self._roster
        known = self._settings
        if known is None or known[0] != revision or known[1] is not settings:
            known = self._settings = revision, settings, own.watching_also(names)
        return known[2]

    async def _read(self) -> Watchlist:
        store = await self._store()
        watchlist = await read_watchlist(store)
        if watchlist.get("added") and self._roster[0] != watchlist["revision"]:
            self._roster = watchlist["revision"], await read_roster(store)
        return watchlist

    def forget(self, _: Watchlist) -> None:
        """Have the next request read it again, since this process has just written another one."""
        self._reading = None


class SharedStore:
    """One store for all requests of a process, opened by the first one that needs it.

    Requests that arrive while it opens wait for the same attempt, and share its failure. The next
    request after a failure tries again.
    """

    def __init__(self, settings: Settings, spellings: Spellings | None = None) -> None:
        self._settings = settings
        self._spellings = spellings or Spellings()
        self._opening: asyncio.Task[Store] | None = None
        self._first: tuple[asyncio.Task[Store], float] | None = None

    async def __call__(self) -> Store:
        """Return the open store. Raises StoreUnavailable and StoreNotProvisioned."""
        if self._opening is None or _is_lost(self._opening):
            self._opening = asyncio.create_task(self._open())
            self._first = self._first or (self._opening, asyncio.get_running_loop().time())
        # Shielded, so that a client that disconnects doesn't cancel it for the others.
        return await asyncio.shield(self._opening)

    async def _open(self) -> Store:
        store = await open_store(self._settings, retry_seconds=RETRY_SECONDS)
        spelled = SpelledStore(store, self._settings.watched, self._spellings)
        with suppress(StoreError):  # The first read tries it again.
            # In a separate context, so that no request is charged for it.
            await asyncio.create_task(spelled.refresh(), context=Context())
        return store

    def is_starting(self) -> bool:
        """Return whether the first attempt is under way, for less than STARTING_SECONDS."""
        if self._first is None or self._first[0].done():
            return False
        return self._first[0].get_loop().time() - self._first[1] < STARTING_SECONDS

    async def close(self) -> None:
        """Close the store if it is open."""
        opening, self._opening = self._opening, None
        if opening is None or _is_lost(opening):
            return
        try:
            store = await opening
        except StoreError:
            # It failed to open: there is nothing to close.
            return
        await store.close()


def _is_lost(opening: "asyncio.Task[Any]") -> bool:
    """Return whether it failed, or belongs to an event loop that is gone."""
    if opening.get_loop() is not asyncio.get_running_loop():
        return True
    return opening.done() and (opening.cancelled() or opening.exception() is not None)
