"""The uncertainty of shares: of labels among items, and of a subject among the mentions of a set.

The labels of a thread's items agree no more than their compound does, from which they come. So a
label's share has the design effect of the mean: the variance of that by its threads, over what it
would be of independent items, and 1 at least. The number of items over this effect is the number
of independent items with the same error (Korn and Graubard 1998). Intervals are Wilson's of that
number, with t: they stay within 0 to 1, and are none of width zero where a share is 0 or 1.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from typing import TypedDict

from shared.models import Label
from shared.stats.cells import COMPOUND_DIGITS, LABELS
from shared.stats.means import DESIGN_EFFECT, Interval, Sample
from shared.stats.student import quantile
from shared.stats.threads import Threads
from shared.stats.uncertainty import BESIDE, CONFIDENCE, CORRELATION, FEW, Rest, Thread, mean_of


class ShareSpread(TypedDict):
    """A share (0..1), its standard error, and the interval of its true value in 95 of 100 cases.

    stderr and interval are None with fewer than two threads.
    """

    share: float
    stderr: float | None
    interval: Interval | None


class VoiceSpread(TypedDict):
    """The uncertainty of a share of voice; few: the set has fewer than 30 mentions."""

    stderr: float | None
    interval: Interval | None
    few: bool


@dataclass(frozen=True)
class Share:
    """A share (0..1), as certain as that of this number of independent items.

    effective is None where nothing is known of it. freedom are the degrees of freedom of that.
    """

    value: float
    effective: float | None
    freedom: float

    @property
    def error(self) -> float | None:
        """Return the standard error; None where it is unknown."""
        if not self.effective:
            return None
        return sqrt(self.value * (1 - self.value) / self.effective)

    def interval(self, confidence: float = CONFIDENCE) -> tuple[float, float] | None:
        """Return Wilson's interval, with t in the place of the normal quantile."""
        if not self.effective:
            return None
        square = quantile(1 - confidence, self.freedom) ** 2 / self.effective
        middle = (self.value + square / 2) / (1 + square)
        spread = self.value * (1 - self.value) * square + square**2 / 4
        reach = sqrt(spread) / (1 + square)
        return max(0.0, middle - reach), min(1.0, middle + reach)


def label_shares(sample: Sample, counts: Mapping[Label, int]) -> dict[Label, ShareSpread] | None:
    """Return the share of each label among the items that count; None without items."""
    if not sample.items:
        return None
    return {label: _spread_of(share_in(sample, counts[label])) for label in LABELS}


def share_in(sample: Sample, number: int) -> Share:
    """Return the share of this number of items that have a label; the sample has items."""
    effect, freedom = _design_effect(sample)
    effective = sample.items / effect if effect is not None else None
    return Share(number / sample.items, effective, freedom)


def moderated_share_in(sample: Sample, number: int) -> Share:
    """Return the same share, whose design effect is moderated as errors of weighted means are.

    What the threads show counts by its degrees of freedom, and what CORRELATION expects by BESIDE.
    So an interval of high confidence isn't as wide as the scale where a few threads are large.
    """
    effect, freedom = _design_effect(sample)
    threads = sample.threads
    if effect is None or threads is None:
        return share_in(sample, number)
    expected = 1 + CORRELATION * (threads.squares / threads.items - 1)
    moderated = (freedom * effect + BESIDE * expected) / (freedom + BESIDE)
    return Share(number / sample.items, sample.items / moderated, freedom + BESIDE)


