"""The errors that this program raises on purpose.

UndertoneError
├── SettingsError             a setting is missing or bad: the operator's to mend
├── CycleRunning              somebody else holds the lease: come back later
│   └── CycleAwaited          a cycle was asked for already and hasn't begun
├── CycleEnded                a cycle that was asked for has run already: nothing is to do
├── LeaseLost                 the lease ran out while its holder worked: stop writing
├── DeadlineReached           the time that a cycle may take is used up
├── Stopped                   the process was told to end while it worked
├── BadMessage                a queue message that can't be read: it goes to the poison queue
├── QueueUnavailable          a message can't be put on the queue: nothing was asked for
├── StoreError                the database's faults
│   ├── StoreUnavailable      it can't be reached, or throttles for too long
│   ├── StoreNotProvisioned   its database or a container is missing
│   ├── StoreOutdated         another version wrote it, in other shapes
│   ├── DocumentExists        a create found the id taken
│   └── DocumentChanged       an ETag condition failed: somebody else wrote first
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
    "timeout",
    "unreadable",
    "waiting",
]
"""Kinds of errors; docs/runbook.md has the remedy for each."""


class UndertoneError(Exception):
    """Anything that this program raises on purpose."""


class SettingsError(UndertoneError):
    """A setting is missing or bad; the message names it and says what it takes."""


class CycleRunning(UndertoneError):
    """Another holder has the lease; `holder` names it (a cycle's id, or a function)."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"{holder} is running")
        self.holder = holder


class CycleAwaited(CycleRunning):
    """The cycle `holder` was asked for already and hasn't begun; the message says how it waits."""

    def __init__(self, cycle: str, how: str) -> None:
        super().__init__(cycle)
        self.args = (f"{cycle} was {how}",)


class CycleEnded(UndertoneError):
    """The cycle that was asked for has run already."""


class LeaseLost(UndertoneError):
    """The lease ran out or was taken while its holder still worked."""


class DeadlineReached(UndertoneError):
    """The time that a cycle may take is used up."""


class Stopped(UndertoneError):
    """The process was told to end while it worked; what is left, the next one does."""


class BadMessage(UndertoneError):
    """A queue message can't be read, and never will be."""


class QueueUnavailable(UndertoneError):
    """A message can't be put on the queue, so that nothing was asked for."""


class StoreError(UndertoneError):
    """The database could not do what was asked."""


class StoreUnavailable(StoreError):
    """The database can't be reached, or throttled us for longer than we wait."""


class StoreNotProvisioned(StoreError):
    """The database or one of its containers doesn't exist and isn't ours to make."""


class StoreOutdated(StoreError):
    """The database was written by a version whose stored shapes are others."""


class DocumentExists(StoreError):
    """A create found a document with this id in this partition."""


class DocumentChanged(StoreError):
    """A conditional replace found another ETag, or no document any more."""


class SourceError(UndertoneError):
    """A source did not give what was asked for; `kind` is what the cycle records."""

    def __init__(self, kind: ErrorKind, message: str) -> None:
        super().__init__(message)
        self.kind: ErrorKind = kind


class SourceUnavailable(SourceError):
    """No usable answer after all retries; the next cycle tries again."""


class CommunityUnavailable(SourceError):
    """This community can't be read: private, banned, renamed, missing, gated or the like."""


class SourceRefused(SourceError):
    """The source refuses this program: no request can succeed."""


def kind_of(error: BaseException) -> ErrorKind:
    """Return the kind by which a cycle, a cleanup or a rescore records an error that ended it."""
    if isinstance(error, SourceError):
        return error.kind
    return next((kind for base, kind in KINDS.items() if isinstance(error, base)), "internal")


KINDS: dict[type[BaseException], ErrorKind] = {
    StoreError: "store",
    DeadlineReached: "deadline",
    Stopped: "stopped",
}
"""Any other error is a defect: internal."""
