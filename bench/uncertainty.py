"""Simulates what a number of items can bear: `python -m bench.uncertainty`.

Each pair of windows has no change, and threads of its own: single items, threads of one to five, or
of a heavy tail up to 200, with an intraclass correlation of 0.15. A true change moves both means by
itself and no error, so that each pair gives the change that it would need. The table has the change
that nine pairs of ten find, by one look and among fifteen scopes of which no other changed. Prints
a table in Markdown; "not" is where one pair in ten or more has too few threads for any verdict.
"""

import random
from collections.abc import Sequence
from math import inf

from shared.stats.enough import MIN_FREEDOM
from shared.stats.means import Sample
from shared.stats.student import quantile
from shared.stats.threads import Threads
from shared.stats.uncertainty import (
    FALSE_CLAIMS,
    Mean,
    change_of,
)
from tests.shared.stats.simulated import SPREAD, Community

ITEMS = (30, 60, 100, 200, 400, 800)
PAIRS = 600
SCOPES = 15
SEED = 24
FOUND = 0.9
KINDS = {
    "single items": (0.0, 1),
    "threads of up to 5": (0.0, 5),
    "a heavy tail up to 200": (1.6, 200),
}

Pair = tuple[Sample, Sample]


def sample(rng: random.Random, community: Community) -> Sample:
    """Return a window whose true mean is zero."""
    window = community.window(rng, 0.0, community.sizes(rng))
    items = sum(each.items for each in window)
    return Sample(
        items=items,
        mean=sum(each.total for each in window) / items,
        variance=SPREAD**2,
        threads=Threads({str(number): each for number, each in enumerate(window)}),
    )


def needed(pair: Pair, level: float) -> float:
    """Return the true change with which a pair is better at this level of chance."""
    now, before = pair
    if min(now.freedom, before.freedom) < MIN_FREEDOM:
        return inf
    plain = _moved(now.plain, before.plain)
    least = [-plain.value] if plain is not None else [inf]
    for means in ((now.weighted, before.weighted), (now.without_giant, before.without_giant)):
        found = _moved(*means)
        if found is None or found.error is None:
            return inf
        least.append(quantile(level, found.freedom) * found.error - found.value)
    return max(least)


def _moved(now: Mean | None, before: Mean | None) -> Mean | None:
    return None if now is None or before is None else change_of(now, before)


def _nine_of_ten(changes: Sequence[float]) -> str:
    found = sorted(changes)[int(FOUND * len(changes))]
    return "not" if found > 1 else f"{found:.2f}"


def main() -> None:
    """Print the table."""
    print("| items a side | threads | one look | among 15 |")
    print("| --- | --- | --- | --- |")
    for items in ITEMS:
        for name, (tail, largest) in KINDS.items():
            rng = random.Random(SEED)
            community = Community(items, tail, largest=largest)
            pairs = [(sample(rng, community), sample(rng, community)) for _ in range(PAIRS)]
            one, among = (
                _nine_of_ten([needed(pair, level) for pair in pairs])
                for level in (FALSE_CLAIMS, FALSE_CLAIMS / SCOPES)
            )
            print(f"| {items} | {name} | {one} | {among} |", flush=True)


if __name__ == "__main__":
    main()
