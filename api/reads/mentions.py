"""The posts and comments that mention a subject."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from api.deps import Deps
from api.reads.copies import with_places
from api.reads.hours import HourWalk, Reference, read_referenced
from api.reads.listing import COMMENT, Page, Slice, place_of
from api.reads.orders import cursor_in, upvotes_of
from api.reads.scope_items import is_about, mention_of
from api.reads.scopes import Scope, read_scope_of_subject, scope_asked
from api.reads.sorting import (
    OrderedList,
    PlacedPage,
    placed,
    read_list,
    wanted_of,
)
from api.reads.spans import window_of
from api.schema.subject_parameters import MAX_RANKED, FeedParameters, MentionsParameters
from api.schema.subjects import MentionAnswer, Mentions
from api.schema.values import RANK_END, Kind, Sort
from shared.kinds import Talk
from shared.models import ALL, Item, Label, Mention, SubjectHour
from shared.stats.listed import has_any_kind
from shared.stats.subjects import Listed, listed_in
from shared.store import SUBJECT_HOURS, Store
from shared.text.search import Search, search_of, search_terms, words_of
from shared.times import Window, iso

KINDS: tuple[Kind, ...] = ("post", "comment")
FEED_HOURS = 168
FEED_ENTRIES = 50

Rank = tuple[int, str]
"""The score of an item, and its place."""


@dataclass(frozen=True)
class MentionFeed:
    """The first mentions of a subject in an order."""

    subject: str
    title: str
    sort: Sort
    mentions: Sequence[MentionAnswer]
    updated: str
    """The time at which the last of them was collected."""


class MentionListing:
    """The mentions of a scope's subject in a window, newest first.

    They have one label, and one of some kinds of talk, or any.
    """

    def __init__(
        self,
        store: Store,
        scope: Scope,
        window: Window,
        end: str,
        names: Sequence[str],
        *,
        label: Label | None,
        talk: Collection[Talk] = (),
        kinds: Collection[Kind],
    ) -> None:
        self.end = end
        self._store = store
        self._scope = scope
        self._names = names
        self._start = iso(window.start)
        self._label = label
        self._talk = talk
        self._kinds = kinds
        self._walk = HourWalk(
            store,
            SUBJECT_HOURS,
            scope.name,
            window,
            self._references,
            names=None if scope.community == ALL else [scope.community],
        )

    async def read(self, below: str, count: int) -> Slice[Item]:
        """Return at most `count` of the newest items below a place, and where to continue."""
        references = await self._walk.newest(below, count + 1)
        stored = await read_referenced(self._store, references[:count])
        # A mention may have gone since the hour was counted.
        found = [item for item in stored if is_about(item, self._scope)]
        if len(references) > count:
            return Slice(found, references[count - 1].place)
        return Slice(found, self._walk.rest, is_spent=True)

    def _references(self, hour: SubjectHour) -> list[Reference]:
        return [
            Reference(_place_of(each), each.community, each.kind)
            for each in listed_in(hour, self._names)
            if self._start <= each.order_key and self._is_wanted(each)
        ]

    def _is_wanted(self, listed: Listed) -> bool:
        return (
            listed.kind in self._kinds
            and self._label in {None, listed.label}
            and has_any_kind(listed.kinds, self._talk)
            and self._scope.via in {None, listed.via}
            and self._scope.community in {ALL, listed.community}
        )


async def read_mentions(deps: Deps, parameters: MentionsParameters) -> Page[Mentions]:
    """Return a page of the mentions of a subject in the window: what its statistics count.

    With `q`, a page of the newest may have fewer than `limit` although another follows. Raises
    UnknownSubject, UnknownCommunity, BadParameters and StoreError.
    """
    community = scope_asked(deps.settings, parameters)
    found_scope = await read_scope_of_subject(deps, parameters.id, parameter="id")
    scope = replace(found_scope, community=community, via=parameters.via)
    window, end = window_of(parameters, deps.clock())
    kinds = (parameters.kind,) if parameters.kind else KINDS
    names = deps.settings.watched
    listing = MentionListing(
        await deps.watched_store(),
        scope,
        window,
        end,
        names,
        label=parameters.sentiment,
        talk=kinds_asked(parameters.talk),
        kinds=kinds,
    )
    search = search_of(search_terms(parameters.q or ""))
    if parameters.sort == "score":
        page = await _by_score(listing, parameters, search)
    else:
        wanted = wanted_of(
            scope,
            window,
            end,
            names,
            label=parameters.sentiment,
            talk=parameters.talk,
            kinds=kinds,
        )
        page = await read_list(
            deps,
            parameters,
            OrderedList(parameters.sort, scope, window, listing, wanted, search),
        )
    answers = _answers(page.items, scope, names)
    return Page(Mentions(answers), page.below, scope.is_rematching)


async def _by_score(
    listing: MentionListing, parameters: MentionsParameters, search: Search | None
) -> PlacedPage[Item]:
    """Return a page of the newest MAX_RANKED mentions, those with most upvotes first.

    A cursor names the mention below which to continue. Raises BadParameters and StoreError.
    """
    cursor = cursor_in(parameters.cursor, parameters.sort)
    found = (await listing.read(listing.end, MAX_RANKED)).items
    wanted = [item for item in found if search is None or search(words_of(item))]
    wanted.sort(key=_rank, reverse=True)
    if cursor is not None:
        after = (cursor.numbers[-1], cursor.place)
        wanted = [item for item in wanted if _rank(item) < after]
    shown = [(item, _cursor_of(item)) for item in wanted[: parameters.limit]]
    return PlacedPage(shown, shown[-1][1] if len(wanted) > len(shown) else None)


async def read_feed(deps: Deps, parameters: FeedParameters) -> MentionFeed:
    """Return the first mentions of a subject in a week, in the order of `sort`.

    Raises UnknownSubject, BadParameters and StoreError.
    """
    scope = await read_scope_of_subject(deps, parameters.id, parameter="id")
    window = Window.of_hours(FEED_HOURS, deps.clock())
    if parameters.sort == "newest":
        found = await newest_mentions(deps, scope, window, FEED_ENTRIES)
    else:
        listing, names = await _all_mentions(deps, scope, window), deps.settings.watched
        wanted = wanted_of(scope, window, listing.end, names)
        listed = OrderedList(parameters.sort, scope, window, listing, wanted)
        first = await listed.read(deps, None, FEED_ENTRIES)
        found = _answers(first.items, scope, names)
    # Without mentions the feed dates from the beginning of the day.
    updated = max(
        (each.collected_at for each in found), default=f"{iso(window.end)[:10]}T00:00:00Z"
    )
    return MentionFeed(parameters.id.lower(), scope.title, parameters.sort, found, updated)


async def newest_mentions(
    deps: Deps, scope: Scope, window: Window, limit: int
) -> list[MentionAnswer]:
    """Return the newest mentions of the scope's subject in a window. Raises StoreError."""
    listing = await _all_mentions(deps, scope, window)
    found = await listing.read(listing.end, limit)
    return _answers(placed(found.items), scope, deps.settings.watched)


