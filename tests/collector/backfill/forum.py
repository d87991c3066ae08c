"""A generated forum with a past, as a source that needs no server."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from collector.sources.base import (
    ItemReference,
    Looked,
    Page,
    Seen,
    SeenComment,
    SeenPost,
    Slice,
    SourceBase,
)
from shared.communities import SourceName
from shared.models import Watermark
from shared.times import iso_from_epoch

WORDS = (
    "I love this release, great work by the team",
    "this is awful, the editor crashes after every update and I hate it",
    "how do I set the context size of the model in the settings of a workspace",
    "it works on my machine since the last version, thanks",
    "the agent deleted a file that I needed, which is a real problem for us",
    "here is what the log says when the extension starts with an empty folder",
    "we moved from the old plan to the new one and the price is fine",
)
COMMENTS_OF_A_POST = 9
MILLION = 1_000_000


def text_of(number: int, sentences: int) -> str:
    """Return a text that no other number has."""
    rng = random.Random(number)
    chosen = [rng.choice(WORDS) for _ in range(sentences)]
    return f"{'. '.join(chosen)}. Number {number} of them."


class Forum(SourceBase):
    """`count` items from start to end, each tenth a post, evenly spread and newest first.

    before is called before each slice with its number, and may raise what a source raises.
    """

    name: SourceName = "discourse"
    keys_at_once = 100
    has_past = True

    def __init__(
        self,
        count: int,
        *,
        start: datetime,
        end: datetime,
        before: Callable[[int], None] = lambda _number: None,
        slice_items: int = 100,
        sentences: int = 3,
        prefix: str = "discourse.test",
    ) -> None:
        super().__init__()
        self.requests_used = 0
        self.left: int | None = None
        self._count, self._prefix = count, prefix
        self._newest = end.timestamp()
        self._step = (end - start) / timedelta(seconds=1) / max(1, count)
        self._before = before
        self._slice_items = slice_items
        self._sentences = sentences

    @property
    def requests_left(self) -> int | None:
        """Return what the test set."""
        return self.left

    def count(self, _community: str, start: str, end: str) -> int:
        """Count the items of a span."""
        return sum(start <= iso_from_epoch(self._created(n)) < end for n in range(self._count))

    def item(self, number: int) -> Seen:
        """Return an item; 0 is the newest. Of ten, the oldest is the post of the other nine."""
        created = self._created(number)
        content = text_of(number, self._sentences)
        post = number - number % (COMMENTS_OF_A_POST + 1) + COMMENTS_OF_A_POST
        common = {
            "author": f"user{number % 97}",
            "content": content,
            "permalink": f"https://forum.example/t/{post}/{number}",
            "created_utc": created,
            "deleted": False,
        }
        if number == post:
            return SeenPost(
                id=f"{self._prefix}.{number}",
                title=f"About {content[:40]}",
                url="https://forum.example/",
                upvotes=number % 7,
                upvote_ratio=None,
                comment_count=COMMENTS_OF_A_POST,
                flair=None,
                **common,  # type: ignore[arg-type]
            )
        thread = f"{self._prefix}.{post}"
        return SeenComment(
            id=f"{self._prefix}.{number}",
            upvotes=None,
            post_id=thread,
            parent_id=thread,
            **common,  # type: ignore[arg-type]
        )

    def poll(
        self, _community: str, _watermark: Watermark | None, *, oldest: str, now: datetime
    ) -> Iterator[Page]:
        """Yield the newest item alone, as a source does whose listing is short."""
        del oldest, now
        self.requests_used += 1
        yield Page([self.item(0)] if self._count else [], {"seen": "0"})

    def look_again(self, items: Sequence[ItemReference]) -> Looked:
        """Know nothing."""
        del items
        return Looked([])

    def backfill(
        self, _community: str, start: str, end: str, cursor: Watermark | None
    ) -> Iterator[Slice]:
        """Yield the items of the span."""
        first = int(cursor["at"]) if cursor else 0
        while True:
            self._before(first // self._slice_items)
            self.requests_used += 1
            numbers = range(first, min(self._count, first + self._slice_items))
            created = [iso_from_epoch(self._created(number)) for number in numbers]
            items = [
                self.item(number)
                for number, at in zip(numbers, created, strict=True)
                if start <= at < end
            ]
            first += self._slice_items
            is_end = first >= self._count or created[-1] < start
            yield Slice(
                items, None if is_end else {"at": str(first)}, created[-1] if created else None
            )
            if is_end:
                return

    def _created(self, number: int) -> float:
        return self._newest - (number + 1) * self._step
