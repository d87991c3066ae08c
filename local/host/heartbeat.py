"""The worker's signs of life, and whether its disk still takes what is written."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from shared.logs import repeated_event
from shared.times import Clock, iso
from shared.worker_status import WorkerStatus, write_status

log = logging.getLogger("local.host.heartbeat")

HEARTBEAT_SECONDS = 5.0
# What a small cycle writes: a disk with less room is as good as full.
PROBE_BYTES = 256 * 1024

Sleep = Callable[[float], Awaitable[object]]


class Heartbeat:
    """Says in a file that the worker lives, and when it could not write last."""

    def __init__(self, path: Path, *, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._status = WorkerStatus()

    async def beat(self, sleep: Sleep = asyncio.sleep) -> None:
        """Beat for ever."""
        while True:
            await asyncio.to_thread(self.beat_once)
            await sleep(HEARTBEAT_SECONDS)

    def beat_once(self) -> None:
        """Try the disk, and say how it went."""
        now = iso(self._clock())
        try:
            _probe(self._path.with_suffix(".probe"))
        except OSError as error:
            reason = error.strerror or str(error)
            repeated_event(log, "worker.write_failed", logging.ERROR, reason=reason)
            self._status = WorkerStatus(now, now, reason, is_failing=True)
        else:
            self._status = replace(self._status, last_heartbeat=now, is_failing=False)
        try:
            write_status(self._path, self._status)
        except OSError as error:
            reason = error.strerror or str(error)
            repeated_event(log, "worker.status_not_written", logging.ERROR, reason=reason)


def _probe(path: Path) -> None:
    """Write as much as a small cycle does, down to the disk, and take it away."""
    try:
        with path.open("wb") as file:
            file.write(bytes(PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
    finally:
        with suppress(OSError):
            path.unlink()
