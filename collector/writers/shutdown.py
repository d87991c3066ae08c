"""Ends the work of a function early: its process is to stop, or its time is used up.

Only the local host says that it stops. Azure's host says nothing: its worker is killed, the lease
runs out, and the next writer finishes.
"""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from shared.errors import DeadlineReached, ErrorKind, Stopped

T = TypeVar("T")

LOOK_AGAIN_SECONDS = 0.1
# What is cancelled closes its document, gives the lease back and closes the store. A database that
# hangs gets this long for each of them.
CLOSING_SECONDS = 10.0
STOPPED = "the process was told to end"
OUT_OF_TIME = "the function's time is used up"

stopping = threading.Event()
"""Set once the process is to end: work that waits, waits on this."""


def run_until_stopped(work: Coroutine[Any, Any, T], *, seconds: float) -> T:
    """Run a coroutine in a loop of this thread's own; cancel it when it has to end early.

    That is once the process is to end, or after this many seconds: it then closes what it has open,
    within some 30 s. Raises Stopped or DeadlineReached then, and what the work does.
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
    """Wait for work to its end even where the caller is cancelled meanwhile; then raise that.

    Raises what the work does.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


def ended_early(error: BaseException) -> tuple[ErrorKind, str] | None:
    """Return the kind and the reason of work that was cancelled; None for any other error."""
    if isinstance(error, asyncio.CancelledError) and OUT_OF_TIME in error.args:
        return "deadline", OUT_OF_TIME
    if isinstance(error, asyncio.CancelledError | Stopped):
        return "stopped", STOPPED
    return None
