"""Compare two times: the change, and whether the data bears a claim."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from typing import Literal

from shared.models import Cell, OtherLanguages
from shared.stats.cells import COMPOUND_DIGITS, Totals, standard_error, totals
from shared.stats.coverage import unknown_hours
from shared.stats.windows import Times
from shared.times import hour_of

# Below this many items a mean says little, and its standard error is itself a guess.
MIN_ITEMS = 30
STANDARD_ERRORS = 2
# The time before must hold this share of the window's items, and this share of hours be known.
MIN_BEFORE = 0.1
MIN_KNOWN = 0.5
# No change is claimed of a community that misses more than this share of the window.
MAX_MISSING = 0.05

Cells = Mapping[str, Cell]

Verdict = Literal[
    "better",
    "worse",
    "unclear",
    "too_few",
    "mixed_methods",
    "no_earlier_data",
    "not_collected",
]


@dataclass(frozen=True)
class Change:
    """The change from the time before to the window, in as many full hours of each.

    hours is the number of hours compared on either side. avg_sentiment is the mean of statistics
    less that of previous; its standard error takes all items as independent. behind names the
    communities that weren't collected up to the end of the full hours.
    """

    verdict: Verdict
    hours: int
    statistics: Totals
    previous: Totals
    avg_sentiment: float | None
    standard_error: float | None
    behind: list[str]


@dataclass(frozen=True)
class Basis:
    """The figures that a comparison rests on.

    hours are compared of those that are wanted. is_late: communities lack too much of the window.
    is_mixed: several methods are known to have scored the items, whatever their cells say.
    """

    hours: int
    wanted: int
    is_late: bool
    behind: list[str]
    is_mixed: bool = False


def missing_hours(times: Times, collected_at: str | None) -> set[str]:
    """Return the hours of the window that one collected last then can't hold in full.

    One that holds nothing of either time lacks nothing.
    """
    if collected_at is None or hour_of(collected_at) < times.before[0]:
        return set()
    return {hour for hour in times.now if hour >= hour_of(collected_at)}


def change(
    cells: Cells,
    times: Times,
    missing: Mapping[str, set[str]],
    *,
    is_one: bool,
    other_languages: OtherLanguages,
) -> Change:
    """Compare the hours that are known in both times.

    missing are the hours that each community of the scope lacks. Those of a scope of one community
    are unknown; in a sum of many they make its change untold where they are a large part of it.
    """
    guessed = set() if times.is_recorded else unknown_hours(cells, times.all)
    unknown = times.unknown | guessed
    if is_one:
        unknown = unknown.union(*missing.values())
    pairs = [
        (now, before)
        for now, before in zip(times.now, times.before, strict=True)
        if now not in unknown and before not in unknown
    ]
    longest = max((len(hours - unknown) for hours in missing.values()), default=0)
    return judged(
        _picked(cells, [now for now, _ in pairs]),
        _picked(cells, [before for _, before in pairs]),
        Basis(
            hours=len(pairs),
            wanted=len(times.now),
            is_late=not is_one and longest > MAX_MISSING * len(times.now),
            behind=[name for name, hours in missing.items() if hours],
        ),
        other_languages,
    )


def judged(
    of_now: Sequence[Cell],
    of_before: Sequence[Cell],
    basis: Basis,
    other_languages: OtherLanguages,
) -> Change:
    """Compare what two equal times hold, and say what the data bears."""
    now, before = (totals(part, other_languages) for part in (of_now, of_before))
    errors = [standard_error(part, other_languages) for part in (of_now, of_before)]
    moved = (
        None
        if now["avg_sentiment"] is None or before["avg_sentiment"] is None
        else round(now["avg_sentiment"] - before["avg_sentiment"], COMPOUND_DIGITS)
    )
    error = None if errors[0] is None or errors[1] is None else hypot(errors[0], errors[1])
    verdict: Verdict
    if basis.hours < MIN_KNOWN * basis.wanted or not _compares(now, before):
        verdict = "no_earlier_data"
    elif basis.is_late:
        verdict = "not_collected"
    elif basis.is_mixed:
        verdict = "mixed_methods"
    else:
        verdict = _verdict(now, before, moved, error)
    return Change(
        verdict=verdict,
        hours=basis.hours,
        statistics=now,
        previous=before,
        avg_sentiment=moved,
        standard_error=None if error is None else round(error, COMPOUND_DIGITS),
        behind=basis.behind,
    )


def _verdict(now: Totals, before: Totals, moved: float | None, error: float | None) -> Verdict:
    if len({*now["methods"], *before["methods"]}) > 1:
        return "mixed_methods"
    if min(_counted(now), _counted(before)) < MIN_ITEMS or moved is None or error is None:
        return "too_few"
    if not moved or abs(moved) <= STANDARD_ERRORS * error:
        return "unclear"
    return "better" if moved > 0 else "worse"


def _compares(now: Totals, before: Totals) -> bool:
    return before["total"] > 0 and before["total"] >= MIN_BEFORE * now["total"]


def _counted(sums: Totals) -> int:
    return sums["total"] - sums["left_out"]


def _picked(cells: Cells, hours: Iterable[str]) -> list[Cell]:
    return [cells[hour] for hour in hours if hour in cells]
