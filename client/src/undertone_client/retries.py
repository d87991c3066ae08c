"""When a request is sent again, and after how long."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

BUSY, CUT_SHORT = 429, frozenset({502, 503, 504})
# Beyond it no wait would be the shorter one, and a float would have an end.
MAX_DOUBLINGS = 60


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Retry:
    """Repeats requests that change nothing, and those whose repetition changes nothing more.

    These are GET, and PUT that writes whatever there is: If-Match is `*` or isn't needed. They are
    sent again after 429, 502, 503 and 504, and when the connection fails. All others are sent once.
    """

    attempts: int = 4
    """The most times that a request is sent; 1 never repeats one."""
    first_seconds: float = 0.5
    """The longest wait before the second attempt; it doubles for each further one."""
    max_seconds: float = 30.0
    """The longest wait. If Retry-After is longer, the error is raised immediately."""
    sleep: Callable[[float], None] = time.sleep
    """Waits for seconds."""
    random: Callable[[], float] = random.random
    """Returns a random number from 0 to 1, so that clients don't all come back together."""
    now: Callable[[], datetime] = _now
    """Returns the current time, for a Retry-After that is a date."""

    def seconds_before(self, attempt: int, retry_after: float | None) -> float | None:
        """Return the wait before an attempt, 2 or later; None if it isn't worth it.

        Retry-After is kept to: the random part comes on top of it.
        """
        if attempt > self.attempts:
            return None
        doubled = 2.0 ** min(attempt - 2, MAX_DOUBLINGS)
        longest = min(self.first_seconds * doubled, self.max_seconds)
        if retry_after is None:
            return longest * (1 + self.random()) / 2
        if retry_after > self.max_seconds:
            return None
        return retry_after + self.random() * min(longest, retry_after)

    def retry_after(self, header: str | None) -> float | None:
        """Return the seconds of a Retry-After header: RFC 9110, section 10.2.3."""
        if header is None:
            return None
        if header.strip().isdecimal():
            return float(header)
        try:
            when = parsedate_to_datetime(header)
        except (ValueError, OverflowError):
            return None
        utc = when if when.tzinfo else when.replace(tzinfo=UTC)
        return max(0.0, (utc - self.now()).total_seconds())


def is_repeatable(method: str, if_match: str | None) -> bool:
    """Return whether sending a request twice has the same effect as sending it once."""
    return method == "GET" or (method == "PUT" and if_match in {None, "*"})


def is_passing(status: int) -> bool:
    """Return whether a status says that the same request may succeed later."""
    return status == BUSY or status in CUT_SHORT
