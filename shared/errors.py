"""The errors that this program raises itself.

UndertoneError
├── SettingsError             a setting is missing or bad: the operator must fix it
├── CycleRunning              another writer holds the lease: try again later
│   └── CycleAwaited          a cycle was already requested and hasn't begun
├── CycleEnded                a requested cycle has already run: there is nothing to do
├── BackfillEnded             a backfill is read, or is another's work now: there is nothing to do
├── LeaseLost                 the lease ran out while its holder worked: stop writing
├── RoundFailed               a part of work on many communities failed each time
├── DeadlineReached           the time that a cycle may take is used up
├── Stopped                   the process was asked to stop while it worked
├── BadMessage                a queue message that can't be read: it goes to the poison queue
├── QueueUnavailable          a message can't be put on the queue: nothing was requested
├── AlertError                a channel took no message
│   ├── TemporaryFailure      it may take the message later
│   └── PermanentFailure      it would take no message: somebody must mend the rule or the channel
├── BudgetSpent               a model's tokens of the day are spent (shared/llm/budget.py)
├── ChatError                 a model gave no usable reply; its kinds: shared/llm/chat.py
├── StoreError                the database's faults
│   ├── StoreUnavailable      it can't be reached, or throttles for too long
│   ├── StoreNotProvisioned   its database or a container is missing
│   ├── StoreOutdated         another version wrote it, in other shapes
│   ├── DocumentExists        a create found the id taken
│   └── DocumentChanged       an ETag condition failed: another writer was first
└── SourceError             a source's faults, each with a `kind` for the cycle's record
    ├── SourceUnavailable     retriable: no usable answer after all retries
    ├── CommunityUnavailable  skippable: this community alone can't be read
    └── SourceRefused         fatal for the source: every request would fail; other sources go on
"""

from typing import Literal

ErrorKind = Literal[
    "age_gated",
    "banned",
    "blocked",
    "connection",
    "credentials",
    "deadline",
    "forbidden",
    "gated",
    "internal",
    "legal",
    "login",
    "missing",
    "private",
    "quarantined",
    "rate_limited",
    "refused",
    "renamed",
    "scoring",
    "server_error",
    "stopped",
    "store",
    "suspicious",
    "timeout",
    "unreadable",
    "waiting",
]
"""Kinds of errors; docs/runbook.md has the remedy for each."""


class UndertoneError(Exception):
    """Base class of the errors that this program raises itself."""


class SettingsError(UndertoneError):
    """A setting is missing or bad; the message names it and its valid values."""


class CycleRunning(UndertoneError):
    """Another writer holds the lease; `holder` is its name (a cycle's id, or a function)."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"{holder} is running")
        self.holder = holder


class CycleAwaited(CycleRunning):
    """The cycle `holder` was already requested and hasn't begun; the message says why."""

    def __init__(self, cycle: str, how: str) -> None:
        super().__init__(cycle)
        self.args = (f"{cycle} was {how}",)


class CycleEnded(UndertoneError):
    """The requested cycle has already run."""


class BackfillEnded(UndertoneError):
    """A backfill is complete, was taken over, or isn't wanted any more."""


class LeaseLost(UndertoneError):
    """The lease ran out or was taken while its holder still worked."""


class RoundFailed(UndertoneError):
    """A part of work on many communities failed each time it was tried; the log says why."""


class DeadlineReached(UndertoneError):
    """The time that a cycle may take is used up."""


class Stopped(UndertoneError):
    """The process was asked to stop while it worked; the next one continues the work."""


class BadMessage(UndertoneError):
    """A queue message is invalid, so retrying it is useless."""


class QueueUnavailable(UndertoneError):
    """A message can't be put on the queue, so nothing was requested."""


class AlertError(UndertoneError):
    """A channel took no message; the reason has no secret, and of an address the host alone."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TemporaryFailure(AlertError):
    """A channel may take the message later.

    retry_after is the number of seconds (0 to a day) after which it asks to be tried again; None
    where it asks for none.
    """

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class PermanentFailure(AlertError):
    """A channel takes nothing until somebody changes the rule, a setting or the channel."""


class StoreError(UndertoneError):
    """The database refused or failed an operation."""


class StoreUnavailable(StoreError):
    """The database can't be reached, or throttled for longer than the retries last."""


class StoreNotProvisioned(StoreError):
    """The database or a container is missing, and only a deployment may make it."""


class StoreOutdated(StoreError):
    """Another version with other stored shapes wrote the database."""


class DocumentExists(StoreError):
    """A create found a document with this id in this partition."""


class DocumentChanged(StoreError):
    """A conditional replace found another ETag, or no document."""


class SourceError(UndertoneError):
    """A request to a source failed; `kind` is recorded in the cycle's document."""

    def __init__(self, kind: ErrorKind, message: str) -> None:
        super().__init__(message)
        self.kind: ErrorKind = kind


class SourceUnavailable(SourceError):
    """There is no usable answer after all retries; the next cycle tries again."""


class CommunityUnavailable(SourceError):
    """This community can't be read: private, banned, renamed, missing, gated or the like."""


class SourceRefused(SourceError):
    """The source refuses this program: no request can succeed."""


def kind_of(error: BaseException) -> ErrorKind:
    """Return the kind under which work records the error that ended it."""
    if isinstance(error, SourceError):
        return error.kind
    return next((kind for base, kind in KINDS.items() if isinstance(error, base)), "internal")


KINDS: dict[type[BaseException], ErrorKind] = {
    StoreError: "store",
    DeadlineReached: "deadline",
    Stopped: "stopped",
}
"""Any other error is a defect: internal."""
