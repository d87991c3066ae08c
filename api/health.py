"""How the service is: quick to say, even when the database hangs."""

import asyncio
import logging
from datetime import datetime, timedelta
from time import perf_counter
from typing import Literal

from api.deps import Deps
from api.models import ApplicationHealth, DatabaseHealth, Health, HealthStatus
from shared import __version__
from shared.cycles import running_cycle
from shared.errors import StoreError
from shared.logs import repeated_event
from shared.models import CollectionState
from shared.schedule import interval, next_tick
from shared.settings import Settings
from shared.store import COLLECTION, LEASES
from shared.times import iso, parse_iso

log = logging.getLogger(__name__)

# Whoever watches us gives up soon, and a database that takes longer is as good as gone.
DATABASE_SECONDS = 0.8
MILLISECONDS = 1000
MINUTE = timedelta(minutes=1)


async def check_health(deps: Deps) -> Health:
    """Ask the database what collection has done, which is a sign of its life, too."""
    now = deps.clock()
    kind: Literal["sqlite", "cosmos"] = "cosmos" if deps.settings.cosmos_endpoint else "sqlite"
    process = deps.process()
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            store = await deps.store()
        async with asyncio.timeout(DATABASE_SECONDS):
            asked = perf_counter()
            state = await store.read(COLLECTION, "collection", "collection")
            latency = round((perf_counter() - asked) * MILLISECONDS, 2)
            lease = await store.read(LEASES, "lease", "lease")
    except (StoreError, TimeoutError) as error:
        status: HealthStatus = "starting"
        if isinstance(error, StoreError) or not deps.is_starting():
            reason = str(error) or f"no answer within {DATABASE_SECONDS} s"
            repeated_event(log, "health.unhealthy", logging.WARNING, reason=reason)
            status = "unhealthy"
        application = _unknown(deps.settings, now)
        database = DatabaseHealth(connected=False, kind=kind, latency_ms=None)
    else:
        uptime = timedelta(seconds=process.uptime_seconds)
        status = "degraded" if _is_stale(state, deps.settings, now, uptime) else "healthy"
        application = _application(state, running_cycle(lease, now), deps.settings, now)
        database = DatabaseHealth(connected=True, kind=kind, latency_ms=latency)
    return Health(
        status=status,
        timestamp=iso(now),
        version=__version__,
        process=process,
        application=application,
        database=database,
    )


def _is_stale(
    state: CollectionState | None, settings: Settings, now: datetime, uptime: timedelta
) -> bool:
    """Say whether the data is older than it should be: two intervals of the schedule.

    Before the first collection that is so once one has failed, or when none came in two intervals
    from the start: a fresh installation is healthy.
    """
    if state is None or state["last_collection_at"] is None:
        failed = state is not None and state["collections_failed"] > 0
        return failed or uptime > _two_intervals(settings.collect_schedule, now - uptime)
    collected = parse_iso(state["last_collection_at"])
    return now - collected > _two_intervals(settings.collect_schedule, collected)


def _two_intervals(schedule: str, since: datetime) -> timedelta:
    """Return the length of the interval that the moment is in, and of the next one."""
    return interval(schedule, since) + interval(schedule, next_tick(schedule, since))


def _application(
    state: CollectionState | None, running: str | None, settings: Settings, now: datetime
) -> ApplicationHealth:
    last = state["last_collection_at"] if state else None
    return ApplicationHealth(
        last_collection_at=last,
        collections_succeeded=state["collections_succeeded"] if state else 0,
        collections_failed=state["collections_failed"] if state else 0,
        # Another machine's clock may be ahead of ours.
        data_freshness_minutes=max(0.0, round((now - parse_iso(last)) / MINUTE, 1))
        if last
        else None,
        next_collection_at=iso(next_tick(settings.collect_schedule, now)),
        running_cycle=running,
        last_cycle=state["last_cycle"] if state else None,
        feed=settings.feed,
    )


def _unknown(settings: Settings, now: datetime) -> ApplicationHealth:
    return ApplicationHealth(
        last_collection_at=None,
        collections_succeeded=None,
        collections_failed=None,
        data_freshness_minutes=None,
        next_collection_at=iso(next_tick(settings.collect_schedule, now)),
        running_cycle=None,
        last_cycle=None,
        feed=settings.feed,
    )
