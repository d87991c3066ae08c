"""The stand-in's log of requests."""

from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import Any

LOG_LENGTH = 100_000


@dataclass(slots=True)
class LoggedRequest:
    """A request that the stand-in got.

    `status` is None if no answer was sent. `fault` is the kind of fault that was made, if any.
    """

    method: str
    path: str
    query: str
    route: str
    subreddit: str | None
    user_agent: str
    at: float
    status: int | None = None
    fault: str | None = None


class RequestLog:
    """The last LOG_LENGTH requests, and the number of requests by route."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Empty the log, and reset the counters."""
        self._entries: deque[LoggedRequest] = deque(maxlen=LOG_LENGTH)
        self.routes: Counter[str] = Counter()

    def add(self, entry: LoggedRequest) -> None:
        """Log a request as it arrives."""
        self._entries.append(entry)
        self.routes[entry.route] += 1

    def read(self) -> dict[str, Any]:
        """Return the counters and the requests, oldest first."""
        return {
            "total": self.routes.total(),
            "routes": dict(self.routes),
            "statuses": dict(Counter(str(entry.status) for entry in self._entries)),
            "requests": [asdict(entry) for entry in self._entries],
        }
