"""The jobs that match stored items by a changed watchlist: after a message, and by hand."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import List  # noqa: UP035 - as the worker wants it

import azure.functions as func

from collector.maintenance.rematch import Progress, RematchTurn, no_progress, nothing_to_do
from collector.runs import RESCORE_WAIT_SECONDS, opened, reported
from collector.writers.lease import LOOK_AGAIN_SECONDS, LeaseWait
from collector.writers.shutdown import run_until_stopped
from shared.errors import CycleRunning, StoreError
from shared.logs import event
from shared.models import Rematch
from shared.rematches import ID, is_active, message_of, read_message, read_rematch
from shared.settings import Settings
from shared.store import Store
from shared.subjects.watchlist import read_watchlist
from shared.times import utc_now

log = logging.getLogger(__name__)

# Of matching after one message. Each turn at the lease is shorter, since a collection or a pushed
# item waits for its end.
RUN_SECONDS = 45.0
TURN_SECONDS = 15.0
# A waiting writer reads the lease every half second, so it takes it within a second.
LET_GO_SECONDS = 2 * LOOK_AGAIN_SECONDS
# A message then goes back to the end of the queue, so that a long collection poisons none.
LEASE_WAIT_SECONDS = 60.0


def send_due_rematch(settings: Settings, output: func.Out[List[str]]) -> None:  # noqa: UP006
    """Put a message on the queue if a rematch is due, and none is on its way.

    A change of the watchlist sends one itself. If that is lost, or a worker was killed, this one
    makes up for it. If the store can't be read, the next cycle does it.
    """
    try:
        message = asyncio.run(_due(settings))
    except StoreError as error:
        event(log, "rematch.not_asked_for", logging.WARNING, reason=str(error))
        return
    if message is not None:
        output.set([message])


async def _due(settings: Settings) -> str | None:
    async with opened(settings) as (store, _):
        found = await read_rematch(store)
        if await nothing_to_do(store) or (found is not None and is_active(found, utc_now())):
            return None
        return message_of(await read_watchlist(store))


def rematch_on_message(
    settings: Settings,
    body: bytes,
    output: func.Out[List[str]],  # noqa: UP006
) -> None:
    """Match stored items for less than a minute, and put the next message on the queue.

    Raises BadMessage, and what ends a turn early, so that the message returns to the queue.
    """
    with reported("rematch", settings) as report:
        message = read_message(body)
        report.update(revision=message.revision)
        goes_on = False
        try:
            work = _run(settings)
            done = run_until_stopped(work, seconds=settings.cycle_seconds)
            if done is None:
                report.update(outcome="skipped", reason="all items are matched")
            else:
                goes_on = done["ended_at"] is None
                report.update(
                    outcome="goes_on" if goes_on else "completed",
                    items=done["items"],
                    matched=done["matched"],
                    changed=done["changed"],
                )
        except CycleRunning as error:
            # Another message's run goes on by itself: this one would only wait for it.
            goes_on = error.holder != ID
            report.update(outcome="skipped", reason="another writer runs", holder=error.holder)
        if goes_on:
            output.set([message.model_dump_json()])


async def rematch_by_hand(
    settings: Settings, *, begins_again: bool = False, progress: Progress = no_progress
) -> Rematch | None:
    """Match stored items to the end, and return the document; None if there is nothing to do.

    An unfinished rematch goes on. Raises what `RematchTurn.run` raises.
    """
    async with opened(settings) as (store, watched):
        run = _Run(store, watched, LeaseWait(RESCORE_WAIT_SECONDS), progress=progress)
        return await run.turns(begins_again=begins_again)


async def _run(settings: Settings) -> Rematch | None:
    """Take turns until the run's time is used up."""
    async with opened(settings) as (store, watched):
        lease_wait = LeaseWait(LEASE_WAIT_SECONDS, yields_to=ID)
        return await _Run(store, watched, lease_wait, seconds=RUN_SECONDS).turns()


@dataclass(frozen=True)
class _Run:
    """The turns after one message, or of one command: `seconds` of them, or until the end."""

    store: Store
    settings: Settings
    lease_wait: LeaseWait
    seconds: float | None = None
    progress: Progress = no_progress

    async def turns(self, *, begins_again: bool = False) -> Rematch | None:
        """Take turns at the lease, which others may take between two of them.

        Returns the document of the last one; None if there was nothing to do. A watchlist that
        changes during the last turn is matched, too.
        """
        over = float("inf") if self.seconds is None else time.monotonic() + self.seconds
        done: Rematch | None = None
        while True:
            ends = min(over, time.monotonic() + TURN_SECONDS)
            turn = RematchTurn(
                self.store,
                self.settings,
                _is_past(ends),
                progress=self.progress,
                begins_again=begins_again and done is None,
            )
            found = await turn.run(lease_wait=self.lease_wait)
            if found is None:
                return done
            done = found
            if time.monotonic() >= over:
                return done
            await asyncio.sleep(LET_GO_SECONDS if done["ended_at"] is None else 0)


def _is_past(moment: float) -> Callable[[], bool]:
    return lambda: time.monotonic() >= moment
