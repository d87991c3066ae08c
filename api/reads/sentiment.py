"""The sentiment of windows, from the statistics of hours, days and months."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from api.deps import Deps
from api.errors import BadParameters
from api.reads.cells import (
    Cells,
    are_parts_too_many,
    cells_of,
    is_part,
    read_cells,
    read_days_of_subjects,
)
from api.reads.coverage import States, coverage_answer, coverage_in, read_states
from api.reads.kinds import kinds_of_cells
from api.reads.scopes import Scope, compared_scopes, read_scope
from api.reads.spans import (
    baseline_of,
    longest_span,
    previous_window,
    read_spans,
    refused_span,
    time_window,
)
from api.reads.totals import change_fields, counted_totals, totals_of_cells
from api.schema.parameters import MAX_STEPS, CompareParameters, ScopeParameters
from api.schema.problems import BadParameter
from api.schema.sentiment import (
    Change,
    ComparedScope,
    Comparison,
    Difference,
    Stats,
    TimeWindow,
    Totals,
    TrendPoint,
    WindowTotals,
)
from api.schema.values import MAX_COMPARED, MAX_COMPARED_DAYS, MAX_HOURS
from shared.models import ALL, Cell, DayStats
from shared.stats.cells import COMPOUND_DIGITS, cells_by_hour
from shared.stats.cells import totals as totals_of
from shared.stats.compare import Change as Compared
from shared.stats.compare import (
    change,
    compared_hours,
    missing_hours,
    unknown_in,
    with_verdicts,
)
from shared.stats.coverage import runs, unknown_hours
from shared.stats.gaps import Coverage
from shared.stats.means import Sample, difference_of, part_of, sample_of
from shared.stats.step_length import PARTS, fitting_step
from shared.stats.subjects import SentimentIsOf, sentiment_is_of
from shared.stats.windows import Granularity, Spans, Times, steps_of
from shared.times import Window, iso, next_hour

COUNTS = ("total", "positive", "negative", "neutral", "posts", "comments", "left_out")


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
    of_whole = sample_of((whole[hour] for hour in hours if hour in whole), languages)
    sample = part_of(of_whole, sample_of(own, languages))
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
        sentiment_of=_sentiment_of([(scope, totals)]),
        rematching=scope.is_rematching,
        origin=deps.settings.origin,
        timestamp=iso(deps.clock() if parameters.is_custom else window.end),
    )
    return Found(stats, scope, spans, cells, states, coverage, days, whole)


@dataclass(frozen=True)
class _Read:
    """The data of a comparison: the cells of its scopes, and the states of their communities.

    is_coarse: subjects have cells of whole days.
    """

    scopes: Sequence[Scope]
    cells: Mapping[str, Cells]
    states: States
    is_coarse: bool


async def compare(deps: Deps, parameters: CompareParameters) -> Comparison:
    """Compare communities and subjects, each with its previous window.

    It reads a document for each scope and day; for many days, one for each month.
    Raises UnknownCommunity, UnknownSubject, BadParameters and StoreError.
    """
    _check_compared(parameters)
    scopes = await compared_scopes(deps, parameters.names)
    # Several scopes are compared with one time, whatever is known of each.
    community = scopes[0].community if len(scopes) == 1 else ALL
    spans = await read_spans(deps, parameters, until=parameters.until, community=community)
    _check_length(parameters, spans)
    if parameters.is_changed:
        return await _compare_changes(deps, parameters, scopes, spans)
    is_coarse = await are_parts_too_many(deps, scopes, spans.whole)
    cells = await _read_parts(deps, scopes, spans, is_coarse=is_coarse)
    read = _Read(scopes, cells, await _states_of(deps, scopes), is_coarse=is_coarse)
    return await _comparison(deps, parameters, spans, read)


async def _read_parts(
    deps: Deps, scopes: Sequence[Scope], spans: Spans, *, is_coarse: bool
) -> dict[str, Cells]:
    """Return the cells of all spans by the names of the scopes; those of coarse ones by the day."""
    edges = spans.edges if is_coarse else None
    parts = [await read_cells(deps, scopes, each, whole_days_but=edges) for each in spans.parts]
    return {
        scope.name: {hour: cell for part in parts for hour, cell in part[scope.name].items()}
        for scope in scopes
    }


def _check_compared(parameters: CompareParameters) -> None:
    """Check that there are 1 to MAX_COMPARED names. Raises BadParameters."""
    if 0 < len(parameters.names) <= MAX_COMPARED:
        return
    given = len(parameters.names)
    detail = f"{given} scopes, with those of `subreddits`" if given else "field required"
    name = "scopes" if given else "subreddits"
    takes = CompareParameters.model_fields[name].description or ""
    raise BadParameters([BadParameter(parameter=name, detail=detail, takes=takes)])


def _check_length(parameters: CompareParameters, spans: Spans) -> None:
    """Check that the scopes together aren't too long to be compared. Raises BadParameters."""
    scopes = len(parameters.names)
    most = min(MAX_COMPARED_DAYS * 24, MAX_COMPARED * MAX_HOURS // scopes)
    if spans.hours > most:
        longest = f"a comparison of {scopes} may have {most // 24} days"
        raise refused_span(parameters, "start", f"{parameters.start}: {longest}")


async def _states_of(deps: Deps, scopes: Sequence[Scope]) -> States:
    names = [scope.community for scope in scopes]
    return await read_states(deps, await deps.watched_store(), names)


async def _compare_changes(
    deps: Deps, parameters: CompareParameters, scopes: Sequence[Scope], spans: Spans
) -> Comparison:
    """Compare the windows, with the changes of their full hours."""
    now, times, hours, span = deps.clock(), spans.times, spans.window.hours(), spans.whole
    # Silence of all communities shows gaps that no record shows. A year of it costs too much.
    others = [Scope()] if spans.hours <= MAX_HOURS else []
    by_name = {scope.name: scope for scope in (*scopes, *others)}
    is_coarse = await are_parts_too_many(deps, scopes, span)
    cells = await _read_parts(deps, list(by_name.values()), spans, is_coarse=is_coarse)
    states = await _states_of(deps, scopes)
    own = {scope.name: cells[scope.name] for scope in scopes}
    read = _Read(scopes, own, states, is_coarse=is_coarse)
    plain = await _comparison(deps, parameters, spans, read)

    def with_changes() -> Comparison:
        seen = {scope.name: coverage_in(deps, states, scope.community, span) for scope in scopes}
        unknown = _unknown(cells.get(ALL, {}), seen, sorted({*times.all, *hours}))
        changes = with_verdicts(
            {
                scope.name: _change(
                    deps,
                    scope.community,
                    own[scope.name],
                    _known(times, seen[scope.name], unknown, is_guessed=not is_coarse),
                    _missing(times, states, seen[scope.name]),
                    longest=_longest(deps, times, seen[scope.name]),
                )
                for scope in scopes
            }
        )
        found = [
            each.model_copy(
                update={"change": change_answer(by_name[each.scope], changes[each.scope])}
            )
            for each in plain.subreddits
        ]
        gaps = [
            TimeWindow(start=f"{run[0]}:00:00Z", end=f"{next_hour(run[-1])}:00:00Z")
            for run in runs(hours, unknown)
        ]
        return plain.model_copy(
            update={
                "subreddits": found,
                "gaps": gaps,
                "before": baseline_of(spans),
                "timestamp": iso(now),
            }
        )

    return await asyncio.to_thread(with_changes)


@dataclass(frozen=True)
class ScopeCells:
    """The cells of a scope in two times, those of all, and the states of its communities.

    of_all are looked at only where nothing is recorded of what was observed. span is the time in
    which coverage is looked at. after is the number of hours that a longer span could have from the
    beginning of the window on; None where such a span would end with the window.
    """

    scope: Scope
    cells: Cells
    of_all: Cells
    states: States
    times: Times
    span: Window
    after: int | None = None

    def coverage(self, deps: Deps) -> Coverage | None:
        """Return what was observed of the scope."""
        return coverage_in(deps, self.states, self.scope.community, self.span)

    def compared(self, deps: Deps) -> tuple[Compared, tuple[list[str], list[str]]]:
        """Return the change, looking at this scope alone, and the hours of both times it is of."""
        seen = self.coverage(deps)
        unknown = _unknown(self.of_all, {self.scope.name: seen}, self.times.all)
        known = _known(self.times, seen, unknown, is_guessed=True)
        missing = _missing(self.times, self.states, seen)
        longest = _longest(deps, self.times, seen, after=self.after)
        own = _change(deps, self.scope.community, self.cells, known, missing, longest=longest)
        lacking = unknown_in(self.cells, known, missing, is_one=self.scope.community != ALL)
        found = with_verdicts({self.scope.name: own})[self.scope.name]
        return found, compared_hours(self.times, lacking)


def _unknown(cells: Cells, seen: Mapping[str, Coverage | None], hours: Sequence[str]) -> set[str]:
    """Return the hours in which nothing was observed of any scope, or probably nothing."""
    recorded = [each.unknown for each in seen.values() if each is not None]
    if not recorded:
        return unknown_hours(cells, hours)
    return set(hours).intersection(*recorded)


def _known(
    times: Times, coverage: Coverage | None, unknown: set[str], *, is_guessed: bool
) -> Times:
    """Return the times with what is unknown; is_guessed: silent hours of the scope may be, too."""
    if coverage is None:
        return replace(times, unknown=frozenset(unknown), is_recorded=not is_guessed)
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


def _longest(
    deps: Deps, times: Times, coverage: Coverage | None, *, after: int | None = None
) -> int | None:
    """Return the hours of the longest span that can be compared; None where that is unknown."""
    return longest_span(deps, times, None if coverage is None else coverage.since, after=after)


def _change(
    deps: Deps,
    scope: str,
    cells: Cells,
    times: Times,
    missing: Mapping[str, set[str]],
    *,
    longest: int | None,
) -> Compared:
    return change(
        cells,
        times,
        {name: hours for name, hours in missing.items() if scope in {ALL, name}},
        is_one=scope != ALL,
        other_languages=deps.settings.other_languages,
        longest=longest,
    )


def change_answer(scope: Scope, found: Compared) -> Change:
    """Return a change of a scope as an answer."""
    now, before = found.samples
    return Change(
        statistics=counted_totals(found.statistics, now, shares=True),
        previous=counted_totals(found.previous, before, shares=True),
        **change_fields(found, None if scope.community == ALL else scope.community),
    )


async def _comparison(
    deps: Deps,
    parameters: CompareParameters,
    spans: Spans,
    read: "_Read",
) -> Comparison:
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
        sentiment_of=_sentiment_of(
            (scope, totals)
            for scope, each in zip(read.scopes, compared, strict=True)
            for totals in (each.statistics, each.previous)
        ),
        window=time_window(spans),
        previous_window=previous_window(spans),
        origin=deps.settings.origin,
        timestamp=iso(window.end),
    )


