"""Compare two times: the change, and whether the data bears a claim."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from shared.models import Cell, OtherLanguages
from shared.stats.cells import COMPOUND_DIGITS, Totals, totals
from shared.stats.coverage import unknown_hours
from shared.stats.enough import are_few, span_needed
from shared.stats.means import Giant, Sample, sample_of
from shared.stats.uncertainty import Mean, chance_of, change_of, found_among
from shared.stats.windows import Times
from shared.times import hour_of

# The time before must hold this share of the window's items, and this share of hours be known.
MIN_BEFORE = 0.1
MIN_KNOWN = 0.5
# No change is claimed of a community that misses more than this share of the window.
MAX_MISSING = 0.05

Cells = Mapping[str, Cell]

Verdict = Literal["better", "worse", "no_clear_change", "too_few", "incomplete"]
Reason = Literal["mixed_methods", "no_earlier_data", "not_collected"]
"""The reason why a change is incomplete."""
Side = Literal["statistics", "previous"]


@dataclass(frozen=True)
class Change:
    """The change from the time before to the window, in as many full hours of each.

    hours is the number of hours compared on either side. plain is the change of the mean of all
    items, and by_thread that of the mean in which threads weigh by what they can tell; each is None
    where a side has no such mean. chance (0..1) is that of a by_thread as large without a change;
    None where the verdict doesn't depend on it. giant is a thread with more than half of a side's
    items, and that side. behind names the communities that weren't collected up to the end of the
    full hours. span_needed is the number of hours that a span needs, where items or threads are too
    few; None where that isn't known.
    """

    verdict: Verdict
    reason: Reason | None
    hours: int
    statistics: Totals
    previous: Totals
    samples: tuple[Sample, Sample]
    plain: Mean | None
    by_thread: Mean | None
    giant: tuple[Side, Giant] | None
    chance: float | None
    behind: list[str]
    span_needed: int | None

    @property
    def avg_sentiment(self) -> float | None:
        """Return the mean of statistics less that of previous, as these are shown."""
        now, before = self.statistics["avg_sentiment"], self.previous["avg_sentiment"]
        if now is None or before is None:
            return None
        return round(now - before, COMPOUND_DIGITS)


@dataclass(frozen=True)
class Basis:
    """The figures that a comparison rests on.

    hours are compared of those that are wanted. is_late: communities lack too much of the window.
    is_mixed: several methods are known to have scored the items, whatever their cells say. longest
    is the number of hours of the longest span whose data, and that of an equal one before it, is
    stored; None where that isn't known.
    """

    hours: int
    wanted: int
    is_late: bool
    behind: list[str]
    is_mixed: bool = False
    longest: int | None = None


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
    longest: int | None = None,
) -> Change:
    """Compare the hours that are known in both times.

    missing are the hours that each community of the scope lacks. Those of a scope of one community
    are unknown; in a sum of many they make its change untold where they are a large part of it.
    longest is as `Basis` has it.
    """
    unknown = unknown_in(cells, times, missing, is_one=is_one)
    pairs = _pairs(times, unknown)
    most_missing = max((len(hours - unknown) for hours in missing.values()), default=0)
    return judged(
        _picked(cells, [now for now, _ in pairs]),
        _picked(cells, [before for _, before in pairs]),
        Basis(
            hours=len(pairs),
            wanted=len(times.now),
            is_late=not is_one and most_missing > MAX_MISSING * len(times.now),
            behind=[name for name, hours in missing.items() if hours],
            longest=longest,
        ),
        other_languages,
    )


def unknown_in(
    cells: Cells, times: Times, missing: Mapping[str, set[str]], *, is_one: bool
) -> set[str]:
    """Return the hours of both times that are unknown of a scope, as `change` leaves them out."""
    guessed = set() if times.is_recorded else unknown_hours(cells, times.all)
    unknown = times.unknown | guessed
    return set(unknown.union(*missing.values()) if is_one else unknown)


def compared_hours(times: Times, unknown: set[str]) -> tuple[list[str], list[str]]:
    """Return the hours of both times that are known in both, in pairs."""
    pairs = _pairs(times, unknown)
    return [now for now, _ in pairs], [before for _, before in pairs]


def _pairs(times: Times, unknown: set[str]) -> list[tuple[str, str]]:
    return [
        (now, before)
        for now, before in zip(times.now, times.before, strict=True)
        if now not in unknown and before not in unknown
    ]


def judged(
    of_now: Sequence[Cell],
    of_before: Sequence[Cell],
    basis: Basis,
    other_languages: OtherLanguages,
) -> Change:
    """Compare what two equal times hold; `with_verdicts` says what is beyond chance."""
    samples = (sample_of(of_now, other_languages), sample_of(of_before, other_languages))
    sides = (totals(of_now, other_languages), totals(of_before, other_languages))
    return judged_samples(sides, samples, basis)


def judged_samples(
    sides: tuple[Totals, Totals], samples: tuple[Sample, Sample], basis: Basis
) -> Change:
    """Compare what was counted in two equal times; samples are the items that count in means."""
    now, before = sides
    plain = _moved(samples[0].plain, samples[1].plain)
    by_thread = _moved(samples[0].weighted, samples[1].weighted)
    reason = _reason(now, before, basis)
    verdict: Verdict = "no_clear_change"
    chance = None
    if reason is not None:
        verdict = "incomplete"
    elif plain is None or by_thread is None or are_few(samples):
        verdict = "too_few"
    else:
        without_giants = _moved(samples[0].without_giant, samples[1].without_giant)
        chance = _chance(plain, by_thread, without_giants)
    return Change(
        verdict=verdict,
        reason=reason,
        hours=basis.hours,
        statistics=now,
        previous=before,
        samples=samples,
        plain=plain,
        by_thread=by_thread,
        giant=_giant(samples),
        chance=chance,
        behind=basis.behind,
        # An equal part of a longer span may be unobserved, too.
        span_needed=span_needed(samples, basis.wanted, basis.longest)
        if verdict == "too_few"
        else None,
    )


def with_verdicts(changes: Mapping[str, Change]) -> dict[str, Change]:
    """Return the changes that one answer shows, and say which are beyond chance among them."""
    found = found_among(
        {name: each.chance for name, each in changes.items() if each.chance is not None}
    )
    return {
        name: replace(each, verdict=_direction(each)) if name in found else each
        for name, each in changes.items()
    }


def _direction(change: Change) -> Verdict:
    return "better" if change.plain is not None and change.plain.value > 0 else "worse"


def _moved(now: Mean | None, before: Mean | None) -> Mean | None:
    return None if now is None or before is None else change_of(now, before)


def _reason(now: Totals, before: Totals, basis: Basis) -> Reason | None:
    if basis.hours < MIN_KNOWN * basis.wanted or not _compares(now, before):
        return "no_earlier_data"
    if basis.is_late:
        return "not_collected"
    if basis.is_mixed or len({*now["methods"], *before["methods"]}) > 1:
        return "mixed_methods"
    return None


def _chance(plain: Mean, by_thread: Mean, without_giants: Mean | None) -> float:
    """Return the probability that chance gives such a change.

    It is 1 where the mean of all items, or the mean without giant threads, didn't move to the same
    side.
    """
    if without_giants is None:
        return 1.0
    if plain.value * by_thread.value <= 0 or without_giants.value * by_thread.value <= 0:
        return 1.0
    return max(chance_of(by_thread), chance_of(without_giants))


def _giant(samples: tuple[Sample, Sample]) -> tuple[Side, Giant] | None:
    now, before = (each.giant for each in samples)
    if now is not None and (before is None or now.share >= before.share):
        return "statistics", now
    return None if before is None else ("previous", before)


def _compares(now: Totals, before: Totals) -> bool:
    return before["total"] > 0 and before["total"] >= MIN_BEFORE * now["total"]


def _picked(cells: Cells, hours: Iterable[str]) -> list[Cell]:
    return [cells[hour] for hour in hours if hour in cells]
