"""The faults of the service, by name, each with its reason: a monitor asks for all of them."""

from collections.abc import Iterator, Mapping, Sequence

from api.schema.health import Fault, FaultName, SourceHealth
from shared.disk import DiskSpace
from shared.models import ScoringState
from shared.worker_status import WorkerStatus

MEGABYTE = 1_000_000
# Room for a few cycles, and for their queues and logs.
MIN_FREE_BYTES = 512 * MEGABYTE


def disk_fault(disk: DiskSpace | None) -> Fault | None:
    """Return a fault if the database's disk is nearly full; None also where there is no disk.

    A copy of the database has to fit, because backups and compacting make one.
    """
    if disk is None:
        return None
    needed = max(MIN_FREE_BYTES, disk.database)
    if disk.free >= needed:
        return None
    return Fault(
        name="disk",
        reason=f"The database's disk has {_megabytes(disk.free)} free, and the database has"
        f" {_megabytes(disk.database)}: less than {_megabytes(needed)} is too little.",
    )


def poison_fault(worker: WorkerStatus | None) -> Fault | None:
    """Return a fault if messages failed each time they were tried."""
    poisoned = worker.poisoned if worker is not None else {}
    if not poisoned:
        return None
    named = ", ".join(f"{count} of {queue}" for queue, count in sorted(poisoned.items()))
    return Fault(
        name="poison",
        reason=f"Messages failed each time they were tried: {named}. The log says why;"
        " `python -m local queues --clear-poison` deletes them.",
    )


def scoring_fault(state: ScoringState | None) -> Fault | None:
    """Return a fault if the method of the settings doesn't score."""
    reason = (state["reason"] or state.get("paused_because")) if state is not None else None
    return Fault(name="scoring", reason=reason) if reason else None


def source_faults(sources: Sequence[SourceHealth]) -> Iterator[Fault]:
    """Return a fault for each source of which nothing is collected.

    A community that fails alone is none: it may be gone for good.
    """
    for source in sources:
        if source.is_whole:
            reason = f"{source.source} fails since {source.since}: {source.reason}"
            yield Fault(name="source", reason=reason)


def faults_of(
    main: Mapping[FaultName, str | None],
    *,
    sources: Sequence[SourceHealth],
    scoring: ScoringState | None,
    worker: WorkerStatus | None,
    disk: DiskSpace | None,
) -> list[Fault]:
    """Return what is wrong. `main` has the reasons of what also changes the status, by name."""
    first = [Fault(name=name, reason=reason) for name, reason in main.items() if reason]
    rest = (poison_fault(worker), disk_fault(disk), scoring_fault(scoring))
    return [*first, *(each for each in rest if each is not None), *source_faults(sources)]


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:,.0f} MB"
