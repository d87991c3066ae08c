"""The health of the service, which is answered quickly even if the database hangs."""

import asyncio
import logging
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import perf_counter
from typing import Literal

from api.deps import Deps
from api.reads.coverage import States, coverage_answer, coverage_in, read_states
from api.reads.faults import faults_of
from api.schema.health import (
    ApplicationHealth,
    DatabaseHealth,
    FaultName,
    Health,
    HealthStatus,
    ScoringHealth,
    SourceHealth,
    WorkerHealth,
)
from shared import __version__
from shared.build import build_id
from shared.communities import SourceName
from shared.cycles import running_cycle
from shared.errors import StoreError
from shared.logs import repeated_event
from shared.models import ALL, CollectionState, ScoringState
from shared.schedule import next_tick, two_intervals
from shared.scoring import read_scoring
from shared.settings import Settings
from shared.store import COLLECTION, LEASES, Store
from shared.subjects.roster import watched_settings
from shared.subjects.watchlist import read_watchlist
from shared.times import Window, iso, parse_iso
from shared.worker_status import WorkerStatus

log = logging.getLogger(__name__)

# Monitors have short timeouts, so a slower database counts as not answering.
DATABASE_SECONDS = 0.8
MILLISECONDS = 1000
DAY_HOURS = 24
MINUTE = timedelta(minutes=1)
# Clocks differ by less; a later time comes from a wrong clock.
CLOCKS_APART = timedelta(minutes=2)
# The worker reports every few seconds; a busy machine may delay it.
HEARTBEAT_LATE = timedelta(seconds=60)
# Communities' states and the watchlist cost about 18 request units; a look without them costs 2.
OBSERVED_SECONDS = 600.0
# The state of scoring costs one more: it is read rarely, and a little more often while items wait.
SCORING_SECONDS = 30.0
WAITING_SECONDS = 5.0
# While a cycle runs it changes them, and an open page asks every second.
RUNNING_SECONDS = 60.0


@dataclass(frozen=True)
class Observed:
    """The watched communities and their states; after names the collection that came before."""

    after: str
    settings: Settings
    states: States


