"""The means of cells, with what is uncertain about them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import fsum, sqrt
from typing import TypedDict

from shared.models import Cell, OtherLanguages
from shared.stats.cells import COMPOUND_DIGITS, counted_part, items_in, variance_of
from shared.stats.threads import Threads, counted_threads, together, unpack_threads
from shared.stats.uncertainty import (
    BESIDE,
    CORRELATION,
    FEW,
    Mean,
    change_of,
    expected_error_of,
    thread_worth_of,
    weighted_mean_of,
)

DESIGN_EFFECT = 4.0
"""The variance of a mean whose threads aren't known is taken to be this many times larger.

It is that of threads of twenty items each, of which any two correlate by 0.15: 1 + 19 x 0.15. Cells
that an earlier version stored have no threads. Parts of a subject keep none, but are parts of
threads that are known.
"""
HALF = 0.5
LIMITS = (-1.0, 1.0)
"""Compound, and so its mean."""
LIMITS_OF_CHANGE = (-2.0, 2.0)

Interval = list[float]
"""The ends of an interval, the lower one first."""


class Spread(TypedDict):
    """The uncertainty of avg_sentiment.

    stderr is its standard error, and interval holds the true mean in 95 of 100 cases; both are None
    with fewer than two threads. few says that it is of fewer than 30 items.
    """

    stderr: float | None
    interval: Interval | None
    few: bool


@dataclass(frozen=True)
class Giant:
    """A thread with more than half of the items; community is None where it isn't known.

    share is its part of the items, in 0.5..1.
    """

    id: str
    community: str | None
    share: float


@dataclass(frozen=True)
class Sample:
    """The counted items of cells.

    mean and variance are those of their compound; variance is None for fewer than two items.
    threads is None where some cells don't know theirs. Then whole has the threads of all the items
    that these are a part of, if those are known.
    """

    items: int
    mean: float
    variance: float | None
    threads: Threads | None
    whole: Threads | None = None

    @cached_property
    def plain(self) -> Mean | None:
        """Return the mean of the items; None without items."""
        if not self.items:
            return None
        if self.threads is None:
            return self._without_threads()
        found = self.threads.mean
        if found is None or found.error is None:
            return Mean(self.mean, None, 0.0)
        return Mean(self.mean, found.error * self._scale, found.freedom)

    @cached_property
    def weighted(self) -> Mean | None:
        """Return the mean in which threads weigh by what they can tell; None without items."""
        return self._weighted(())

    @property
    def expected_error(self) -> float | None:
        """Return the error of the weighted mean whose items correlate by CORRELATION.

        None where there are no items, or their threads or their variance aren't known.
        """
        if not self.threads or not self.threads.items or self.variance is None:
            return None
        listed, rest = list(self.threads.listed.values()), self.threads.rest
        return expected_error_of(listed, rest, variance=self.variance) * self._scale

    @cached_property
    def freedom(self) -> float:
        """Return the degrees of freedom of the weighted mean that are the threads' own."""
        found = self.weighted
        if found is None:
            return 0.0
        return found.freedom if self.threads is None else found.freedom - BESIDE

    @property
    def thread_worth(self) -> float | None:
        """Return how many threads of equal weight tell as much; None where threads are unknown."""
        if self.threads is None:
            return None
        return thread_worth_of(list(self.threads.listed.values()), self.threads.rest)

    @cached_property
    def giant(self) -> Giant | None:
        """Return the thread with more than half of the items, unless they are few."""
        threads = self.threads
        if threads is None or not threads.listed or self.items < FEW:
            return None
        name = max(threads.listed, key=lambda each: threads.listed[each].items)
        share = threads.listed[name].items / threads.items
        if share <= HALF:
            return None
        return Giant(name, threads.communities.get(name), round(share, COMPOUND_DIGITS))

    @cached_property
    def without_giant(self) -> Mean | None:
        """Return the weighted mean without the giant, if there is one."""
        giant = self.giant
        return self._weighted((giant.id,) if giant else ())

    @property
    def guessed_effect(self) -> float:
        """Return how many times larger the variance of the mean may be than of independent items.

        Items of a known whole are taken to be of its largest threads, and any two of a thread to
        correlate by CORRELATION: whatever their own threads are, the effect is no larger.
        """
        if self.whole is None:
            return DESIGN_EFFECT
        items = min(self.items, self.whole.items)
        return 1 + CORRELATION * (self.whole.most_squares(items) / items - 1)

    @property
    def _scale(self) -> float:
        """Return what makes an error of the known threads one of all items.

        Days out of months count whole or not at all.
        """
        return sqrt(self.threads.items / self.items) if self.threads else 1.0

    def _weighted(self, but: Sequence[str]) -> Mean | None:
        if not self.items or self.variance is None:
            return None
        if self.threads is None:
            return self._without_threads()
        listed = [own for name, own in self.threads.listed.items() if name not in but]
        found = weighted_mean_of(listed, self.threads.rest, variance=self.variance)
        if found is None or found.error is None:
            return found
        return Mean(found.value, found.error * self._scale, found.freedom)

    def _without_threads(self) -> Mean:
        if self.variance is None:
            return Mean(self.mean, None, 0.0)
        effect = self.guessed_effect
        effective, variance = self.items / effect, self.variance
        if self.whole is not None:
            # Items that agree spread less about their own mean than about the true one.
            variance *= (self.items - 1) / (self.items - effect)
        return Mean(self.mean, sqrt(variance / effective), max(1.0, effective - 1))


