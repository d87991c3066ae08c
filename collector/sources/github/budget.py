"""Keeps GitHub's limits ourselves: the requests of the last hour, across cycles and processes.

An address without a token has 60 requests an hour, an account with one 5,000, and GraphQL has its
own: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.errors import SourceUnavailable
from shared.times import Clock, iso_from_epoch

Resource = Literal["core", "graphql"]

OF_ADDRESS, OF_ACCOUNT = 60, 5000
WHOLE_NUMBER = re.compile(r"[0-9]{1,12}")
MINUTE, HOUR_MINUTES = 60, 60
# A server's word counts for a day at most, whatever it says.
LONGEST_CLOSED = 86_400.0
# How much of an hour the polls of one cycle take, and what the sweep and the backfill leave to
# polling: they go on while more than this is left.
SHARE_OF_CYCLE = 1 / 3
RESERVE_OF_SWEEP = 1 / 2
RESERVE_OF_BACKFILL = 1 / 3


class Used(BaseModel):
    """The state of one resource: requests by minute, and the server's figures of its window."""

    model_config = ConfigDict(extra="ignore")

    minutes: dict[int, int] = Field(default_factory=dict)
    limit: int | None = None
    remaining: int | None = None
    reset: float = 0.0
    closed: float = 0.0


class Budget:
    """The requests that are left, by resource.

    `kept` is where they are stored. A request counts for an hour, rounded up to minutes, so any 60
    minutes are within the limit, wherever GitHub's own window begins.
    """

    def __init__(self, kept: dict[str, str], *, has_token: bool, clock: Clock) -> None:
        self._kept = kept
        self._has_token = has_token
        self._clock = clock
        self._reserve = 0.0

    def limit(self, resource: Resource = "core") -> int:
        """Return the requests of an hour: ours, or the server's where they are fewer."""
        return self._limit(self._used(resource))

    def left(self, resource: Resource = "core") -> int:
        """Return the number of requests that may be sent now."""
        used, now = self._used(resource), self._now()
        if used.closed > now:
            return 0
        left = self._limit(used) - sum(used.minutes.values())
        if used.remaining is not None and used.reset > now:
            left = min(left, used.remaining)
        return max(0, left)

    def reserve(self, share: float, resource: Resource = "core") -> int:
        """Return the requests of an hour that a share of it is."""
        return math.ceil(share * self.limit(resource))

    @contextmanager
    def keeping(self, share: float) -> Iterator[None]:
        """Leave this share of an hour to others while in the context."""
        self._reserve = share
        try:
            yield
        finally:
            self._reserve = 0.0

    def take(self, resource: Resource) -> None:
        """Count a request that is about to be sent. Raises SourceUnavailable if none is left."""
        if self.left(resource) <= self.reserve(self._reserve, resource):
            raise SourceUnavailable("rate_limited", self.reason(resource))
        used, minute = self._used(resource), int(self._now() // MINUTE)
        used.minutes[minute] = used.minutes.get(minute, 0) + 1
        if used.remaining is not None:
            used.remaining = max(0, used.remaining - 1)
        self._keep(resource, used)

    def give_back(self, resource: Resource) -> None:
        """Take back the count of a request that was free."""
        used = self._used(resource)
        latest = max(used.minutes, default=0)
        used.minutes = {
            minute: count - (minute == latest)
            for minute, count in used.minutes.items()
            if count > (minute == latest)
        }
        self._keep(resource, used)

    def note(self, resource: Resource, headers: Mapping[str, str]) -> None:
        """Note what the server says of its window."""
        limit, remaining, reset = (
            _whole(headers.get(f"x-ratelimit-{name}")) for name in ("limit", "remaining", "reset")
        )
        named = headers.get("x-ratelimit-resource", resource)
        if named != resource or remaining is None or reset is None:
            return
        used = self._used(resource)
        used.limit = limit or used.limit
        used.remaining = remaining
        used.reset = min(float(reset), self._now() + LONGEST_CLOSED)
        self._keep(resource, used)

    def close(self, resource: Resource, seconds: float) -> None:
        """Send nothing for these seconds."""
        used = self._used(resource)
        used.closed = self._now() + min(seconds, LONGEST_CLOSED)
        self._keep(resource, used)

    def reason(self, resource: Resource = "core", least: int = 1) -> str:
        """Return why no requests (`least` of them) are left, until when, and what helps."""
        used = self._used(resource)
        reserve = self.reserve(self._reserve, resource) + least - 1
        until = iso_from_epoch(self._until(used, reserve))[11:16]
        whose = "" if self._has_token else "; set GITHUB_TOKEN for 5,000"
        if used.closed > self._now():
            return f"GitHub asks for no request until {until} UTC{whose}"
        done = "left to polling" if self._reserve else "used up"
        return (
            f"GitHub's {self._limit(used):,} requests an hour are {done} until {until} UTC{whose}"
        )

    def _until(self, used: Used, reserve: int) -> float:
        """Return the time at which more than the reserve is left."""
        now = self._now()
        if used.closed > now:
            return used.closed
        own = now
        over = sum(used.minutes.values()) - (self._limit(used) - reserve)
        for minute, count in sorted(used.minutes.items()):
            if over < 0:
                break
            own = float((minute + HOUR_MINUTES + 1) * MINUTE)
            over -= count
        is_out = used.remaining is not None and used.remaining <= reserve and used.reset > now
        return max(own, used.reset) if is_out else own

    def _limit(self, used: Used) -> int:
        ours = OF_ACCOUNT if self._has_token else OF_ADDRESS
        return min(ours, used.limit or ours)

    def _used(self, resource: Resource) -> Used:
        try:
            used = Used.model_validate_json(self._kept.get(self._key(resource), "{}"))
        except ValidationError:
            used = Used()
        first = int(self._now() // MINUTE) - HOUR_MINUTES
        used.minutes = {minute: n for minute, n in used.minutes.items() if minute >= first}
        return used

    def _keep(self, resource: Resource, used: Used) -> None:
        self._kept[self._key(resource)] = used.model_dump_json(exclude_none=True)

    def _key(self, resource: Resource) -> str:
        return f"{resource}.{'account' if self._has_token else 'address'}"

    def _now(self) -> float:
        return self._clock().timestamp()


def _whole(value: str | None) -> int | None:
    return int(value) if value and WHOLE_NUMBER.fullmatch(value) else None
