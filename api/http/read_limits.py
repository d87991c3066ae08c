"""The limits of a read that isn't cached, before it begins: a client's quota, the day's budget."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Final

from api.errors import RequestError
from api.http.daily_budget import DailyBudget
from api.http.quotas import ClientQuotas, Policy, Remaining
from api.http.visit import Visit
from api.schema.problems import QUOTA_EXCEEDED

HEAVY: Final = "heavy-reads"
MINUTE: Final = 60


class QuotaExceeded(RequestError):
    """A client has asked for too many heavy reads in the last minute."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    type = QUOTA_EXCEEDED

    def __init__(self, remaining: Remaining) -> None:
        policy = remaining.policy
        super().__init__(
            f"You have asked for {policy.quota} searches, files or long spans in {policy.seconds}"
            f" seconds, and more are too many: try again in {remaining.retry_seconds} s."
        )
        self.retry_seconds = remaining.retry_seconds


@dataclass(frozen=True)
class ReadLimits:
    """The limits of a process; without quotas and a budget there are none."""

    quotas: ClientQuotas | None = None
    budget: DailyBudget | None = None
    clock: Callable[[], float] = time.monotonic

    async def check(self, visit: Visit, *, is_heavy: bool) -> None:
        """Check that a read may begin, and take it of its client's quota.

        Raises QuotaExceeded, BudgetSpent and StoreError.
        """
        if is_heavy and self.quotas is not None and visit.client is not None:
            visit.remaining = self.quotas.take(visit.client, self.clock())
            if visit.remaining.retry_seconds is not None:
                raise QuotaExceeded(visit.remaining)
        if visit.is_anonymous and self.budget is not None:
            await self.budget.check(visit.client, is_heavy=is_heavy)

    def charge(self, visit: Visit) -> None:
        """Have the day's budget charged with what a visit without a key will have read."""
        if visit.is_anonymous and self.budget is not None:
            visit.charged_to = partial(self.budget.spend, visit.client)


def heavy_policy(reads_a_minute: int) -> Policy:
    """Return the policy of heavy reads."""
    return Policy(HEAVY, reads_a_minute, MINUTE)
