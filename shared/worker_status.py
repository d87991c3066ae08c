"""The worker's state, as it says itself in a small file: only where one machine runs everything.

On Azure the platform starts and ends workers, so that none of them need be there.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

STATUS_FILE = "WORKER_STATUS_FILE"
"""The environment variable that names the file; the local host sets it."""
# Written over in place, always of this size: that takes no room on a full disk.
FILE_BYTES = 4096
MAX_REASON = 300
# What fits beside the rest; the app has some 15 queues, and their poison queues.
MAX_QUEUES = 60
POISON = "-poison"


@dataclass(frozen=True)
class WorkerStatus:
    """Times as the store keeps them; what never happened is None."""

    last_heartbeat: str | None = None
    last_failed_write: str | None = None
    failed_write_reason: str | None = None
    is_failing: bool = False
    """Whether nothing was written since the last failed write."""
    queues: Mapping[str, int] = field(default_factory=dict)
    """The number of messages of each queue that has any; those that failed too often are in
    NAME-poison."""

    @property
    def poisoned(self) -> dict[str, int]:
        """Return the number of messages that failed too often, by the name of their queue."""
        return {
            name.removesuffix(POISON): count
            for name, count in self.queues.items()
            if name.endswith(POISON)
        }


def read_status(environ: Mapping[str, str] = os.environ) -> WorkerStatus | None:
    """Return what the worker last said; None where none has to say anything."""
    if not (path := environ.get(STATUS_FILE)):
        return None
    try:
        known = json.loads(Path(path).read_bytes())
        return WorkerStatus(
            last_heartbeat=_text(known["last_heartbeat"]),
            last_failed_write=_text(known["last_failed_write"]),
            failed_write_reason=_text(known["failed_write_reason"]),
            is_failing=known["is_failing"] is True,
            queues={str(name): int(count) for name, count in known.get("queues", {}).items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return WorkerStatus()


def write_status(path: Path, status: WorkerStatus) -> None:
    """Write it down. Raises OSError."""
    reason = status.failed_write_reason
    if reason is not None:
        reason = reason[:MAX_REASON].encode("ascii", "replace").decode()
    text = json.dumps(
        {
            "last_heartbeat": status.last_heartbeat,
            "last_failed_write": status.last_failed_write,
            "failed_write_reason": reason
            and reason[:MAX_REASON].encode("ascii", "replace").decode(),
            "is_failing": status.is_failing,
            "queues": dict(sorted(status.queues.items())[:MAX_QUEUES]),
        }
    )
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.pwrite(handle, text.encode().ljust(FILE_BYTES), 0)
    finally:
        os.close(handle)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
