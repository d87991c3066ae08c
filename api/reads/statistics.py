"""The sentiment of a window, from the statistics of hours, days and months."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from api.deps import Deps
from api.reads.cells import Cells, cells_of, is_part, read_cells, read_days_of_subjects
from api.reads.coverage import States, coverage_answer, coverage_in, read_states
from api.reads.kinds import kinds_of_cells
from api.reads.scopes import Scope, read_scope
from api.reads.spans import read_spans, time_window
from api.reads.totals import counted_totals, sentiment_of
from api.schema.parameters import ScopeParameters
from api.schema.sentiment import Stats, WindowTotals
from shared.models import DayStats
from shared.stats.cells import cells_by_hour
from shared.stats.cells import totals as totals_of
from shared.stats.gaps import Coverage
from shared.stats.means import part_of, sample_of
from shared.stats.windows import Spans
from shared.times import iso


async def read_stats(deps: Deps, parameters: ScopeParameters) -> Stats:
    """Return the sum of the window's hours; it reads one document for each day, or for each month.

    Raises UnknownCommunity, UnknownSubject, BadParameters and StoreError.
    """
    return (await read_window(deps, parameters)).stats


@dataclass(frozen=True)
class Found:
    """A scope in a window; days are those of a subject, with its parts.

    whole are the cells that those of a part, such as one via, are in.
    """

    stats: Stats
    scope: Scope
    spans: Spans
    cells: Cells
    states: States
    coverage: Coverage | None
    days: Sequence[DayStats]
    whole: Cells


async def read_window(deps: Deps, parameters: ScopeParameters, *, parts: bool = False) -> Found:
    """Return a scope in a window; the days of a subject are there if parts are wanted."""
    scope = await read_scope(deps, parameters)
    is_parted = scope.subject is not None and (parts or is_part(scope))
    spans = await read_spans(deps, parameters)
    window = spans.window
    days: Sequence[DayStats] = ()
    if is_parted:
        days = (await read_days_of_subjects(deps, [scope], window, parts=True))[scope.name]
        cells = await asyncio.to_thread(cells_of, days, scope)
    else:
        cells = (await read_cells(deps, [scope], window))[scope.name]
    whole = cells_by_hour(days) if is_parted else cells
    states = await read_states(deps, await deps.watched_store(), [scope.community])
    coverage = await asyncio.to_thread(coverage_in, deps, states, scope.community, spans.bounds)
    observed = None if coverage is None else coverage.observed
    own = [cells[hour] for hour in window.hours() if hour in cells]
    languages, hours = deps.settings.other_languages, window.hours()
    sample = sample_of(own, languages)
    if is_parted:
        of_whole = sample_of((whole[hour] for hour in hours if hour in whole), languages)
        sample = part_of(of_whole, sample)
    counted = totals_of(own, languages)
    totals = counted_totals(counted, sample, coverage=observed, shares=True)
    stats = Stats(
        subreddit=scope.community,
        scope=scope.name,
        subject=scope.subject_id,
        via=scope.via,
        time_window_hours=spans.hours,
        statistics=WindowTotals(**dict(totals), kinds=kinds_of_cells(own, sample)),
        window=time_window(spans),
        coverage=coverage_answer(coverage),
        sentiment_of=sentiment_of([(scope, totals)]),
        rematching=scope.is_rematching,
        origin=deps.settings.origin,
        timestamp=iso(deps.clock() if parameters.is_custom else window.end),
    )
    return Found(stats, scope, spans, cells, states, coverage, days, whole)
