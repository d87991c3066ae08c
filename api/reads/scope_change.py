"""The change of a scope between two times, over the hours that both have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from api.deps import Deps
from api.reads.cells import Cells
from api.reads.coverage import States, coverage_in
from api.reads.scopes import Scope
from api.reads.spans import longest_span
from api.reads.totals import change_fields, counted_totals
from api.schema.sentiment import Change
from shared.models import ALL
from shared.stats.compare import Change as Compared
from shared.stats.compare import change, compared_hours, missing_hours, unknown_in, with_verdicts
from shared.stats.coverage import unknown_hours
from shared.stats.gaps import Coverage
from shared.stats.windows import Times
from shared.times import Window


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
        unknown = unknown_hours_of(self.of_all, {self.scope.name: seen}, self.times.all)
        known = known_times(self.times, seen, unknown, is_guessed=True)
        missing = missing_of(self.times, self.states, seen)
        longest = longest_of(deps, self.times, seen, after=self.after)
        own = change_of(deps, self.scope.community, self.cells, known, missing, longest=longest)
        lacking = unknown_in(self.cells, known, missing, is_one=self.scope.community != ALL)
        found = with_verdicts({self.scope.name: own})[self.scope.name]
        return found, compared_hours(self.times, lacking)


def unknown_hours_of(
    cells: Cells, seen: Mapping[str, Coverage | None], hours: Sequence[str]
) -> set[str]:
    """Return the hours in which nothing was observed of any scope, or probably nothing."""
    recorded = [each.unknown for each in seen.values() if each is not None]
    if not recorded:
        return unknown_hours(cells, hours)
    return set(hours).intersection(*recorded)


def known_times(
    times: Times, coverage: Coverage | None, unknown: set[str], *, is_guessed: bool
) -> Times:
    """Return the times with what is unknown; is_guessed: silent hours of the scope may be, too."""
    if coverage is None:
        return replace(times, unknown=frozenset(unknown), is_recorded=not is_guessed)
    return replace(times, unknown=frozenset(coverage.unknown), is_recorded=True)


def missing_of(times: Times, states: States, coverage: Coverage | None) -> dict[str, set[str]]:
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


def longest_of(
    deps: Deps, times: Times, coverage: Coverage | None, *, after: int | None = None
) -> int | None:
    """Return the hours of the longest span that can be compared; None where that is unknown."""
    return longest_span(deps, times, None if coverage is None else coverage.since, after=after)


def change_of(
    deps: Deps,
    scope: str,
    cells: Cells,
    times: Times,
    missing: Mapping[str, set[str]],
    *,
    longest: int | None,
) -> Compared:
    """Return the change of a community's cells, or those of all, before its verdict is known."""
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
