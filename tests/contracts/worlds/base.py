"""A place where people talk, as the contract of sources needs it."""

import time
from typing import Any, Protocol

from collector.sources.base import Source
from collector.sources.waiting import Backoff, Wait, wait_until
from shared.communities import Kind

FAST = Backoff(attempts=2, first_seconds=0.01, most_seconds=0.02)
DEADLINE = wait_until(time.monotonic() + 3600)


class World(Protocol):
    """A place where people talk, and the source that reads it."""

    community: str
    missing: str
    """A community that isn't there, and that the settings name."""

    def source(self, wait: Wait = DEADLINE) -> Source: ...
    def refused(self) -> Source:
        """Make a source that can reach nothing, or skip: it needs no setting."""
        ...

    def say(self, kind: Kind, name: str, **more: Any) -> None:
        """Have somebody write a post, or a comment on the post `post`."""
        ...

    def say_at(self, name: str, moment: float) -> None:
        """Have somebody write a post at a moment (Unix seconds)."""
        ...

    def edit(self, kind: Kind, name: str, text: str) -> None: ...
    def take_back(self, kind: Kind, name: str) -> None: ...
    def say_rubbish(self) -> None:
        """Have the place show an item that can't be kept."""
        ...

    def fail(self) -> None:
        """Have the place fail for a while, in the midst of what is new."""
        ...

    def heal(self) -> None: ...
    def id_of(self, name: str) -> str:
        """Return an item's id as the source gives it."""
        ...
