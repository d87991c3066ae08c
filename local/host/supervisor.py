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
        passed = [writer] if self.listener is None else [writer, self.listener]
        command = [sys.executable, "-m", "local.host.process", self.role, *self.arguments]
        command += ["--host", host, "--ready", str(writer)]
        if self.listener is not None:
            command += ["--listener", str(self.listener)]
        self.process = await asyncio.create_subprocess_exec(
            *command,
            env=dict(environ),
            stdin=asyncio.subprocess.PIPE,
            pass_fds=passed,
            # Only the supervisor gets Ctrl-C, and ends its children in order.
            start_new_session=True,
        )
        os.close(writer)
        try:
            ready = await asyncio.wait_for(asyncio.to_thread(os.read, reader, 1), READY_SECONDS)
        except TimeoutError:
            ready = b""
            self.kill()
        finally:
            os.close(reader)
        if not ready:
            raise HostError(f"the {self.role} process didn't start: see its lines above")
        event(log, "process.started", process=self.role, pid=self.process.pid)

    def terminate(self) -> None:
        """Ask the process to end."""
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()

    def kill(self) -> None:
        """End the process immediately."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()


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
        try:
            for child in self._children:
                if not self._stop.is_set():
                    await child.start(self._environ, self._id)
            await self._watch_all()
        finally:
            await self._end()

    async def _watch_all(self) -> None:
        """Watch the children until a signal stops them. Raises what a watch raises."""
        stopped = asyncio.create_task(self._stop.wait())
        watches = [asyncio.create_task(self._watch(child)) for child in self._children]
        done, _ = await asyncio.wait([stopped, *watches], return_when=asyncio.FIRST_COMPLETED)
        for watch in watches:
            watch.cancel()
        await asyncio.gather(*watches, return_exceptions=True)
        stopped.cancel()
        for task in done:
            task.result()

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
