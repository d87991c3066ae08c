"""Cleanups in shards by the settings: beginning one, and working on it."""

from collections.abc import Sequence

from collector.rounds.cleanup import CleanupRound, Limits
from collector.rounds.documents import read_round
from collector.rounds.worker import workers_of_round
from collector.runs import LEASE_WAIT_SECONDS
from collector.turns import Messages, RunTime, send
from collector.writers.lease import LeaseWait
from shared.cleanups import CleanupMessage
from shared.models import Cleanup
from shared.settings import Settings
from shared.store import Store

# All other writers wait for the end of a cleanup, which takes seconds; one that begins again must
# come further than the one before, so it has more time than a shard's turn.
END_SECONDS = 300.0


def cleanup_round(
    store: Store, settings: Settings, *, lease_wait: LeaseWait, seconds: float | None = None
) -> CleanupRound:
    """Return what works on a cleanup in shards for this time; None has no limit."""
    run_time = RunTime.of(seconds)
    limits = Limits(
        is_over=run_time.is_over,
        turn=lambda: run_time.turn().is_over,
        end=lambda: RunTime.of(END_SECONDS).is_over,
    )
    return CleanupRound(store, settings, limits=limits, lease_wait=lease_wait)


async def clean_up_in_shards(store: Store, settings: Settings, output: Messages | None) -> Cleanup:
    """Begin a cleanup, or resume one, and return its document.

    The messages of its workers go to the output; without one, it is worked on here until it has
    ended. Raises CycleRunning if the lease isn't free in time.
    """
    work = cleanup_round(store, settings, lease_wait=LeaseWait(LEASE_WAIT_SECONDS))
    begun = await work.begin()
    if output is None:
        return await work.to_its_end(begun["id"])
    send(output, await messages_of(store, settings, begun["id"]))
    return begun


async def messages_of(store: Store, settings: Settings, run: str) -> Sequence[str]:
    """Return a message for each worker of a cleanup, which has open shards or its end to do."""
    found = await read_round(store, "cleanup")
    shards = len(found["open"]) if found is not None else 0
    message = CleanupMessage(cleanup=run).model_dump_json()
    return [message] * min(workers_of_round(settings), max(1, shards))


def cleanup_report(cleanup: Cleanup) -> dict[str, object]:
    """Return the fields of a run's report about a cleanup."""
    status = cleanup["status"]
    return {
        "outcome": "planned" if status == "running" else status,
        "cleanup": cleanup["id"],
        "before": cleanup["before"],
        **cleanup["removed"],
        "cycles_closed": cleanup["cycles_closed"],
        "complete": cleanup["complete"],
    }
