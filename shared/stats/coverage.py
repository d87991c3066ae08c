"""Which hours are known, as far as the stored counts and the times of collection tell.

There is no record of what was observed when. What is known: nothing is after the last collection;
and an hour without an item of any community, between busy ones, is one in which nothing was
collected. An hour that was collected in part can't be told from a quiet one.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby

from shared.models import Cell

# A run of empty hours is no chance where its neighbours let this many items be expected. Below this
# many an hour, silence may come with the time of day.
EXPECTED_ITEMS = 30
MIN_HOURLY = 5
NEIGHBOURS = 3


def unknown_hours(cells: Mapping[str, Cell], hours: Sequence[str]) -> set[str]:
    """Return the runs of hours without an item that the hours beside them make impossible.

    `hours` are oldest first. A run at their end is silence, and known: the last collection read it.
    """
    counts = [_items(cells.get(hour)) for hour in hours]
    unknown: set[str] = set()
    at = 0
    for is_empty, group in groupby(counts, key=lambda count: count == 0):
        length = len(list(group))
        end = at + length
        if is_empty and end < len(hours):
            sides = [counts[max(0, at - NEIGHBOURS) : at], counts[end : end + NEIGHBOURS]]
            rate = min(sum(side) / len(side) for side in sides if side)
            if rate >= MIN_HOURLY and rate * length >= EXPECTED_ITEMS:
                unknown.update(hours[at:end])
        at = end
    return unknown


def runs(hours: Sequence[str], chosen: set[str]) -> list[list[str]]:
    """Return the chosen hours, those that follow each other in one list."""
    groups = groupby(hours, key=chosen.__contains__)
    return [list(group) for is_chosen, group in groups if is_chosen]


def _items(cell: Cell | None) -> int:
    return cell["posts"] + cell["comments"] if cell else 0
