"""The parts of a subject's mentions, by community and by via: what each counts, and moved."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from api.deps import Deps
from api.reads.cells import read_days_of_subjects
from api.reads.figures import (
    MentionsCompared,
    SubjectsFigures,
    sample_in,
    with_mention_verdicts,
)
from api.reads.scopes import Scope
from api.reads.totals import totals_of_cells
from api.schema.sentiment import Totals
from api.schema.subjects import CommunityFigures, ViaFigures
from shared.models import Cell, OtherLanguages, Subject
from shared.stats.compare import MAX_MISSING, Basis
from shared.stats.contributors import EFFECT_DIGITS, Sides, Sums, effect
from shared.stats.means import part_of
from shared.stats.subject_parts import PartCells, add_up_parts
from shared.stats.subject_tables import NO_FIGURES, Figures
from shared.stats.subjects import VIAS
from shared.stats.table_rows import REST


async def read_contributors(deps: Deps, subject: Subject, found: SubjectsFigures) -> "Contributors":
    """Return the parts of a subject in the window. Raises StoreError."""
    scope = Scope(subject=subject)
    days = await read_days_of_subjects(deps, [scope], found.window, parts=True)
    hours = frozenset(found.window.hours())
    # Off the loop: 90 days of a busy subject are 90,000 cells.
    parts = await asyncio.to_thread(add_up_parts, days[scope.name], hours)
    return Contributors(subject, found, parts, deps.settings.other_languages)


@dataclass(frozen=True)
class Contributors:
    """The parts of a subject in the window, and its figures.

    The window is counted from the days. What changed comes from the tables, which have both
    compared times; they don't name a subject's smallest communities.
    """

    subject: Subject
    found: SubjectsFigures
    parts: PartCells
    other_languages: OtherLanguages

    def by_via(self) -> list[ViaFigures]:
        """Return the mentions by text, thread and home."""
        return [
            ViaFigures(via=via, statistics=self._counted(self.parts.of(via=via))) for via in VIAS
        ]

    def by_community(self) -> list[CommunityFigures]:
        """Return the mentions by community, most first; last those with mentions only before."""
        name = self.subject["id"]
        tables = (self.found.now, self.found.compared, self.found.earlier)
        listed, compared, earlier = (table.by_community(name) for table in tables)
        named = (compared.keys() | earlier.keys()) - {REST}
        counted = {
            each: self._counted(self.parts.of(community=each))
            for each in {*self.parts.communities, *named}
        }
        mentions = sum(each.total for each in counted.values())
        sides = {
            each: (compared.get(each, NO_FIGURES), earlier.get(each, NO_FIGURES))
            for each, statistics in counted.items()
            # Where the table has a row without a name, it may hold this one's mentions.
            if REST not in listed or listed.get(each, NO_FIGURES).items == statistics.total
        }
        changes = with_mention_verdicts(
            {each: self._change(each, *own) for each, own in sides.items()}
        )
        parts = [
            CommunityFigures(
                community=each,
                share=statistics.total / mentions if mentions else 0.0,
                statistics=statistics,
                change=changes[each].answer(each) if each in changes else None,
                effect=self._effect(*sides[each]) if each in sides else None,
            )
            for each, statistics in counted.items()
            if statistics.total or each in named
        ]
        return sorted(parts, key=lambda each: (-each.statistics.total, each.community.lower()))

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

    def _counted(self, cell: Cell) -> Totals:
        whole = self.found.totals.now.sample(self.subject["id"])
        return totals_of_cells([cell], self.other_languages, whole=whole)

    def _effect(self, now: Figures, before: Figures) -> float | None:
        moved = effect(Sides(_sums_of(now), _sums_of(before)), self._whole)
        return None if moved is None else _rounded(moved)

    def _change(self, community: str, now: Figures, before: Figures) -> MentionsCompared:
        """Return the change in one community, by the hours in which it was observed."""
        unobserved, whole = self.found.unobserved.get(community, set()), self.found.basis
        lacking = sum(now in unobserved for now, _ in self.found.pairs)
        known = sum(unobserved.isdisjoint(pair) for pair in self.found.pairs)
        is_behind = community in whole.behind
        basis = Basis(
            hours=min(known, whole.hours),
            wanted=whole.wanted,
            is_late=is_behind and lacking > MAX_MISSING * whole.wanted,
            behind=[community] if is_behind else [],
            is_mixed=whole.is_mixed,
            longest=whole.longest,
        )
        name, totals = self.subject["id"], self.found.totals
        samples = (
            part_of(totals.compared.sample(name), sample_in(now)),
            part_of(totals.earlier.sample(name), sample_in(before)),
        )
        return MentionsCompared.of(now, before, basis, samples)


def _sums_of(figures: Figures) -> Sums:
    return Sums(figures.counted, figures.compound_sum)


def _rounded(effect: float) -> float:
    # A sum with 0.0 turns -0.0 into 0.0.
    return round(effect, EFFECT_DIGITS) + 0.0
