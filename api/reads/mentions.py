"""The posts and comments that mention a subject."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from api.deps import Deps
from api.reads.copies import with_places, words_of
from api.reads.hours import HourWalk, Reference, read_referenced
from api.reads.listing import COMMENT, Page, Slice, place_of, read_page
from api.reads.scopes import Scope, read_scope_of_subject, scope_asked
from api.reads.search import Search, search_of, search_terms
from api.reads.spans import window_of
from api.schema.subject_parameters import MAX_RANKED, FeedParameters, MentionsParameters
from api.schema.subjects import MentionAnswer, Mentions
from api.schema.values import Kind
from shared.kinds import Talk
from shared.models import ALL, Item, Label, Mention, SubjectHour
from shared.stats.listed import has_kind
from shared.stats.subjects import Listed, listed_in, sentiment_of
from shared.store import SUBJECT_HOURS, Store
from shared.times import Window, iso

KINDS: tuple[Kind, ...] = ("post", "comment")
# Below all scores; Reddit's are far above.
NO_SCORE = -(10**11)
SCORE_END = "~"
FEED_HOURS = 168
FEED_ENTRIES = 50

Rank = tuple[int, str]
"""The score of an item, and its place."""


@dataclass(frozen=True)
class MentionFeed:
    """The newest mentions of a subject."""

    subject: str
    title: str
    mentions: Sequence[MentionAnswer]
    updated: str
    """The time at which the newest of them was collected."""


class MentionListing:
    """The mentions of a scope's subject in a window, newest first.

    They have one label and one kind of talk, or any.
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
        talk: Talk | None = None,
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
        self._walk = HourWalk(store, SUBJECT_HOURS, scope.name, window, self._references)

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
            and has_kind(listed.kinds, self._talk)
            and self._scope.via in {None, listed.via}
            and self._scope.community in {ALL, listed.community}
        )


def is_about(item: Item, scope: Scope) -> bool:
    """Return whether an item mentions the scope's subject by its via; True without a subject."""
    if scope.subject is None:
        return True
    mention = mention_of(item, scope)
    return mention is not None and scope.via in {None, mention["via"]}


async def read_mentions(deps: Deps, parameters: MentionsParameters) -> Page[Mentions]:
    """Return a page of the mentions of a subject in the window: what its statistics count.

    With `q` a page may have fewer than `limit` mentions although another follows. Raises
    UnknownSubject, UnknownCommunity and StoreError.
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
        talk=parameters.talk,
        kinds=kinds,
    )
    search = search_of(search_terms(parameters.q or ""))
    if parameters.sort == "score":
        found, cursor_of = await _by_score(listing, parameters, search), _cursor_of
    else:
        _, cursor = _split(parameters.cursor)
        found, cursor_of = await read_page(listing, cursor, search, parameters.limit), place_of
    answers = _answers(found.items, scope, names, cursor_of)
    return Page(Mentions(answers), found.below, scope.is_rematching)


async def _by_score(
    listing: MentionListing, parameters: MentionsParameters, search: Search | None
) -> Slice[Item]:
    """Return a page of the newest MAX_RANKED mentions, those with most upvotes first.

    A cursor with a score names the mention below which to continue; one without leaves out newer
    mentions.
    """
    score, place = _split(parameters.cursor)
    is_later = score is not None and place is not None
    below = listing.end if place is None or is_later else min(listing.end, place)
    found = (await listing.read(below, MAX_RANKED)).items
    wanted = [item for item in found if search is None or search(words_of(item))]
    wanted.sort(key=_rank, reverse=True)
    if score is not None and place is not None:
        wanted = [item for item in wanted if _rank(item) < (score, place)]
    shown = wanted[: parameters.limit]
    return Slice(shown, _cursor_of(shown[-1]) if len(wanted) > len(shown) else None)


async def read_feed(deps: Deps, parameters: FeedParameters) -> MentionFeed:
    """Return the newest mentions of a subject in a week. Raises UnknownSubject and StoreError."""
    scope = await read_scope_of_subject(deps, parameters.id, parameter="id")
    window = Window.of_hours(FEED_HOURS, deps.clock())
    found = await newest_mentions(deps, scope, window, FEED_ENTRIES)
    # Without mentions the feed dates from the beginning of the day.
    updated = max(
        (each.collected_at for each in found), default=f"{iso(window.end)[:10]}T00:00:00Z"
    )
    return MentionFeed(parameters.id.lower(), scope.title, found, updated)


async def newest_mentions(
    deps: Deps, scope: Scope, window: Window, limit: int
) -> list[MentionAnswer]:
    """Return the newest mentions of the scope's subject in a window. Raises StoreError."""
    names = deps.settings.watched
    end = iso(window.end) + "~"
    listing = MentionListing(
        await deps.watched_store(),
        scope,
        window,
        end,
        names,
        label=None,
        kinds=KINDS,
    )
    found = await listing.read(listing.end, limit)
    return _answers(found.items, scope, names, place_of)


def _place_of(listed: Listed) -> str:
    return listed.order_key + (COMMENT if listed.kind == "comment" else "")


def label_in(item: Item, scope: Scope) -> Label:
    """Return the label by which an item counts in a scope: of its subject, if there is one."""
    mention = mention_of(item, scope)
    return sentiment_of(item, mention)["label"] if mention else item["sentiment"]["label"]


def mention_of(item: Item, scope: Scope) -> Mention | None:
    """Return the mention of the scope's subject in an item; None if there is none."""
    listed = item.get("mentions", ())
    return next((each for each in listed if each["subject"] == scope.subject_id), None)


def _rank(item: Item) -> Rank:
    upvotes = item["upvotes"]
    return (NO_SCORE if upvotes is None else upvotes, place_of(item))


def _cursor_of(item: Item) -> str:
    score, place = _rank(item)
    return f"{score}{SCORE_END}{place}"


def _split(cursor: str | None) -> tuple[int | None, str | None]:
    """Return the score and the place of a cursor."""
    if cursor is None:
        return None, None
    score, _, place = cursor.rpartition(SCORE_END)
    return (int(score) if score else None), place


def _answers(
    items: Iterable[Item],
    scope: Scope,
    names: Sequence[str],
    cursor_of: Callable[[Item], str],
) -> list[MentionAnswer]:
    found = ((item, mention_of(item, scope)) for item in items)
    return [_answer(item, mention, names, cursor_of(item)) for item, mention in found if mention]


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
