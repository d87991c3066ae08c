"""How the work of a process is ended early: its local host says so when it is told to stop.

Azure's worker says nothing and just ends; there the lease runs out and the next writer finishes.
"""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from shared.errors import Stopped

T = TypeVar("T")

LOOK_AGAIN_SECONDS = 0.1

stopping = threading.Event()
"""Set once the process is to end: work that waits, waits on this."""


def run_until_stopped(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in a loop of this thread's own; once the process is to end, cancel it.

    It then has the host's grace to close what it has open. Raises Stopped, and what the work does.
    """
    return asyncio.run(_until_stopped(work))


async def _until_stopped(work: Coroutine[Any, Any, T]) -> T:
    task = asyncio.create_task(work)
    while not task.done() and not stopping.is_set():
        await asyncio.wait([task], timeout=LOOK_AGAIN_SECONDS)
    if not task.done():
        task.cancel()
        await asyncio.wait([task])
    if task.cancelled():
        raise Stopped("the process was told to end")
    return task.result()
