"""The course of a topic: new, rising, past its peak, fading, or gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

CourseState = Literal["new", "rising", "peaked", "fading", "gone"]

# Below this share of its best time it is fading.
FADING_SHARE = 0.34
# Above this share of its best time it is at its peak.
PEAK_SHARE = 0.9
# This part of the steps is compared as one, so that no single step decides.
PARTS = 8
# A topic that was in nothing before, and begins within this part of the steps, is new.
NEW_PART = 4
# The least part of a running step that its rate is taken from.
SHORTEST_PART = 0.25


@dataclass(frozen=True)
class Course:
    """The course of a topic over steps: its state, and the numbers of the steps that matter."""

    state: CourseState
    first: int
    peak: int


def course_of(counts: Sequence[int], *, is_known_before: bool, last_part: float = 1.0) -> Course:
    """Return the course of a topic with these items in each step, oldest first.

    The latest eighth of the steps is compared with the best eighth before it. last_part is the part
    of the last step that has passed (0..1). Raises ValueError where nothing is counted.
    """
    if not any(counts):
        raise ValueError("a topic without items has no course")
    size = max(1, len(counts) // PARTS)
    first = next(number for number, count in enumerate(counts) if count)
    peak = max(range(len(counts)), key=lambda number: (counts[number], number))
    return Course(
        _state(counts, size, first, last_part, is_known_before=is_known_before), first, peak
    )


def _state(
    counts: Sequence[int], size: int, first: int, last_part: float, *, is_known_before: bool
) -> CourseState:
    lately = sum(counts[-size:]) / (size - 1 + max(last_part, SHORTEST_PART))
    rates = [sum(counts[at : at + size]) / size for at in range(len(counts) - size)]
    best = max(rates, default=0.0)
    if not any(counts[-2 * size :]):
        return "gone"
    if lately <= FADING_SHARE * best:
        return "fading"
    if not is_known_before and len(counts) - first <= max(1, len(counts) // NEW_PART):
        return "new"
    before = rates[-size] if len(rates) >= size else 0.0
    return "rising" if lately > before and lately >= PEAK_SHARE * best else "peaked"
