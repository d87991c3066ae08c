"""The times that were observed: the intervals that collection records of each community.

A time outside of them is unknown, never quiet. States without a record, as in stores that no
collection has written, leave a guess: an hour without an item of any community, between busy ones,
is one in which nothing was collected.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from math import expm1

from shared.models import Cell, Interval
from shared.times import hour_of, iso, next_hour, parse_iso

# Less between two intervals is the time between two clocks, or between a request and its answer.
APART = timedelta(seconds=60)
# The oldest intervals beyond go, so that a state stays small: 200 of them are 10 kB.
MAX_INTERVALS = 200

# A run of empty hours is no chance where its neighbours let this many items be expected. Below this
# many an hour, silence may come with the time of day, for less than a weekend.
EXPECTED_ITEMS = 30
MIN_HOURLY = 5
WEEKEND_HOURS = 72
NEIGHBOURS = 3
# The usual rate is a mean over about a week: it weighs an hour by its age.
RATE_HOURS = 168
HOUR = timedelta(hours=1)


def add_covered(intervals: Sequence[Interval], start: str, end: str) -> list[Interval]:
    """Return the intervals with one more: merged and sorted, with the newest 200 of them.

    start and end are ISO times; one that ends before it starts adds nothing.
    """
    merged: list[Interval] = []
    for since, until in sorted([*intervals, [start, end]]):
        if until < since:
            continue
        if merged and since <= _later(merged[-1][1]):
            merged[-1] = [merged[-1][0], max(merged[-1][1], until)]
        else:
            merged.append([since, until])
    return merged[-MAX_INTERVALS:]


def within(intervals: Sequence[Interval], start: str, end: str) -> list[Interval]:
    """Return the parts of the intervals from start to end."""
    cut = ([max(since, start), min(until, end)] for since, until in intervals)
    return [[since, until] for since, until in cut if since <= until]


def holes(intervals: Sequence[Interval], start: str, end: str) -> list[Interval]:
    """Return the parts from start to end that no interval covers, oldest first."""
    found: list[Interval] = []
    reached = start
    for since, until in within(intervals, start, end):
        if since > reached:
            found.append([reached, since])
        reached = max(reached, until)
    if reached < end:
        found.append([reached, end])
    return found


def uncovered(intervals: Sequence[Interval], hours: Sequence[str]) -> set[str]:
    """Return those of the hours that the intervals don't cover in full."""
    if not hours:
        return set()
    first, last = min(hours), max(hours)
    open_parts = holes(intervals, f"{first}:00:00Z", f"{next_hour(last)}:00:00Z")
    touched = {hour for since, until in open_parts for hour in hours_between(since, until)}
    return touched.intersection(hours)


def hours_between(start: str, end: str) -> list[str]:
    """List the hours that the time from start to end (ISO times) touches, oldest first."""
    found: list[str] = []
    hour = hour_of(start)
    while f"{hour}:00:00Z" < end:
        found.append(hour)
        hour = next_hour(hour)
    return found


def usual_rate(known: float | None, items: int, start: str, end: str) -> float | None:
    """Return the usual number of items an hour, after `items` from start to end (ISO times)."""
    hours = hours_of(start, end)
    if hours <= 0:
        return known
    rate = items / hours
    return rate if known is None else known - (rate - known) * expm1(-hours / RATE_HOURS)


def is_silence_odd(rate: float | None, last_item: str | None, now: str) -> bool:
    """Return whether the usual rate makes it impossible that nothing was written since."""
    if rate is None or last_item is None:
        return False
    hours = hours_of(last_item, now)
    return rate * hours >= EXPECTED_ITEMS and (rate >= MIN_HOURLY or hours >= WEEKEND_HOURS)


def hours_of(start: str, end: str) -> float:
    """Return the number of hours from start to end (ISO times)."""
    return (parse_iso(end) - parse_iso(start)) / HOUR


def unknown_hours(cells: Mapping[str, Cell], hours: Sequence[str]) -> set[str]:
    """Return the runs of hours without an item that the hours beside them make impossible.

    It is a guess where no record says what was covered: an hour that was collected in part looks
    like a quiet one. `hours` are oldest first. A run at their end is silence, and known: the
    last collection read it.
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


def _later(moment: str) -> str:
    return iso(parse_iso(moment) + APART)


def _items(cell: Cell | None) -> int:
    return cell["posts"] + cell["comments"] if cell else 0
