"""Reads the cells of scopes: communities, all, and subjects."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from api.deps import Deps
from api.reads.figures import cell_of, read_methods
from api.reads.scopes import Scope
from shared.models import ALL, Cell, DayStats
from shared.stats.cells import cells_by_hour, items_in
from shared.stats.folded_parts import with_part_of
from shared.stats.months import MAX_DAYS_READ, read_days
from shared.stats.subject_parts import add_up_steps
from shared.stats.subject_tables import read_tables
from shared.stats.subjects import read_subject_days
from shared.stats.watched import names_ever, only_watched
from shared.store.community_states import MAX_OBSERVED, left_names
from shared.times import DAY_CHARS, Window, day_of, iso, month_of

Cells = Mapping[str, Cell]


# Reading the parts of more months of subjects than these costs too much.
MAX_PARTED_MONTHS = 8
PAGE_OF_HOURS = 48


async def read_cells(
    deps: Deps,
    scopes: Sequence[Scope],
    window: Window,
    *,
    whole_days_but: Iterable[datetime] | None = None,
    split: Collection[str] = (),
) -> dict[str, Cells]:
    """Return the cells of the window by the names of the scopes, in their order.

    They come from days or, for many days but those of `split`, from months. With `whole_days_but`
    those of subjects come from tables: whole days at their first hour, but days that hold one of
    these times, or an end of the window, by the hour. Raises StoreError.
    """
    names = [scope.community for scope in scopes if scope.subject is None]
    found = await _of_communities(deps, names, window, split) if names else {}
    of_subjects = [scope for scope in scopes if scope.subject is not None]
    if of_subjects and whole_days_but is not None:
        found |= await _of_tables(deps, of_subjects, window, whole_days_but)
    elif of_subjects:
        days = await read_days_of_subjects(deps, of_subjects, window, split=split)
        # Off the loop: three months of ten subjects are thousands of cells.
        found |= await asyncio.to_thread(
            lambda: {scope.name: cells_of(days[scope.name], scope) for scope in of_subjects}
        )
    return {scope.name: found[scope.name] for scope in scopes}


async def are_parts_too_many(deps: Deps, scopes: Sequence[Scope], window: Window) -> bool:
    """Return whether the cells of whole subjects would need the parts of too many months.

    These are needed where communities count in months that are no longer watched.
    """
    subjects, days = sum(scope.subject is not None for scope in scopes), window.days()
    months = subjects * len(set(map(month_of, days)))
    if subjects * len(days) <= MAX_DAYS_READ or months <= MAX_PARTED_MONTHS:
        return False
    watched, store = {name.lower() for name in deps.settings.watched}, await deps.store()
    are_many = len(watched) > MAX_OBSERVED
    ever = await (left_names(store) if are_many else names_ever(store, ()))
    return any(name.lower() not in watched for name in ever)


async def _of_tables(
    deps: Deps, scopes: Sequence[Scope], window: Window, by_hour: Iterable[datetime]
) -> dict[str, Cells]:
    store = await deps.watched_store()
    exact = {day_of(iso(each)) for each in (window.start, window.end, *by_hour)}
    hours = window.hours()
    apart = [hour for hour in hours if day_of(hour) in exact]
    windows = [apart[at : at + PAGE_OF_HOURS] for at in range(0, len(apart), PAGE_OF_HOURS)]
    tables = await read_tables(
        store,
        [*windows, [hour for hour in hours if day_of(hour) not in exact]],
        deps.settings.watched,
        other_languages=deps.settings.other_languages,
        parsed=deps.tables,
    )
    methods = await read_methods(store, window)
    return {
        scope.name: {
            step if len(step) > DAY_CHARS else f"{step}T00": _scored(cell_of(figures), methods)
            for table in tables
            for step, figures in zip(table.steps, table.series(scope.subject_id or ""), strict=True)
            if figures.items
        }
        for scope in scopes
    }


def _scored(cell: Cell, methods: Sequence[str]) -> Cell:
    """Return a cell of a table as one that these methods scored: the last one counts."""
    if methods:
        cell["methods"] = {**dict.fromkeys(methods, 0), methods[-1]: items_in(cell)}
    return cell


async def read_days_of_subjects(
    deps: Deps,
    scopes: Sequence[Scope],
    window: Window,
    *,
    parts: bool = False,
    split: Collection[str] = (),
) -> dict[str, list[DayStats]]:
    """Return the days of subjects by the names of their scopes; those of `split` are no digests.

    They have their parts if `parts`, or the community or via of a scope, needs them.
    """
    by_id = {scope.subject_id: scope.name for scope in scopes if scope.subject_id is not None}
    found = await read_subject_days(
        await deps.watched_store(),
        [subject for subject in by_id if subject is not None],
        window.days(),
        deps.settings.watched,
        parts=parts or any(map(is_part, scopes)),
        split=split,
    )
    for name in list(found):
        own = [each for each in scopes if each.subject_id == name and is_part(each)]
        if all(scope.community != ALL for scope in own):
            for community in dict.fromkeys(scope.community for scope in own):
                store = await deps.watched_store()
                found[name] = await with_part_of(store, own[0].name, found[name], community)
    return {by_id[subject]: days for subject, days in found.items()}


def is_part(scope: Scope) -> bool:
    """Return whether a scope is of one via of a subject, or of one community."""
    return scope.via is not None or scope.community != ALL


def cells_of(days: Sequence[DayStats], scope: Scope) -> Cells:
    """Return what the days count of the scope's via and community."""
    whole = cells_by_hour(days)
    if not is_part(scope):
        return whole
    hours = {hour: hour for hour in whole}
    found = add_up_steps(days, hours, lambda via, name: scope.has_part(via, name) or None)
    return found.get(True, {})


async def _of_communities(
    deps: Deps, names: Sequence[str], window: Window, split: Collection[str]
) -> dict[str, Cells]:
    store = await deps.watched_store()
    days = await read_days(store, names, window.days(), split=split)
    if ALL in days:
        days[ALL] = await only_watched(store, deps.settings.watched, days[ALL])
    return {name: cells_by_hour(found) for name, found in days.items()}
