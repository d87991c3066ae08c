"""Reads the cells of scopes: communities, all, and subjects."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from api.deps import Deps
from api.reads.scopes import Scope
from shared.models import ALL, Cell, DayStats
from shared.stats.cells import cells_by_hour
from shared.stats.months import read_days
from shared.stats.subjects import part_days, read_subject_days
from shared.stats.watched import only_watched
from shared.times import Window

Cells = Mapping[str, Cell]


async def read_cells(deps: Deps, scopes: Sequence[Scope], window: Window) -> dict[str, Cells]:
    """Return the cells of the window by the names of the scopes, in their order.

    They come from days or, for many days, from months. Raises StoreError.
    """
    names = [scope.community for scope in scopes if scope.subject is None]
    found = await _of_communities(deps, names, window) if names else {}
    if of_subjects := [scope for scope in scopes if scope.subject is not None]:
        days = await read_days_of_subjects(deps, of_subjects, window)
        # Off the loop: three months of ten subjects are thousands of cells.
        found |= await asyncio.to_thread(
            lambda: {scope.name: cells_of(days[scope.name], scope) for scope in of_subjects}
        )
    return {scope.name: found[scope.name] for scope in scopes}


async def read_days_of_subjects(
    deps: Deps, scopes: Sequence[Scope], window: Window, *, parts: bool = False
) -> dict[str, list[DayStats]]:
    """Return the days of subjects by the names of their scopes.

    They have their parts if `parts`, or the community or via of a scope, needs them.
    """
    by_id = {scope.subject_id: scope.name for scope in scopes if scope.subject_id is not None}
    found = await read_subject_days(
        await deps.watched_store(),
        [subject for subject in by_id if subject is not None],
        window.days(),
        deps.settings.watched,
        parts=parts or any(map(_is_part, scopes)),
    )
    return {by_id[subject]: days for subject, days in found.items()}


def _is_part(scope: Scope) -> bool:
    return scope.via is not None or scope.community != ALL


def cells_of(days: Sequence[DayStats], scope: Scope) -> Cells:
    """Return what the days count of the scope's via and community."""
    community = None if scope.community == ALL else scope.community
    kept: Iterable[DayStats] = days
    if _is_part(scope):
        kept = part_days(days, via=scope.via, community=community)
    return cells_by_hour(kept)


async def _of_communities(deps: Deps, names: Sequence[str], window: Window) -> dict[str, Cells]:
    store = await deps.watched_store()
    days = await read_days(store, names, window.days())
    if ALL in days:
        days[ALL] = await only_watched(store, deps.settings.watched, days[ALL])
    return {name: cells_by_hour(found) for name, found in days.items()}
