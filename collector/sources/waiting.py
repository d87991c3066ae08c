"""Waits of sources, which end at the deadline and when the process stops."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from shared.errors import DeadlineReached, Stopped

LOOK_AGAIN_SECONDS = 0.5

Wait = Callable[[float], None]
"""Waits a number of seconds. Raises DeadlineReached if less time is left, and Stopped."""


class SourceWait:
    """The waits of one source, counted.

    A source whose last polls all failed gets no second attempt of a request: is_probing.
    """

    def __init__(self, wait: Wait) -> None:
        self._wait = wait
        self._lock = threading.Lock()
        self.seconds = 0.0
        self.is_probing = False

    def __call__(self, seconds: float) -> None:
        """Wait, and count the seconds. Raises what the wait raises."""
        self._wait(seconds)
        with self._lock:
            self.seconds += seconds


def is_probing(wait: Wait) -> bool:
    """Return whether a request that fails may not be repeated."""
    return isinstance(wait, SourceWait) and wait.is_probing


@dataclass(frozen=True)
class Backoff:
    """The number of attempts and the pauses between them: exponential, with jitter.

    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """

    attempts: int = 5
    first_seconds: float = 1.0
    most_seconds: float = 30.0

    def pause(self, attempt: int, rng: random.Random) -> float:
        """Return the seconds to wait after this attempt (1, 2, …)."""
        longest = min(self.most_seconds, self.first_seconds * 2.0 ** (attempt - 1))
        return longest / 2 + rng.uniform(0, longest / 2)


def wait_until(
    deadline: float,
    stopping: threading.Event | None = None,
    over: threading.Event | None = None,
) -> Wait:
    """Return a Wait that ends at the deadline (`time.monotonic`), or when an event is set.

    `over` says that another source, or the store, has ended the cycle meanwhile.
    """
    stop = stopping or threading.Event()

    def wait(seconds: float) -> None:
        end = time.monotonic() + seconds
        if end >= deadline:
            raise DeadlineReached("the cycle's time is used up")
        while True:
            left = max(0.0, end - time.monotonic())
            if stop.wait(min(left, LOOK_AGAIN_SECONDS)):
                raise Stopped("the process was asked to stop")
            if over is not None and over.is_set():
                raise Stopped("the cycle has ended")
            if left <= LOOK_AGAIN_SECONDS:
                return

    return wait


def wait_from_first_use(
    seconds: float,
    deadline: float,
    stopping: threading.Event | None = None,
    over: threading.Event | None = None,
) -> Wait:
    """Return a Wait like `wait_until`, which also ends `seconds` after its first use.

    So what comes before a source's first request, such as the wait for the lease, takes none of its
    time.
    """
    began: list[float] = []

    def wait(pause: float) -> None:
        if not began:
            began.append(time.monotonic())
        wait_until(min(deadline, began[0] + seconds), stopping, over)(pause)

    return wait
