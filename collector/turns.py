"""Runs of jobs in turns at the lease, which other writers may take between two of them.

A run after a message ends within a minute, and sends the next message. So an instance may stop
between two of them, and what waits for the queue gets its turn.
"""

import asyncio
import logging
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

import azure.functions as func

from collector.writers.lease import LET_GO_SECONDS
from shared.errors import StoreError
from shared.logs import event

log = logging.getLogger(__name__)

# A run after one message. Each turn at the lease is shorter, since a collection or a pushed item
# waits for its end.
RUN_SECONDS = 45.0
TURN_SECONDS = 15.0
# A message then goes back to the end of the queue, so that a long collection poisons none.
MESSAGE_WAIT_SECONDS = 60.0

Messages = func.Out[list[str]]


@dataclass(frozen=True)
class RunTime:
    """The time of a run: it ends at this moment of `time.monotonic`, which may be never."""

    ends: float

    @classmethod
    def of(cls, seconds: float | None) -> "RunTime":
        """Return the time of a run that begins now; None has no limit."""
        return cls(float("inf") if seconds is None else time.monotonic() + seconds)

    def is_over(self) -> bool:
        """Return whether the run's time is used up."""
        return time.monotonic() >= self.ends

    def turn(self) -> "RunTime":
        """Return the time of a turn that begins now."""
        return RunTime(min(self.ends, time.monotonic() + TURN_SECONDS))


async def let_go() -> None:
    """Wait until another writer has had time to take the lease."""
    await asyncio.sleep(LET_GO_SECONDS)


def send(output: Messages, messages: Sequence[str]) -> None:
    """Put messages on the queue, if there are any."""
    if messages:
        output.set([*messages])


def send_due_messages(
    function: str, due: Coroutine[Any, Any, Sequence[str]], output: Messages
) -> None:
    """Put the messages on the queue that are due for a function.

    If the store can't be read, the next cycle does it.
    """
    try:
        messages = asyncio.run(due)
    except StoreError as error:
        event(log, f"{function}.not_asked_for", logging.WARNING, reason=str(error))
        return
    send(output, messages)
