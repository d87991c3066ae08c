"""The jobs that clean up in shards: after a message, and where messages were lost."""

from collections.abc import Sequence

from collector.cleanup_runs import cleanup_report, cleanup_round, messages_of
from collector.rounds.cleanup import read_cleanup
from collector.rounds.worker import RoundEnd
from collector.runs import opened, reported
from collector.turns import (
    MESSAGE_WAIT_SECONDS,
    RUN_SECONDS,
    Messages,
    send,
    send_due_messages,
)
from collector.writers.lease import LeaseWait
from collector.writers.shutdown import run_until_stopped
from shared.cleanups import read_message
from shared.models import Cleanup
from shared.settings import Settings


def send_due_cleanup(settings: Settings, output: Messages) -> None:
    """Put messages on the queue if those of a cleanup were lost, or its workers were killed."""
    send_due_messages("clean_up_shards", _due(settings), output)


async def _due(settings: Settings) -> Sequence[str]:
    async with opened(settings) as (store, watched):
        run = await cleanup_round(store, watched, lease_wait=LeaseWait()).lost()
        return [] if run is None else await messages_of(store, watched, run)


def clean_up_on_message(settings: Settings, body: bytes, output: Messages) -> None:
    """Clean up shards for less than a minute, and put the next message on the queue.

    Raises BadMessage, and what ends a run early, so that the message returns to the queue.
    """
    with reported("clean_up_shards", settings) as report:
        message = read_message(body)
        report.update(cleanup=message.cleanup)
        work = _work(settings, message.cleanup)
        end, cleanup = run_until_stopped(work, seconds=settings.cycle_seconds)
        if cleanup is not None:
            report.update(cleanup_report(cleanup))
        if end.goes_on:
            report.update(outcome="goes_on", **_waited_for(end))
            send(output, [message.model_dump_json()])
        elif not end.is_done:
            report.update(outcome="skipped", reason="the cleanup has ended, or others go on")


def _waited_for(end: RoundEnd) -> dict[str, object]:
    return {} if end.holder is None else {"holder": end.holder}


async def _work(settings: Settings, run: str) -> tuple[RoundEnd, Cleanup | None]:
    async with opened(settings) as (store, watched):
        lease_wait = LeaseWait(MESSAGE_WAIT_SECONDS)
        work = cleanup_round(store, watched, lease_wait=lease_wait, seconds=RUN_SECONDS)
        return await work.work(run), await read_cleanup(store, run)
