"""The job that writes people's corrections, by a queue message or at the end of a cycle."""

import asyncio
import logging
import time

from collector.maintenance.correct import Corrector
from collector.runs import LEASE_WAIT_SECONDS, opened, reported, skipped_if_busy
from collector.writers.lease import LeaseWait
from collector.writers.shutdown import run_until_stopped
from shared.corrections.queue import read_message
from shared.errors import CycleRunning, LeaseLost, StoreError
from shared.logs import event
from shared.models import Correct
from shared.settings import Settings
from shared.store import Store

log = logging.getLogger(__name__)


def correct_on_request(settings: Settings, body: bytes) -> None:
    """Write the corrections that wait, of which a queue message names one.

    If another writer runs for too long, the next collection writes them. Raises BadMessage, and
    what `Corrector.run` raises, so that the message returns to the queue.
    """
    with reported("correct", settings) as report:
        read_message(body)
        with skipped_if_busy(report):
            done = run_until_stopped(_correct(settings), seconds=settings.cycle_seconds)
            report.update(_report(done))


async def _correct(settings: Settings) -> Correct | None:
    async with opened(settings) as (store, watched):
        return await Corrector(store, watched).run(lease_wait=LeaseWait(LEASE_WAIT_SECONDS))


async def write_corrections(store: Store, settings: Settings, deadline: float) -> None:
    """Write the corrections whose message was lost, or that waited for a cycle.

    It ends at the deadline, in `time.monotonic` seconds.
    """
    try:
        async with asyncio.timeout(deadline - time.monotonic()):
            await Corrector(store, settings).run(lease_wait=LeaseWait(LEASE_WAIT_SECONDS))
    except TimeoutError:
        event(log, "corrections.left", logging.WARNING, reason="the cycle's time is used up")
    except (CycleRunning, LeaseLost, StoreError) as error:
        event(log, "corrections.left", logging.WARNING, reason=str(error))


def _report(done: Correct | None) -> dict[str, object]:
    if done is None:
        return {"outcome": "skipped", "reason": "it was written with an earlier message"}
    return {"outcome": done["status"], "run": done["id"], "items": done["corrected"]}
