"""Starts the host's processes, restarts each that exits, and ends all of them together."""

import asyncio
import logging
import os
import signal
import socket
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from local.host.config import HostError
from shared.logs import event

log = logging.getLogger("local.host.supervisor")

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
# A process that ran longer than this has recovered: the pause before its next restart is short.
RECOVERED_SECONDS = 60.0
READY_SECONDS = 30.0
# A little more than the worker's own grace of 10 s.
GRACE_SECONDS = 13.0
BACKLOG = 512


@dataclass
class Child:
    """A process of the host, and the arguments that start it.

    A process that others rely on ends last, once they have ended.
    """

    role: str
    arguments: Sequence[str]
    listener: int | None = None
    ends_last: bool = False
    process: asyncio.subprocess.Process | None = field(default=None, init=False)

    async def start(self, environ: Mapping[str, str], host: str) -> None:
        """Start the process for a host's id, and wait until it is ready. Raises HostError."""
        reader, writer = os.pipe()
        try:
            try:
                process = self.process = await self._process(environ, host, writer)
            finally:
                os.close(writer)
            ready = await _first_byte(reader)
        except TimeoutError:
            ready = b""
            self.kill()
        finally:
            os.close(reader)
        if not ready:
            raise HostError(f"the {self.role} process didn't start: see its lines above")
        event(log, "process.started", process=self.role, pid=process.pid)

    async def _process(
        self, environ: Mapping[str, str], host: str, ready: int
    ) -> asyncio.subprocess.Process:
        """Start the process; if that is cancelled, asyncio kills it."""
        passed = [ready] if self.listener is None else [ready, self.listener]
        command = [sys.executable, "-m", "local.host.process", self.role, *self.arguments]
        command += ["--host", host, "--ready", str(ready)]
        if self.listener is not None:
            command += ["--listener", str(self.listener)]
        return await asyncio.create_subprocess_exec(
            *command,
            env=dict(environ),
            stdin=asyncio.subprocess.PIPE,
            pass_fds=passed,
            # Only the supervisor gets Ctrl-C, and ends its children in order.
            start_new_session=True,
        )

    def terminate(self) -> None:
        """Ask the process to end."""
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()

    def kill(self) -> None:
        """End the process immediately."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()


async def _first_byte(reader: int) -> bytes:
    """Return what a starting process writes to its pipe; empty if it ended. Raises TimeoutError."""
    # Not in a thread: one that reads can't be cancelled, and asyncio.run would wait for it.
    loop, readable = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(reader, readable.set)
    try:
        async with asyncio.timeout(READY_SECONDS):
            await readable.wait()
    finally:
        loop.remove_reader(reader)
    return os.read(reader, 1)


class Supervisor:
    """Keeps children running until SIGINT or SIGTERM."""

    def __init__(self, children: Sequence[Child], environ: Mapping[str, str]) -> None:
        self._children = children
        self._environ = environ
        # By this id a restarted process finds the unfinished work of its predecessor.
        self._id = uuid.uuid4().hex
        self._stop = asyncio.Event()
        self._signals = 0

    async def run(self) -> None:
        """Start the children in order, watch them, and end them. Raises HostError."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._signalled)
        work = asyncio.create_task(self._start_and_watch())
        stopped = asyncio.create_task(self._stop.wait())
        try:
            # A signal stops the start as well: it doesn't wait until a process is ready.
            await asyncio.wait([work, stopped], return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
        finally:
            for task in (work, stopped):
                task.cancel()
            await asyncio.gather(work, stopped, return_exceptions=True)
            await self._end()

    async def _start_and_watch(self) -> None:
        """Start the children in order, and watch them until cancelled. Raises HostError."""
        for child in self._children:
            await child.start(self._environ, self._id)
        async with asyncio.TaskGroup() as group:
            for child in self._children:
                group.create_task(self._watch(child))

    def _signalled(self) -> None:
        self._signals += 1
        self._stop.set()
        if self._signals > 1:
            for child in self._children:
                child.kill()

    async def _watch(self, child: Child) -> None:
        pause = FIRST_PAUSE
        while True:
            assert child.process is not None  # noqa: S101 - it was started
            began = time.monotonic()
            status = await child.process.wait()
            if time.monotonic() - began > RECOVERED_SECONDS:
                pause = FIRST_PAUSE
            event(
                log,
                "process.died",
                logging.ERROR,
                process=child.role,
                status=status,
                restart_in=pause,
            )
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)
            try:
                await child.start(self._environ, self._id)
            except HostError as error:
                event(log, "process.not_restarted", logging.ERROR, reason=str(error))

    async def _end(self) -> None:
        for last in (False, True):
            await _end_all([child for child in self._children if child.ends_last is last])


async def _end_all(children: Sequence[Child]) -> None:
    for child in children:
        child.terminate()
    started = [child.process for child in children if child.process is not None]
    waits = [asyncio.create_task(process.wait()) for process in started]
    if waits:
        await asyncio.wait(waits, timeout=GRACE_SECONDS)
    for child in children:
        child.kill()
    if waits:
        await asyncio.wait(waits)


def listen(host: str, port: int) -> socket.socket:
    """Open the listening socket. Raises HostError when the port is taken."""
    try:
        return socket.create_server((host, port), backlog=BACKLOG)
    except OSError as error:
        raise HostError(
            f"port {port} of {host} can't be used ({error.strerror}): name another with --port"
        ) from error
