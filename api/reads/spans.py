"""The time that a request is about."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from api.deps import Deps
from api.errors import BadParameters
from api.reads.coverage import States, coverage_in, observed_since, read_states
from api.schema.parameters import ComparedSpanParameters, ListParameters, SpanParameters
from api.schema.problems import BadParameter
from api.schema.sentiment import Baseline, TimeWindow
from api.schema.values import MAX_HOURS, MAX_SPAN_DAYS
from shared.models import ALL
from shared.stats.cells import cells_by_hour
from shared.stats.compare import MIN_KNOWN
from shared.stats.months import read_days
from shared.stats.windows import HOUR, SECOND, Spans, Times
from shared.store import COLLECTION
from shared.times import (
    EARLIEST,
    Window,
    hour_of,
    hour_start,
    iso,
    next_hour,
    parse_iso,
)

# A week earlier with fewer of the usual items is no measure: talk has grown since, or was listed in
# part.
MIN_OF_USUAL = 0.5


async def last_collection(deps: Deps, now: datetime) -> datetime:
    """Return the time of the last collection, or `now` before the first. Raises StoreError."""
    state = await (await deps.store()).read(COLLECTION, "collection", "collection")
    last = state["last_collection_at"] if state else None
    # Another machine's clock may be ahead.
    return min(now, parse_iso(last)) if last else now


def window_of(parameters: ListParameters, now: datetime) -> tuple[Window, str]:
    """Return the window of the parameters, and the order key at its end.

    The window is the last `hours`, or the time between `start` and `end`.
    """
    # Another machine's clock may be ahead.
    upcoming = next_hour(hour_of(iso(now)))
    if parameters.start is None and parameters.end is None:
        return Window.of_hours(parameters.hours, now), upcoming
    end = min(now, max(parse_iso(parameters.end), EARLIEST)) if parameters.end else now
    earliest = end - timedelta(hours=MAX_HOURS if parameters.start else parameters.hours)
    start = max(parse_iso(parameters.start), earliest) if parameters.start else earliest
    return Window(start, end), min(parameters.end or upcoming, upcoming)


async def read_spans(
    deps: Deps,
    parameters: SpanParameters,
    *,
    until: Literal["now", "collected"] = "now",
    community: str = ALL,
) -> Spans:
    """Return the window of the parameters, and the equal spans that are compared.

    With `hours` the window ends now, or at the last collection, and the spans are its full hours
    and those before them. With `start` it has full hours only, up to the last one that is over, or
    with `collected` that was collected. community is the one, or all, whose data must cover the
    week before where a short window is compared with that. Raises BadParameters and StoreError.
    """
    now = deps.clock()
    last = await last_collection(deps, now) if until == "collected" else now
    spans = Spans.of_hours(parameters.hours, last)
    if parameters.is_custom:
        start, end = _asked(parameters, now, deps.settings.retention_days)
        over = hour_start(last) if start < hour_start(last) else hour_start(now)
        spans = Spans.between(start, min(end, over))
    if isinstance(parameters, ComparedSpanParameters) and parameters.is_in_rhythm:
        return await _in_rhythm(deps, spans, community)
    return spans


async def _in_rhythm(deps: Deps, spans: Spans, community: str) -> Spans:
    """Return the spans with a short one compared with the week before, if data covers that."""
    if not spans.is_short:
        return spans
    states = await read_states(deps, await deps.watched_store(), [community])
    found = spans.in_rhythm(observed_since(states))
    if found.because != "week_before" or await _is_covered(deps, states, community, found.before):
        return found
    return replace(spans, because="no_week_before")


async def _is_covered(deps: Deps, states: States, community: str, span: Window) -> bool:
    """Return whether a span is known and talked in enough to compare with.

    Where nothing is recorded of what was observed, it is taken to be.
    """
    coverage = coverage_in(deps, states, community, span)
    if coverage is None:
        return True
    hours = span.hours()
    if len(coverage.unknown.intersection(hours)) > (1 - MIN_KNOWN) * len(hours):
        return False
    days = await read_days(await deps.watched_store(), [community], span.days())
    cells = cells_by_hour(days[community])
    items = sum(cells[hour]["posts"] + cells[hour]["comments"] for hour in hours if hour in cells)
    usual = sum(state.get("hourly") or 0.0 for state in states.values() if state)
    return items > 0 and items >= MIN_OF_USUAL * usual * len(hours)


def time_window(spans: Spans) -> TimeWindow:
    """Return the window as answers have it."""
    return _whole(spans.window.start, spans.end)


def previous_window(spans: Spans) -> TimeWindow:
    """Return the window before it as answers have it."""
    return _whole(spans.previous.start, hour_start(spans.previous.end) + HOUR)


def baseline_of(spans: Spans) -> Baseline:
    """Return the time that is compared with as answers have it."""
    end = hour_start(spans.before.end) + HOUR
    return Baseline(start=iso(spans.before.start), end=iso(end), because=spans.because)


def longest_span(
    deps: Deps, times: Times, since: str | None, *, after: int | None = None
) -> int | None:
    """Return the hours of the longest span that can be compared with an equal one before it.

    since is the ISO time at which the data begins; None is returned where it isn't recorded. The
    span ends where that of `times` does, or, with `after`, it begins there and has `after` hours at
    most.
    """
    if since is None:
        return None
    begins = max(parse_iso(since), kept_since(deps.clock(), deps.settings.retention_days))
    if after is not None:
        return min(after, (_end_of(times.before[-1]) - begins) // HOUR)
    return min(MAX_HOURS, (_end_of(times.now[-1]) - begins) // (2 * HOUR))


def _end_of(hour: str) -> datetime:
    return parse_iso(f"{hour}:00:00Z") + HOUR


def kept_since(now: datetime, retention_days: int) -> datetime:
    """Return the beginning of the first day that RETENTION_DAYS keeps."""
    first = now - timedelta(days=retention_days)
    return first.replace(hour=0, minute=0, second=0, microsecond=0)


def _whole(start: datetime, end: datetime) -> TimeWindow:
    return TimeWindow(start=iso(start), end=iso(end))


def _asked(
    parameters: SpanParameters, now: datetime, retention_days: int
) -> tuple[datetime, datetime]:
    """Return the whole hours from a start to an end. Raises BadParameters."""
    if "hours" in parameters.model_fields_set:
        raise refused_span(
            parameters, "hours", "it doesn't go with `start` and `end`: leave it out"
        )
    if parameters.start is None:
        raise refused_span(parameters, "start", "it is missing, and `end` needs it")
    if parameters.end and parameters.end <= parameters.start:
        detail = f"{parameters.end} is not after the start, {parameters.start}"
        raise refused_span(parameters, "end", detail)
    start, end = hour_start(parse_iso(parameters.start)), hour_start(now)
    if parameters.end and parameters.end < iso(now):
        end = hour_start(parse_iso(parameters.end) - SECOND) + HOUR
    kept = kept_since(now, retention_days)
    if start > now:
        raise refused_span(
            parameters, "start", f"{parameters.start} is yet to come: it is {iso(now)}"
        )
    if start >= hour_start(now):
        detail = f"no full hour since {parameters.start} is over yet: it is {iso(now)}"
        raise refused_span(parameters, "start", detail)
    if start < kept:
        detail = f"nothing from before {iso(kept)} is kept: RETENTION_DAYS is {retention_days}"
        raise refused_span(parameters, "start", f"{parameters.start}: {detail}")
    if end - start > timedelta(days=MAX_SPAN_DAYS):
        detail = f"it is more than {MAX_SPAN_DAYS} days before the end, {iso(end)}"
        raise refused_span(parameters, "start", f"{parameters.start}: {detail}")
    return start, end


def refused_span(parameters: SpanParameters, name: str, detail: str) -> BadParameters:
    """Return the error of a parameter of a span, with what it takes."""
    takes = type(parameters).model_fields[name].description or ""
    return BadParameters([BadParameter(parameter=name, detail=detail, takes=takes)])
