"""The jobs that match stored items by a changed watchlist: after a message, and by hand."""

from dataclasses import dataclass

from collector.maintenance.rematch import Progress, RematchTurn, no_progress, nothing_to_do
from collector.runs import RESCORE_WAIT_SECONDS, opened, reported, skipped_if_busy
from collector.turns import (
    MESSAGE_WAIT_SECONDS,
    RUN_SECONDS,
    Messages,
    RunTime,
    let_go,
    send,
    send_due_messages,
)
from collector.writers.lease import LeaseWait
from collector.writers.shutdown import run_until_stopped
from shared.models import Rematch
from shared.rematches import ID, is_active, message_of, read_message, read_rematch
from shared.settings import Settings
from shared.store import Store
from shared.subjects.watchlist import read_watchlist
from shared.times import utc_now


def send_due_rematch(settings: Settings, output: Messages) -> None:
    """Put a message on the queue if a rematch is due, and none is on its way.

    A change of the watchlist sends one itself. If that is lost, or a worker was killed, this one
    makes up for it.
    """
    send_due_messages("rematch", _due(settings), output)


async def _due(settings: Settings) -> list[str]:
    async with opened(settings) as (store, _):
        found = await read_rematch(store)
        if await nothing_to_do(store) or (found is not None and is_active(found, utc_now())):
            return []
        return [message_of(await read_watchlist(store))]


def rematch_on_message(settings: Settings, body: bytes, output: Messages) -> None:
    """Match stored items for less than a minute, and put the next message on the queue.

    Raises BadMessage, and what ends a turn early, so that the message returns to the queue.
    """
    with reported("rematch", settings) as report:
        message = read_message(body)
        report.update(revision=message.revision)
        with skipped_if_busy(report):
            done = run_until_stopped(_run(settings), seconds=settings.cycle_seconds)
            report.update(_report(done))
        # Another message's run goes on by itself: this one would only wait for it.
        is_kept_out = report.get("holder", ID) != ID
        if is_kept_out or report["outcome"] == "goes_on":
            send(output, [message.model_dump_json()])


def _report(done: Rematch | None) -> dict[str, object]:
    if done is None:
        return {"outcome": "skipped", "reason": "all items are matched"}
    return {
        "outcome": "goes_on" if done["ended_at"] is None else "completed",
        "items": done["items"],
        "matched": done["matched"],
        "changed": done["changed"],
    }


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
        lease_wait = LeaseWait(MESSAGE_WAIT_SECONDS, yields_to=ID)
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
        run_time = RunTime.of(self.seconds)
        done: Rematch | None = None
        while True:
            turn = RematchTurn(
                self.store,
                self.settings,
                run_time.turn().is_over,
                progress=self.progress,
                begins_again=begins_again and done is None,
            )
            found = await turn.run(lease_wait=self.lease_wait)
            if found is None:
                return done
            done = found
            if run_time.is_over():
                return done
            if done["ended_at"] is None:
                await let_go()
