"""Metrics for an operator's monitoring: requests, collections, queues, the disk, faults."""

import asyncio
from collections.abc import Iterator
from typing import get_args

from api.deps import Deps
from api.endpoints import ROUTES
from api.export.prometheus import Family, Sample, gauge, labelled
from api.reads.health import DATABASE_SECONDS
from api.request_metrics import BUCKETS, Durations, RequestMetrics
from api.schema.health import FaultName, Health
from shared.disk import DiskSpace
from shared.errors import StoreError
from shared.models import Cycle
from shared.store import CYCLES
from shared.times import parse_iso
from shared.worker_status import POISON, WorkerStatus

STATUSES = ("starting", "healthy", "degraded", "unhealthy")
# The route of what has no address of its own.
REST = "/{*path}"
MEGABYTE = 1_000_000


async def read_metrics(deps: Deps, health: Health, requests: RequestMetrics) -> list[Family]:
    """Return the metrics. What the database alone knows is left out while it doesn't answer."""
    cycle = await _last_cycle(deps, health.application.last_cycle)
    worker = deps.worker()
    disk = None if deps.settings.cosmos_endpoint else deps.disk(deps.settings.sqlite_path)
    return [
        *request_families(requests),
        *_of_process(health),
        *_of_health(health),
        *_of_collection(health),
        *_of_cycle(cycle),
        *_of_worker(worker),
        *_of_disk(disk),
    ]


def request_families(requests: RequestMetrics) -> Iterator[Family]:
    """Return the counts of requests by route, which are those of this process since its start."""
    routes = {each.function: each.address for each in ROUTES.values()}
    known = requests.by_route(routes, REST)
    yield Family(
        "undertone_http_requests_total",
        "counter",
        "Requests that were answered.",
        tuple(
            Sample(count, {"route": route, "method": method, "status": str(status)})
            for (route, method, status), count in sorted(known.answered.items())
        ),
    )
    yield Family(
        "undertone_http_request_duration_seconds",
        "histogram",
        "How long an answer took.",
        tuple(
            sample
            for route, durations in sorted(known.durations.items())
            for sample in _histogram(route, durations)
        ),
    )
    costs = sorted(known.costs.items())
    yield labelled(
        "undertone_http_request_units_total",
        "counter",
        "Request units that Cosmos DB charged for answers.",
        "route",
        {route: each.request_units for route, each in costs},
    )
    yield labelled(
        "undertone_http_store_operations_total",
        "counter",
        "Requests to the database for answers.",
        "route",
        {route: each.operations for route, each in costs},
    )


def _histogram(route: str, durations: Durations) -> Iterator[Sample]:
    below = 0
    for bound, count in zip((*map(str, BUCKETS), "+Inf"), durations.counts, strict=True):
        below += count
        yield Sample(below, {"route": route, "le": bound}, "_bucket")
    yield Sample(durations.seconds, {"route": route}, "_sum")
    yield Sample(below, {"route": route}, "_count")


def _of_process(health: Health) -> Iterator[Family]:
    now, process = _seconds(health.timestamp), health.process
    yield gauge(
        "undertone_info",
        "The program.",
        1,
        version=health.version,
        database=health.database.kind,
        origin=health.application.origin,
    )
    yield gauge(
        "process_start_time_seconds",
        "When the process that answers started, in Unix time.",
        None if now is None else round(now - process.uptime_seconds),
    )
    yield gauge(
        "process_resident_memory_bytes",
        "Memory of the process that answers.",
        round(process.memory_mb * MEGABYTE),
    )


def _of_health(health: Health) -> Iterator[Family]:
    yield labelled(
        "undertone_health_status",
        "gauge",
        "1 for the status of the service, as in /api/v1/health.",
        "status",
        {status: int(status == health.status) for status in STATUSES},
    )
    wrong = {fault.name for fault in health.faults}
    yield labelled(
        "undertone_fault",
        "gauge",
        "1 for what is wrong; /api/v1/health has the reasons.",
        "fault",
        {name: int(name in wrong) for name in get_args(FaultName)},
    )
    milliseconds = health.database.latency_ms
    yield gauge(
        "undertone_database_latency_seconds",
        "How long a read took.",
        None if milliseconds is None else milliseconds / 1000,
    )