async def _all_mentions(deps: Deps, scope: Scope, window: Window) -> MentionListing:
    end = iso(window.end) + "~"
    store, names = await deps.watched_store(), deps.settings.watched
    return MentionListing(store, scope, window, end, names, label=None, kinds=KINDS)


def kinds_asked(talk: Talk | None) -> tuple[Talk, ...]:
    """Return the kind of talk that is asked for; empty: any."""
    return () if talk is None else (talk,)


def _place_of(listed: Listed) -> str:
    return listed.order_key + (COMMENT if listed.kind == "comment" else "")


def _rank(item: Item) -> Rank:
    return upvotes_of(item), place_of(item)


def _cursor_of(item: Item) -> str:
    score, place = _rank(item)
    return f"{score}{RANK_END}{place}"


def _answers(
    placed_items: Iterable[tuple[Item, str]], scope: Scope, names: Sequence[str]
) -> list[MentionAnswer]:
    """Return items, each with its cursor, as mentions of the scope's subject."""
    found = ((item, mention_of(item, scope), cursor) for item, cursor in placed_items)
    return [_answer(item, own, names, cursor) for item, own, cursor in found if own]


def _answer(item: Item, mention: Mention, names: Sequence[str], cursor: str) -> MentionAnswer:
    more = {"post_id": item["id"]} if item["kind"] == "post" else {}
    own = mention.get("sentiment")
    unknown = dict.fromkeys(("version", "positive", "negative", "neutral", "analyzed_at"))
    fields = {
        "title": None,
        "comment_count": None,
        **with_places(item, names),
        **more,
        "sentiment": {**unknown, **(own or item["sentiment"])},
        "sentiment_of": "target" if own else "text",
        "via": mention["via"],
        "matched": mention["matched"],
        "text": item["content"],
        "cursor": cursor,
    }
    return MentionAnswer.model_validate(fields)
