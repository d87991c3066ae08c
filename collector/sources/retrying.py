"""Repeats a request until it has a usable answer, as a patient client would."""

import logging
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from collector.sources.waiting import Backoff, Wait, is_probing
from shared.errors import SourceUnavailable
from shared.logs import event

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True)
class Attempt(Generic[T]):
    """One attempt: its answer, or its fault with the seconds that the server asks to wait."""

    answer: T | None = None
    fault: SourceUnavailable | None = None
    asked: float | None = None


def retried(
    attempt: Callable[[int], Attempt[T]],
    *,
    source: str,
    server: str | None = None,
    wait: Wait,
    backoff: Backoff,
    rng: random.Random,
    longest: float = math.inf,
) -> T:
    """Return the first usable answer of attempts 1, 2, …; each has the waits between them logged.

    Raises the fault of the last attempt, of the first one if it is a probe, or of one after which
    the server asks for more than `longest` seconds. Raises what `wait` raises.
    """
    for number in range(1, backoff.attempts + 1):
        wait(0)
        result = attempt(number)
        if result.fault is None:
            assert result.answer is not None  # noqa: S101 - one of the two is there
            return result.answer
        pause = backoff.pause(number, rng) if result.asked is None else result.asked
        if number == backoff.attempts or pause > longest or is_probing(wait):
            raise result.fault
        event(
            log,
            "source.retry",
            logging.WARNING,
            source=source,
            **({} if server is None else {"server": server}),
            kind=result.fault.kind,
            reason=str(result.fault),
            attempt=number,
            seconds=pause,
        )
        wait(pause)
    raise AssertionError("unreachable")
