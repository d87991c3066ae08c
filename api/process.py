"""The store and the caches of this process, made when first needed."""

from dataclasses import replace
from functools import lru_cache
from secrets import token_bytes
from typing import TYPE_CHECKING

from api.deps import Deps, SharedStore, SharedWatchlist
from api.http.access import current_caller, shows_names, sign_sessions_with
from api.http.cache import Cache
from api.http.caches import Caches
from api.http.daily_budget import DailyBudget
from api.http.limiter import limiter_of
from api.http.quotas import ClientQuotas
from api.http.read_limits import ReadLimits, heavy_policy
from api.http.visit import current_visit
from api.reads.health import LastObserved
from api.reads.process import process_health
from shared.alerts.links import read_key
from shared.logs import set_levels
from shared.models import Watchlist
from shared.on_demand import CollectMessage
from shared.settings import Settings, settings
from shared.spellings import Spellings
from shared.stats.parsed_tables import ParsedTables
from shared.times import utc_now

if TYPE_CHECKING:
    # What it reads texts with costs 50 ms, and is loaded when a preview is asked for.
    from api.reads.preview import Sample

# Answers of the last hours, for when the day's request units are spent.
STALE_SECONDS = 6 * 3600.0
# Anybody may ask for health, and it costs 2 request units or more.
HEALTH_SECONDS = 1.0
# How long an address that another process has revoked still opens its feed.
ADDRESSES_SECONDS = 2.0
# A sample has about a megabyte. Its items change at a collection.
SAMPLE_SECONDS = 60.0
MAX_SAMPLES = 4
# What a read returns takes several times as much memory as its JSON.
MAX_READS = 30
# The file of a day has up to some 50 MB as text, and a few as Parquet.
MAX_EXPORTS = 2


@lru_cache(maxsize=1)
def _shared_store() -> SharedStore:
    set_levels(settings().log_level)
    return SharedStore(settings(), _spellings())


@lru_cache(maxsize=1)
def _unsent() -> set[CollectMessage]:
    return set()


@lru_cache(maxsize=1)
def _spellings() -> Spellings:
    return Spellings(looks=True)


@lru_cache(maxsize=1)
def _parsed_tables() -> ParsedTables:
    return ParsedTables()


@lru_cache(maxsize=1)
def process_caches() -> Caches:
    """Return this process's caches. Raises SettingsError."""
    seconds = settings().cache_seconds
    return Caches(
        Cache(seconds=seconds, stale_seconds=STALE_SECONDS),
        Cache(seconds=seconds, most=MAX_READS),
        health=Cache(seconds=min(HEALTH_SECONDS, seconds)),
        addresses=Cache(seconds=min(ADDRESSES_SECONDS, seconds)),
        heavy=limiter_of(is_sqlite=settings().cosmos_endpoint is None),
        exports=Cache(seconds=seconds, most=MAX_EXPORTS),
        limits=_read_limits(settings()),
    )


def _read_limits(given: Settings) -> ReadLimits:
    a_minute = given.heavy_reads_a_minute
    return ReadLimits(
        ClientQuotas(heavy_policy(a_minute)) if a_minute else None,
        DailyBudget(_shared_store(), given.daily_read_units, utc_now),
    )


@lru_cache(maxsize=1)
def process_samples() -> "Cache[Sample]":
    """Return this process's samples for previews, which are asked for while someone types."""
    return Cache(seconds=SAMPLE_SECONDS, most=MAX_SAMPLES)


@lru_cache(maxsize=1)
def _shared_watchlist() -> SharedWatchlist:
    return SharedWatchlist(_shared_store(), seconds=settings().cache_seconds)


@lru_cache(maxsize=1)
def process_last_observed() -> LastObserved:
    """Return what this process's health read last of the communities."""
    return LastObserved()


@lru_cache(maxsize=1)
def _signing_key() -> "list[bytes]":
    return []


async def process_signing_key() -> bytes:
    """Return the key that signs sessions, links and addresses of feeds, read once.

    Raises SettingsError and StoreError.
    """
    known = _signing_key()
    if not known:
        known.append(await read_key(await _shared_store()(), token_bytes))
    return known[0]


sign_sessions_with(process_signing_key)


def _forget(changed: Watchlist) -> None:
    _shared_watchlist().forget(changed)
    process_last_observed().forget()


def configured_deps() -> Deps:
    """Return the dependencies of what asks nothing of communities. Raises SettingsError.

    What the request reads with them is charged to the budget of the day, if it has no key.
    """
    store = _shared_store()
    process_caches().limits.charge(current_visit())
    return Deps(
        settings=settings(),
        store=store,
        clock=utc_now,
        process=process_health,
        is_starting=store.is_starting,
        unsent=_unsent(),
        spellings=_spellings(),
        tables=_parsed_tables(),
        by=current_caller().name,
        shows_names=shows_names(settings()),
        on_change=_forget,
    )


async def process_deps() -> Deps:
    """Return the dependencies of reads and actions, with the communities of the watchlist.

    Raises SettingsError and StoreError.
    """
    deps, shared = configured_deps(), _shared_watchlist()
    watchlist = await shared()
    return replace(
        deps,
        settings=shared.settings_with(deps.settings, watchlist),
        watchlist=watchlist,
    )


async def close() -> None:
    """Close this process's store. A stopping host calls it, so that the store's thread ends."""
    if _shared_store.cache_info().currsize:
        await _shared_store().close()
        kept = (_shared_store, _shared_watchlist, _unsent, _spellings, _parsed_tables, _signing_key)
        for made in (*kept, process_caches, process_samples, process_last_observed):
            made.cache_clear()
