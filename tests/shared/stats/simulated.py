"""Windows of threads as communities have them: many small ones, a few giants, moods in common."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from shared.stats.uncertainty import Mean, Thread, weighted_mean_of

SPREAD = 0.48
"""The standard deviation of compound in recorded comments."""
LARGEST = 200


@dataclass(frozen=True)
class Community:
    """How threads come about: by the tail of their sizes, and how much their items agree."""

    items: int
    tail: float = 1.6
    correlation: float = 0.15
    largest: int = LARGEST

    def sizes(self, rng: random.Random) -> list[int]:
        """Return the sizes of the threads of a window, until its items are there."""
        each = range(1, self.largest + 1)
        shares = list(accumulate(size**-self.tail for size in each))
        found: list[int] = []
        left = self.items
        while left > 0:
            found += rng.choices(each, cum_weights=shares)
            left -= found[-1]
        return found

    def window(self, rng: random.Random, mood: float, sizes: Sequence[int]) -> list[Thread]:
        """Return threads of these sizes: each has a mood of its own about the window's."""
        return [
            Thread(size, size * rng.gauss(mood, self.error_of([size]) ** 0.5)) for size in sizes
        ]

    def error_of(self, sizes: Sequence[int]) -> float:
        """Return the true variance of the mean of threads of these sizes."""
        whole = sum(sizes)
        agreed = self.correlation
        return sum(
            (size / whole) ** 2 * SPREAD**2 * (agreed + (1 - agreed) / size) for size in sizes
        )


def mean_of(threads: Sequence[Thread]) -> Mean:
    """Return the weighted mean of a window that has items."""
    found = weighted_mean_of(threads, variance=SPREAD**2)
    assert found is not None
    return found
