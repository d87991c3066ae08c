"""The parts of a subject's mentions, by community and by via: what each counts, and moved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.deps import Deps
from api.reads.cells import Cells, cells_of, read_days_of_subjects
from api.reads.figures import SubjectsFigures
from api.reads.scopes import Scope
from api.schema.sentiment import Change, Totals
from api.schema.subjects import CommunityFigures, ViaFigures
from shared.models import Cell, DayStats, OtherLanguages, Subject
from shared.stats.cells import counted_sum, totals
from shared.stats.compare import MAX_MISSING, Basis, judged
from shared.stats.contributors import EFFECT_DIGITS, Sides, Sums, effect
from shared.stats.subject_tables import Figures
from shared.stats.subjects import VIAS, communities_in


async def read_contributors(deps: Deps, subject: Subject, found: SubjectsFigures) -> "Contributors":
    """Return the parts of a subject in the window and the compared times. Raises StoreError."""
    scope = Scope(subject=subject)
    days = await read_days_of_subjects(deps, [scope], found.span, parts=True)
    return Contributors(subject, found, days[scope.name], deps.settings.other_languages)


@dataclass(frozen=True)
class _Part:
    statistics: Totals
    change: Change
    effect: float | None


@dataclass(frozen=True)
class Contributors:
    """The days of a subject, with their parts, over the span of its figures."""

    subject: Subject
    found: SubjectsFigures
    days: Sequence[DayStats]
    other_languages: OtherLanguages

    def by_via(self) -> list[ViaFigures]:
        """Return the mentions by text, thread and home."""
        parts = {via: self._part(Scope(subject=self.subject, via=via)) for via in VIAS}
        return [
            ViaFigures(via=via, statistics=part.statistics, change=part.change, effect=part.effect)
            for via, part in parts.items()
        ]

    def by_community(self) -> list[CommunityFigures]:
        """Return the mentions by community, most first; last those with mentions only before."""
        names = communities_in(self.days)
        parts = {name: self._part(Scope(name, self.subject)) for name in names}
        mentions = sum(part.statistics.total for part in parts.values())
        listed = [
            CommunityFigures(
                community=name,
                share=part.statistics.total / mentions if mentions else 0.0,
                statistics=part.statistics,
                change=part.change,
                effect=part.effect,
            )
            for name, part in parts.items()
            if part.statistics.total or part.change.statistics.total or part.change.previous.total
        ]
        return sorted(listed, key=lambda each: (-each.statistics.total, each.community.lower()))

    def effect_of_others(self, listed: Iterable[CommunityFigures]) -> float | None:
        """Return what is left of the change beside the effects of the listed communities."""
        moved = effect(self._whole, self._whole)
        if moved is None:
            return None
        return _rounded(moved - sum(each.effect or 0.0 for each in listed))

    @property
    def _whole(self) -> Sides:
        name, totals = self.subject["id"], self.found.totals
        return Sides(_sums_of(totals.compared.of(name)), _sums_of(totals.earlier.of(name)))

    def _part(self, scope: Scope) -> _Part:
        own = cells_of(self.days, scope)
        now = _picked(own, (now for now, _ in self.found.pairs))
        before = _picked(own, (before for _, before in self.found.pairs))
        sides = Sides(*(Sums(*counted_sum(side, self.other_languages)) for side in (now, before)))
        basis = self.found.basis if scope.via else self._basis(scope.community)
        change = judged(now, before, basis, self.other_languages)
        moved = effect(sides, self._whole)
        window = _picked(own, self.found.window.hours())
        return _Part(
            statistics=Totals(**totals(window, self.other_languages)),
            change=Change(
                verdict=change.verdict,
                hours=change.hours,
                statistics=Totals(**change.statistics),
                previous=Totals(**change.previous),
                avg_sentiment=change.avg_sentiment,
                standard_error=change.standard_error,
                behind=change.behind,
            ),
            effect=None if moved is None else _rounded(moved),
        )

    def _basis(self, community: str) -> Basis:
        """Return what the change in one community rests on: the hours in which it was observed."""
        unobserved, whole = self.found.unobserved.get(community, set()), self.found.basis
        lacking = sum(now in unobserved for now, _ in self.found.pairs)
        known = sum(unobserved.isdisjoint(pair) for pair in self.found.pairs)
        is_behind = community in whole.behind
        return Basis(
            hours=min(known, whole.hours),
            wanted=whole.wanted,
            is_late=is_behind and lacking > MAX_MISSING * whole.wanted,
            behind=[community] if is_behind else [],
            is_mixed=whole.is_mixed,
        )


def _picked(cells: Cells, hours: Iterable[str]) -> list[Cell]:
    return [cells[hour] for hour in hours if hour in cells]


def _sums_of(figures: Figures) -> Sums:
    return Sums(figures.counted, figures.compound_sum)


def _rounded(effect: float) -> float:
    # A sum with 0.0 turns -0.0 into 0.0.
    return round(effect, EFFECT_DIGITS) + 0.0