@dataclass(frozen=True)
class Voices:
    """The threads of the mentions of a set of subjects; None where one's aren't known.

    mentions are those of the set together.
    """

    mentions: int
    threads: Mapping[str, Threads | None]

    def share(self, *subjects: str) -> Share | None:
        """Return the share of these subjects by threads; None where those aren't known."""
        base = self._base
        if base is None or not base.items:
            return None
        own: dict[str, int] = defaultdict(int)
        items = squares = 0
        for name in subjects:
            threads = self.threads.get(name)
            if threads is None:
                continue
            for thread, each in threads.listed.items():
                own[thread] += each.items
            items += threads.items
            squares += threads.rest.squares
        value = items / base.items
        # Delete one thread: the share moves by (own - value x all) / (base - all).
        variance = value**2 * base.parts
        for thread, mentions in own.items():
            whole = base.listed[thread]
            left = base.items - whole
            if left:
                variance += (mentions - 2 * value * whole) * mentions / left**2
        variance += (squares * (1 - 2 * value)) / base.items**2
        if base.threads < 2:  # noqa: PLR2004 - one thread has no error
            return Share(value, None, 0.0)
        variance = max(0.0, variance) * (base.threads - 1) / base.threads
        least = base.items / base.effect
        between = value * (1 - value)
        # A share is never more certain than that of independent mentions.
        effective = min(between / variance, base.items) if between and variance else least
        return Share(value, effective, base.freedom)

    def guessed(self, value: float) -> Share:
        """Return a share whose threads aren't known, as widened as means are."""
        effective = self.mentions / DESIGN_EFFECT
        return Share(value, effective, max(1.0, effective - 1))

    def spread(self, share: float | None, *subjects: str) -> VoiceSpread:
        """Return what is uncertain about the share of these subjects; share is None without any."""
        few = self.mentions < FEW
        if share is None:
            return VoiceSpread(stderr=None, interval=None, few=few)
        found = _spread_of(self.estimate(share, *subjects))
        return VoiceSpread(stderr=found["stderr"], interval=found["interval"], few=few)

    def estimate(self, share: float, *subjects: str) -> Share:
        """Return a share of these subjects by its threads, or a guess without them."""
        known = self.share(*subjects)
        if known is None:
            return self.guessed(share)
        # Threads lack mentions in other languages, which count in the share.
        return Share(share, known.effective, known.freedom)

    @cached_property
    def _base(self) -> "_Base | None":
        listed: dict[str, int] = defaultdict(int)
        items = squares = number = 0
        for threads in self.threads.values():
            if threads is None:
                return None
            for name, each in threads.listed.items():
                listed[name] += each.items
            items += threads.items
            squares += threads.rest.squares
            number += threads.rest.threads
        return _Base.of(dict(listed), items, squares, number)


@dataclass(frozen=True)
class _Base:
    """The mentions of a set by thread: those of listed ones, and sums of the others.

    parts is the sum of (all / (base - all)) squared over the threads.
    """

    listed: Mapping[str, int]
    items: int
    threads: int
    parts: float
    effect: float
    freedom: float

    @classmethod
    def of(cls, listed: Mapping[str, int], items: int, squares: int, number: int) -> "_Base":
        parts = sum((each / (items - each)) ** 2 for each in listed.values() if items > each)
        parts += squares / items**2 if items else 0.0
        whole = sum(each**2 for each in listed.values()) + squares
        rest = Rest(number, items - sum(listed.values()), squares=squares)
        found = mean_of([Thread(each, 0.0) for each in listed.values()], rest)
        return cls(
            listed,
            items,
            len(listed) + number,
            parts,
            1 + CORRELATION * (whole / items - 1) if items else 1.0,
            found.freedom if found is not None else 0.0,
        )


def difference(now: Share, before: Share, confidence: float = CONFIDENCE) -> Interval | None:
    """Return the interval of a share less an earlier one; None where either is unknown."""
    errors = now.error, before.error
    if errors[0] is None or errors[1] is None:
        return None
    error = sqrt(errors[0] ** 2 + errors[1] ** 2)
    reach = quantile(1 - confidence, max(1.0, min(now.freedom, before.freedom))) * error
    moved = now.value - before.value
    ends = max(-1.0, moved - reach), min(1.0, moved + reach)
    return [round(end, COMPOUND_DIGITS) for end in ends]


def _design_effect(sample: Sample) -> tuple[float | None, float]:
    """Return the design effect of the mean, 1 at least, and its degrees of freedom."""
    plain, variance = sample.plain, sample.variance
    if plain is None or plain.error is None or variance is None:
        return None, 0.0
    if variance:
        return max(1.0, plain.error**2 * sample.items / variance), plain.freedom
    # Items that are all alike don't show how threads agree.
    threads = sample.threads
    if threads is None:
        return sample.guessed_effect, plain.freedom
    return 1 + CORRELATION * (threads.squares / threads.items - 1), plain.freedom


def _spread_of(share: Share) -> ShareSpread:
    error, found = share.error, share.interval()
    return ShareSpread(
        share=round(share.value, COMPOUND_DIGITS),
        stderr=None if error is None else round(error, COMPOUND_DIGITS),
        interval=None if found is None else [round(end, COMPOUND_DIGITS) for end in found],
    )
