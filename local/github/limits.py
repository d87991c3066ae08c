"""GitHub's primary limits, by token or address, and the log of requests."""

import math
from dataclasses import dataclass, field

from shared.times import Clock

HOUR = 3600.0
OF_ADDRESS, OF_ACCOUNT = 60, 5000


@dataclass
class LoggedRequest:
    """A request. `counted` says whether it counted for the limit."""

    at: float
    identity: str
    resource: str
    method: str
    path: str
    query: str
    user_agent: str
    authorization: str = ""
    status: int | None = None
    fault: str | None = None
    counted: bool = False


@dataclass
class Window:
    """An hour of one identity and resource: it begins with its first request."""

    began: float
    used: int = 0


@dataclass
class Limits:
    """The limits of an hour, without a token and with one."""

    clock: Clock
    address: int = OF_ADDRESS
    account: int = OF_ACCOUNT
    windows: dict[tuple[str, str], Window] = field(default_factory=dict)
    log: list[LoggedRequest] = field(default_factory=list)

    def is_over(self, identity: str, resource: str) -> bool:
        """Return whether nothing is left."""
        return self._window(identity, resource).used >= self.limit(identity)

    def count(self, identity: str, resource: str) -> None:
        """Count a request."""
        self._window(identity, resource).used += 1

    def headers(self, identity: str, resource: str) -> dict[str, str]:
        """Return the headers that tell the limit."""
        window, limit = self._window(identity, resource), self.limit(identity)
        return {
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-used": str(window.used),
            "x-ratelimit-remaining": str(max(0, limit - window.used)),
            "x-ratelimit-reset": str(math.ceil(window.began + HOUR)),
            "x-ratelimit-resource": resource,
        }

    def limit(self, identity: str) -> int:
        """Return the requests of an hour."""
        return self.account if identity else self.address

    def most_in_an_hour(self, resource: str = "core") -> int:
        """Return the most requests that counted in any 60 minutes."""
        times = [each.at for each in self.log if each.counted and each.resource == resource]
        return max((sum(at <= other < at + HOUR for other in times) for at in times), default=0)

    def _window(self, identity: str, resource: str) -> Window:
        now = self.clock().timestamp()
        window = self.windows.get((identity, resource))
        if window is None or now >= window.began + HOUR:
            window = self.windows[identity, resource] = Window(now)
        return window