def sample_of(cells: Iterable[Cell], other_languages: OtherLanguages) -> Sample:
    """Return the counted items of cells."""
    listed = list(cells)
    parts = [counted_part(cell, other_languages) for cell in listed]
    items = sum(map(items_in, parts))
    if not items:
        return Sample(0, 0.0, None, None)
    return Sample(
        items,
        fsum(part["compound_sum"] for part in parts) / items,
        variance_of(parts),
        _threads_of(listed, other_languages),
    )


def part_of(whole: Sample, part: Sample) -> Sample:
    """Return a part of a sample, as uncertain as the threads of the whole allow.

    A part that is all of it has its threads.
    """
    if not part.items or part.threads is not None or whole.threads is None:
        return part
    if part.items == whole.items:
        return replace(part, threads=whole.threads)
    return replace(part, whole=whole.threads)


def some_of(whole: Sample, items: int, mean: float) -> Sample:
    """Return some items of a sample by their number and mean alone, as uncertain as they can be.

    Their variance is at most that of compounds at both ends of the scale, and their squares are at
    most those of the whole.
    """
    if items == whole.items:
        return whole
    found = Sample(items, mean, None, None, whole.threads or whole.whole)
    if items < 2 or whole.variance is None:  # noqa: PLR2004 - one item has no spread
        return found
    squares = whole.variance * (whole.items - 1) + whole.items * whole.mean**2
    spread = min(items, squares) - items * mean**2
    return replace(found, variance=max(0.0, spread) / (items - 1))


def spread_of(sample: Sample) -> Spread:
    """Return what is uncertain about the mean of a sample."""
    plain = sample.plain
    return Spread(
        stderr=error_of(plain),
        interval=interval_of(plain, LIMITS),
        few=sample.items < FEW,
    )


class DifferenceSpread(TypedDict):
    """The uncertainty of a mean less another; None where that of either is."""

    stderr: float | None
    interval: Interval | None


def difference_of(now: Sample, before: Sample) -> DifferenceSpread:
    """Return what is uncertain about the mean of a sample less that of another one."""
    moved = change_of(now.plain, before.plain) if now.plain and before.plain else None
    return DifferenceSpread(stderr=error_of(moved), interval=interval_of(moved, LIMITS_OF_CHANGE))


def error_of(mean: Mean | None) -> float | None:
    """Return the standard error of a mean or change, with the digits that answers have."""
    if mean is None or mean.error is None:
        return None
    return round(mean.error, COMPOUND_DIGITS)


def interval_of(mean: Mean | None, limits: tuple[float, float]) -> Interval | None:
    """Return the interval of a mean or change, within what is possible at all."""
    found = mean.interval() if mean is not None else None
    if found is None:
        return None
    low, high = limits
    return [round(min(high, max(low, end)), COMPOUND_DIGITS) for end in found]


def _threads_of(cells: Iterable[Cell], other_languages: OtherLanguages) -> Threads | None:
    """Return the threads of the counted items; None where they aren't known.

    A day out of a month counts whole if the cells have half of its items, and else not at all.
    """
    parts: list[Threads] = []
    # By the digest that the cells of a day share: equal ones of two days are two.
    days: dict[int, list[Cell]] = {}
    for cell in cells:
        if "threads" in cell:
            other = cell.get("other_language")
            if other is not None and "threads" not in other:
                return None
            texts = [cell["threads"], other["threads"]] if other else [cell["threads"]]
            parts.append(counted_threads(texts, other_languages))
        elif "digest" in cell:
            days.setdefault(id(cell["digest"]), []).append(cell)
        elif items_in(cell):
            return None
    for own in days.values():
        digest = own[0]["digest"]
        if sum(map(items_in, own)) >= HALF * unpack_threads(digest[0]).items:
            parts.append(counted_threads(digest, other_languages))
    found = together(parts)
    return found if found.items else None
