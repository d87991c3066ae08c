"""The posts of a community, of all communities, or of a topic, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from api.deps import Deps
from api.errors import NotFound
from api.reads.copies import Copies, is_talk, with_places
from api.reads.hours import HourWalk, Reference, read_referenced
from api.reads.listing import Listing, Page, Slice, sliced
from api.reads.mentions import MentionListing, kinds_asked
from api.reads.scope_items import is_about, label_in
from api.reads.scopes import Scope, read_scope
from api.reads.sorting import OrderedList, read_list, wanted_of
from api.reads.spans import window_of
from api.reads.trending import only_watched, topics_at
from api.schema.items import PostAnswer, Posts
from api.schema.parameters import PostsParameters
from api.schema.values import Kind
from shared.kinds import Talk
from shared.models import ALL, Label, Post, ScopeHour
from shared.stats.listed import has_kind, posts_in
from shared.store import HOURS_OF_ALL, POSTS, Key, Query, Store
from shared.text.search import search_of, search_terms
from shared.times import Window, iso

ONLY_POSTS: tuple[Kind, ...] = ("post",)


async def read_recent_posts(deps: Deps, parameters: PostsParameters) -> Page[Posts]:
    """Return a page of the posts of the window, or of a topic, in the order of `sort`.

    A cursor names the post below which to continue, so posts that arrive meanwhile change nothing.
    With `q`, or without copies, a page may have fewer than `limit` posts although another follows.
    A list of a subject has every copy that mentions it, as its statistics do. Raises
    UnknownCommunity, UnknownSubject, BadParameters, NotFound and StoreError.
    """
    scope = await read_scope(deps, parameters)
    store = await deps.watched_store()
    names = deps.settings.watched
    label, talk = parameters.sentiment, parameters.talk
    search = search_of(search_terms(parameters.q or ""))
    window, end = window_of(parameters, deps.clock())
    listing: Listing[Post]
    wanted = None
    if parameters.topic:
        of_topic = await _topic_listing(store, scope, names, parameters)
        listing = of_topic
        copies = Copies(
            store, names, "", of_topic.end, label, search, among=of_topic.keys, talk=talk
        )
    else:
        copies = Copies(store, names, iso(window.start), end, label, search, talk=talk)
        wanted = wanted_of(scope, window, end, names, label=label, talk=talk, kinds=ONLY_POSTS)
        if scope.subject is not None:
            mentions = MentionListing(
                store,
                scope,
                window,
                end,
                names,
                label=label,
                talk=kinds_asked(talk),
                kinds=ONLY_POSTS,
            )
            listing = cast("Listing[Post]", mentions)
        else:
            listing = _WindowListing(store, scope.community, names, window, label, talk, end)
    has_all = scope.community != ALL or scope.subject is not None
    page = await read_list(
        deps,
        parameters,
        OrderedList(
            parameters.sort,
            scope,
            window,
            listing,
            wanted,
            search,
            None if has_all else copies,
        ),
    )
    posts = [_answer(post, names, cursor) for post, cursor in page.items]
    return Page(Posts(posts), page.below, scope.is_rematching)


def _answer(post: Post, names: Sequence[str], cursor: str) -> PostAnswer:
    return PostAnswer.model_validate({**with_places(post, names), "order_key": cursor})


@dataclass(frozen=True)
class _TopicListing:
    """The posts of a topic, at most a hundred, newest first."""

    posts: Sequence[Post]
    end: str = "~"

    @property
    def keys(self) -> set[Key]:
        """Return the keys of the posts."""
        return {(post["community"], post["id"]) for post in self.posts}

    async def read(self, below: str, count: int) -> Slice[Post]:
        found = [post for post in self.posts if post["order_key"] < below]
        return sliced(found, count)


async def _topic_listing(
    store: Store, scope: Scope, watched: Sequence[str], parameters: PostsParameters
) -> _TopicListing:
    """Read the topics, and then its posts in one batched read. Raises NotFound and StoreError."""
    topics = await topics_at(store, parameters.at)
    topic = next((topic for topic in topics if topic["id"] == parameters.topic), None)
    if topic is None:
        when = f"was trending at {parameters.at}" if parameters.at else "is trending now"
        raise NotFound(f"No topic with this id {when}: /api/v1/trending lists the topics.")
    shown = only_watched([topic], watched)
    own = scope.community
    names = [name for each in shown for name in each["communities"] if own in {ALL, name}]
    keys = [(name, post_id) for name in names for post_id in topic["post_ids"]]
    # Posts deleted since are missing.
    found = (await store.read_many(POSTS, keys)).values()
    wanted = [
        post
        for post in found
        if is_about(post, scope)
        and parameters.sentiment in {None, label_in(post, scope)}
        and is_talk(post, parameters.talk)
    ]
    return _TopicListing(sorted(wanted, key=lambda post: post["order_key"], reverse=True))


@dataclass(frozen=True)
class _WindowListing:
    """The posts of a scope in a window, with one label and kind of talk, or any."""

    store: Store
    scope: str
    names: Sequence[str]
    window: Window
    label: Label | None
    talk: Talk | None
    end: str

    async def read(self, below: str, count: int) -> Slice[Post]:
        return await (self._by_hours if self._has_hours else self._of_one)(below, count)

    @property
    def _has_hours(self) -> bool:
        # No index has kinds, but the hours of `all` list them.
        return self.scope == ALL or self.talk is not None

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

    async def _by_hours(self, below: str, count: int) -> Slice[Post]:
        references = await self._newest.newest(below, count + 1)
        posts = cast("list[Post]", await read_referenced(self.store, references[:count]))
        if len(references) > count:
            return Slice(posts, references[count - 1].place)
        return Slice(posts, self._newest.rest, is_spent=True)

    @cached_property
    def _newest(self) -> HourWalk[ScopeHour]:
        start = iso(self.window.start)
        names = set(self.names) if self.scope == ALL else {self.scope}

        def references(hour: ScopeHour) -> list[Reference]:
            return [
                Reference(each.order_key, name, "post")
                for name, share in hour["shares"].items()
                if name in names
                for each in posts_in(share)
                if start <= each.order_key
                and self.label in {None, each.label}
                and has_kind(each.kinds, self.talk)
            ]

        return HourWalk(self.store, HOURS_OF_ALL, ALL, self.window, references, names=names)
