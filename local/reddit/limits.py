"""Reddit's rate limit and access tokens."""

import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass

Seconds = Callable[[], float]

# "100 queries per minute (QPM) per OAuth client id", averaged over 10 minutes:
# https://support.reddithelp.com/hc/en-us/articles/16160319875092
REQUESTS = 1000
WINDOW_SECONDS = 600.0
# https://github.com/reddit-archive/reddit/wiki/OAuth2 states an hour; Reddit now returns a day.
TOKEN_SECONDS = 86400


@dataclass(frozen=True)
class RateLimit:
    """`requests` in each window of `seconds`.

    Reddit's windows run on Reddit's own clock, so a client starts in the middle of one. `elapsed`
    is the number of seconds already passed in the first window; None means half of it.
    """

    requests: int = REQUESTS
    seconds: float = WINDOW_SECONDS
    elapsed: float | None = None


class Allowance:
    """The requests left in the current window."""

    def __init__(self, limit: RateLimit, seconds: Seconds) -> None:
        self._seconds = seconds
        self.set(limit)

    def set(self, limit: RateLimit) -> None:
        """Replace the limit, and reset the count."""
        self._limit = limit
        elapsed = limit.seconds / 2 if limit.elapsed is None else limit.elapsed
        self._began = self._seconds() - elapsed
        self._used = 0

    def use(self) -> tuple[bool, dict[str, str]]:
        """Count a request; return whether it is allowed, and Reddit's headers."""
        limit = self._limit
        passed = self._seconds() - self._began
        if passed >= limit.seconds:
            self._began += passed // limit.seconds * limit.seconds
            passed %= limit.seconds
            self._used = 0
        allowed = self._used < limit.requests
        self._used += allowed
        return allowed, {
            "x-ratelimit-used": str(self._used),
            "x-ratelimit-remaining": f"{float(limit.requests - self._used):.1f}",
            "x-ratelimit-reset": str(math.ceil(limit.seconds - passed)),
        }


class Tokens:
    """The access tokens that were issued and are still valid."""

    def __init__(self, lifetime: int, seconds: Seconds) -> None:
        self.lifetime = lifetime
        self._seconds = seconds
        self._given: dict[str, float] = {}

    def give(self) -> str:
        """Return a new token."""
        token = secrets.token_urlsafe(24)
        self._given[token] = self._seconds() + self.lifetime
        return token

    def accepts(self, header: str) -> bool:
        """Return whether an Authorization header carries a valid token."""
        scheme, _, token = header.partition(" ")
        return scheme.lower() == "bearer" and self._given.get(token, 0.0) > self._seconds()

    def expire(self) -> None:
        """Expire all tokens."""
        self._given.clear()