def _of_collection(health: Health) -> Iterator[Family]:
    known = health.application
    outcomes = {"succeeded": known.collections_succeeded, "failed": known.collections_failed}
    yield labelled(
        "undertone_collections_total",
        "counter",
        "Collections, of the whole database.",
        "outcome",
        {outcome: count for outcome, count in outcomes.items() if count is not None},
    )
    last, now = _seconds(known.last_collection_at), _seconds(health.timestamp)
    yield gauge(
        "undertone_last_collection_timestamp_seconds",
        "When a collection last succeeded, in Unix time.",
        last,
    )
    yield gauge(
        "undertone_last_collection_age_seconds",
        "Seconds since a collection last succeeded.",
        None if last is None or now is None else max(0.0, now - last),
    )
    yield gauge(
        "undertone_collection_running",
        "1 while a collection runs.",
        int(known.running_cycle is not None) if health.database.connected else None,
    )
    failing: dict[str, float] = {}
    for source in health.sources:
        failing[source.source] = failing.get(source.source, 0) + len(source.communities)
    yield labelled(
        "undertone_failing_communities",
        "gauge",
        "Communities whose last collection failed.",
        "source",
        failing,
    )
    scoring = health.sentiment
    yield gauge(
        "undertone_scoring_waiting_items",
        "Items that wait for the method of the settings.",
        None if scoring is None else scoring.waiting,
    )
    yield gauge(
        "undertone_scoring_failed_items",
        "Items that the method of the settings couldn't score.",
        None if scoring is None else scoring.failed,
    )


def _of_cycle(cycle: Cycle | None) -> Iterator[Family]:
    """Return what the last collection did."""
    if cycle is None:
        return
    yield labelled(
        "undertone_last_cycle_items",
        "gauge",
        "Items that the last collection wrote.",
        "change",
        {"new": cycle["new"], "edited": cycle["edited"], "removed": cycle["removed"]},
    )
    yield gauge(
        "undertone_last_cycle_errors", "Errors of the last collection.", len(cycle["errors"])
    )
    began, ended = _seconds(cycle["start_time"]), _seconds(cycle["end_time"])
    yield gauge(
        "undertone_last_cycle_seconds",
        "How long the last collection took.",
        None if began is None or ended is None else max(0.0, ended - began),
    )
    yield labelled(
        "undertone_last_cycle_requests",
        "gauge",
        "Requests that the last collection sent to a source.",
        "source",
        {source: each["used"] for source, each in cycle["requests"].items()},
    )


def _of_worker(worker: WorkerStatus | None) -> Iterator[Family]:
    if worker is None:
        return
    yield gauge(
        "undertone_worker_heartbeat_timestamp_seconds",
        "When the worker last said that it runs, in Unix time.",
        _seconds(worker.last_heartbeat),
    )
    waiting = {name: n for name, n in worker.queues.items() if not name.endswith(POISON)}
    yield labelled(
        "undertone_queue_messages",
        "gauge",
        "Messages in a queue.",
        "queue",
        {name: waiting.get(name, 0) for name in sorted({*waiting, *worker.poisoned})},
    )
    yield labelled(
        "undertone_queue_poison_messages",
        "gauge",
        "Messages of a queue that failed each time they were tried.",
        "queue",
        {name: worker.poisoned.get(name, 0) for name in sorted({*waiting, *worker.poisoned})},
    )


def _of_disk(disk: DiskSpace | None) -> Iterator[Family]:
    if disk is None:
        return
    yield gauge("undertone_database_bytes", "The SQLite database with its log.", disk.database)
    yield gauge("undertone_disk_free_bytes", "What is free on its disk.", disk.free)
    yield gauge("undertone_disk_size_bytes", "The size of its disk.", disk.size)


async def _last_cycle(deps: Deps, cycle_id: str | None) -> Cycle | None:
    if cycle_id is None:
        return None
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            return await (await deps.store()).read(CYCLES, "cycle", cycle_id)
    except (StoreError, TimeoutError):
        return None


def _seconds(moment: str | None) -> float | None:
    return None if moment is None else parse_iso(moment).timestamp()
