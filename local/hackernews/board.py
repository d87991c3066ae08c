"""The contents of the stand-in: stories, polls, jobs and comments."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Kind = Literal["story", "poll", "job", "comment", "pollopt"]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A story, poll, job or comment. Texts are HTML; `time` is in Unix seconds.

    `indexed_at` is when the search begins to show it. `is_indexed` says whether it does at all.
    `odd` are fields that the search shows instead of its own.
    """

    id: int
    type: Kind
    by: str
    time: int
    title: str = ""
    url: str = ""
    text: str = ""
    score: int = 1
    parent: int | None = None
    deleted: bool = False
    dead: bool = False
    indexed_at: float = 0.0
    is_indexed: bool = True
    odd: dict[str, Any] = field(default_factory=dict)


class Board:
    """The entries, by their ids, and the front page. Threads may share it."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.front: list[int] = []
        self._entries: dict[int, Entry] = {}
        self._kids: dict[int | None, set[int]] = defaultdict(set)
        self._lock = threading.Lock()

    def add(self, entry: Entry) -> int:
        """Add an entry, and return its id."""
        with self._lock:
            self._entries[entry.id] = entry
            self._kids[entry.parent].add(entry.id)
        return entry.id

    def write(self, kind: Kind, *, lag: float = 0.0, **more: Any) -> int:
        """Write an entry now, unless its time is given; the search shows it `lag` seconds later."""
        with self._lock:
            number = max(self._entries, default=40_000_000) + 1
        now = self.clock()
        given = {"id": number, "by": "ada", "time": int(now), "indexed_at": now + lag, **more}
        return self.add(Entry(type=kind, **given))

    def change(self, number: int, **more: Any) -> None:
        """Change fields of an entry, in both APIs."""
        with self._lock:
            self._entries[number] = replace(self._entries[number], **more)

    def delete(self, number: int) -> None:
        """Have the author delete an entry; the search goes on showing it."""
        self.change(number, deleted=True)

    def kill(self, number: int) -> None:
        """Have an entry flagged until it is dead; the search shows it no more."""
        self.change(number, dead=True, is_indexed=False)

    def lose(self, number: int) -> None:
        """Forget an entry, as if it had never been."""
        with self._lock:
            del self._entries[number]

    def find(self, number: int) -> Entry | None:
        """Return an entry."""
        return self._entries.get(number)

    def entries(self) -> list[Entry]:
        """List all entries."""
        with self._lock:
            return list(self._entries.values())

    def newest(self) -> int:
        """Return the largest id."""
        with self._lock:
            return max(self._entries, default=0)

    def story_of(self, entry: Entry) -> int:
        """Return the story that an entry is, or belongs to."""
        while entry.parent is not None and (above := self.find(entry.parent)) is not None:
            entry = above
        return entry.id

    def kids(self, number: int) -> list[Entry]:
        """List the direct answers to an entry, oldest first."""
        with self._lock:
            kids = sorted(self._kids.get(number, ()))
            found = [self._entries[each] for each in kids if each in self._entries]
        return [entry for entry in found if entry.parent == number]

    def descendants(self, number: int) -> int:
        """Count the comments below an entry that are there."""
        return sum(
            self.descendants(kid.id) + (not kid.deleted and not kid.dead)
            for kid in self.kids(number)
            if kid.type == "comment"
        )
