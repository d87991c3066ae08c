"""The process of timer and queue functions."""

import asyncio
import logging
import signal
import time
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import azure.functions as func
from azure.functions.queue import QueueMessage
from azure.functions.timer import TimerRequest

from local.host.calling import Caller
from local.host.config import HostConfig
from local.host.functions import Function
from local.host.queues import Message
from local.host.timers import Monitor, run_timer
from shared.logs import event
from shared.times import utc_now

log = logging.getLogger("local.host.worker")

POLL_SECONDS = 0.5
# How long Azure keeps a message that nobody works on.
LIFETIME = timedelta(days=7)
# How long running functions may take to end once the host stops.
GRACE_SECONDS = 10.0


class Worker:
    """Runs timers and queue functions until it is told to stop, which on_stop then tells them."""

    def __init__(
        self,
        functions: Sequence[Function],
        config: HostConfig,
        caller: Caller,
        *,
        data: Path,
        timers: bool,
        startup_seconds: float,
        on_stop: Callable[[], None],
    ) -> None:
        self._functions = functions
        self._config = config
        self._caller = caller
        self._queues = caller.queues
        self._timers = timers
        self._startup_seconds = startup_seconds
        self._on_stop = on_stop
        self._monitor = Monitor(data / "timers.json")
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT, then give running functions their grace."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        sources = [
            asyncio.create_task(
                run_timer(
                    function,
                    self._fire,
                    self._monitor,
                    clock=utc_now,
                    startup_seconds=self._startup_seconds,
                )
            )
            for function in self._functions
            if function.kind == "timer" and self._timers
        ]
        sources += [
            asyncio.create_task(self._consume(function))
            for function in self._functions
            if function.kind == "queue"
        ]
        stopped = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait([stopped, *sources], return_when=asyncio.FIRST_COMPLETED)
        for task in done - {stopped}:
            # Nothing but a fault of the host itself ends one of these.
            task.result()
        for task in sources:
            task.cancel()
        self._on_stop()
        if self._running:
            event(log, "host.stopping", running=len(self._running), grace_seconds=GRACE_SECONDS)
            await asyncio.wait(self._running, timeout=GRACE_SECONDS)

    async def _fire(self, function: Function, past_due: bool, tick: datetime) -> None:
        await self._tracked(self._run_tick(function, past_due, tick))

    async def _run_tick(self, function: Function, past_due: bool, tick: datetime) -> None:
        schedule = {"AdjustForDST": True}
        timer: func.TimerRequest = TimerRequest(past_due=past_due, schedule=schedule)
        await self._invoke(function, timer)
        self._monitor.done(function, tick)

    async def _consume(self, function: Function) -> None:
        while True:
            message = await asyncio.to_thread(self._queues.take, function.queue)
            if message is None:
                await asyncio.sleep(POLL_SECONDS)
            else:
                await self._tracked(self._work_on(function, message))

    async def _work_on(self, function: Function, message: Message) -> None:
        most = self._config.max_dequeue_count
        # One attempt too many: the last one's process died before it could put it aside.
        if message.dequeue_count > most:
            await self._put_aside(function, message)
        elif await self._invoke(function, _given(message)):
            await asyncio.to_thread(self._queues.delete, message)
        elif message.dequeue_count == most:
            await self._put_aside(function, message)
        else:
            seconds = self._config.retry_seconds
            await asyncio.to_thread(self._queues.give_back, message, after=seconds)

    async def _put_aside(self, function: Function, message: Message) -> None:
        event(
            log,
            "queue.poisoned",
            logging.ERROR,
            function=function.name,
            queue=function.queue,
            message=message.id,
            attempts=message.dequeue_count,
        )
        await asyncio.to_thread(self._queues.poison, function.queue, message)

    async def _tracked(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it in a task that stopping doesn't cancel."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.shield(task)

    async def _invoke(self, function: Function, given: object) -> bool:
        started = time.monotonic()
        event(log, "function.started", function=function.name)
        try:
            await self._caller.call(function, given, read=_nothing)
        except Exception:
            log.exception("function.failed function=%s", function.name)
            return False
        seconds = time.monotonic() - started
        event(log, "function.succeeded", function=function.name, seconds=seconds)
        return True


def _given(message: Message) -> func.QueueMessage:
    given: func.QueueMessage = QueueMessage(
        id=message.id,
        body=message.body,
        dequeue_count=message.dequeue_count,
        insertion_time=message.inserted,
        expiration_time=message.inserted + LIFETIME,
        pop_receipt=message.receipt,
        time_next_visible=message.visible,
    )
    return given


def _nothing(returned: object) -> None:
    if returned is not None:
        raise TypeError("a function without a $return binding returns None")
