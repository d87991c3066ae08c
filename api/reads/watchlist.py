"""The watchlist: its subjects, its communities, and its history."""

from typing import Any

from api.deps import Deps
from api.errors import NotFound
from api.reads.markers import marker_answer
from api.schema.parameters import NoParameters
from api.schema.watchlist import (
    CommunityAnswer,
    CommunityPath,
    HistoryAnswer,
    HistoryParameters,
    SubjectAnswer,
    WatchlistAnswer,
    WatchlistRevision,
)
from shared.models import Subject, WatchedCommunity, Watchlist
from shared.settings import Settings
from shared.subjects.communities import effective_communities
from shared.subjects.markers import ordered
from shared.subjects.refusals import quoted
from shared.subjects.watchlist import markers_of, read_history, read_watchlist


async def read_whole_watchlist(deps: Deps, _: NoParameters) -> WatchlistAnswer:
    """Return the watchlist as it is stored, or as it will be seeded. Raises StoreError."""
    return watchlist_answer(await read_watchlist(await deps.store()), deps.settings)


async def read_revisions(deps: Deps, parameters: HistoryParameters) -> HistoryAnswer:
    """Return revisions of the watchlist, the newest first. Raises StoreError."""
    found = await read_history(await deps.store(), below=parameters.below, limit=parameters.limit)
    return HistoryAnswer(revisions=[_revision(each, deps) for each in found])


async def read_community(deps: Deps, parameters: CommunityPath) -> CommunityAnswer:
    """Return a community that is collected. Raises NotFound and StoreError."""
    watchlist = await read_watchlist(await deps.store())
    known = effective_communities(deps.settings, watchlist)
    found = next((each for each in known if each["id"].lower() == parameters.id.lower()), None)
    if found is None:
        raise NotFound(
            f"{quoted(parameters.id)} isn't collected: GET /api/v1/communities lists what is."
        )
    return community_answer(found, deps.settings)


def watchlist_answer(watchlist: Watchlist, settings: Settings) -> WatchlistAnswer:
    """Return a watchlist as answers show it."""
    is_stored = watchlist["revision"] > 0
    return WatchlistAnswer(
        revision=watchlist["revision"],
        changed_at=watchlist["changed_at"] if is_stored else None,
        change=watchlist["change"],
        subjects=[subject_answer(each) for each in watchlist["subjects"]],
        communities=[
            community_answer(each, settings) for each in effective_communities(settings, watchlist)
        ],
        markers=[marker_answer(each) for each in ordered(markers_of(watchlist))],
        communities_from="settings" if watchlist["communities"] is None else "watchlist",
    )


def _revision(watchlist: Watchlist, deps: Deps) -> WatchlistRevision:
    answer = watchlist_answer(watchlist, deps.settings)
    by = watchlist.get("by") if deps.shows_names else None
    return WatchlistRevision(**dict(answer), by=by)


def subject_answer(subject: Subject) -> SubjectAnswer:
    """Return a subject as answers show it."""
    stored: Any = subject
    return SubjectAnswer.model_validate(stored)


def community_answer(community: WatchedCommunity, settings: Settings) -> CommunityAnswer:
    """Return a community as answers show it."""
    return CommunityAnswer(
        id=community["id"],
        source=settings.source_of(community["id"]),
        query=community.get("query"),
        address=community.get("address"),
    )
