"""The job that writes what was pushed, by a queue message or at the end of a cycle."""

import asyncio
import logging
import time

from collector.ingest.importer import Importer
from collector.ingest.waiting import are_waiting, write_waiting
from collector.runs import LEASE_WAIT_SECONDS, chosen_method, opened, reported, skipped_if_busy
from collector.sentiment.base import light
from collector.sources.base import Seen
from collector.sources.push.lines import seen_of
from collector.writers.lease import LeaseWait
from collector.writers.shutdown import run_until_stopped
from shared.batches import read_message
from shared.errors import CycleRunning, LeaseLost, StoreError
from shared.logs import event
from shared.models import Import
from shared.pushed import PushedItem, read_item
from shared.settings import Settings
from shared.store import Store

log = logging.getLogger(__name__)


def write_pushed_on_request(settings: Settings, body: bytes) -> None:
    """Write the batches that wait, of which a queue message names one.

    If another writer runs for too long, the next collection writes them. Raises BadMessage, and
    what `write_waiting` raises, so that the message returns to the queue.
    """
    with reported("ingest", settings) as report:
        message = read_message(body)
        report.update(batch=message.batch)
        with skipped_if_busy(report):
            done = run_until_stopped(write_pushed(settings), seconds=settings.cycle_seconds)
            report.update(_report(done))


async def write_pushed(settings: Settings) -> Import | None:
    """Write the batches that wait. Raises CycleRunning if the lease isn't free in time."""
    async with opened(settings) as (store, watched):
        return await _write_pushed(store, watched, LeaseWait(LEASE_WAIT_SECONDS))


async def _write_pushed(store: Store, settings: Settings, lease_wait: LeaseWait) -> Import | None:
    if not await are_waiting(store):
        return None
    importer = Importer(store, light(chosen_method(settings)), settings)
    return await write_waiting(importer, pushed_item, lease_wait=lease_wait)


async def write_batches(store: Store, settings: Settings, deadline: float) -> None:
    """Write the batches whose message was lost, or that waited for a cycle."""
    try:
        async with asyncio.timeout(deadline - time.monotonic()):
            await _write_pushed(store, settings, LeaseWait(LEASE_WAIT_SECONDS, yields_to="import"))
    except TimeoutError:
        event(log, "ingest.left", logging.WARNING, reason="the cycle's time is used up")
    except (CycleRunning, LeaseLost, StoreError) as error:
        event(log, "ingest.left", logging.WARNING, reason=str(error))


def pushed_item(line: bytes) -> tuple[str, Seen] | None:
    """Return a stored line's community and item; None if this version can't read it."""
    item = read_item(line)
    if not isinstance(item, PushedItem) or item.community is None:
        return None
    return item.community, seen_of(item, item.community)


def _report(done: Import | None) -> dict[str, object]:
    if done is None:
        return {"outcome": "skipped", "reason": "it was written with an earlier message"}
    names = ("new", "edited", "moved", "removed", "unchanged")
    counts = {name: done[name] for name in names}  # type: ignore[literal-required]
    return {
        "outcome": done["status"],
        "import": done["id"],
        **counts,
        "errors": len(done["errors"]),
    }
