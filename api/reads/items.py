"""The posts and comments that statistics count, page by page."""

from collections.abc import Sequence
from typing import Any

from api.deps import Deps
from api.reads.copies import Copies, with_places
from api.reads.hours import (
    FIRST_HOURS,
    GROWTH,
    MAX_HOURS_READ,
    MIN_ID,
    Reference,
    read_referenced,
)
from api.reads.listing import COMMENT, Listing, Page, Slice, below_place, place_of
from api.reads.mentions import MentionListing, kinds_asked
from api.reads.ranked import Wanted
from api.reads.scopes import Scope, read_scope
from api.reads.sorting import OrderedList, read_list, wanted_of
from api.reads.spans import window_of
from api.schema.items import ItemAnswer, Items
from api.schema.parameters import ItemsParameters
from api.schema.values import Kind
from shared.kinds import Talk
from shared.models import ALL, CommunityHour, Item, Label, ScopeHour
from shared.stats.hour_parts import read_hours
from shared.stats.listed import ListedItem, comments_in, has_kind, posts_in
from shared.store import COMMENTS, HOURS_OF_ALL, POSTS, Query, Store
from shared.text.search import search_of, search_terms
from shared.times import Window, iso, next_hour

KINDS: tuple[Kind, ...] = ("post", "comment")
# Maximum comments of an hour whose shares don't list them; no community has more.
MAX_IN_AN_HOUR = 10_000
# Cost of a query for them, in hours of `all`.
QUERY_HOURS = 4


async def read_items(deps: Deps, parameters: ItemsParameters) -> Page[Items]:
    """Return a page of the posts and comments of the window, in the order of `sort`.

    With `q`, or without copies, a page may have fewer than `limit` items although another follows.
    A list of a subject has every copy that mentions it, as its statistics do. Raises
    UnknownCommunity, UnknownSubject, BadParameters and StoreError.
    """
    scope = await read_scope(deps, parameters)
    store = await deps.watched_store()
    window, end = window_of(parameters, deps.clock())
    names, label, talk = deps.settings.watched, parameters.sentiment, parameters.talk
    kinds = (parameters.kind,) if parameters.kind else KINDS
    search = search_of(search_terms(parameters.q or ""))
    copies, wanted = None, None
    listing: Listing[Item]
    if parameters.topic is not None:
        # The rules of texts cost 50 ms, only when used.
        from api.reads.topics import read_topic_items  # noqa: PLC0415

        listing = await read_topic_items(deps, parameters, scope, kinds)
    else:
        wanted = wanted_of(scope, window, end, names, label=label, talk=talk, kinds=kinds)
        listing = _listing_of(store, scope, window, names, wanted)
        if scope.community == ALL and scope.subject is None:
            copies = Copies(store, names, iso(window.start), end, label, search, talk=talk)
    page = await read_list(
        deps,
        parameters,
        OrderedList(parameters.sort, scope, window, listing, wanted, search, copies),
    )
    items = Items([_answer(item, names, cursor) for item, cursor in page.items])
    return Page(items, page.below, scope.is_rematching)


def _listing_of(
    store: Store, scope: Scope, window: Window, names: Sequence[str], wanted: Wanted
) -> Listing[Item]:
    """Return the items of a scope, newest first."""
    label, talk, kinds, end = wanted.label, wanted.talk, tuple(wanted.kinds), wanted.end
    if scope.subject is not None:
        return MentionListing(
            store, scope, window, end, names, label=label, talk=kinds_asked(talk), kinds=kinds
        )
    return _Listing(
        store,
        scope.community,
        window,
        names=frozenset(names),
        label=label,
        talk=talk,
        kinds=kinds,
        end=end,
    )


def _answer(item: Item, names: Sequence[str], cursor: str) -> ItemAnswer:
    more = {"post_id": item["id"]} if item["kind"] == "post" else {}
    empty = {"title": None, "comment_count": None}
    found = {**empty, **with_places(item, names), **more, "order_key": cursor}
    return ItemAnswer.model_validate(found)