class LastObserved:
    """The communities as health read them last; collections change them.

    It is read again after a collection, and after some minutes: platforms ask for health every few
    seconds, and it costs ten times as much as the rest.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: Observed | None = None
        self._until = 0.0
        self._scoring: ScoringState | None = None
        self._scoring_until = 0.0

    async def scoring(self, store: Store, settings: Settings) -> ScoringState | None:
        """Return the state of scoring by the method of the settings. Raises StoreError."""
        now = self._clock()
        if now >= self._scoring_until:
            is_model = settings.sentiment_method == "llm"
            self._scoring = await read_scoring(store, "model_scoring" if is_model else "scoring")
            is_waiting = self._scoring is not None and self._scoring["waiting"]
            self._scoring_until = now + (WAITING_SECONDS if is_waiting else SCORING_SECONDS)
        return self._scoring

    async def read(
        self, deps: Deps, store: Store, state: CollectionState | None, running: str | None
    ) -> Observed:
        """Return it for this state of collection and the cycle under way. Raises StoreError."""
        after, now = state.get("_etag", "") if state else "", self._clock()
        known = self._known
        if known is None or known.after != after or now >= self._until:
            settings = await watched_settings(store, deps.settings, await read_watchlist(store))
            states = await read_states(replace(deps, settings=settings), store, [ALL])
            known = self._known = Observed(after, settings, states)
            self._until = now + (RUNNING_SECONDS if running else OBSERVED_SECONDS)
        return known

    def forget(self) -> None:
        """Have the next call read it."""
        self._known = None
        self._scoring_until = 0.0


async def check_health(deps: Deps, last: LastObserved | None = None) -> Health:
    """Read the state of collection, which also tests the database, and return the health.

    last is what was read of the communities before.
    """
    now = deps.clock()
    kind: Literal["sqlite", "cosmos"] = "cosmos" if deps.settings.cosmos_endpoint else "sqlite"
    process, worker = deps.process(), deps.worker()
    sources: list[SourceHealth] = []
    last_day, scoring = None, None
    wrong: dict[FaultName, str | None]
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            store = await deps.store()
        async with asyncio.timeout(DATABASE_SECONDS):
            asked = perf_counter()
            state = await store.read(COLLECTION, "collection", "collection")
            latency = round((perf_counter() - asked) * MILLISECONDS, 2)
            lease = await store.read(LEASES, "lease", "lease")
        async with asyncio.timeout(DATABASE_SECONDS):
            running = running_cycle(lease, now)
            last = last or LastObserved()
            observed = await last.read(deps, store, state, running)
        async with asyncio.timeout(DATABASE_SECONDS):
            scoring = await last.scoring(store, deps.settings)
    except (StoreError, TimeoutError) as error:
        status: HealthStatus = "starting"
        why: str | None = "The process opens its database: ask again in some seconds."
        if isinstance(error, StoreError) or not deps.is_starting():
            reason = str(error) or f"no answer within {DATABASE_SECONDS} s"
            repeated_event(log, "health.unhealthy", logging.WARNING, reason=reason)
            status = "unhealthy"
            why = "The database doesn't answer: the log says why."
        wrong = {"starting" if status == "starting" else "database": why}
        wrong["worker"] = _worker_fault(worker, now)
        application = _unknown(deps.settings, now)
        database = DatabaseHealth(connected=False, kind=kind, latency_ms=None)
    else:
        uptime = timedelta(seconds=process.uptime_seconds)
        deps = replace(deps, settings=observed.settings)
        sources = failing_sources(deps, observed.states)
        last_day = coverage_in(deps, observed.states, ALL, Window.of_hours(DAY_HOURS, now))
        wrong = {
            "worker": _worker_fault(worker, now),
            "stale": _data_fault(state, deps.settings, now, uptime),
        }
        why = wrong["worker"] or wrong["stale"]
        status = "degraded" if why else "healthy"
        application = _application(state, running, deps.settings, now)
        database = DatabaseHealth(connected=True, kind=kind, latency_ms=latency)
    disk = None if kind == "cosmos" else deps.disk(deps.settings.sqlite_path)
    return Health(
        faults=faults_of(wrong, sources=sources, scoring=scoring, worker=worker, disk=disk),
        sources=sources,
        coverage=coverage_answer(last_day),
        sentiment=scoring_health(scoring),
        status=status,
        reason=why,
        worker=None
        if worker is None
        else WorkerHealth(
            last_heartbeat=worker.last_heartbeat, last_failed_write=worker.last_failed_write
        ),
        timestamp=iso(now),
        version=__version__,
        build=build_id(),
        process=process,
        application=application,
        database=database,
    )


def scoring_health(state: ScoringState | None) -> ScoringHealth | None:
    """Return the method in force, and what waits for it."""
    if state is None:
        return None
    oldest, newest = state["oldest"], state["newest"]
    is_model = state["id"] == "model_scoring"
    reason = state["reason"] or state.get("paused_because")
    # A model that isn't asked is replaced by the method whose scores items have until then.
    stand_in = state["stands_in"] if is_model and reason else None
    return ScoringHealth(
        method=stand_in or state["method"],
        wanted=state["wanted"],
        reason=reason,
        waiting=state["waiting"],
        stands_in=state["stands_in"],
        oldest_waiting=f"{oldest}:00:00Z" if oldest else None,
        newest_waiting=f"{newest}:00:00Z" if newest else None,
        failed=sum(state["failed"].values()),
    )


def failing_sources(deps: Deps, states: States) -> list[SourceHealth]:
    """Return which communities fail since when and why, together where it is for one reason."""
    together: dict[tuple[SourceName, str, str], dict[str, str]] = defaultdict(dict)
    for name, state in states.items():
        error, failing = (state["last_error"], state.get("failing")) if state else (None, None)
        if error and failing:
            source = deps.settings.source_of(name)
            together[source, error["kind"], error["message"]][name] = failing["since"]
    watched = Counter(deps.settings.source_of(name) for name in states)
    return [
        SourceHealth(
            source=source,
            kind=kind,
            reason=reason,
            since=min(names.values()),
            communities=list(names),
            is_whole=len(names) == watched[source],
        )
        for (source, kind, reason), names in together.items()
    ]


def _worker_fault(worker: WorkerStatus | None, now: datetime) -> str | None:
    """Return what is wrong with the worker; None if nothing is, or if it isn't known."""
    if worker is None:
        return None
    if worker.is_failing:
        return (
            f"The worker can't write to its disk since {worker.last_failed_write}"
            f" ({worker.failed_write_reason}): nothing is collected."
        )
    if worker.last_heartbeat is None:
        return "The worker has given no sign of life yet: nothing is collected."
    if now - parse_iso(worker.last_heartbeat) > HEARTBEAT_LATE:
        return (
            f"The worker gave its last sign of life at {worker.last_heartbeat}: nothing is"
            " collected until it is back."
        )
    return None


