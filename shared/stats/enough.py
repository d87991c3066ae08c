"""The needs of a verdict: items and threads on either side, and the span that would have them."""

from collections.abc import Iterable
from math import ceil, inf

from shared.stats.means import Sample
from shared.stats.uncertainty import FEW

# Fewer degrees of freedom are less than three threads' worth of weight.
MIN_FREEDOM = 2
# Counts vary by chance: one that is expected to be this large is under FEW in one case of seven.
ENOUGH_ITEMS = 36
# Likewise one more thread's worth of weight than MIN_FREEDOM takes.
ENOUGH_THREADS = 4
HOURS_OF_DAY = 24


def are_few(samples: Iterable[Sample]) -> bool:
    """Return whether any of the sides has too few items or threads for a verdict."""
    return any(each.items < FEW or each.freedom < MIN_FREEDOM for each in samples)


def span_needed(samples: Iterable[Sample], hours: int, longest: int | None) -> int | None:
    """Return how many hours a span needs for a verdict: whole days, at the rate of the samples.

    samples are the items of spans of `hours` hours that are too few. longest is the number of hours
    of the longest span that can be compared. Return None where longest is unknown or not enough,
    and where a side has no items to tell a rate by.
    """
    if longest is None:
        return None
    times = max(_times_needed(each) for each in samples)
    if times == inf:
        return None
    needed = ceil(hours * times / HOURS_OF_DAY) * HOURS_OF_DAY
    return needed if needed <= longest else None


def _times_needed(sample: Sample) -> float:
    """Return how many times as much of a side has enough items and threads."""
    if not sample.items:
        return inf
    of_items = ENOUGH_ITEMS / sample.items
    # Where threads aren't known, the number of items alone decides.
    return max(of_items, ENOUGH_THREADS / sample.thread_worth) if sample.thread_worth else of_items
