"""The windows of compared scopes, each beside its previous one, as an answer."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from api.deps import Deps
from api.reads.cells import Cells
from api.reads.coverage import States, coverage_answer, coverage_in
from api.reads.scopes import Scope
from api.reads.spans import previous_window, time_window
from api.reads.steps import cells_in, items_by_hour, trend_of
from api.reads.totals import counted_totals, sentiment_of
from api.schema.parameters import MAX_STEPS, CompareParameters
from api.schema.sentiment import ComparedScope, Comparison, Difference, Totals, TrendPoint
from shared.stats.cells import COMPOUND_DIGITS
from shared.stats.cells import totals as totals_of
from shared.stats.gaps import Coverage
from shared.stats.means import Sample, difference_of, sample_of
from shared.stats.step_length import PARTS, fitting_step
from shared.stats.windows import Granularity, Spans, steps_of
from shared.times import iso

COUNTS = ("total", "positive", "negative", "neutral", "posts", "comments", "left_out")


@dataclass(frozen=True)
class ReadScopes:
    """The data of a comparison: the cells of its scopes, and the states of their communities.

    is_coarse: subjects have cells of whole days.
    """

    scopes: Sequence[Scope]
    cells: Mapping[str, Cells]
    states: States
    is_coarse: bool


async def compare_windows(
    deps: Deps,
    parameters: CompareParameters,
    spans: Spans,
    read: ReadScopes,
) -> Comparison:
    """Return each scope's window, its previous one, their difference and the steps of a trend."""
    window, step = spans.window, _step(parameters, spans, read)
    now_hours, earlier_hours = window.hours(), spans.previous.hours()
    steps = steps_of(window, step) if step else {}

    def compare_one(scope: Scope) -> ComparedScope:
        own = read.cells[scope.name]
        coverage = coverage_in(deps, read.states, scope.community, spans.bounds)
        return _compared(
            scope,
            _counted(deps, own, now_hours, None if coverage is None else coverage.observed),
            _counted(deps, own, earlier_hours),
            trend_of(deps, cells_in(steps, own), steps, coverage) if step else None,
            coverage,
        )

    # In a thread, because sums over months take tenths of a second.
    compared = await asyncio.to_thread(lambda: [compare_one(scope) for scope in read.scopes])
    return Comparison(
        time_window_hours=spans.hours,
        subreddits=compared,
        granularity=step,
        mixed_methods=_are_mixed(
            total for each in compared for total in (each.statistics, each.previous)
        ),
        sentiment_of=sentiment_of(
            (scope, totals)
            for scope, each in zip(read.scopes, compared, strict=True)
            for totals in (each.statistics, each.previous)
        ),
        window=time_window(spans),
        previous_window=previous_window(spans),
        origin=deps.settings.origin,
        timestamp=iso(window.end),
    )


def _step(parameters: CompareParameters, spans: Spans, read: ReadScopes) -> Granularity | None:
    """Return the length of the steps that the answer has; coarse cells have no parts of a day."""
    asked = parameters.step_of(spans.hours)
    if asked == "auto":
        items = [items_by_hour(read.cells[scope.name]) for scope in read.scopes]
        whole_days = read.is_coarse or len(items) * spans.hours > MAX_STEPS
        return fitting_step(spans.window, spans.hours, items, whole_days=whole_days)
    return "day" if read.is_coarse and asked in PARTS else asked


def _counted(
    deps: Deps, cells: Cells, hours: Iterable[str], coverage: float | None = None
) -> tuple[Totals, Sample]:
    found = [cells[hour] for hour in hours if hour in cells]
    languages = deps.settings.other_languages
    sample = sample_of(found, languages)
    counted = totals_of(found, languages)
    return counted_totals(counted, sample, coverage=coverage, shares=True), sample


def _compared(
    scope: Scope,
    now: tuple[Totals, Sample],
    before: tuple[Totals, Sample],
    trend: list[TrendPoint] | None,
    coverage: Coverage | None,
) -> ComparedScope:
    return ComparedScope(
        subreddit=scope.name,
        scope=scope.name,
        subject=scope.subject_id,
        rematching=scope.is_rematching,
        statistics=now[0],
        previous=before[0],
        difference=_difference(now, before),
        trend_data=trend,
        coverage=coverage_answer(coverage),
    )


def _difference(of_now: tuple[Totals, Sample], of_before: tuple[Totals, Sample]) -> Difference:
    (now, sample), (before, earlier) = of_now, of_before
    change = {name: getattr(now, name) - getattr(before, name) for name in COUNTS}
    averages = (now.avg_sentiment, before.avg_sentiment)
    difference = (
        None
        if averages[0] is None or averages[1] is None
        else round(averages[0] - averages[1], COMPOUND_DIGITS)
    )
    return Difference(
        **change,
        avg_sentiment=difference,
        **difference_of(sample, earlier),
        mixed_methods=_are_mixed((now, before)),
    )


def _are_mixed(totals: Iterable[Totals]) -> bool:
    return len({method for total in totals for method in total.methods}) > 1
