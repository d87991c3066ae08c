"""Distinguishes faults of a community from account-wide ones, by the failures in a row."""

from collections.abc import Mapping
from dataclasses import dataclass

from collector.sources.base import ACCOUNT_WIDE
from shared.errors import ErrorKind, SourceError, SourceRefused
from shared.models import CommunityState


@dataclass(frozen=True)
class Failure:
    """The failure of a community, with its kind and message.

    is_shared: the cycle reports one error for it and other communities together.
    """

    state: CommunityState
    kind: ErrorKind
    message: str
    is_shared: bool = False


class FaultStreak:
    """Communities that failed one after another for the same reason.

    `account_wide` says how many failures in a row with a cause are account-wide. If the source has
    failed for cycles, the first community is a probe: its failure is shared.
    """

    def __init__(
        self, account_wide: Mapping[str, int] = ACCOUNT_WIDE, *, is_probe: bool = False
    ) -> None:
        self._account_wide = account_wide
        self._failures: list[Failure] = []
        self._is_probe = is_probe

    def add(self, state: CommunityState, error: SourceError) -> list[Failure]:
        """Add a community's error, and return the failures that aren't account-wide."""
        ended: list[Failure] = []
        if self._failures and self._failures[-1].kind != error.kind:
            ended = self.end()
        self._failures.append(Failure(state, error.kind, str(error)))
        return ended if error.kind in self._account_wide else [*ended, *self.end()]

    def end(self) -> list[Failure]:
        """Return the failures so far, and start a new streak."""
        ended, self._failures = self._failures, []
        self._is_probe = False
        return ended

    def refusal(self) -> tuple[list[Failure], SourceRefused] | None:
        """Return the failures and one error for all of them, once they are account-wide."""
        if not self._failures:
            return None
        last, count, is_probe = self._failures[-1], len(self._failures), self._is_probe
        if not is_probe and count < self._account_wide[last.kind]:
            return None
        shared = [
            Failure(each.state, each.kind, each.message, is_shared=True) for each in self.end()
        ]
        how = (
            "one community is tried each cycle until it answers"
            if is_probe
            else f"{count} communities in a row; the others wait for the next"
        )
        return shared, SourceRefused(last.kind, f"{last.message} ({how})")
