"""Stand-ins of a fleet's sources, on a clock that each of their requests moves on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from bench import bill
from bench.fleet_activity import POST_EVERY, Member
from collector.shard_runs import READ_SECONDS
from collector.sources.base import (
    ItemReference,
    Looked,
    Page,
    Seen,
    SeenComment,
    SeenPost,
    SourceBase,
)
from collector.sources.reddit.listing import LISTING_CAP, PAGE, read_listing
from shared.communities import SourceName
from shared.errors import DeadlineReached
from shared.models import Watermark
from shared.settings import Settings

# https://support.reddithelp.com/hc/en-us/articles/16160319875092-Reddit-Data-API-Wiki
REDDIT_REQUESTS_A_MINUTE: Final = 100
WINDOW: Final = timedelta(minutes=10)
WORDS: Final = (
    "the new release is slow on my machine and the answer breaks after an update but support was"
    " great so I love how it works now with less memory than before while others hate the price"
)
WORDS_OF_TEXT: Final = 24


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Move the clock on."""
        self.now += timedelta(seconds=seconds)


@dataclass
class Servers:
    """The servers of all communities, and how they were asked.

    clients is the number of Reddit's clients, each with its pace. Communities have items back to
    `since`, in Unix seconds.
    """

    members: Mapping[str, Member]
    clock: Clock
    since: float
    clients: int = 1
    polls: dict[str, list[datetime]] = field(default_factory=dict)
    requests: Counter[tuple[SourceName, datetime]] = field(default_factory=Counter)
    """Requests by source, and by the ten minutes in which they were sent."""
    free_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    """When Reddit's pace allows the next request."""

    @contextmanager
    def open_sources(
        self, settings: Settings, stalled: int
    ) -> Iterator[Mapping[SourceName, Listed]]:
        """Open the sources of the settings' communities, until a turn's time is used up."""
        until = self.until_of(self.clock(), stalled)
        names = dict.fromkeys(settings.source_of(each) for each in settings.watched)
        yield {name: Listed(self, name, until) for name in names}

    def until_of(self, now: datetime, stalled: int) -> datetime:
        """Return until when a turn may ask that begins now."""
        return now + timedelta(seconds=READ_SECONDS * 2.0**stalled)

    def take(self, source: SourceName, until: datetime) -> None:
        """Wait for the pace, and then for the answer. Raises DeadlineReached."""
        begin = self.clock()
        if source == "reddit":
            begin = max(begin, self.free_at)
            seconds = 60 / REDDIT_REQUESTS_A_MINUTE / self.clients
            self.free_at = begin + timedelta(seconds=seconds)
        end = max(self.free_at, begin) if source == "reddit" else begin + _ANSWER
        if end > until:
            raise DeadlineReached("the turn's time is used up")
        self.requests[source, window_of(begin)] += 1
        self.clock.now = end

    def note_poll(self, name: str) -> None:
        """Note that a community is polled now."""
        self.polls.setdefault(name, []).append(self.clock())


_ANSWER = timedelta(seconds=bill.ANSWER_SECONDS)


def window_of(moment: datetime) -> datetime:
    """Return the begin of the ten minutes that a time is in."""
    return moment.replace(minute=moment.minute // 10 * 10, second=0, microsecond=0)


class Listed(SourceBase):
    """A source that lists each community's newest items as Reddit does: posts, then comments."""

    keys_at_once = 100
    lists_stored = True

    def __init__(self, servers: Servers, name: SourceName, until: datetime) -> None:
        super().__init__()
        self.servers, self.name, self.until = servers, name, until
        self.own_servers = name == "discourse"
        self.shares_items = name == "hackernews"
        self.requests_used = 0

    def poll(
        self, community: str, watermark: Watermark | None, *, oldest: str, now: datetime
    ) -> Iterator[Page]:
        """Yield the newest items, a page of a hundred for each request."""
        self.servers.note_poll(community)
        known, reached, since = watermark or {}, Watermark(), oldest
        member = self.servers.members[community]
        for name, is_post in (("posts", True), ("comments", False)):
            pages = self._pages(member, now, is_post=is_post)
            end = yield from read_listing(pages, community, known.get(name), oldest=oldest, now=now)
            since = max(since, end.complete_since)
            if end.watermark is not None:
                reached[name] = end.watermark
        yield Page([], reached, since)

    def look_again(self, items: Sequence[ItemReference]) -> Looked:
        """Return the items as they are: nothing changes, and nothing is taken away."""
        self._take()
        return Looked([self._item(item) for item in items])

    def _take(self) -> None:
        self.servers.take(self.name, self.until)
        self.requests_used += 1

    def _item(self, reference: ItemReference) -> Seen:
        return seen_item(
            self.servers.members[reference.community], int(reference.id.rpartition("x")[2])
        )

    def _pages(self, member: Member, now: datetime, *, is_post: bool) -> Iterator[list[Seen]]:
        number = member.count_until(now.timestamp())
        first = member.count_until(self.servers.since)
        listed = 0
        page: list[Seen] = []
        while number > first and listed < LISTING_CAP:
            if (number % POST_EVERY == 0) is is_post:
                page.append(seen_item(member, number))
                listed += 1
                if len(page) == PAGE:
                    self._take()
                    yield page
                    page = []
            number -= 1
        if page or not listed:
            self._take()
            yield page


def seen_item(member: Member, number: int) -> Seen:
    """Return a community's item by its number; each tenth one is a post."""
    own = f"{member.name.rpartition('.')[2]}x"
    created = member.moment_of(number)
    author = f"author{number % 41}"
    text = text_of(number)
    if number % POST_EVERY == 0:
        return SeenPost(
            id=f"{own}{number}",
            author=author,
            title=text[:60],
            content=text,
            url="",
            permalink="",
            created_utc=created,
            upvotes=1,
            upvote_ratio=None,
            comment_count=1,
            flair=None,
            deleted=False,
        )
    post = f"{own}{number - number % POST_EVERY}"
    return SeenComment(
        id=f"{own}{number}",
        author=author,
        content=text,
        permalink="",
        created_utc=created,
        upvotes=1,
        deleted=False,
        post_id=post,
        parent_id=post,
    )


def text_of(number: int) -> str:
    """Return a text of usual length; those of neighbouring numbers have other words."""
    stride = 1 + number % 7
    known = WORDS.split()
    words = (known[(number + place * stride) % len(known)] for place in range(WORDS_OF_TEXT))
    return f"{' '.join(words)} {number}"
