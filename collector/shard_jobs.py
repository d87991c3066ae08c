"""The job that works on a message of a cycle in shards."""

from collector.jobs import after_cycle
from collector.runs import opened, reported, working_seconds
from collector.shard_runs import worker_of
from collector.turns import Messages, send
from collector.writers.shutdown import run_until_stopped
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
        messages, has_ended = run_until_stopped(work, seconds=settings.cycle_seconds)
        report.update(messages=len(messages))
        if message in messages:
            report.update(outcome="skipped", reason="another writer runs; it is tried again")
        send(output, [each.model_dump_json() for each in messages])
    return has_ended


async def _work(settings: Settings, message: ShardMessage) -> tuple[list[ShardMessage], bool]:
    async with opened(settings) as (store, watched):
        messages = await worker_of(store, watched).work(message)
        has_ended = not message.shard and not messages
        if has_ended:
            await after_cycle(store, watched, working_seconds(watched))
        return messages, has_ended
