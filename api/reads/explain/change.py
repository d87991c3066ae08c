"""Reads what a change is explained by: the cells of both times, and a sample of their items."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from api.deps import Deps
from api.reads.cells import Cells, cells_of, read_cells, read_days_of_subjects
from api.reads.coverage import States, read_states
from api.reads.explain.items import Sample, limits_of, read_sample
from api.reads.scopes import Scope
from api.reads.sentiment import ScopeCells
from api.schema.explain import ItemsRead
from shared.models import ALL, Cell, DayStats
from shared.stats.cells import items_in
from shared.stats.compare import Change
from shared.stats.contributions import Amount, Whole
from shared.stats.means import Sample as CountedSample
from shared.stats.windows import Spans
from shared.times import Window

# The variance of compound where too few items tell it.
USUAL_VARIANCE = 0.25


@dataclass(frozen=True)
class ScopeChange:
    """The cells of a scope and of its communities, and the change of the hours in both times."""

    scope: Scope
    communities: Mapping[str, Cells]
    cells: Cells
    states: States
    change: Change
    hours: tuple[Sequence[str], Sequence[str]]
    days: Sequence[DayStats]

    @cached_property
    def whole(self) -> Whole:
        """Return all items of both sides."""
        known = [each.variance for each in self.change.samples if each.variance is not None]
        now, before = map(amount_of, self.change.samples)
        return Whole(now, before, sum(known) / len(known) if known else USUAL_VARIANCE)

    def cells_in(self, side: int, cells: Cells | None = None) -> list[Cell]:
        """Return the cells of a side: 0 is the window, 1 the time before."""
        own = self.cells if cells is None else cells
        return [own[hour] for hour in self.hours[side] if hour in own]


async def read_change(
    deps: Deps, scope: Scope, spans: Spans, *, has_communities: bool = True
) -> ScopeChange:
    """Return the change of a scope between two spans, with the cells that it is made of.

    has_communities: of all communities together, the cells of the largest are read, too. Raises
    StoreError.
    """
    store = await deps.watched_store()
    states = await read_states(deps, store, [scope.community])
    has_communities &= scope.subject is None and scope.community == ALL
    names = _largest(states, limits_of(spans.hours).communities) if has_communities else []
    windows = (spans.compared, spans.before)
    days: list[DayStats] = []
    cells: dict[str, dict[str, Cell]] = {}
    scopes = [scope, *map(Scope, names)]
    if scope.subject is not None:
        for window in windows:
            found = await read_days_of_subjects(deps, [scope], window, parts=True)
            days += found[scope.name]
        # A day may be at the end of one window and the beginning of the other.
        days = list({day["id"]: day for day in days}.values())
        cells[scope.name] = dict(await asyncio.to_thread(cells_of, days, scope))
    else:
        for window in windows:
            for name, own in (await read_cells(deps, scopes, window)).items():
                cells.setdefault(name, {}).update(own)
    of_all = await _cells_of_all(deps, states, cells, windows)
    of_scope = ScopeCells(
        scope,
        cells[scope.name],
        of_all,
        states,
        spans.times,
        replace(spans.whole, end=deps.clock()),
    )
    change, hours = await asyncio.to_thread(of_scope.compared, deps)
    communities = {name: cells[name] for name in names}
    return ScopeChange(scope, communities, cells[scope.name], states, change, hours, days)


async def _cells_of_all(
    deps: Deps,
    states: States,
    cells: Mapping[str, Cells],
    windows: Iterable[Window],
) -> Cells:
    """Return the cells of all, which are needed only where no record says what was observed."""
    if ALL in cells:
        return cells[ALL]
    if any(state and ("covered" in state or "failing" in state) for state in states.values()):
        return {}
    found: dict[str, Cell] = {}
    for window in windows:
        found.update((await read_cells(deps, [Scope()], window))[ALL])
    return found


def _largest(states: States, most: int) -> list[str]:
    """Return the communities that usually have the most items."""

    def usual(name: str) -> float:
        state = states[name]
        hourly = state.get("hourly") if state is not None else None
        return hourly or 0.0

    return sorted(states, key=lambda name: (-usual(name), name))[:most]


async def read_samples(deps: Deps, found: ScopeChange) -> list[Sample]:
    """Return items of the window, and of the time before. Raises StoreError."""
    return [await _sample(deps, found, side) for side in (0, 1)]


async def _sample(deps: Deps, found: ScopeChange, side: int) -> Sample:
    cells = found.cells
    return await read_sample(
        await deps.watched_store(),
        found.scope,
        [hour for hour in found.hours[side] if hour in cells and items_in(cells[hour])],
        deps.settings.watched,
        limits=limits_of(len(found.hours[0])),
        counted=found.change.samples[side].items,
        counts_others=deps.settings.other_languages == "count",
    )


def items_read(change: Change, samples: Sequence[Sample]) -> ItemsRead:
    """Return the number of items that count on each side, and of those that were read."""
    now, before = change.samples
    return ItemsRead(
        items=now.items,
        read=len(samples[0].items),
        items_before=before.items,
        read_before=len(samples[1].items),
    )


def amount_of(sample: CountedSample) -> Amount:
    """Return the items of a sample, and the sum of their compound."""
    return Amount(sample.items, sample.mean * sample.items, sample.threads)