def _data_fault(
    state: CollectionState | None, settings: Settings, now: datetime, uptime: timedelta
) -> str | None:
    """Return what is wrong with the data; None if nothing is."""
    last = state["last_collection_at"] if state else None
    if last is not None and _is_ahead(last, now):
        return (
            f"The last collection is dated {last}, which is in the future: a clock was, or is,"
            " wrong."
        )
    failed = state["shards"]["failed"] if state and "shards" in state else {}
    if not _is_stale(state, settings, now, uptime):
        return _failed_shards(failed) if failed else None
    if last is None:
        return "Nothing has been collected yet, though it should have been."
    return f"The last collection was at {last}, more than two intervals of the schedule ago."


def _failed_shards(failed: Mapping[str, str]) -> str:
    """Return which groups of communities failed in all their attempts, and why the first did."""
    name, reason = next(iter(failed.items()))
    others = f" and {len(failed) - 1} more shards" if len(failed) > 1 else ""
    return f"{name}{others} can't be collected, {reason}; each cycle tries again."


def _is_ahead(moment: str, now: datetime) -> bool:
    return parse_iso(moment) - now > CLOCKS_APART


def _is_stale(
    state: CollectionState | None, settings: Settings, now: datetime, uptime: timedelta
) -> bool:
    """Return whether the data is older than two intervals of the schedule.

    Before the first collection it returns whether one has failed, or none ran in two intervals
    since the start; so a fresh installation is healthy.
    """
    if state is None or state["last_collection_at"] is None:
        failed = state is not None and state["collections_failed"] > 0
        return failed or uptime > two_intervals(settings.collect_schedule, now - uptime)
    collected = parse_iso(state["last_collection_at"])
    return now - collected > two_intervals(settings.collect_schedule, collected)


def _application(
    state: CollectionState | None, running: str | None, settings: Settings, now: datetime
) -> ApplicationHealth:
    last = state["last_collection_at"] if state else None
    return ApplicationHealth(
        last_collection_at=last,
        collections_succeeded=state["collections_succeeded"] if state else 0,
        collections_failed=state["collections_failed"] if state else 0,
        # Another machine's clock may be ahead.
        data_freshness_minutes=max(0.0, round((now - parse_iso(last)) / MINUTE, 1))
        if last and not _is_ahead(last, now)
        else None,
        next_collection_at=iso(next_tick(settings.collect_schedule, now)),
        running_cycle=running,
        last_cycle=state["last_cycle"] if state else None,
        origin=settings.origin,
        read_access=settings.read_access,
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
        origin=settings.origin,
        read_access=settings.read_access,
    )
