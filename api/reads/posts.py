"""The newest posts of a community, of all communities, or of a topic, page by page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TypeVar

from api.deps import Deps
from api.errors import NotFound
from api.reads.copies import Copies, with_places
from api.reads.listing import Listing, Page, Slice, read_page, sliced
from api.reads.scopes import scope_asked
from api.reads.search import search_of
from api.reads.trending import only_watched, topics_at
from api.schema.items import PostAnswer, Posts
from api.schema.parameters import MAX_HOURS, MAX_POSTS, ListParameters, PostsParameters
from shared.models import ALL, Label, Post, ScopeHour
from shared.store import HOURS_OF_ALL, POSTS, Key, Query, Store
from shared.store.keys import id_of
from shared.text import normalised, unescaped
from shared.times import EARLIEST, Window, hour_of, iso, next_hour, parse_iso

L = TypeVar("L", bound=ListParameters)

# Number of hours of `all` in the first read; each further read has up to GROWTH times more. A busy
# hour fills a page by itself, and 90 quiet days take six reads.
FIRST_HOURS = 3
GROWTH = 4
# Maximum hours of `all` with items that a page reads; with MAX_SCANNED posts they cost less than
# 1,000 request units. The next page continues there.
MAX_HOURS_READ = 350
# Sorts before all ids of an hour's first second.
MIN_ID = "0"
SEARCH_TERM = re.compile(r'"([^"]*)"|([^\s"]+)')


async def read_recent_posts(deps: Deps, parameters: PostsParameters) -> Page[Posts]:
    """Return a page of the posts of the window, or of a topic.

    A cursor names the post below which to continue, so posts that arrive meanwhile change nothing.
    With `q`, or without copies, a page may have fewer than `limit` posts although another follows.
    Raises UnknownCommunity, NotFound and StoreError.
    """
    scope = scope_asked(deps.settings, parameters)
    store = await deps.watched_store()
    names = deps.settings.watched
    label = parameters.sentiment
    search = search_of(search_terms(parameters.q or ""))
    listing: Listing[Post]
    if parameters.topic:
        of_topic = await _topic_listing(store, scope, names, parameters)
        listing = of_topic
        copies = Copies(store, names, "", of_topic.end, label, search, among=of_topic.keys)
    else:
        window, end = window_of(parameters, deps.clock())
        listing = _WindowListing(store, scope, names, window, label, end)
        copies = Copies(store, names, iso(window.start), end, label, search)
    found = await read_page(
        listing, parameters.cursor, search, parameters.limit, copies if scope == ALL else None
    )
    return Page(
        Posts([PostAnswer.model_validate(with_places(post, names)) for post in found.items]),
        found.below,
    )


def with_largest_page(parameters: L) -> L:
    """Return the parameters with the largest limit if they have none, as for files."""
    if "limit" in parameters.model_fields_set:
        return parameters
    return parameters.model_copy(update={"limit": MAX_POSTS})


def window_of(parameters: ListParameters, now: datetime) -> tuple[Window, str]:
    """Return the window of the parameters, and the order key at its end.

    The window is the last `hours`, or the time between `start` and `end`.
    """
    # Another machine's clock may be ahead.
    upcoming = next_hour(hour_of(iso(now)))
    if parameters.start is None and parameters.end is None:
        return Window.of_hours(parameters.hours, now), upcoming
    end = min(now, max(parse_iso(parameters.end), EARLIEST)) if parameters.end else now
    earliest = end - timedelta(hours=MAX_HOURS if parameters.start else parameters.hours)
    start = max(parse_iso(parameters.start), earliest) if parameters.start else earliest
    return Window(start, end), min(parameters.end or upcoming, upcoming)


@dataclass(frozen=True)
class _TopicListing:
    """The posts of a topic, at most a hundred, newest first."""

    posts: Sequence[Post]
    end: str = "~"

    @property
    def keys(self) -> set[Key]:
        """The keys of the posts."""
        return {(post["community"], post["id"]) for post in self.posts}

    async def read(self, below: str, count: int) -> Slice[Post]:
        found = [post for post in self.posts if post["order_key"] < below]
        return sliced(found, count)


async def _topic_listing(
    store: Store, scope: str, watched: Sequence[str], parameters: PostsParameters
) -> _TopicListing:
    """Read the topics, and then its posts in one batched read. Raises NotFound and StoreError."""
    topics = await topics_at(store, parameters.at)
    topic = next((topic for topic in topics if topic["id"] == parameters.topic), None)
    if topic is None:
        when = f"was trending at {parameters.at}" if parameters.at else "is trending now"
        raise NotFound(f"No topic with this id {when}: /api/v1/trending lists the topics.")
    shown = only_watched([topic], watched)
    names = [name for each in shown for name in each["communities"] if scope in {ALL, name}]
    keys = [(name, post_id) for name in names for post_id in topic["post_ids"]]
    # Posts deleted since are missing.
    found = (await store.read_many(POSTS, keys)).values()
    wanted = [p for p in found if parameters.sentiment in {None, p["sentiment"]["label"]}]
    return _TopicListing(sorted(wanted, key=lambda post: post["order_key"], reverse=True))


@dataclass(frozen=True)
class _WindowListing:
    """The posts of a scope in a window, with one label or any."""

    store: Store
    scope: str
    names: Sequence[str]
    window: Window
    label: Label | None
    end: str

    async def read(self, below: str, count: int) -> Slice[Post]:
        return await (self._of_all if self.scope == ALL else self._of_one)(below, count)

    async def _of_one(self, below: str, count: int) -> Slice[Post]:
        found = await self.store.query(
            Query(
                POSTS,
                self.scope,
                count + 1,
                descending=True,
                at_least=iso(self.window.start),
                below=below,
                equals={"sentiment.label": self.label} if self.label else {},
            )
        )
        return sliced(found, count)

    async def _of_all(self, below: str, count: int) -> Slice[Post]:
        keys = await self._newest.keys(below, count + 1)
        wanted: list[Key] = [(community, id_of(order_key)) for order_key, community in keys[:count]]
        # Posts deleted since are missing.
        found = await self.store.read_many(POSTS, wanted)
        posts = [found[key] for key in wanted if key in found]
        if len(keys) > count:
            return Slice(posts, keys[count - 1][0])
        return Slice(posts, self._newest.rest, is_spent=True)

    @cached_property
    def _newest(self) -> "_NewestOfAll":
        return _NewestOfAll(self.store, self.names, self.window, self.label)


class _NewestOfAll:
    """The order keys and communities of the newest posts of all communities.

    It reads each hour of `all` once, for all reads of a page.
    """

    def __init__(
        self, store: Store, names: Sequence[str], window: Window, label: Label | None
    ) -> None:
        self._store = store
        self._names = frozenset(names)
        self._start = iso(window.start)
        self._label = label
        self._hours = window.hours()
        self._left = MAX_HOURS_READ
        self._size = FIRST_HOURS
        self._found: list[tuple[str, str]] = []

    async def keys(self, below: str, count: int) -> list[tuple[str, str]]:
        """Return at most `count` of them below an order key, newest first.

        The order key must not increase between calls. There are fewer at the end of the window, or
        after MAX_HOURS_READ hours.
        """
        while self._hours and self._hours[-1] >= below:
            self._hours.pop()
        self._found = [key for key in self._found if key[0] < below]
        while self._hours and self._left > 0 and len(self._found) < count:
            await self._read_on(below, count)
        return self._found[:count]

    @property
    def rest(self) -> str | None:
        """The order key below which posts are unread; None if all were read."""
        return f"{next_hour(self._hours[-1])}:00:00Z_{MIN_ID}" if self._hours else None

    async def _read_on(self, below: str, count: int) -> None:
        had = len(self._found)
        batch = [self._hours.pop() for _ in range(min(self._size, self._left, len(self._hours)))]
        documents = await self._store.read_many(HOURS_OF_ALL, [(ALL, hour) for hour in batch])
        self._left -= len(documents)
        for hour in batch:
            if (document := documents.get((ALL, hour))) is not None:
                self._found += self._keys_of(document, below)
        found = len(self._found) - had
        wanted = len(batch) * (count - len(self._found)) // max(1, found) + 1
        self._size = max(1, min(self._size * GROWTH, wanted))

    def _keys_of(self, hour: ScopeHour, below: str) -> list[tuple[str, str]]:
        """Return the hour's order keys and communities, newest first."""
        keys = [
            (order_key, name)
            for name, share in hour["shares"].items()
            if name in self._names
            for order_key, label in share["posts"]
            if self._start <= order_key < below and self._label in {None, label}
        ]
        return sorted(keys, reverse=True)


def search_terms(q: str) -> list[str]:
    """Return the words and quoted phrases of a search; any kind of quotes counts."""
    found = SEARCH_TERM.findall(normalised(unescaped(q)))
    return [phrase or word for phrase, word in found if phrase.strip() or word]
