"""The worker's heartbeat, with a test that its disk can still be written."""

import asyncio
import logging
import os
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from shared.logs import repeated_event
from shared.times import Clock, iso
from shared.worker_status import WorkerStatus, write_status

log = logging.getLogger("local.host.heartbeat")

HEARTBEAT_SECONDS = 5.0
# About what a small cycle writes; a disk with less room counts as full.
PROBE_BYTES = 256 * 1024

Queues = Callable[[], Mapping[str, int]]
Sleep = Callable[[float], Awaitable[object]]


class Heartbeat:
    """Writes to a file when the worker last ran, and when it last failed to write."""

    def __init__(self, path: Path, *, clock: Clock, queues: Queues = dict) -> None:
        """Use this file. `queues` returns the number of messages of each queue."""
        self._path = path
        self._clock = clock
        self._queues = queues
        self._status = WorkerStatus()

    async def beat(self, sleep: Sleep = asyncio.sleep) -> None:
        """Write a heartbeat every HEARTBEAT_SECONDS until cancelled."""
        while True:
            await asyncio.to_thread(self.beat_once)
            await sleep(HEARTBEAT_SECONDS)

    def beat_once(self) -> None:
        """Test the disk, and write the result to the status file."""
        now = iso(self._clock())
        try:
            _probe(self._path.with_suffix(".probe"))
        except OSError as error:
            reason = error.strerror or str(error)
            repeated_event(log, "worker.write_failed", logging.ERROR, reason=reason)
            self._status = WorkerStatus(now, now, reason, is_failing=True)
        else:
            self._status = replace(self._status, last_heartbeat=now, is_failing=False)
        with suppress(sqlite3.Error):
            self._status = replace(self._status, queues=self._queues())
        try:
            write_status(self._path, self._status)
        except OSError as error:
            reason = error.strerror or str(error)
            repeated_event(log, "worker.status_not_written", logging.ERROR, reason=reason)


def _probe(path: Path) -> None:
    """Write PROBE_BYTES to a file, flush them to the disk, and delete the file."""
    try:
        with path.open("wb") as file:
            file.write(bytes(PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
    finally:
        with suppress(OSError):
            path.unlink()
