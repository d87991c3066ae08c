"""Walks hours of statistics backwards, for lists of the items that they count."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from api.reads.listing import below_place
from shared.communities import Kind
from shared.models import Comment, Item, Post, ScopeHour, SubjectHour
from shared.stats.hour_parts import read_hours
from shared.store import COMMENTS, POSTS, Container, Key, Store
from shared.store.keys import id_of
from shared.times import Window, next_hour

D = TypeVar("D", ScopeHour, SubjectHour)

# Number of hours in the first read; each further read has up to GROWTH times more. A busy hour
# fills a page by itself, and 90 quiet days take six reads.
FIRST_HOURS = 3
GROWTH = 4
# Maximum hours with items that a page reads; with MAX_SCANNED items they cost less than 1,000
# request units. The next page continues there.
MAX_HOURS_READ = 350
# Sorts before all ids of an hour's first second.
MIN_ID = "0"


@dataclass(frozen=True, order=True)
class Reference:
    """An item and its place among all, as `place_of` gives it."""

    place: str
    community: str
    kind: Kind

    @property
    def key(self) -> Key:
        """Return the key of the item."""
        return self.community, id_of(below_place(self.place, self.kind))


class HourWalk(Generic[D]):
    """The newest items of the hours of a scope in a window.

    It reads each hour once, and at most MAX_HOURS_READ hours with items. references_of returns what
    an hour lists, whatever its place. names: only the parts of these communities are read.
    """

    def __init__(
        self,
        store: Store,
        container: Container[D],
        partition: str,
        window: Window,
        references_of: Callable[[D], list[Reference]],
        *,
        names: Collection[str] | None = None,
    ) -> None:
        self._store = store
        self._container: Container[D] = container
        self._partition = partition
        self._references_of: Callable[[D], list[Reference]] = references_of
        self._names = names
        self._hours = window.hours()
        self._left = MAX_HOURS_READ
        self._size = FIRST_HOURS
        self._found: list[Reference] = []

    async def newest(self, below: str, count: int) -> list[Reference]:
        """Return at most `count` of them below a place, newest first.

        The place must not increase between calls. There are fewer at the end of the window, or
        after MAX_HOURS_READ hours.
        """
        while self._hours and self._hours[-1] >= below:
            self._hours.pop()
        self._found = [each for each in self._found if each.place < below]
        while self._hours and self._left > 0 and len(self._found) < count:
            await self._read_on(below, count)
        return self._found[:count]

    @property
    def rest(self) -> str | None:
        """Return the place below which items are unread; None if all were read."""
        return f"{next_hour(self._hours[-1])}:00:00Z_{MIN_ID}" if self._hours else None

    async def _read_on(self, below: str, count: int) -> None:
        had = len(self._found)
        batch = [self._hours.pop() for _ in range(min(self._size, self._left, len(self._hours)))]
        documents = await read_hours(
            self._store, self._container, self._partition, batch, self._names
        )
        self._left -= len(documents)
        for hour in batch:
            if (document := documents.get(hour)) is not None:
                listed = self._references_of(document)
                self._found += sorted((e for e in listed if e.place < below), reverse=True)
        found = len(self._found) - had
        wanted = len(batch) * (count - len(self._found)) // max(1, found) + 1
        self._size = max(1, min(self._size * GROWTH, wanted))


async def read_referenced(store: Store, references: list[Reference]) -> list[Item]:
    """Return the items in their order; items deleted since are missing."""
    posts = [each.key for each in references if each.kind == "post"]
    comments = [each.key for each in references if each.kind == "comment"]
    found: dict[tuple[Kind, Key], Post | Comment] = {}
    if posts:
        of_posts = await store.read_many(POSTS, posts)
        found.update({("post", key): item for key, item in of_posts.items()})
    if comments:
        of_comments = await store.read_many(COMMENTS, comments)
        found.update({("comment", key): item for key, item in of_comments.items()})
    wanted = [(each.kind, each.key) for each in references]
    return [cast("Item", found[each]) for each in wanted if each in found]
