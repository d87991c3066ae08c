"""Does what the messages of a cycle in shards ask for: a shard, the totals, the end."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from collector.collection.recount import MAX_LAG
from collector.shards.closing import CycleCloser
from collector.shards.collecting import ShardCollector
from collector.shards.totals import Totals
from collector.writers.lease import LeaseWait
from shared.errors import CycleEnded, CycleRunning, DeadlineReached
from shared.logs import event
from shared.models import Cycle
from shared.shards import ShardMessage

log = logging.getLogger(__name__)

# A busy writer is waited for in the worker itself; then its message goes to the end of the queue.
PAUSE_SECONDS = 0.5


@dataclass(frozen=True)
class ShardWorker:
    """Works on messages with these dependencies; end_wait is the wait for the end of a cycle.

    totals_lag is how far totals may lag behind the shards: each time rewrites the hours of `all`.
    """

    collector: ShardCollector
    end_wait: LeaseWait
    totals_lag: timedelta = MAX_LAG
    totals_until: float = float("inf")
    """The moment of `time.monotonic` until which it adds up totals."""

    async def work(self, message: ShardMessage) -> list[ShardMessage]:
        """Do what a message asks for, and return the messages to send next.

        Where another writer doesn't let it begin, that is the same message. Raises LeaseLost,
        StoreError and Stopped, so that the message returns to the queue; not for the totals, since
        the shard has ended, and the messages that follow must be sent.
        """
        try:
            if not message.shard:
                await self.end(message.cycle)
                return []
            messages = await self.collector.run(message)
        except CycleRunning as error:
            event(log, "shard.waits", shard=message.shard, cycle=message.cycle, of=error.holder)
            return [message]
        await self._add_up(message.cycle)
        return messages

    async def end(self, cycle_id: str) -> Cycle | None:
        """End a cycle, and return its document; None if it has ended already, or goes on."""
        closer = CycleCloser(
            self.collector.store,
            self.collector.method,
            self.collector.settings,
            self.collector.clock,
        )
        try:
            return await closer.run(cycle_id, lease_wait=self.end_wait)
        except CycleEnded:
            return None

    async def work_through(self, messages: Iterable[ShardMessage]) -> None:
        """Work on these messages, and on those that they lead to, until none is left."""
        waiting = deque(messages)
        while waiting:
            message = waiting.popleft()
            following = await self.work(message)
            if following == [message]:
                await asyncio.sleep(PAUSE_SECONDS)
            waiting.extend(following)

    async def _add_up(self, cycle_id: str) -> None:
        """Add up totals that wait for a while; the end of the cycle adds up the others."""

        def has_time() -> None:
            if time.monotonic() >= self.totals_until:
                raise DeadlineReached("the shard's time is used up")

        collector = self.collector
        totals = Totals(collector.store, collector.clock, collector.settings.lease_seconds)
        await totals.add_up_late(cycle_id, self.totals_lag, has_time)
