"""Reads a digest: the figures of its subjects, why they changed, and what to read and to answer."""

import asyncio
from collections.abc import Sequence

from api.deps import Deps
from api.reads.coverage import coverage_answer
from api.reads.digest.incidents import read_open_incidents
from api.reads.digest.periods import Period, period_asked
from api.reads.digest.questions import read_questions, subjects_to_answer
from api.reads.digest.reasons import (
    explain_rows,
    items_to_read,
    reason_of,
    rows_to_explain,
    topics_of,
)
from api.reads.digest.sentences import (
    change_of,
    has_changed,
    headline,
    no_mentions,
    no_subjects,
    not_collected,
)
from api.reads.digest.table import digest_rows
from api.reads.explain.change import data_begins
from api.reads.figures import SubjectsFigures, read_figures
from api.reads.markers import read_markers
from api.reads.rematch import read_rematching
from api.reads.spans import baseline_of, kept_since
from api.reads.voice import chosen_subjects
from api.schema.digest import (
    Digest,
    DigestMarkers,
    DigestParameters,
    DigestSubject,
    UnseenCommunity,
    WhyEmpty,
)
from api.schema.markers import MarkersParameters
from api.schema.subject_parameters import SubjectsParameters
from shared.stats.subjects import sentiment_is_of
from shared.store import COLLECTION
from shared.times import iso, parse_iso

MAX_AHEAD = 10
SAMPLE = "sample"


async def read_digest(deps: Deps, parameters: DigestParameters) -> Digest:
    """Return the digest of a period, which costs less than 1,000 request units.

    Raises UnknownSubject, BadParameters and StoreError.
    """
    period = period_asked(parameters, deps.clock(), deps.settings.retention_days)
    subjects = (await deps.read_watchlist())["subjects"]
    chosen = chosen_subjects(subjects, parameters.subjects)
    ids = [each["id"] for each in chosen]
    rematching = await read_rematching(deps)
    span = SubjectsParameters(start=iso(period.starts), end=iso(period.ends))
    found = await read_figures(deps, span)
    begins = await data_begins(await deps.watched_store())
    rows = await asyncio.to_thread(
        digest_rows, deps, found, subjects, chosen, rematching, begins=begins
    )
    explained = await explain_rows(deps, rows_to_explain(rows), subjects, found.spans)
    changes = [(has_changed(each), change_of(each)) for each in rows]
    why_empty, sentence = await _said(deps, period, found, rows)
    kept = kept_since(deps.clock(), deps.settings.retention_days)
    return Digest(
        sentence=sentence,
        why_empty=why_empty,
        period=period.kind,
        time_zone=parameters.time_zone,
        first_day=period.first.isoformat(),
        end=period.end.isoformat(),
        previous_end=None if period.before.starts < kept else period.before.end.isoformat(),
        next_end=period.after.end.isoformat() if _is_over(deps, period.after) else None,
        next_at=iso(period.after.ends),
        window=found.time_window,
        compared_with=baseline_of(found.spans),
        is_sample=deps.settings.origin == SAMPLE,
        origin=deps.settings.origin,
        set=ids,
        subjects=rows,
        changed=[each for is_changed, each in changes if is_changed],
        unchanged=[each for is_changed, each in changes if not is_changed],
        reasons=[reason_of(each) for each in explained],
        read_these=items_to_read(explained),
        worth_an_answer=await read_questions(
            deps, subjects_to_answer(chosen), found.spans.window, ids
        ),
        topics=topics_of(explained),
        markers=await _markers(deps, period, ids),
        coverage=coverage_answer(found.coverage),
        gaps=found.gaps,
        unseen=_unseen(found),
        incidents=await read_open_incidents(deps),
        granularity=found.step,
        mixed_methods=found.basis.is_mixed,
        sentiment_of=sentiment_is_of(found.methods),
        rematching=not rematching.isdisjoint(ids),
        timestamp=found.timestamp,
    )


async def _said(
    deps: Deps, period: Period, found: SubjectsFigures, rows: Sequence[DigestSubject]
) -> tuple[WhyEmpty | None, str]:
    """Return why there is nothing to tell, if so, and the sentence of the digest."""
    if not rows:
        return "no_subjects", no_subjects(period)
    if any(each.mentions for each in rows):
        return None, headline(period, rows)
    coverage = found.coverage
    if coverage is not None and coverage.observed == 0:
        since = parse_iso(coverage.since) if coverage.since else None
        return "not_collected", not_collected(period, since, deps.clock())
    if coverage is None and not await _has_collected(deps):
        return "not_collected", not_collected(period, None, deps.clock())
    return "no_mentions", no_mentions(period, rows)


async def _has_collected(deps: Deps) -> bool:
    """Return whether anything was ever collected. Raises StoreError."""
    return await (await deps.store()).read(COLLECTION, "collection", "collection") is not None


def _is_over(deps: Deps, period: Period) -> bool:
    """Return whether the last day of a period has ended in its zone."""
    return period.end <= deps.clock().astimezone(period.zone).date()


async def _markers(deps: Deps, period: Period, ids: Sequence[str]) -> DigestMarkers:
    """Return the markers of these subjects, and those for all. Raises StoreError."""
    start, end = iso(period.starts), iso(period.ends)
    listed = (await read_markers(deps, MarkersParameters(start=start))).markers
    own = [each for each in listed if each.subject is None or each.subject in ids]
    return DigestMarkers(
        behind=[each for each in own if each.at < end],
        ahead=[each for each in own if each.at >= end][:MAX_AHEAD],
    )


def _unseen(found: SubjectsFigures) -> list[UnseenCommunity]:
    """Return the communities that weren't observed in some hours of the window."""
    hours = frozenset(found.window.hours())
    counts = {name: len(hours & own) for name, own in found.unobserved.items()}
    return [
        UnseenCommunity(community=name, hours=counts[name])
        for name in sorted(counts, key=lambda each: (-counts[each], each.lower()))
        if counts[name]
    ]
