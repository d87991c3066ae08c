"""Quotas of clients: how many heavy reads one of them may ask for a minute.

The header fields are those of
https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ (draft 11, May 2026).
"""

import secrets
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from math import ceil, floor
from typing import Final

POLICY_FIELD: Final = "RateLimit-Policy"
FIELD: Final = "RateLimit"
# Half a megabyte, whatever the number of clients. Two clients share a quota by chance: of 1,000
# others, one has the place of a given client with a probability of 1.5%.
PLACES: Final = 1 << 16
PLACE_BYTES: Final = 8
SALT_BYTES: Final = 16


@dataclass(frozen=True)
class Policy:
    """A quota: its name, the number of requests, and the seconds in which they may come."""

    name: str
    quota: int
    seconds: int

    @property
    def interval(self) -> float:
        """Return the seconds after which one more request is allowed."""
        return self.seconds / self.quota


@dataclass(frozen=True)
class Remaining:
    """The rest that a policy leaves a client: requests, and the seconds until all of them are back.

    retry_seconds is when the next request may come, of one that was refused; else None.
    """

    policy: Policy
    requests: int
    reset_seconds: int
    retry_seconds: int | None = None

    @property
    def fields(self) -> Mapping[str, str]:
        """Return the header fields that say so."""
        name = f'"{self.policy.name}"'
        return {
            POLICY_FIELD: f"{name};q={self.policy.quota};w={self.policy.seconds}",
            FIELD: f"{name};r={self.requests};t={self.reset_seconds}",
        }


class ClientTable:
    """A number for each client, 0 at first, in a fixed number of places."""

    def __init__(self, *, salt: bytes | None = None, places: int = PLACES) -> None:
        """Make an empty table. The salt keeps clients from choosing each other's places."""
        self._salt = salt or secrets.token_bytes(SALT_BYTES)
        self._numbers = array("d", bytes(PLACE_BYTES * places))

    def __getitem__(self, client: str) -> float:
        """Return the number of a client."""
        return self._numbers[self._place_of(client)]

    def __setitem__(self, client: str, number: float) -> None:
        """Set the number of a client."""
        self._numbers[self._place_of(client)] = number

    def clear(self) -> None:
        """Set all numbers to 0."""
        self._numbers = array("d", bytes(PLACE_BYTES * len(self._numbers)))

    def _place_of(self, client: str) -> int:
        digest = blake2b(client.encode(), digest_size=PLACE_BYTES, key=self._salt).digest()
        return int.from_bytes(digest, "big") % len(self._numbers)


class ClientQuotas:
    """The quota of each client under one policy.

    It is a leaky bucket (GCRA): the table has the time at which a client has its whole quota again.
    https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
    """

    def __init__(self, policy: Policy, table: ClientTable | None = None) -> None:
        """Begin with whole quotas."""
        self._policy = policy
        self._whole_at = table or ClientTable()

    def take(self, client: str, now: float) -> Remaining:
        """Take one request of a client's quota at a time in seconds, and return what is left.

        One that is refused takes nothing.
        """
        policy = self._policy
        whole_at = max(self._whole_at[client], now)
        after = whole_at + policy.interval
        excess = after - now - policy.seconds
        if excess > 0:
            return Remaining(policy, 0, ceil(whole_at - now), retry_seconds=ceil(excess))
        self._whole_at[client] = after
        # A rounding error must not take a request away.
        left = floor((policy.seconds - (after - now)) / policy.interval + 1e-6)
        return Remaining(policy, left, ceil(after - now))
