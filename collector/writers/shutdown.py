"""Ends a function's work early, when its process stops or its time is used up.

Only the local host announces that it stops. Azure's host kills the worker without notice; the lease
then expires, and the next writer recovers the work.
"""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from shared.errors import DeadlineReached, ErrorKind, Stopped

T = TypeVar("T")

LOOK_AGAIN_SECONDS = 0.1
# Cancelled work closes its document, frees the lease and closes the store. If the database hangs,
# each of these steps is given up after this time.
CLOSING_SECONDS = 10.0
STOPPED = "the process was asked to stop"
OUT_OF_TIME = "the function's time is used up"

stopping = threading.Event()
"""Set when the process must end. Waits use it, so that they end too."""


def run_until_stopped(work: Coroutine[Any, Any, T], *, seconds: float) -> T:
    """Run a coroutine in this thread's own event loop, and cancel it when it must end early.

    It is cancelled when the process stops, or after `seconds`; it then has about 30 s to close what
    it has open. Raises Stopped or DeadlineReached if so, and what the work raises.
    """
    return asyncio.run(_until_stopped(work, seconds))


async def _until_stopped(work: Coroutine[Any, Any, T], seconds: float) -> T:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    task = asyncio.create_task(work)
    while not task.done() and not stopping.is_set() and loop.time() < deadline:
        await asyncio.wait([task], timeout=LOOK_AGAIN_SECONDS)
    reason = STOPPED if stopping.is_set() else OUT_OF_TIME
    while not task.done():
        task.cancel(reason)
        await asyncio.wait([task], timeout=CLOSING_SECONDS)
    if task.cancelled():
        raise Stopped(reason) if reason == STOPPED else DeadlineReached(reason)
    return task.result()


async def to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Wait until the work has ended, even if the caller is cancelled; then raise CancelledError.

    Raises what the work raises.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


def ended_early(error: BaseException) -> tuple[ErrorKind, str] | None:
    """Return the kind and reason of an early end; None for any other error."""
    if isinstance(error, asyncio.CancelledError) and OUT_OF_TIME in error.args:
        return "deadline", OUT_OF_TIME
    if isinstance(error, asyncio.CancelledError | Stopped):
        return "stopped", STOPPED
    return None
