"""The sentiment of a window by the hour, day or week, also by community and by via."""

import asyncio
from collections.abc import Mapping, Sequence

from api.deps import Deps
from api.reads.coverage import coverage_in
from api.reads.scopes import check_needs_subject
from api.reads.statistics import Found, read_window
from api.reads.steps import cells_in, items_by_hour, trend_of
from api.schema.parameters import TrendsParameters
from api.schema.sentiment import SentimentTrends, TrendPoint
from api.schema.values import MAX_HOURS
from shared.models import Cell, Via
from shared.stats.step_length import PARTS, fitting_step
from shared.stats.subject_parts import add_up_steps
from shared.stats.subjects import VIAS
from shared.stats.windows import Granularity, steps_of

Steps = Mapping[str, Sequence[str]]


async def read_trends(deps: Deps, parameters: TrendsParameters) -> SentimentTrends:
    """Return the sums of the window and of its hours, days or weeks; it reads the same documents.

    Raises UnknownCommunity, UnknownSubject, BadParameters and StoreError.
    """
    if parameters.subject is None:
        check_needs_subject(by=parameters.by)
    found = await read_window(deps, parameters, parts=parameters.by is not None)

    def trends() -> SentimentTrends:
        granularity = _granularity(parameters, found)
        steps = steps_of(found.spans.window, granularity)
        return SentimentTrends(
            **dict(found.stats),
            granularity=granularity,
            trend_data=trend_of(
                deps,
                cells_in(steps, found.cells),
                steps,
                found.coverage,
                None if found.whole is found.cells else cells_in(steps, found.whole),
            ),
            communities=_by_community(deps, found, steps) if parameters.by == "community" else None,
            vias=_by_via(deps, found, steps) if parameters.by == "via" else None,
        )

    return await asyncio.to_thread(trends)


def _granularity(parameters: TrendsParameters, found: Found) -> Granularity:
    """Return the length of the steps: the one that is asked for, or one that fits the items."""
    asked, spans = parameters.granularity, found.spans
    if asked == "auto":
        return fitting_step(spans.window, spans.hours, [items_by_hour(found.cells)])
    return "day" if asked in PARTS and spans.hours > MAX_HOURS else asked


def _by_community(deps: Deps, found: Found, steps: Steps) -> dict[str, list[TrendPoint]]:
    """Return the trend of each community with mentions, most first."""
    cells = add_up_steps(
        found.days,
        _step_by_hour(steps),
        lambda via, name: name if found.scope.has_part(via, name) else None,
    )
    whole = cells_in(steps, found.whole)
    sizes = {name: sum(map(_items, own.values())) for name, own in cells.items()}
    return {
        name: trend_of(
            deps,
            _lists(cells[name]),
            steps,
            coverage_in(deps, found.states, name, found.spans.bounds),
            whole,
        )
        for name in sorted(sizes, key=lambda name: (-sizes[name], name))
        if sizes[name]
    }


def _by_via(deps: Deps, found: Found, steps: Steps) -> dict[Via, list[TrendPoint]]:
    """Return the trend of each via that counts."""
    cells = add_up_steps(
        found.days,
        _step_by_hour(steps),
        lambda via, name: via if found.scope.has_part(via, name) else None,
    )
    whole = cells_in(steps, found.whole)
    return {
        via: trend_of(deps, _lists(cells.get(via, {})), steps, found.coverage, whole)
        for via in VIAS
        if found.scope.via in (None, via)
    }


def _step_by_hour(steps: Steps) -> dict[str, str]:
    return {hour: step for step, hours in steps.items() for hour in hours}


def _items(cell: Cell) -> int:
    return cell["posts"] + cell["comments"]


def _lists(cells: Mapping[str, Cell]) -> dict[str, list[Cell]]:
    return {step: [cell] for step, cell in cells.items()}
