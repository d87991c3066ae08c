"""The markers of the watchlist, and what was said before and after each."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from api.deps import Deps
from api.errors import NotFound
from api.reads.scopes import Scope, read_scope_of_subject, subject_named
from api.reads.spans import last_collection
from api.schema.markers import (
    MAX_EFFECT_DAYS,
    EffectParameters,
    MarkerAnswer,
    MarkerEffect,
    MarkerPath,
    MarkersAnswer,
    MarkersParameters,
    Span,
)
from api.schema.sentiment import Change
from shared.models import Marker, Watchlist
from shared.stats.subjects import sentiment_is_of
from shared.stats.windows import SECOND, Spans
from shared.subjects.markers import concerns, happened, moment_of, ordered
from shared.subjects.refusals import quoted
from shared.subjects.watchlist import markers_of, read_watchlist
from shared.times import Window, hour_start, iso

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


async def read_markers(deps: Deps, parameters: MarkersParameters) -> MarkersAnswer:
    """Return the markers of a subject and a span, oldest first.

    Raises UnknownSubject and StoreError.
    """
    watchlist = await read_watchlist(await deps.store())
    found = ordered(markers_of(watchlist))
    if parameters.subject is not None:
        subject = subject_named(watchlist["subjects"], parameters.subject)["id"]
        found = [each for each in found if concerns(each, subject)]
    answers = [marker_answer(each) for each in found]
    start, end = parameters.start or "", parameters.end
    return MarkersAnswer(
        markers=[each for each in answers if start <= each.at and (end is None or each.at < end)]
    )


async def read_marker(deps: Deps, parameters: MarkerPath) -> MarkerAnswer:
    """Return a marker. Raises NotFound and StoreError."""
    watchlist = await read_watchlist(await deps.store())
    return marker_answer(marker_named(watchlist, parameters.id))


def marker_named(watchlist: Watchlist, marker_id: str) -> Marker:
    """Return the marker with this id. Raises NotFound."""
    for marker in markers_of(watchlist):
        if marker["id"] == marker_id:
            return marker
    raise NotFound(f"There is no marker {quoted(marker_id)}: GET /api/v1/markers lists them.")


def marker_answer(marker: Marker) -> MarkerAnswer:
    """Return a marker as answers show it."""
    return MarkerAnswer(**marker, at=iso(moment_of(marker)))


def spans_around(first: datetime, last: datetime, hours: int) -> Spans:
    """Return the hours up to `first`, and as many from `last` on."""
    length = timedelta(hours=hours)
    before = Window(first - length, first - SECOND)
    after = Window(last, last + length - SECOND)
    return Spans(after, last + length, after, before, before, "just_before")


async def read_effect(deps: Deps, parameters: EffectParameters) -> MarkerEffect:
    """Return the change from before a marker to after it, over equal spans of full hours.

    Raises NotFound and StoreError.
    """
    # The rules of texts cost 50 ms, only when used.
    from api.reads.explain.differing import read_differing  # noqa: PLC0415

    watchlist = await read_watchlist(await deps.store())
    marker = marker_named(watchlist, parameters.id)
    scope = await read_scope_of_subject(deps, marker["subject"])
    now = deps.clock()
    first, last = happened(marker)
    after = min(MAX_EFFECT_DAYS * DAY, hour_start(await last_collection(deps, now)) - last) // HOUR
    if after < DAY // HOUR:
        return _effect(deps, marker, parameters.days, scope, now)
    spans = spans_around(first, last, min(parameters.days * 24, after))
    found = await read_differing(deps, scope, spans, after=after)
    others = [each for each in ordered(markers_of(watchlist)) if each["id"] != marker["id"]]
    return _effect(deps, marker, parameters.days, scope, now).model_copy(
        update={
            "status": "compared",
            "hours": len(spans.times.now),
            "before": _span(spans.before.start, first),
            "after": _span(spans.compared.start, spans.end),
            "change": found.change,
            "items": found.items,
            "looked_at": found.looked_at,
            "overlapping": [
                marker_answer(each)
                for each in _overlapping(others, marker, spans.before.start, spans.end)
            ],
            "sentiment_of": sentiment_is_of(_methods(found.change) if scope.subject else ()),
        }
    )


def _overlapping(
    others: Sequence[Marker], marker: Marker, start: datetime, end: datetime
) -> list[Marker]:
    """Return the other markers of the same subject, or for all, from start to end."""
    return [
        each
        for each in others
        if concerns(each, marker["subject"])
        and moment_of(each) < end
        and (start <= moment_of(each) or start < happened(each)[1])
    ]


def _effect(deps: Deps, marker: Marker, days: int, scope: Scope, now: datetime) -> MarkerEffect:
    """Return the answer where nothing can be compared yet."""
    return MarkerEffect(
        marker=marker_answer(marker),
        status="upcoming" if moment_of(marker) > now else "too_early",
        scope=scope.name,
        days=days,
        hours=None,
        before=None,
        after=None,
        change=None,
        items=[],
        looked_at=None,
        ready_at=iso(happened(marker)[1] + DAY),
        overlapping=[],
        sentiment_of=sentiment_is_of(()),
        rematching=scope.is_rematching,
        origin=deps.settings.origin,
        timestamp=iso(now),
    )


def _methods(change: Change) -> set[str]:
    return {*change.statistics.methods, *change.previous.methods}


def _span(start: datetime, end: datetime) -> Span:
    return Span(start=iso(start), end=iso(end))
