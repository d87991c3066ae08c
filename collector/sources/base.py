"""The interface of sources: places where people talk, each read in a way of its own."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from shared.communities import Kind, SourceName
from shared.models import Watermark
from shared.store.keys import item_key

# A few communities in a row that fail for one of these show that it is none of theirs.
ACCOUNT_WIDE: Mapping[str, int] = {
    "blocked": 2,
    "login": 2,
    "connection": 3,
    "timeout": 3,
    "server_error": 3,
    "unreadable": 3,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenItem:
    """The fields that posts and comments share, as the source shows them now.

    Ids are unique among the source's items of a kind, and among those of all sources. created_utc
    is in Unix seconds. None is what the source doesn't know. deleted says that the source marks the
    item as taken away, whatever else it still shows of it.
    """

    kind: ClassVar[Kind]

    id: str
    author: str | None
    content: str
    permalink: str
    created_utc: float
    upvotes: int | None
    deleted: bool
    edited: bool = False
    stickied: bool = False
    distinguished: str | None = None

    @property
    def key(self) -> str:
        """Return its key among all items."""
        return item_key(self.kind, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPost(SeenItem):
    """A post. crosspost_parent is the id of the post that it shows in another community."""

    kind: ClassVar[Kind] = "post"

    title: str
    url: str
    upvote_ratio: float | None
    comment_count: int | None
    flair: str | None
    crosspost_parent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenComment(SeenItem):
    """A comment. parent_id is the id of the comment that it answers, or post_id."""

    kind: ClassVar[Kind] = "comment"

    post_id: str
    parent_id: str


Seen = SeenPost | SeenComment


@dataclass(frozen=True)
class Page:
    """Items that a poll found; where watermark is given, the poll may stop behind them."""

    items: Sequence[Seen]
    watermark: Watermark | None = None


@dataclass(frozen=True, slots=True)
class ItemReference:
    """A stored item that a source is asked for again."""

    community: str
    kind: Kind
    id: str

    @property
    def key(self) -> str:
        """Return its key among all items."""
        return item_key(self.kind, self.id)


@dataclass(frozen=True)
class Looked:
    """What a source answers about stored items.

    gone are the keys of those that it certainly has no more. What is in neither is unknown: it may
    be there all the same.
    """

    found: Sequence[Seen]
    gone: frozenset[str] = frozenset()


class Source(Protocol):
    """A source of posts and comments. It blocks: call it from a thread.

    Its methods raise SourceUnavailable (retriable), CommunityUnavailable (skippable: this community
    alone), SourceRefused (fatal for the source) and DeadlineReached.
    """

    name: SourceName
    keys_at_once: int
    """How many items one request looks at again."""
    left_out: Counter[str]
    """What was left out so far since it can't be kept, counted by the reason."""

    @property
    def requests_used(self) -> int:
        """Count the requests sent so far, repeated ones included."""
        ...

    @property
    def requests_left(self) -> int | None:
        """Return how many requests the source still allows in its current window, when it says."""
        ...

    def poll(
        self, community: str, watermark: Watermark | None, *, oldest: str, now: datetime
    ) -> Iterator[Page]:
        """Return what is new in a community since the watermark, in pages, a request each.

        Without a watermark it is all that the source shows. What was created before `oldest` (an
        ISO time) isn't needed. The last page has a watermark.
        """
        ...

    def look_again(self, items: Sequence[ItemReference]) -> Looked:
        """Return how at most keys_at_once stored items are now, by one request."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
