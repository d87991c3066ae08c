"""Where submissions and comments come from: one small protocol, which Reddit is behind."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

# Of these a few subreddits in a row show that it is none of theirs.
ACCOUNT_WIDE: Mapping[str, int] = {
    "blocked": 2,
    "login": 2,
    "connection": 3,
    "timeout": 3,
    "server_error": 3,
    "unreadable": 3,
}


@dataclass(frozen=True, slots=True)
class SeenPost:
    """A submission as the source shows it now. created_utc is in Unix seconds.

    deleted says that the source marks it as taken away, whatever else it still shows of it.
    crosspost_parent is the fullname of the post that it shows in another place.
    """

    id: str
    author: str
    title: str
    content: str
    url: str
    permalink: str
    created_utc: float
    upvotes: int
    upvote_ratio: float | None
    comment_count: int
    flair: str | None
    deleted: bool
    edited: bool = False
    stickied: bool = False
    distinguished: str | None = None
    crosspost_parent: str | None = None

    @property
    def fullname(self) -> str:
        """Return Reddit's name for it among all kinds of things."""
        return f"t3_{self.id}"


@dataclass(frozen=True, slots=True)
class SeenComment:
    """A comment as the source shows it now. created_utc is in Unix seconds.

    deleted says that the source marks it as taken away, whatever else it still shows of it.
    """

    id: str
    post_id: str
    parent_id: str
    author: str
    content: str
    permalink: str
    created_utc: float
    upvotes: int
    deleted: bool
    edited: bool = False
    stickied: bool = False
    distinguished: str | None = None

    @property
    def fullname(self) -> str:
        """Return Reddit's name for it among all kinds of things."""
        return f"t1_{self.id}"


Seen = SeenPost | SeenComment


@runtime_checkable
class CountsLeftOut(Protocol):
    """A source that counts by the reason what it left out so far, since it can't be kept."""

    left_out: Counter[str]


class Source(Protocol):
    """A source of submissions and comments. It blocks: call it from a thread.

    Its methods raise SubredditUnavailable, RedditUnavailable, RedditRefused and DeadlineReached; a
    listing that breaks off raises ListingCut after its last page.
    """

    @property
    def requests_used(self) -> int:
        """Count the requests sent so far, repeated ones included."""
        ...

    @property
    def requests_left(self) -> int | None:
        """Return how many requests the source still allows in its current window, when it says."""
        ...

    def new_posts(self, subreddit: str) -> Iterator[list[SeenPost]]:
        """Return the newest submissions, newest first, a page at a time, a request each."""
        ...

    def new_comments(self, subreddit: str) -> Iterator[list[SeenComment]]:
        """Return the newest comments, newest first, a page at a time, a request each."""
        ...

    def info(self, fullnames: Sequence[str]) -> list[Seen]:
        """Return those of at most 100 things that the source knows, by one request."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
