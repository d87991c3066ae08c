"""The watched communities, with the state of their collection."""

from collections import Counter
from collections.abc import Sequence
from heapq import nsmallest
from typing import cast

from pydantic import BaseModel

from api.deps import Deps
from api.reads.coverage import shown_state
from api.reads.cycles import client_message
from api.reads.rematch import read_rematch_state
from api.schema.cycles import (
    BackfillState,
    CommunityDetail,
    ReleasesRead,
    SubredditDetail,
    Subreddits,
    WatchedCommunities,
)
from api.schema.parameters import SubredditsParameters
from shared.backfills import backfill_id, status_of
from shared.communities import source_of
from shared.models import ALL, Backfill, CommunityState, ReleasesState
from shared.stats.hour_parts import read_hours
from shared.stats.months import read_days
from shared.store import HOURS_OF_ALL, STATES, Store
from shared.store.community_states import MAX_OBSERVED, read_states
from shared.times import Window

DAY_HOURS = 24


async def read_subreddits(deps: Deps, parameters: SubredditsParameters) -> Subreddits:
    """Return each configured community as earlier clients know it.

    Raises StoreError.
    """
    names = _page(deps, parameters)
    return Subreddits(
        subreddits=names,
        count=len(deps.settings.watched),
        details=[
            SubredditDetail(
                name=each.community,
                last_collected_at=each.last_collected_at,
                items_24h=each.items_24h,
                last_error=_since(each),
            )
            for each in await _details(deps, names)
        ],
        origin=deps.settings.origin,
    )


async def read_communities(deps: Deps, parameters: SubredditsParameters) -> WatchedCommunities:
    """Return each configured community, and the progress of a rematch. Raises StoreError."""
    names = _page(deps, parameters)
    return WatchedCommunities(
        communities=names,
        count=len(deps.settings.watched),
        details=await _details(deps, names),
        rematch=await read_rematch_state(deps),
        origin=deps.settings.origin,
    )


def next_communities(deps: Deps, parameters: SubredditsParameters, _: BaseModel) -> str | None:
    """Return the cursor of the page that follows; None at the end."""
    names = _page(deps, parameters)
    if not names or (parameters.cursor is None and len(names) == len(deps.settings.watched)):
        return None
    is_last = max(deps.settings.watched, key=_by_name) == names[-1]
    return None if is_last else names[-1]


def _page(deps: Deps, parameters: SubredditsParameters) -> list[str]:
    """Return the names of a page: all as configured if they fit, and else in the order of names."""
    watched = deps.settings.watched
    if parameters.cursor is None and len(watched) <= parameters.limit:
        return list(watched)
    begin = _by_name(parameters.cursor) if parameters.cursor is not None else ("", "")
    following = (name for name in watched if _by_name(name) > begin)
    return nsmallest(parameters.limit, following, key=_by_name)


def _by_name(name: str) -> tuple[str, str]:
    return name.lower(), name


async def _details(deps: Deps, names: Sequence[str]) -> list[CommunityDetail]:
    """Return each of these communities, in a few batched reads."""
    store = await deps.watched_store()
    window = Window.of_hours(DAY_HOURS, deps.clock())
    # The hours first: they show which communities are stored in another case.
    if len(deps.settings.watched) <= MAX_OBSERVED:
        items = await _items(store, window)
    else:
        items = await _items_by_days(store, names, window)
    keys = [("backfill", backfill_id(name)) for name in names]
    keys += [("releases", name) for name in names if source_of(name) == "github"]
    states = await read_states(store, names)
    found = await store.read_many(STATES, keys)
    details: list[CommunityDetail] = []
    for name in names:
        past = cast("Backfill | None", found.get(("backfill", backfill_id(name))))
        releases = cast("ReleasesState | None", found.get(("releases", name)))
        detail = _detail(deps, name, items[name], states.get(name), past)
        details.append(detail.model_copy(update={"releases": _releases(deps, releases)}))
    return details


def _backfill(deps: Deps, found: Backfill | None) -> BackfillState | None:
    """Return how far the reading of a community's past has come; None where it hasn't begun."""
    if found is None:
        return None
    error = found["last_error"]
    return BackfillState(
        status=status_of(found, deps.clock()),
        since=found["start"],
        until=found["end"],
        reached=found["reached"],
        items=found["items"],
        expected=found["expected"],
        error=client_message(error, deps.settings.origin) if error else None,
        retry_at=found["retry_at"],
    )


def _releases(deps: Deps, found: ReleasesState | None) -> ReleasesRead | None:
    """Return whether a repository's releases can be read; None where none are."""
    if found is None or not deps.settings.release_markers:
        return None
    error = found["last_error"]
    return ReleasesRead(
        read_at=found["read_at"],
        error=client_message(error, deps.settings.origin) if error else None,
        kind=error["kind"] if error else None,
    )


def _detail(
    deps: Deps, name: str, items: int, stored: CommunityState | None, past: Backfill | None
) -> CommunityDetail:
    state = shown_state(deps, stored)
    error = state["last_error"] if state else None
    failing = state.get("failing") if state else None
    covered = state.get("covered", []) if state else []
    return CommunityDetail(
        community=name,
        source=deps.settings.source_of(name),
        last_collected_at=state["last_collected_at"] if state else None,
        items_24h=items,
        last_error=error["message"] if error else None,
        failing_kind=error["kind"] if error else None,
        failing_since=failing["since"] if failing else None,
        covered_since=covered[0][0] if covered else None,
        last_item_at=state.get("last_item_at") if state else None,
        backfill=_backfill(deps, past),
        releases=None,
    )


def _since(detail: CommunityDetail) -> str | None:
    """Return the error with its beginning: "blocked since 2026-11-26T14:05:00Z: …"."""
    if detail.last_error is None or detail.failing_since is None:
        return detail.last_error
    return f"{detail.failing_kind} since {detail.failing_since}: {detail.last_error}"


async def _items(store: Store, window: Window) -> Counter[str]:
    """Count each community's items by its shares in the hours of `all`.

    It reads one document for each hour, for any number of communities.
    """
    hours = await read_hours(store, HOURS_OF_ALL, ALL, window.hours())
    items: Counter[str] = Counter()
    for hour in hours.values():
        for name, share in hour["shares"].items():
            items[name] += share["cell"]["posts"] + share["cell"]["comments"]
    return items


async def _items_by_days(store: Store, names: Sequence[str], window: Window) -> Counter[str]:
    """Count the items of these communities by their own days: the hours of all are large.

    It reads two documents for each community.
    """
    hours = set(window.hours())
    days = await read_days(store, names, window.days())
    return Counter(
        {
            name: sum(
                cell["posts"] + cell["comments"]
                for day in own
                for hour, cell in day["hours"].items()
                if f"{day['id']}T{hour}" in hours
            )
            for name, own in days.items()
        }
    )