class _Listing:
    """The items of a scope in a window, with one label and kind of talk, or any.

    A community's are queried. Those of all communities, and those of a kind of talk, which no index
    has, are in the hours of `all`: it reads each once, and at most MAX_HOURS_READ hours with items.
    A query for the comments of a community in an hour counts as QUERY_HOURS hours.
    """

    def __init__(
        self,
        store: Store,
        scope: str,
        window: Window,
        *,
        names: frozenset[str],
        label: Label | None,
        talk: Talk | None,
        kinds: Sequence[Kind],
        end: str,
    ) -> None:
        self.end = end
        self._store = store
        self._scope = scope
        self._names = names if scope == ALL else frozenset({scope})
        self._start = iso(window.start)
        self._label = label
        self._talk = talk
        self._kinds = kinds
        self._hours = window.hours()
        self._left = MAX_HOURS_READ
        self._size = FIRST_HOURS
        self._found: list[Reference] = []
        self._ahead: dict[Kind, list[Item]] = {kind: [] for kind in kinds}
        self._ended: set[Kind] = set()

    async def read(self, below: str, count: int) -> Slice[Item]:
        """Return at most `count` of the newest items below a place, and where to continue."""
        if self._is_queried:
            return await self._of_one(below, count)
        references = await self._newest(below, count + 1)
        stored = await read_referenced(self._store, references[:count])
        if len(references) > count:
            return Slice(stored, references[count - 1].place)
        rest = f"{next_hour(self._hours[-1])}:00:00Z_{MIN_ID}" if self._hours else None
        return Slice(stored, rest, is_spent=True)

    @property
    def _is_queried(self) -> bool:
        return self._scope != ALL and self._talk is None

    async def _of_one(self, below: str, count: int) -> Slice[Item]:
        """Read each kind by its part of the count; keep surplus items for the next read."""
        each = -(-count // len(self._kinds)) + 1
        for kind in self._kinds:
            await self._read_ahead(kind, below, each)
        going_on = [self._ahead[kind] for kind in self._kinds if kind not in self._ended]
        # Below the last item read of an unfinished kind, there may be unread items of it.
        floor = max((place_of(ahead[-1]) for ahead in going_on), default="")
        ahead = [item for kind in self._kinds for item in self._ahead[kind]]
        ready = [item for item in ahead if place_of(item) >= floor]
        ready.sort(key=place_of, reverse=True)
        found = ready[:count]
        return Slice(found, place_of(found[-1]) if floor or len(ready) > count else None)

    async def _read_ahead(self, kind: Kind, below: str, count: int) -> None:
        ahead = [item for item in self._ahead[kind] if place_of(item) < below]
        wanted = count - len(ahead)
        if wanted > 0 and kind not in self._ended:
            query: Query[Any] = Query(
                POSTS if kind == "post" else COMMENTS,
                self._scope,
                wanted,
                descending=True,
                at_least=self._start,
                below=ahead[-1]["order_key"] if ahead else below_place(below, kind),
                equals={"sentiment.label": self._label} if self._label else {},
            )
            found = await self._store.query(query)
            ahead += found
            if len(found) < wanted:
                self._ended.add(kind)
        self._ahead[kind] = ahead

    async def _newest(self, below: str, count: int) -> list[Reference]:
        """Return the newest items of all communities below a place.

        The order key must not increase between calls. There are fewer at the end of the window, or
        after MAX_HOURS_READ hours.
        """
        while self._hours and self._hours[-1] >= below:
            self._hours.pop()
        self._found = [each for each in self._found if each.place < below]
        while self._hours and self._left > 0 and len(self._found) < count:
            await self._read_on(below, count)
        return self._found[:count]

    async def _read_on(self, below: str, count: int) -> None:
        had = len(self._found)
        batch = [self._hours.pop() for _ in range(min(self._size, self._left, len(self._hours)))]
        read = await read_hours(self._store, HOURS_OF_ALL, ALL, batch, self._names)
        for number, hour in enumerate(batch):
            if self._left <= 0:
                # Queries for comments have used up the limit of the page.
                self._hours += reversed(batch[number:])
                return
            if (document := read.get(hour)) is not None:
                self._left -= 1
                self._found += await self._references(document, below)
        found = len(self._found) - had
        wanted = len(batch) * (count - len(self._found)) // max(1, found) + 1
        self._size = max(1, min(self._size * GROWTH, wanted))

    async def _references(self, hour: ScopeHour, below: str) -> list[Reference]:
        found: list[Reference] = []
        for name, share in hour["shares"].items():
            if name not in self._names:
                continue
            listed: list[ListedItem] = []
            if "post" in self._kinds:
                listed += posts_in(share)
            if "comment" in self._kinds:
                listed += await self._comments(hour["id"], name, share)
            for each in listed:
                place = each.order_key + (COMMENT if each.kind == "comment" else "")
                if self._start <= each.order_key and place < below and self._is_wanted(each):
                    found.append(Reference(place, name, each.kind))
        return sorted(found, reverse=True)

    def _is_wanted(self, listed: ListedItem) -> bool:
        return self._label in {None, listed.label} and has_kind(listed.kinds, self._talk)

    async def _comments(self, hour: str, name: str, share: CommunityHour) -> list[ListedItem]:
        if "comments" in share:
            return list(comments_in(hour, share))
        if not share["cell"]["comments"]:
            return []
        # This hour was counted before comments were listed.
        self._left -= QUERY_HOURS
        found = await self._store.query(
            Query(COMMENTS, name, MAX_IN_AN_HOUR, at_least=hour, below=next_hour(hour))
        )
        return [
            ListedItem("comment", item["order_key"], item["sentiment"]["label"]) for item in found
        ]
