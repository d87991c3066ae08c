"""The job that works on a message of a cycle in shards."""

import time

from collector.jobs import after_cycle
from collector.runs import measure_cycle, opened, reported, working_seconds
from collector.shard_runs import worker_of
from collector.turns import Messages, send
from collector.writers.shutdown import run_until_stopped
from shared.errors import CycleRunning
from shared.models import Cycle
from shared.settings import Settings
from shared.shards import ShardMessage, read_message


def collect_shard_on_message(settings: Settings, body: bytes, output: Messages) -> bool:
    """Collect the shard of a message, or end its cycle, and put the next messages on the queue.

    Return whether a cycle has ended. Raises BadMessage, and LeaseLost, StoreError and Stopped, so
    that the message returns to the queue.
    """
    with reported("collect_shard", settings) as report:
        message = read_message(body)
        report.update(cycle=message.cycle, shard=message.shard or "none: the cycle ends")
        work = _work(settings, message)
        messages, cycle = run_until_stopped(work, seconds=settings.cycle_seconds)
        report.update(messages=len(messages))
        if message in messages:
            report.update(outcome="skipped", reason="another writer runs; it is tried again")
        if cycle is not None:
            report.update(outcome=cycle["status"])
            measure_cycle(cycle)
        send(output, [each.model_dump_json() for each in messages])
    return cycle is not None


async def _work(
    settings: Settings, message: ShardMessage
) -> tuple[list[ShardMessage], Cycle | None]:
    """Work on a message; return the messages to send next, and the cycle that has ended."""
    deadline = time.monotonic() + working_seconds(settings)
    async with opened(settings) as (store, watched):
        worker = worker_of(store, watched)
        if message.shard:
            return await worker.work(message), None
        try:
            cycle = await worker.end(message.cycle)
        except CycleRunning:
            return [message], None
        if cycle is not None:
            # The topics of many communities are for the workers whom their timer asks.
            await after_cycle(store, watched, deadline, finds_trends=False)
        return [], cycle
