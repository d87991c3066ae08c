"""Polls a queue, as the queue extension of the real host does.

https://github.com/Azure/azure-sdk-for-net: QueueListener.cs, QueueProcessor.cs and
RandomizedExponentialBackoffStrategy.cs.
"""

import asyncio
import logging
import random
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

from local.host.config import MIN_POLLING_SECONDS, QueueConfig
from local.host.functions import Function
from local.host.queues import HIDDEN_SECONDS, POISON, Message, Queues
from shared.logs import event, repeated_event

log = logging.getLogger("local.host.listener")

# The time for which a message is hidden is renewed when half of it has passed.
RENEW_SECONDS = HIDDEN_SECONDS / 2
JITTER = 0.2

Run = Callable[[Function, Message], Awaitable[bool]]
"""Runs a function for a message, and returns whether it succeeded."""
Start = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
"""Starts work that continues when the listener is cancelled."""
Sleep = Callable[[float], Awaitable[object]]
Uniform = Callable[[float, float], float]


class Backoff:
    """Pauses between polls of an idle queue: 0.1 s first, then about twice as long each time.

    A message resets the pause to 0.1 s; `most` is its maximum in seconds.
    """

    def __init__(self, most: float, *, uniform: Uniform = random.uniform) -> None:
        self._most = most
        self._uniform = uniform
        self._step = 0

    def next(self, *, found: bool) -> float:
        """Return the seconds to wait; `found` is whether a message came since the last wait."""
        if found:
            self._step = 1
            return MIN_POLLING_SECONDS
        factor = self._uniform(1 - JITTER, 1 + JITTER) * 2 ** (self._step - 1) if self._step else 0
        seconds = MIN_POLLING_SECONDS * (1 + factor)
        if seconds >= self._most:
            return self._most
        self._step += 1
        return seconds


class Listener:
    """Takes a queue's messages in batches, and runs a function for each of them."""

    def __init__(
        self,
        function: Function,
        queues: Queues,
        config: QueueConfig,
        run: Run,
        *,
        start: Start = asyncio.create_task,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._function = function
        self._queue = function.queue
        self._queues = queues
        self._config = config
        self._run = run
        self._start = start
        self._sleep = sleep

    async def listen(self) -> None:
        """Poll the queue until cancelled."""
        # When only the worker crashes, the real host goes on and counts its messages as failed.
        await self._give_up_held()
        backoff = Backoff(self._config.max_polling_seconds)
        working: set[asyncio.Task[None]] = set()
        found = False
        while True:
            if batch := await self._take():
                found = True
                working |= {self._start(self._work_on(message)) for message in batch}
            else:
                await self._sleep(backoff.next(found=found))
                found = False
            while len(working) > self._config.new_batch_threshold:
                done, working = await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()

    async def _give_up_held(self) -> None:
        try:
            for message in await asyncio.to_thread(self._queues.held, self._queue):
                await self._failed(message)
        except sqlite3.Error as error:
            # The messages become visible again when their hidden time has passed.
            self._log_unavailable(error)

    def _log_unavailable(self, error: sqlite3.Error) -> None:
        repeated_event(
            log, "queue.unavailable", logging.ERROR, reason=str(error), queue=self._queue
        )

    async def _take(self) -> list[Message]:
        """Take a batch of messages. If cancelled meanwhile, give the batch back."""
        taking = asyncio.create_task(asyncio.to_thread(self._take_batch))
        try:
            return await asyncio.shield(taking)
        except sqlite3.Error as error:
            # On a full disk, for example. Messages that can't be taken now stay in the queue.
            self._log_unavailable(error)
            return []
        except asyncio.CancelledError:
            with suppress(sqlite3.Error):
                for message in await taking:
                    self._queues.give_back(message, after=0)
            raise

    def _take_batch(self) -> list[Message]:
        batch: list[Message] = []
        while len(batch) < self._config.batch_size and (message := self._queues.take(self._queue)):
            batch.append(message)
        return batch

    async def _work_on(self, message: Message) -> None:
        try:
            await self._process(message)
        except sqlite3.Error as error:
            # The message becomes visible again when its hidden time has passed: at-least-once.
            self._log_unavailable(error)

    async def _process(self, message: Message) -> None:
        # One attempt too many: the host crashed before it could move the message to poison.
        if message.dequeue_count > self._config.max_dequeue_count:
            await self._move_to_poison(message)
            return
        renewing = asyncio.create_task(self._renew(message))
        try:
            succeeded = await self._run(self._function, message)
        finally:
            renewing.cancel()
        if succeeded:
            await asyncio.to_thread(self._queues.delete, message)
        else:
            await self._failed(message)

    async def _renew(self, message: Message) -> None:
        while True:
            await self._sleep(RENEW_SECONDS)
            try:
                await asyncio.to_thread(self._queues.renew, message)
            except sqlite3.Error as error:
                event(log, "queue.not_renewed", logging.WARNING, message=message.id, error=error)

    async def _failed(self, message: Message) -> None:
        if self._queue.endswith(POISON):
            # A poison queue has no poison queue: a failed message stays hidden for its time.
            return
        if message.dequeue_count >= self._config.max_dequeue_count:
            await self._move_to_poison(message)
        else:
            seconds = self._config.retry_seconds
            await asyncio.to_thread(self._queues.give_back, message, after=seconds)

    async def _move_to_poison(self, message: Message) -> None:
        await asyncio.to_thread(self._queues.poison, self._queue, message)
        event(
            log,
            "queue.poisoned",
            logging.ERROR,
            function=self._function.name,
            queue=self._queue,
            message=message.id,
            attempts=message.dequeue_count,
        )
