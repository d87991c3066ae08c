"""The uncertainty of a mean whose items come in threads, and of a change between two means.

The items of a thread agree more than chance has it. A mean counts each item once. To tell whether
a mean has changed, each thread weighs by what it can tell: its items, less the more of them there
are (`weight_of`). That mean varies less, and one giant thread can't carry it. Errors are of the
jackknife that leaves out one thread at a time, with t and the degrees of freedom that the threads'
weights leave. Where threads are few, that error is itself a guess: the one that items correlating
by CORRELATION would have counts beside it. docs/uncertainty.md has the simulations.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

from shared.stats.student import quantile, two_sided

CORRELATION = 0.15
"""The correlation of two items of a thread that weights rest on. Errors don't rest on it."""
CONFIDENCE = 0.95
FALSE_CLAIMS = 0.04
"""The share of claims of a page that may be wrong, and of pages without a change that claim one."""
BESIDE = 10.0
"""The error by CORRELATION counts as much as one of the jackknife with these degrees of freedom."""
FEW = 30
"""Fewer items than these are few: their mean says little."""


class Thread(NamedTuple):
    """The number of a thread's items, and the sum of their compound (-1..1 each)."""

    items: int
    total: float


class Rest(NamedTuple):
    """Threads that aren't listed, each small: their number, items and sum, and sums of squares.

    squares is the sum of items times items, products of items times total, and totals of total
    times total.
    """

    threads: int = 0
    items: int = 0
    total: float = 0.0
    squares: int = 0
    products: float = 0.0
    totals: float = 0.0


NONE = Rest()


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with its standard error and the degrees of freedom of that.

    error is None with fewer than two threads.
    """

    value: float
    error: float | None
    freedom: float

    def interval(self) -> tuple[float, float] | None:
        """Return the interval that holds the true mean in CONFIDENCE of all cases."""
        if self.error is None:
            return None
        reach = quantile(1 - CONFIDENCE, self.freedom) * self.error
        return self.value - reach, self.value + reach


def rest_of(threads: Iterable[Thread]) -> Rest:
    """Return threads as their sums."""
    listed = list(threads)
    return Rest(
        len(listed),
        sum(each.items for each in listed),
        sum(each.total for each in listed),
        sum(each.items**2 for each in listed),
        sum(each.items * each.total for each in listed),
        sum(each.total**2 for each in listed),
    )


def weight_of(items: float) -> float:
    """Return how much each item of a thread weighs: 1 alone, less the more there are."""
    return 1 / (1 + (items - 1) * CORRELATION)


def mean_of(threads: Sequence[Thread], rest: Rest = NONE) -> Mean | None:
    """Return the mean of all items; None without items."""
    return _mean(threads, rest, is_weighted=False)


def weighted_mean_of(
    threads: Sequence[Thread], rest: Rest = NONE, *, variance: float
) -> Mean | None:
    """Return the mean in which threads weigh by what they can tell; None without items.

    variance is that of the items' compound (0..1).
    """
    plain = _mean(threads, rest, is_weighted=True)
    if plain is None:
        return None
    expected = expected_error_of(threads, rest, variance=variance) ** 2
    own = (plain.error or 0.0) ** 2
    freedom = plain.freedom + BESIDE
    moderated = (plain.freedom * own + BESIDE * expected) / freedom
    return Mean(plain.value, sqrt(moderated), freedom)


def expected_error_of(threads: Sequence[Thread], rest: Rest = NONE, *, variance: float) -> float:
    """Return the error of the weighted mean whose items correlate by CORRELATION.

    There must be items. variance is that of their compound (0..1).
    """
    weights = [each.items * weight_of(each.items) for each in threads]
    if rest.items:
        weights.append(rest.items * weight_of(rest.squares / rest.items))
    # With these weights the parts of the threads add up to this.
    return sqrt(variance / sum(weights))


def thread_worth_of(threads: Sequence[Thread], rest: Rest = NONE) -> float:
    """Return how many threads of equal weight would tell as much as these; 0 without items."""
    weights = [each.items * weight_of(each.items) for each in threads]
    of_rest = weight_of(rest.squares / rest.items) if rest.items else 1.0
    return _equal_parts(threads, rest, weights, of_rest)


def change_of(now: Mean, before: Mean) -> Mean:
    """Return the change from one mean to another, of other threads.

    The degrees of freedom are those of Welch and Satterthwaite.
    """
    value = now.value - before.value
    if now.error is None or before.error is None:
        return Mean(value, None, 0.0)
    parts = now.error**2, before.error**2
    below = parts[0] ** 2 / now.freedom + parts[1] ** 2 / before.freedom
    variance = sum(parts)
    return Mean(value, sqrt(variance), variance**2 / below if below else now.freedom)


def chance_of(change: Mean) -> float:
    """Return the probability (0..1) that a change at least as large is chance."""
    if change.error is None or not change.value:
        return 1.0
    if not change.error:
        return 0.0
    return two_sided(change.value / change.error, change.freedom)


def found_among(chances: Mapping[str, float], most: float = FALSE_CLAIMS) -> frozenset[str]:
    """Return the names whose change is beyond chance, looking at all of them at once.

    By Benjamini and Hochberg (1995): on average at most the share `most` of them is wrong.
    """
    ordered = sorted(chances, key=lambda name: chances[name])
    found = 0
    for place, name in enumerate(ordered, start=1):
        if chances[name] <= most * place / len(ordered):
            found = place
    return frozenset(ordered[:found])


def _mean(threads: Sequence[Thread], rest: Rest, *, is_weighted: bool) -> Mean | None:
    weigh = weight_of if is_weighted else _whole
    # Threads of the rest are small and alike, so that one weight does for all of their items.
    of_rest = weigh(rest.squares / rest.items) if rest.items else 1.0
    weights = [each.items * weigh(each.items) for each in threads]
    whole = sum(weights) + of_rest * rest.items
    if not whole:
        return None
    total = sum(w * each.total / each.items for w, each in zip(weights, threads, strict=True))
    value = (total + of_rest * rest.total) / whole
    number = len(threads) + rest.threads
    if number <= 1:
        return Mean(value, None, 0.0)
    variance = sum(
        (w * (value - each.total / each.items) / (whole - w)) ** 2
        for w, each in zip(weights, threads, strict=True)
    )
    spread = rest.totals - 2 * value * rest.products + value**2 * rest.squares
    variance += max(0.0, spread) * (of_rest / whole) ** 2
    return Mean(
        value, sqrt(variance * (number - 1) / number), _freedom(threads, rest, weights, of_rest)
    )


def _freedom(
    threads: Sequence[Thread], rest: Rest, weights: Sequence[float], of_rest: float
) -> float:
    """Return the degrees of freedom of the error (Satterthwaite 1946), at least 1."""
    return max(1.0, _equal_parts(threads, rest, weights, of_rest) - 1)


def _equal_parts(
    threads: Sequence[Thread], rest: Rest, weights: Sequence[float], of_rest: float
) -> float:
    """Return how many equal parts of the variance weigh as much as those of the threads.

    A thread's part of the variance is, with items that correlate by CORRELATION, its weight squared
    over its items times `weight_of` them.
    """
    parts = [
        w * w / (each.items * weight_of(each.items))
        for w, each in zip(weights, threads, strict=True)
    ]
    whole, squares = sum(parts), sum(part * part for part in parts)
    if rest.items:
        part = of_rest * of_rest / weight_of(rest.squares / rest.items)
        whole += part * rest.items
        squares += part * part * rest.squares
    return whole * whole / squares if squares else 0.0


def _whole(_items: float) -> float:
    return 1.0
