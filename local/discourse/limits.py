"""Discourse's limits of requests from one address: refused requests count too."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

Seconds = Callable[[], float]
MINUTE, SHORT = 60.0, 10.0


@dataclass(frozen=True)
class RateLimit:
    """The most requests in a minute and in 10 seconds.

    https://meta.discourse.org/t/available-settings-for-global-rate-limits-and-throttling/78612
    """

    a_minute: int = 200
    in_10_seconds: int = 50


class Allowance:
    """The requests of the last minute."""

    def __init__(self, limit: RateLimit, seconds: Seconds) -> None:
        self._limit = limit
        self._seconds = seconds
        self._asked: deque[float] = deque()

    def use(self) -> float:
        """Count a request; return the seconds to wait until one is allowed, 0 if this one is."""
        now = self._seconds()
        while self._asked and self._asked[0] <= now - MINUTE:
            self._asked.popleft()
        wait = 0.0
        for most, span in ((self._limit.a_minute, MINUTE), (self._limit.in_10_seconds, SHORT)):
            recent = [at for at in self._asked if at > now - span]
            if len(recent) >= most:
                wait = max(wait, recent[-most] + span - now)
        self._asked.append(now)
        return wait
