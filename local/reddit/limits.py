"""How many requests Reddit allows, and the tokens it gives."""

import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass

Seconds = Callable[[], float]

# "100 queries per minute (QPM) per OAuth client id", averaged over 10 minutes:
# https://support.reddithelp.com/hc/en-us/articles/16160319875092
REQUESTS = 1000
WINDOW_SECONDS = 600.0
# https://github.com/reddit-archive/reddit/wiki/OAuth2 said an hour; Reddit now answers a day.
TOKEN_SECONDS = 86400


@dataclass(frozen=True)
class RateLimit:
    """So many requests in each window of so many seconds.

    Reddit's windows run on Reddit's own clock, so a client comes in the middle of one; elapsed
    says how far into its first window the stand-in starts, by default half.
    """

    requests: int = REQUESTS
    seconds: float = WINDOW_SECONDS
    elapsed: float | None = None


class Allowance:
    """What is left of the window that runs now."""

    def __init__(self, limit: RateLimit, seconds: Seconds) -> None:
        self._seconds = seconds
        self.set(limit)

    def set(self, limit: RateLimit) -> None:
        """Begin again with another limit."""
        self._limit = limit
        elapsed = limit.seconds / 2 if limit.elapsed is None else limit.elapsed
        self._began = self._seconds() - elapsed
        self._used = 0

    def use(self) -> tuple[bool, dict[str, str]]:
        """Count a request: say whether it is allowed, and give Reddit's headers."""
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
    """The access tokens that were given out and still count."""

    def __init__(self, lifetime: int, seconds: Seconds) -> None:
        self.lifetime = lifetime
        self._seconds = seconds
        self._given: dict[str, float] = {}

    def give(self) -> str:
        """Make a token."""
        token = secrets.token_urlsafe(24)
        self._given[token] = self._seconds() + self.lifetime
        return token

    def accepts(self, header: str) -> bool:
        """Return whether an Authorization header carries one that counts."""
        scheme, _, token = header.partition(" ")
        return scheme.lower() == "bearer" and self._given.get(token, 0.0) > self._seconds()

    def expire(self) -> None:
        """Let all tokens run out."""
        self._given.clear()
