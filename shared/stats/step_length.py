"""The length of a chart's steps: the shortest of which most hold enough items for a mean."""

from collections.abc import Iterable, Mapping

from shared.stats.uncertainty import FEW
from shared.stats.windows import Granularity, steps_of
from shared.times import Window

# Fewer steps show no course.
MIN_STEPS = 6
# Over longer windows steps are days or weeks: parts of a day would show its rhythm alone.
MAX_HOURS_OF_PARTS = 168
PARTS: tuple[Granularity, ...] = ("hour", "2h", "4h", "8h")
WHOLE_DAYS: tuple[Granularity, ...] = ("day", "week")
HOURS: Mapping[Granularity, int] = {"hour": 1, "2h": 2, "4h": 4, "8h": 8, "day": 24, "week": 168}


def fitting_step(
    window: Window, hours: int, items: Iterable[Mapping[str, int]], *, whole_days: bool = False
) -> Granularity:
    """Return the shortest step of which at least half hold FEW items or more.

    `items` has the number of items of each scope by hour. Steps without items don't count. Where no
    step holds enough, the longest one is returned that leaves MIN_STEPS steps in the window of
    `hours`. `whole_days` leaves out parts of a day.
    """
    known = list(items)
    lengths = _lengths(hours, whole_days=whole_days)
    fitting = (each for each in lengths if _is_enough(window, each, known))
    return next(fitting, lengths[-1])


def _lengths(hours: int, *, whole_days: bool) -> tuple[Granularity, ...]:
    """Return the lengths that suit a window of `hours`, the shortest first; one at least."""
    is_long = whole_days or hours > MAX_HOURS_OF_PARTS
    lengths = WHOLE_DAYS if is_long else (*PARTS, *WHOLE_DAYS)
    return tuple(each for each in lengths if hours >= MIN_STEPS * HOURS[each]) or lengths[:1]


def _is_enough(window: Window, length: Granularity, items: list[Mapping[str, int]]) -> bool:
    counts = [
        sum(own.get(hour, 0) for hour in hours)
        for hours in steps_of(window, length).values()
        for own in items
    ]
    held = [each for each in counts if each]
    return 2 * sum(each >= FEW for each in held) >= len(held)
