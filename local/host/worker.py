"""The process of timer and queue functions."""

import asyncio
import logging
import signal
import time
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any

import azure.functions as func
from azure.functions.timer import TimerRequest

from local.host.config import HostConfig
from local.host.files import HostFiles
from local.host.functions import Function
from local.host.heartbeat import Heartbeat
from local.host.invoke import Caller
from local.host.listener import Listener
from local.host.messages import incoming
from local.host.queues import Message, Queues
from local.host.timers import Monitor, run_timer
from shared.logs import event
from shared.times import utc_now

log = logging.getLogger("local.host.worker")

# Time for running functions to end once the host stops.
GRACE_SECONDS = 10.0


class Worker:
    """Runs timers and queue functions until SIGTERM; `on_stop` then asks running ones to end.

    `host` is the id of the host that restarts the worker after a crash. `lock_seconds` is how long
    the timers wait for the lock of a host that was killed.
    """

    def __init__(
        self,
        functions: Sequence[Function],
        config: HostConfig,
        caller: Caller,
        *,
        files: HostFiles,
        timers: bool,
        startup_seconds: float,
        on_stop: Callable[[], None],
        host: str = "",
        lock_seconds: float = 0.0,
    ) -> None:
        self._functions = functions
        self._config = config
        self._caller = caller
        self._timers = timers
        self._startup_seconds = startup_seconds
        self._on_stop = on_stop
        self._lock_seconds = lock_seconds
        self._heartbeat = Heartbeat(
            files.worker, clock=utc_now, queues=Queues(files.queues).lengths
        )
        self._monitor = Monitor(files.timers, host=host)
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT, then give running functions GRACE_SECONDS to end."""
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
                    lock_seconds=self._lock_seconds,
                )
            )
            for function in self._functions
            if function.kind == "timer" and self._timers
        ]
        sources += [
            asyncio.create_task(self._listener(function).listen())
            for function in self._functions
            if function.kind == "queue"
        ]
        sources.append(asyncio.create_task(self._heartbeat.beat()))
        stopped = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait([stopped, *sources], return_when=asyncio.FIRST_COMPLETED)
        for task in done - {stopped}:
            # Only a fault of the host itself ends one of these tasks.
            task.result()
        for task in sources:
            task.cancel()
        self._on_stop()
        if sources:
            # A listener may have a batch to give back.
            await asyncio.wait(sources, timeout=GRACE_SECONDS)
        if self._running:
            event(log, "host.stopping", running=len(self._running), grace_seconds=GRACE_SECONDS)
            await asyncio.wait(self._running, timeout=GRACE_SECONDS)

    async def _fire(self, function: Function, past_due: bool, tick: datetime) -> None:
        await asyncio.shield(self._tracked(self._run_tick(function, past_due, tick)))

    async def _run_tick(self, function: Function, past_due: bool, tick: datetime) -> None:
        self._monitor.begin(function, tick)
        schedule = {"AdjustForDST": True}
        timer: func.TimerRequest = TimerRequest(past_due=past_due, schedule=schedule)
        await self._invoke(function, lambda: timer)
        self._monitor.done(function, tick)

    def _listener(self, function: Function) -> Listener:
        queues, config = self._caller.queues, self._config.queues
        return Listener(function, queues, config, self._run_message, start=self._tracked)

    async def _run_message(self, function: Function, message: Message) -> bool:
        return await self._invoke(function, lambda: incoming(message))

    def _tracked(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run the work in a task that stopping doesn't cancel."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _invoke(self, function: Function, argument: Callable[[], object]) -> bool:
        """Call a function; return whether it succeeded. An error in its argument is a failure."""
        started = time.monotonic()
        event(log, "function.started", function=function.name)
        try:
            await self._caller.call(function, argument(), read=_nothing)
        except Exception:
            log.exception("function.failed function=%s", function.name)
            return False
        seconds = time.monotonic() - started
        event(log, "function.succeeded", function=function.name, seconds=seconds)
        return True


def _nothing(returned: object) -> None:
    if returned is not None:
        raise TypeError("a function without a $return binding returns None")
