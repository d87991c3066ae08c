"""What the HTTP functions work with; the process has one of each, made when first needed."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass, field
from functools import lru_cache

from api.http.cache import Cache
from api.http.limiter import Limiter
from api.http.responses import Prepared
from api.reads.process import process_health
from api.schema.health import Health, ProcessHealth
from shared.errors import StoreError
from shared.logs import set_levels
from shared.on_demand import CollectMessage
from shared.settings import Settings, settings
from shared.spellings import SpelledStore, Spellings
from shared.store import Store, open_store
from shared.times import Clock, utc_now
from shared.worker_status import WorkerStatus, read_status

# A client waits for the answer: it can ask again sooner than a database comes back.
RETRY_SECONDS = 2.0
# The identity endpoint of a cold process takes some seconds. What takes longer is a fault.
STARTING_SECONDS = 60.0


@dataclass(frozen=True)
class Deps:
    """What an endpoint's function is given.

    store opens the database, or gives the open one; it raises what `open_store` does.
    """

    settings: Settings
    store: Callable[[], Awaitable[Store]]
    clock: Clock
    process: Callable[[], ProcessHealth]
    cache: Cache[Prepared]
    is_starting: Callable[[], bool] = lambda: False
    """Return whether the process opens its database for the first time, for 60 s at most."""
    health_cache: Cache[Health] = field(default_factory=lambda: Cache(seconds=0))
    """Of those who ask for health at once, one asks the database."""
    heavy: Limiter = field(default_factory=Limiter)
    """Heavy reads wait here for each other; nothing else does."""
    worker: Callable[[], WorkerStatus | None] = read_status
    unsent: set[CollectMessage] = field(default_factory=set)
    """Requests whose message was not sent, and that couldn't be withdrawn."""
    spellings: Spellings = field(default_factory=Spellings)

    async def watched_store(self) -> Store:
        """Open the database for reads of watched communities, in whatever case they are stored.

        Raises what `store` does.
        """
        return SpelledStore(await self.store(), self.settings.subreddits, self.spellings)


class SharedStore:
    """One store for all requests of a process, opened by the first one that needs it.

    Requests that come while it opens wait for the same attempt, and share its failure. After a
    failure the next request tries again.
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
        # Shielded, so that a client that goes away doesn't end it for the others.
        return await asyncio.shield(self._opening)

    async def _open(self) -> Store:
        store = await open_store(self._settings, retry_seconds=RETRY_SECONDS)
        spelled = SpelledStore(store, self._settings.subreddits, self._spellings)
        with suppress(StoreError):  # The first read looks again, and fails by itself.
            # In a context of its own: no request is charged for it.
            await asyncio.create_task(spelled.refresh(), context=Context())
        return store

    def is_starting(self) -> bool:
        """Return whether the first attempt is under way, for less than STARTING_SECONDS."""
        if self._first is None or self._first[0].done():
            return False
        return self._first[0].get_loop().time() - self._first[1] < STARTING_SECONDS

    async def close(self) -> None:
        """Close what was opened."""
        opening, self._opening = self._opening, None
        if opening is None or _is_lost(opening):
            return
        try:
            store = await opening
        except StoreError:
            # It was just being opened, in vain: there is nothing to close.
            return
        await store.close()


def _is_lost(opening: "asyncio.Task[Store]") -> bool:
    """Return whether it failed, or belongs to an event loop that is gone."""
    if opening.get_loop() is not asyncio.get_running_loop():
        return True
    return opening.done() and (opening.cancelled() or opening.exception() is not None)


@lru_cache(maxsize=1)
def _shared_store() -> SharedStore:
    set_levels(settings().log_level)
    return SharedStore(settings(), _spellings())


@lru_cache(maxsize=1)
def _cache() -> Cache[Prepared]:
    return Cache(seconds=settings().cache_seconds)


@lru_cache(maxsize=1)
def _health_cache() -> Cache[Health]:
    return Cache(seconds=0)


@lru_cache(maxsize=1)
def _heavy() -> Limiter:
    return Limiter()


@lru_cache(maxsize=1)
def _unsent() -> set[CollectMessage]:
    return set()


@lru_cache(maxsize=1)
def _spellings() -> Spellings:
    return Spellings(looks=True)


def process_deps() -> Deps:
    """Return this process's own. Raises SettingsError."""
    store = _shared_store()
    return Deps(
        settings=settings(),
        store=store,
        clock=utc_now,
        process=process_health,
        cache=_cache(),
        is_starting=store.is_starting,
        health_cache=_health_cache(),
        heavy=_heavy(),
        unsent=_unsent(),
        spellings=_spellings(),
    )


async def close() -> None:
    """Close this process's store: a host that stops calls it, or its thread lives on."""
    if _shared_store.cache_info().currsize:
        await _shared_store().close()
        _shared_store.cache_clear()
        _cache.cache_clear()
        _health_cache.cache_clear()
        _heavy.cache_clear()
        _unsent.cache_clear()
        _spellings.cache_clear()
