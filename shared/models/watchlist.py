"""The watchlist: the subjects that people talk about, communities to collect, and markers."""

from typing import Literal, NotRequired, TypedDict

Role = Literal["own", "competitor", "topic"]


class Term(TypedDict):
    """A name of a subject: a word, or a phrase.

    exact: only in this case. prefix: also the beginning of a word. needs_context: outside the
    subject's home communities it counts only with a word of the subject's context near it. capital:
    with needs_context, it also counts where it has the capitals of `text` within a sentence.
    """

    text: str
    exact: bool
    prefix: bool
    needs_context: bool
    capital: NotRequired[bool]


class Subject(TypedDict):
    """Something that people talk about; id is safe in a path.

    exclude are phrases that void the terms that they overlap. context are words, or names of lists
    such as "@usage" (shared/subjects/wordlists.py); home are ids of communities. merged_from are
    the ids of subjects whose history this one has taken.
    """

    id: str
    name: str
    role: Role
    terms: list[Term]
    exclude: list[str]
    context: list[str]
    home: list[str]
    merged_from: list[str]


class WatchedCommunity(TypedDict):
    """A community that is collected.

    query are the words that a query of Hacker News looks for, address is that of a forum.
    """

    id: str
    query: NotRequired[str]
    address: NotRequired[str]


MarkerKind = Literal["release", "incident", "price", "other"]


class Marker(TypedDict):
    """Something that happened, which charts show; id is safe in a path.

    date is a day such as 2026-11-18 and time a minute of it such as 14:30, both in UTC; without a
    time, only the day is known. subject is the id of the subject that it concerns; None: all.
    """

    id: str
    date: str
    time: str | None
    name: str
    kind: MarkerKind
    subject: str | None
    link: str | None


class ReleaseFeed(TypedDict):
    """The state of the markers that came from releases.

    seen has, by community, the time of the newest release that became a marker. written has, by
    marker, a hash of it as it was written: one that is otherwise now was changed by a person.
    """

    seen: dict[str, str]
    written: dict[str, str]


class Watchlist(TypedDict):
    """The watchlist; `revision` counts its changes, and `change` describes the last one.

    by is who made it, where that is known.
    rules_revision is the last revision that changed what items mention; without it, each may have.
    communities is None until someone edits them: the settings count until then. added is the number
    of communities that are watched in bulk, whose names are in rosters.
    """

    id: Literal["watchlist"]
    kind: Literal["watchlist"]
    ttl: int
    revision: int
    changed_at: str
    change: str
    by: NotRequired[str]
    subjects: list[Subject]
    communities: list[WatchedCommunity] | None
    markers: NotRequired[list[Marker]]
    releases: NotRequired[ReleaseFeed]
    rules_revision: NotRequired[int]
    added: NotRequired[int]
    _etag: NotRequired[str]


class Roster(TypedDict):
    """The names of the communities of a bucket that are watched in bulk; id is the bucket."""

    id: str
    kind: Literal["roster"]
    ttl: int
    names: list[str]
    _etag: NotRequired[str]


class WatchlistRevision(TypedDict):
    """An earlier or current state of the watchlist; id is the revision, with eight digits."""

    id: str
    kind: Literal["watchlist_revision"]
    ttl: int
    watchlist: Watchlist
    _etag: NotRequired[str]
