"""Reads uptime, memory and processor use of this process, without waiting."""

import time
from functools import lru_cache

import psutil

from api.schema.health import ProcessHealth

MEGABYTE = 1_000_000
# The system's clock may be set while the process runs. The app is imported as it starts.
STARTED = time.monotonic()


@lru_cache(maxsize=1)
def _this_process() -> psutil.Process:
    # Kept: it measures the processor's use from one call to the next.
    return psutil.Process()


def process_health() -> ProcessHealth:
    """Return uptime in seconds, memory in MB and the processor's use since the last call."""
    process = _this_process()
    return ProcessHealth(
        uptime_seconds=round(time.monotonic() - STARTED, 1),
        memory_mb=round(process.memory_info().rss / MEGABYTE, 1),
        cpu_percent=process.cpu_percent(interval=None),
        pid=process.pid,
    )
