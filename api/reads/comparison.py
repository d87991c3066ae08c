"""Communities and subjects beside each other, each with its previous window."""

import asyncio
from collections.abc import Sequence

from api.deps import Deps
from api.errors import BadParameters
from api.reads.cells import Cells, are_parts_too_many, read_cells
from api.reads.compared_windows import ReadScopes, compare_windows
from api.reads.coverage import States, coverage_in, read_states
from api.reads.scope_change import (
    change_answer,
    change_of,
    known_times,
    longest_of,
    missing_of,
    unknown_hours_of,
)
from api.reads.scopes import Scope, compared_scopes
from api.reads.spans import baseline_of, read_spans, refused_span
from api.schema.parameters import CompareParameters
from api.schema.problems import BadParameter
from api.schema.sentiment import Comparison, TimeWindow
from api.schema.values import MAX_COMPARED, MAX_COMPARED_DAYS, MAX_HOURS
from shared.models import ALL
from shared.stats.compare import with_verdicts
from shared.stats.coverage import runs
from shared.stats.windows import Spans
from shared.times import iso, next_hour


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
    read = ReadScopes(scopes, cells, await _states_of(deps, scopes), is_coarse=is_coarse)
    return await compare_windows(deps, parameters, spans, read)


async def _read_parts(
    deps: Deps, scopes: Sequence[Scope], spans: Spans, *, is_coarse: bool
) -> dict[str, Cells]:
    """Return the cells of all spans by the names of the scopes; those of coarse ones by the day."""
    edges = spans.edges if is_coarse else None
    split = spans.split_days
    parts = [
        await read_cells(deps, scopes, each, whole_days_but=edges, split=split)
        for each in spans.parts
    ]
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
    read = ReadScopes(scopes, own, states, is_coarse=is_coarse)
    plain = await compare_windows(deps, parameters, spans, read)

    def with_changes() -> Comparison:
        seen = {scope.name: coverage_in(deps, states, scope.community, span) for scope in scopes}
        unknown = unknown_hours_of(cells.get(ALL, {}), seen, sorted({*times.all, *hours}))
        changes = with_verdicts(
            {
                scope.name: change_of(
                    deps,
                    scope.community,
                    own[scope.name],
                    known_times(times, seen[scope.name], unknown, is_guessed=not is_coarse),
                    missing_of(times, states, seen[scope.name]),
                    longest=longest_of(deps, times, seen[scope.name]),
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
