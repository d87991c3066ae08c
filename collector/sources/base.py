"""The interface of sources, which read posts and comments of communities."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import ClassVar, Protocol, runtime_checkable

from collector.sources.waiting import SourceWait
from shared.communities import Kind, SourceName
from shared.models import Watermark
from shared.store.keys import item_key

# A fault is account-wide if this number of communities in a row fail with it.
ACCOUNT_WIDE: Mapping[str, int] = {
    "blocked": 2,
    "rate_limited": 2,
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
    """Items of a poll. If it has a watermark, the poll may stop after these items.

    complete_since is an ISO time: from it on, to the poll's begin or to the last of these items, if
    the poll stops here, all that the source has was read. None: that isn't known, and the poll goes
    on where the one before stopped. complete_until is an ISO time where the poll ends before its
    begin, since the source leaves the rest to the next one.
    """

    items: Sequence[Seen]
    watermark: Watermark | None = None
    complete_since: str | None = None
    complete_until: str | None = None


@dataclass(frozen=True)
class Slice:
    """Items of the past, and where to go on; a cursor of None is the end of what was asked for.

    complete_since is an ISO time: from it on, to the end of the span that was asked for, all is
    read. None: nothing is yet.
    """

    items: Sequence[Seen]
    cursor: Watermark | None
    complete_since: str | None = None


@dataclass(frozen=True, slots=True)
class ItemReference:
    """A stored item to look up at its source. post_id is the post of a comment, if known."""

    community: str
    kind: Kind
    id: str
    post_id: str | None = None

    @property
    def key(self) -> str:
        """Return its key among all items."""
        return item_key(self.kind, self.id)


@dataclass(frozen=True)
class Looked:
    """The result of looking up stored items at their source.

    gone are the keys of items that the source certainly no longer has. Items in neither are
    unknown, and may still exist.
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
    """Maximum items that look_again takes."""
    shares_items: bool
    """Whether an item may show in several of its communities; it is stored in the first alone."""
    lists_deleted: bool
    """Whether polls may show what was taken back, so that the sweep looks at what they show too."""
    own_servers: bool
    """Whether each community has a server of its own, so that no fault is the whole source's."""
    has_past: bool
    """Whether backfill reads what was written before the first poll."""
    lists_stored: bool
    """Whether each poll lists the newest items, stored or not, so that none is suspicious."""
    may_be_silent: bool
    """Whether hours of silence of a busy community are no sign of a fault."""
    waits: SourceWait | None
    """Its wait, where it was opened by open_sources."""
    left_out: Counter[str]
    """Number of objects left out so far because they can't be stored, by reason."""
    kept: dict[str, str]
    """Values for the source's next cycle, such as the requests of the running hour."""

    @property
    def sweep_factor(self) -> float:
        """Return the requests of its sweep for each of SWEEP_REQUESTS.

        They are more where each tells of few items, and fewer where few are left.
        """
        ...

    @property
    def share_of_older(self) -> Fraction:
        """Return the share of the sweep's requests that goes to all items, not to recent ones."""
        ...

    @property
    def requests_used(self) -> int:
        """Return the number of requests sent so far, including retries."""
        ...

    @property
    def requests_left(self) -> int | None:
        """Return the requests that the source still allows in its window; None if unknown."""
        ...

    def poll(
        self, community: str, watermark: Watermark | None, *, oldest: str, now: datetime
    ) -> Iterator[Page]:
        """Yield the items of a community since the watermark, in pages of one request each.

        Without a watermark it yields all that the source shows. Items created before `oldest` (an
        ISO time) aren't needed. The last page has a watermark.
        """
        ...

    def look_again(self, items: Sequence[ItemReference]) -> Looked:
        """Look up at most keys_at_once stored items, with one request for each at most."""
        ...

    def backfill(
        self, community: str, start: str, end: str, cursor: Watermark | None
    ) -> Iterator[Slice]:
        """Yield what was written from start to end (ISO times), newest first, a request a slice.

        A walk that stops after any slice goes on from its cursor, in another process too. Sources
        whose has_past is false yield nothing.
        """
        ...

    def rereads_past(self, community: str) -> bool:
        """Return whether the sweep rereads a community's past, rather than look up its items.

        It is so where a slice shows more items than a lookup, and the community can be read now.
        """
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


@runtime_checkable
class CountsPast(Protocol):
    """A source that tells how many items a span of the past has."""

    def count(self, community: str, start: str, end: str) -> int:
        """Return about how many items were written from start to end (ISO times)."""
        ...


class SourceBase:
    """The members that most sources share, for a source to inherit."""

    shares_items = False
    lists_deleted = False
    own_servers = False
    has_past = False
    lists_stored = False
    may_be_silent = False
    waits: SourceWait | None = None

    def __init__(self) -> None:
        self.left_out: Counter[str] = Counter()
        self.kept: dict[str, str] = {}

    @property
    def sweep_factor(self) -> float:
        """Return 1."""
        return 1

    @property
    def share_of_older(self) -> Fraction:
        """Return a third: recent items change most."""
        return Fraction(1, 3)

    @property
    def requests_left(self) -> int | None:
        """Return None: the server doesn't say it."""
        return None

    def backfill(
        self, _community: str, _start: str, _end: str, _cursor: Watermark | None
    ) -> Iterator[Slice]:
        """Return nothing: the past can't be read."""
        return iter(())

    def rereads_past(self, _community: str) -> bool:
        """Return False: lookups are enough."""
        return False

    def close(self) -> None:
        """Close nothing."""