def _step(parameters: CompareParameters, spans: Spans, read: _Read) -> Granularity | None:
    """Return the length of the steps that the answer has; coarse cells have no parts of a day."""
    asked = parameters.step_of(spans.hours)
    if asked == "auto":
        items = [items_by_hour(read.cells[scope.name]) for scope in read.scopes]
        whole_days = read.is_coarse or len(items) * spans.hours > MAX_STEPS
        return fitting_step(spans.window, spans.hours, items, whole_days=whole_days)
    return "day" if read.is_coarse and asked in PARTS else asked


def items_by_hour(cells: Cells) -> dict[str, int]:
    """Return the number of items of each hour."""
    return {hour: cell["posts"] + cell["comments"] for hour, cell in cells.items()}


def trend_of(
    deps: Deps,
    cells: Mapping[str, Iterable[Cell]],
    steps: Mapping[str, Sequence[str]],
    coverage: Coverage | None,
    whole: Mapping[str, Iterable[Cell]] | None = None,
) -> list[TrendPoint]:
    """Return each of the steps, which are named by their start, with the sum of its cells.

    whole are the cells of the steps that these are a part of, if they are.
    """
    languages = deps.settings.other_languages
    return [
        TrendPoint(
            start=start,
            **dict(
                totals_of_cells(
                    cells.get(start, ()),
                    languages,
                    coverage=None if coverage is None else coverage.share_of(hours),
                    whole=None if whole is None else sample_of(whole[start], languages),
                )
            ),
        )
        for start, hours in steps.items()
    ]


def cells_in(steps: Mapping[str, Sequence[str]], cells: Cells) -> dict[str, list[Cell]]:
    """Return the cells of hours by the step that they are in."""
    return {
        start: [cells[hour] for hour in hours if hour in cells] for start, hours in steps.items()
    }


def _counted(
    deps: Deps, cells: Cells, hours: Iterable[str], coverage: float | None = None
) -> tuple[Totals, Sample]:
    found = [cells[hour] for hour in hours if hour in cells]
    languages = deps.settings.other_languages
    sample = sample_of(found, languages)
    counted = totals_of(found, languages)
    return counted_totals(counted, sample, coverage=coverage, shares=True), sample


def _are_mixed(totals: Iterable[Totals]) -> bool:
    return len({method for total in totals for method in total.methods}) > 1


def _sentiment_of(totals: Iterable[tuple[Scope, Totals]]) -> SentimentIsOf:
    """Return what the sentiments of scopes are of: those of communities are of whole texts."""
    methods = {
        method if scope.subject is not None else ""
        for scope, own in totals
        for method in own.methods
    }
    return sentiment_is_of(methods)


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
