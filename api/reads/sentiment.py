"""The sentiment of windows, from the statistics of hours, days and months."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from api.deps import Deps
from api.reads.coverage import States, coverage_answer, coverage_in, read_states
from api.reads.scopes import scope_asked, scope_of
from api.schema.parameters import CompareParameters, ScopeParameters, TrendsParameters
from api.schema.sentiment import (
    Change,
    ComparedScope,
    Comparison,
    Difference,
    SentimentTrends,
    Stats,
    TimeWindow,
    Totals,
    TrendPoint,
)
from shared.models import ALL, Cell
from shared.stats import cells as statistics
from shared.stats.cells import COMPOUND_DIGITS, cells_by_hour
from shared.stats.compare import change, missing_hours
from shared.stats.coverage import runs, unknown_hours
from shared.stats.gaps import Coverage
from shared.stats.months import read_days
from shared.stats.watched import only_watched
from shared.stats.windows import Granularity, Times, full_hours, steps_of
from shared.store import COLLECTION
from shared.times import Window, iso, next_hour, parse_iso

Cells = Mapping[str, Cell]

COUNTS = ("total", "positive", "negative", "neutral", "posts", "comments", "left_out")


async def read_stats(deps: Deps, parameters: ScopeParameters) -> Stats:
    """Return the sum of the window's hours; it reads one document for each day.

    Raises UnknownCommunity and StoreError.
    """
    return (await _window(deps, parameters))[0]


async def read_trends(deps: Deps, parameters: TrendsParameters) -> SentimentTrends:
    """Return the sums of the window and of its hours, days or weeks; it reads the same documents.

    Raises UnknownCommunity and StoreError.
    """
    stats, window, cells, coverage = await _window(deps, parameters)
    step = parameters.granularity
    return SentimentTrends(
        **dict(stats),
        granularity=step,
        trend_data=await asyncio.to_thread(_trend, deps, cells, window, step, coverage),
    )


async def _window(
    deps: Deps, parameters: ScopeParameters
) -> tuple[Stats, Window, Cells, Coverage | None]:
    scope = scope_asked(deps.settings, parameters)
    window = Window.of_hours(parameters.hours, deps.clock())
    cells = (await _cells(deps, [scope], window))[scope]
    states = await read_states(deps, await deps.watched_store(), [scope])
    coverage = await asyncio.to_thread(coverage_in, deps, states, scope, window)
    stats = Stats(
        subreddit=scope,
        scope=scope,
        time_window_hours=parameters.hours,
        statistics=_totals(deps, cells, window.hours()),
        window=_time_window(window),
        coverage=coverage_answer(coverage),
        origin=deps.settings.origin,
        timestamp=iso(window.end),
    )
    return stats, window, cells, coverage


async def compare(deps: Deps, parameters: CompareParameters) -> Comparison:
    """Compare communities, each with its previous window.

    It reads a document for each community and day; for many days, one for each month.
    Raises UnknownCommunity and StoreError.
    """
    scopes = list(dict.fromkeys(scope_of(deps.settings, name) for name in parameters.names))
    if parameters.until == "collected":
        return await _compare_collected(deps, parameters, scopes)
    window = Window.of_hours(parameters.hours, deps.clock())
    cells = await _cells(deps, scopes, Window(window.before().start, window.end))
    states = await read_states(deps, await deps.watched_store(), scopes)
    return await _comparison(deps, parameters, window, cells, states)


async def _compare_collected(
    deps: Deps, parameters: CompareParameters, scopes: Sequence[str]
) -> Comparison:
    """Compare the windows that end at the last collection; it needs two more batched reads."""
    store, now = await deps.watched_store(), deps.clock()
    state = await store.read(COLLECTION, "collection", "collection")
    last = state["last_collection_at"] if state else None
    # Another machine's clock may be ahead.
    window = Window.of_hours(parameters.hours, min(now, parse_iso(last)) if last else now)
    times = Times.until(window, parameters.hours)
    earliest = full_hours(window, parameters.hours).before().start
    cells = await _cells(deps, list({*scopes, ALL}), Window(earliest, window.end))
    states = await read_states(deps, store, scopes)
    own = {scope: cells[scope] for scope in scopes}
    plain = await _comparison(deps, parameters, window, own, states)

    def with_changes() -> Comparison:
        seen = {
            scope: coverage_in(deps, states, scope, Window(earliest, window.end))
            for scope in scopes
        }
        unknown = _unknown(cells[ALL], seen, sorted({*times.all, *window.hours()}))
        found = [
            each.model_copy(
                update={
                    "standard_error": _error(deps, own[each.subreddit], window.hours()),
                    "change": _change(
                        deps,
                        each.subreddit,
                        own[each.subreddit],
                        _known(times, seen[each.subreddit], unknown),
                        _missing(times, states, seen[each.subreddit]),
                    ),
                }
            )
            for each in plain.subreddits
        ]
        gaps = [
            TimeWindow(start=f"{run[0]}:00:00Z", end=f"{next_hour(run[-1])}:00:00Z")
            for run in runs(window.hours(), unknown)
        ]
        return plain.model_copy(update={"subreddits": found, "gaps": gaps, "timestamp": iso(now)})

    return await asyncio.to_thread(with_changes)


def _unknown(cells: Cells, seen: Mapping[str, Coverage | None], hours: Sequence[str]) -> set[str]:
    """Return the hours in which nothing was observed of any scope, or probably nothing."""
    recorded = [each.unknown for each in seen.values() if each is not None]
    if not recorded:
        return unknown_hours(cells, hours)
    return set(hours).intersection(*recorded)


def _known(times: Times, coverage: Coverage | None, unknown: set[str]) -> Times:
    if coverage is None:
        return replace(times, unknown=frozenset(unknown))
    return replace(times, unknown=frozenset(coverage.unknown), is_recorded=True)


def _missing(times: Times, states: States, coverage: Coverage | None) -> dict[str, set[str]]:
    """Return the hours of the window that communities lack."""
    if coverage is None:
        found = {
            name: missing_hours(times, state["last_collected_at"])
            for name, state in states.items()
            if state is not None
        }
    else:
        found = {name: hours & set(times.now) for name, hours in coverage.hours_of.items()}
    return {name: hours for name, hours in found.items() if hours}


def _change(
    deps: Deps, scope: str, cells: Cells, times: Times, missing: Mapping[str, set[str]]
) -> Change:
    found = change(
        cells,
        times,
        {name: hours for name, hours in missing.items() if scope in {ALL, name}},
        is_one=scope != ALL,
        other_languages=deps.settings.other_languages,
    )
    return Change(
        verdict=found.verdict,
        hours=found.hours,
        statistics=Totals(**found.statistics),
        previous=Totals(**found.previous),
        avg_sentiment=found.avg_sentiment,
        standard_error=found.standard_error,
        behind=found.behind,
    )


def _error(deps: Deps, cells: Cells, hours: Iterable[str]) -> float | None:
    found = [cells[hour] for hour in hours if hour in cells]
    error = statistics.standard_error(found, deps.settings.other_languages)
    return None if error is None else round(error, COMPOUND_DIGITS)


async def _comparison(
    deps: Deps,
    parameters: CompareParameters,
    window: Window,
    cells: Mapping[str, Cells],
    states: States,
) -> Comparison:
    before, step = window.before(), parameters.step

    def compare_one(scope: str, own: Cells) -> ComparedScope:
        coverage = coverage_in(deps, states, scope, window)
        return _compared(
            scope,
            _totals(deps, own, window.hours()),
            _totals(deps, own, before.hours()),
            _trend(deps, own, window, step, coverage) if step else None,
            coverage,
        )

    def compare_all() -> list[ComparedScope]:
        return [compare_one(scope, own) for scope, own in cells.items()]

    # In a thread, because sums over months take tenths of a second.
    compared = await asyncio.to_thread(compare_all)
    return Comparison(
        time_window_hours=parameters.hours,
        subreddits=compared,
        granularity=step,
        mixed_methods=_are_mixed(
            total for each in compared for total in (each.statistics, each.previous)
        ),
        window=_time_window(window),
        previous_window=TimeWindow(start=iso(before.start), end=iso(window.start)),
        origin=deps.settings.origin,
        timestamp=iso(window.end),
    )


async def _cells(deps: Deps, scopes: Sequence[str], window: Window) -> dict[str, Cells]:
    """Read the cells of the window by scope, from days or, for many days, months."""
    store = await deps.watched_store()
    days = await read_days(store, scopes, window.days())
    if ALL in days:
        days[ALL] = await only_watched(store, deps.settings.watched, days[ALL])
    return {scope: cells_by_hour(found) for scope, found in days.items()}


def _trend(
    deps: Deps,
    cells: Cells,
    window: Window,
    granularity: Granularity,
    coverage: Coverage | None,
) -> list[TrendPoint]:
    return [
        TrendPoint(
            start=start,
            **_sums(deps, cells, hours),
            coverage=None if coverage is None else coverage.share_of(hours),
        )
        for start, hours in steps_of(window, granularity).items()
    ]


def _totals(deps: Deps, cells: Cells, hours: Iterable[str]) -> Totals:
    return Totals(**_sums(deps, cells, hours))


def _sums(deps: Deps, cells: Cells, hours: Iterable[str]) -> statistics.Totals:
    found = (cells[hour] for hour in hours if hour in cells)
    return statistics.totals(found, deps.settings.other_languages)


def _are_mixed(totals: Iterable[Totals]) -> bool:
    return len({method for total in totals for method in total.methods}) > 1


def _compared(
    scope: str,
    now: Totals,
    before: Totals,
    trend: list[TrendPoint] | None,
    coverage: Coverage | None,
) -> ComparedScope:
    change = {name: getattr(now, name) - getattr(before, name) for name in COUNTS}
    averages = (now.avg_sentiment, before.avg_sentiment)
    difference = (
        None
        if averages[0] is None or averages[1] is None
        else round(averages[0] - averages[1], COMPOUND_DIGITS)
    )
    return ComparedScope(
        subreddit=scope,
        scope=scope,
        statistics=now,
        previous=before,
        difference=Difference(
            **change, avg_sentiment=difference, mixed_methods=_are_mixed((now, before))
        ),
        trend_data=trend,
        coverage=coverage_answer(coverage),
    )


def _time_window(window: Window) -> TimeWindow:
    return TimeWindow(start=iso(window.start), end=iso(window.end))
