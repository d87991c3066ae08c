"""Effects of the parts of a mean, such as communities, which add up to its change.

A part may move the mean of the whole in two ways: its own mean changes, or its share of the items
does while its mean is off that of the whole.
"""

from dataclasses import dataclass

EFFECT_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Sums:
    """The number of items that a mean is of, and the sum of their compound."""

    items: int
    compound: float


@dataclass(frozen=True, slots=True)
class Sides:
    """The sums of the window and of the time before."""

    now: Sums
    before: Sums


def effect(part: Sides, whole: Sides) -> float | None:
    """Return how far a part moved the mean of the whole; None if the whole is empty on either side.

    On each side a part pulls the mean away from a middle, by its share times the distance of its
    mean. The effect is what the pull has changed. The middle lies halfway between the two means of
    the whole, so that neither side counts more, and a part that came or went has an effect, too.
    """
    if not whole.now.items or not whole.before.items:
        return None
    middle = (_mean(whole.now) + _mean(whole.before)) / 2
    return _pull(part.now, whole.now, middle) - _pull(part.before, whole.before, middle)


def _mean(sums: Sums) -> float:
    return sums.compound / sums.items


def _pull(part: Sums, whole: Sums, middle: float) -> float:
    return (part.compound - middle * part.items) / whole.items
