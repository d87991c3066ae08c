"""The subjects of the watchlist, with their figures."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.deps import Deps
from api.reads.contributors import read_contributors
from api.reads.coverage import coverage_answer
from api.reads.figures import (
    MentionsCompared,
    SubjectsFigures,
    base_set,
    changes_of,
    difference_of,
    moved_share,
    read_figures,
    sample_in,
    share_in,
    totals_of,
)
from api.reads.kinds import kinds_of_cells
from api.reads.mentions import newest_mentions
from api.reads.rematch import read_rematching
from api.reads.scopes import Scope, subject_named
from api.reads.spans import baseline_of
from api.schema.subject_parameters import SubjectParameters, SubjectsParameters
from api.schema.subjects import (
    CommunityMentions,
    SubjectCard,
    SubjectFigures,
    SubjectPoint,
    SubjectsAnswer,
    TermAnswer,
)
from shared.models import Role, Subject
from shared.stats.means import spread_of
from shared.stats.shares import Voices
from shared.stats.subject_tables import SubjectTable
from shared.stats.subjects import sentiment_is_of
from shared.stats.table_rows import REST

ORDER: Mapping[Role, int] = {"own": 0, "competitor": 1, "topic": 2}
NEWEST = 5


@dataclass(frozen=True)
class Bases:
    """The subjects that share the voice, and their mentions together."""

    own: Sequence[str]
    now: int
    compared: int
    earlier: int
    voices: Voices

    @classmethod
    def of(cls, found: SubjectsFigures, subjects: Sequence[Subject]) -> "Bases":
        """Return those of the own subjects and competitors."""
        own, totals = base_set(subjects), found.totals
        tables = (totals.now, totals.compared, totals.earlier)
        now, compared, earlier = (table.mentions(own) for table in tables)
        return cls(own, now, compared, earlier, totals.now.voices(own))


async def read_subjects(deps: Deps, parameters: SubjectsParameters) -> SubjectsAnswer:
    """Return the subjects of the watchlist, own ones first, with their figures.

    It reads about ten documents, whatever their number. Raises StoreError.
    """
    subjects = (await deps.read_watchlist())["subjects"]
    rematching = await read_rematching(deps)
    found = await read_figures(deps, parameters)
    # In a thread, because a hundred subjects take tenths of a second.
    return await asyncio.to_thread(subjects_answer, deps, found, subjects, rematching)


def subjects_answer(
    deps: Deps,
    found: SubjectsFigures,
    subjects: Sequence[Subject],
    rematching: frozenset[str],
) -> SubjectsAnswer:
    """Return the figures of all subjects of the watchlist as `read_subjects` answers them."""
    bases = Bases.of(found, subjects)
    changes = changes_of(found, (each["id"] for each in subjects))
    rows = [_figures(found, each, bases, changes[each["id"]], rematching) for each in subjects]
    rows.sort(key=lambda row: (ORDER[row.role], -row.mentions, row.name.casefold()))
    return SubjectsAnswer(
        subjects=rows,
        rematching=not rematching.isdisjoint(each["id"] for each in subjects),
        **_of_the_set(deps, found, bases),
    )


async def read_subject(deps: Deps, parameters: SubjectParameters) -> SubjectCard:
    """Return a subject with its figures, rules and newest mentions.

    Raises UnknownSubject and StoreError.
    """
    subjects = (await deps.read_watchlist())["subjects"]
    subject = subject_named(subjects, parameters.id, parameter="id")
    rematching = await read_rematching(deps)
    found = await read_figures(deps, parameters)
    contributors = await read_contributors(deps, subject, found)
    newest = await newest_mentions(deps, Scope(subject=subject), found.window, NEWEST)

    def answer() -> SubjectCard:
        bases = Bases.of(found, subjects)
        # Among all subjects, so that a card and the list say the same.
        changes = changes_of(found, (each["id"] for each in subjects))
        row = _figures(found, subject, bases, changes[subject["id"]], rematching)
        by_community = contributors.by_community()
        return SubjectCard(
            **dict(row),
            **_of_the_set(deps, found, bases),
            terms=[TermAnswer.model_validate(term) for term in subject["terms"]],
            exclude=subject["exclude"],
            context=subject["context"],
            merged_from=subject["merged_from"],
            by_via=contributors.by_via(),
            by_community=by_community,
            kinds=kinds_of_cells(
                contributors.parts.cells.values(), found.totals.now.sample(subject["id"])
            ),
            effect_of_others=contributors.effect_of_others(by_community),
            newest=newest,
        )

    return await asyncio.to_thread(answer)


def _figures(
    found: SubjectsFigures,
    subject: Subject,
    bases: Bases,
    compared: MentionsCompared,
    rematching: frozenset[str],
) -> SubjectFigures:
    name, totals = subject["id"], found.totals
    now, before = totals.now.of(name), totals.before.of(name)
    observed = found.coverage.observed if found.coverage else None
    samples = totals.now.sample(name), totals.before.sample(name)
    statistics = totals_of(now, samples[0], coverage=observed)
    previous = totals_of(before, samples[1])
    share, share_change, spread = None, None, None
    if name in bases.own:
        share = share_in(now.items, bases.now)
        spread = bases.voices.spread(share, name)
        share_change = moved_share(
            share_in(compared.now.items, bases.compared),
            share_in(compared.before.items, bases.earlier),
        )
    return SubjectFigures(
        id=name,
        name=subject["name"],
        role=subject["role"],
        home=subject["home"],
        mentions=now.items,
        statistics=statistics,
        previous=previous,
        difference=difference_of(statistics, previous, samples),
        change=compared.answer(),
        share=share,
        share_stderr=spread["stderr"] if spread else None,
        share_interval=spread["interval"] if spread else None,
        share_few=spread["few"] if spread else False,
        share_change=share_change,
        top_community=next(iter(community_mentions(found.now, name, limit=1)), None),
        trend_data=_trend(found, name),
        rematching=name in rematching,
    )


def community_mentions(
    table: SubjectTable,
    subject: str,
    without: Collection[str] = (),
    *,
    limit: int | None = None,
) -> list[CommunityMentions]:
    """Return a subject's mentions by community, most first, of those that have names.

    `without` names communities that don't count.
    """
    counted = {
        name: items
        for name, items in table.items_by_community(subject).items()
        if items and name not in without
    }
    mentions = sum(counted.values())
    named = sorted(
        (name for name in counted if name != REST), key=lambda name: (-counted[name], name.lower())
    )
    return [
        CommunityMentions(community=name, mentions=counted[name], share=counted[name] / mentions)
        for name in named[:limit]
    ]


def _trend(found: SubjectsFigures, subject: str) -> list[SubjectPoint]:
    series, threads = found.now.series(subject), found.now.threads_by_step(subject)
    return [
        {
            "start": start,
            "total": figures.items,
            "left_out": figures.left_out,
            "avg_sentiment": figures.mean,
            **spread_of(sample_in(figures, own)),
            "coverage": coverage,
        }
        for (start, coverage), figures, own in zip(found.steps, series, threads, strict=True)
    ]


def _of_the_set(deps: Deps, found: SubjectsFigures, bases: Bases) -> dict[str, Any]:
    """Return what the answers of lists and cards have in common."""
    return {
        "set": list(bases.own),
        "base": bases.now,
        "mixed_methods": found.basis.is_mixed,
        "sentiment_of": sentiment_is_of(found.methods),
        "granularity": found.step,
        "gaps": found.gaps,
        "time_window_hours": found.spans.hours,
        "window": found.time_window,
        "previous_window": found.previous_window,
        "before": baseline_of(found.spans),
        "coverage": coverage_answer(found.coverage),
        "origin": deps.settings.origin,
        "timestamp": found.timestamp,
    }
