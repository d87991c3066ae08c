"""Listens to a queue as the queue extension of the real host does.

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

# A message is hidden for longer when half of its time has passed.
RENEW_SECONDS = HIDDEN_SECONDS / 2
JITTER = 0.2

Run = Callable[[Function, Message], Awaitable[bool]]
"""Runs a function for a message, and says whether it succeeded."""
Start = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
"""Starts work that goes on when the listener is cancelled."""
Sleep = Callable[[float], Awaitable[object]]
Uniform = Callable[[float, float], float]


class Backoff:
    """How long an idle queue is left alone: 0.1 s, then about twice as long each time.

    A message that was found begins it again; `most` seconds end it.
    """

    def __init__(self, most: float, *, uniform: Uniform = random.uniform) -> None:
        self._most = most
        self._uniform = uniform
        self._step = 0

    def next(self, *, found: bool) -> float:
        """Return the seconds to wait; found says that there was a message since the last wait."""
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
        """Listen for ever."""
        # Where the worker alone died the host lives, and takes what it was at for failed.
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
            # They are seen again when their time has passed.
            self._tell(error)

    def _tell(self, error: sqlite3.Error) -> None:
        repeated_event(
            log, "queue.unavailable", logging.ERROR, reason=str(error), queue=self._queue
        )

    async def _take(self) -> list[Message]:
        """Take a batch. One that comes as the listener is cancelled is given back."""
        taking = asyncio.create_task(asyncio.to_thread(self._take_batch))
        try:
            return await asyncio.shield(taking)
        except sqlite3.Error as error:
            # A full disk: what can't be taken now stays where it is.
            self._tell(error)
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
            await self._settle(message)
        except sqlite3.Error as error:
            # It is seen again when its time has passed: at least once.
            self._tell(error)

    async def _settle(self, message: Message) -> None:
        # One attempt too many: the last one's host died before it could put it aside.
        if message.dequeue_count > self._config.max_dequeue_count:
            await self._put_aside(message)
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
            # It has no poison queue of its own: a message that fails stays hidden for its time.
            return
        if message.dequeue_count >= self._config.max_dequeue_count:
            await self._put_aside(message)
        else:
            seconds = self._config.retry_seconds
            await asyncio.to_thread(self._queues.give_back, message, after=seconds)

    async def _put_aside(self, message: Message) -> None:
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
