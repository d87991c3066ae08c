"""Contributions of the parts of a mean to its change, which add up to it: mood and mix apart.

A part (a community, a kind of talk, a thread) moves the mean of the whole in two ways: what it says
changes (mood), or its share of the items does while its mean is off that of the whole (mix). Both
are arithmetic over the sums of two spans. The interval of a part knows its threads.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, sqrt

from shared.stats.means import DESIGN_EFFECT
from shared.stats.threads import Threads
from shared.stats.uncertainty import BESIDE, CORRELATION, Mean, Thread, chance_of, change_of

EFFECT_DIGITS = 6
REST = "rest"
"""The name of what no listed part holds."""
MIN_SHARE = 0.02
TRACE = 1e-6
"""Fewer items than this are what fractions leave."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Items of a part on one side, and the sum of their compound (-1..1 each).

    Items that several parts share count in fractions. threads are None where they aren't known.
    """

    items: float = 0.0
    total: float = 0.0
    threads: Threads | None = None

    @property
    def mean(self) -> float:
        """Return the mean compound; 0 without items."""
        return self.total / self.items if self.items else 0.0


NOTHING = Amount()


@dataclass(frozen=True, slots=True)
class Whole:
    """All items of both sides. variance (0..1) is that of the compound of an item."""

    now: Amount
    before: Amount
    variance: float

    @property
    def middle(self) -> float:
        """Return the value halfway between both means, from which parts pull."""
        return (self.now.mean + self.before.mean) / 2

    @property
    def change(self) -> float:
        """Return the change of the mean."""
        return self.now.mean - self.before.mean


@dataclass(frozen=True, slots=True)
class Part:
    """A part of both sides, by its name."""

    name: str
    now: Amount = NOTHING
    before: Amount = NOTHING


@dataclass(frozen=True, slots=True)
class Contribution:
    """A part's effect on the mean (mood and mix together) and on the number of items.

    moved is mood and mix with what is uncertain about them, given the numbers of items; None for
    the rest. chance (0..1) is the probability that there would be such an effect by chance.
    """

    name: str
    mood: float
    mix: float
    n: float
    n_before: float
    moved: Mean | None = None
    chance: float = 1.0

    @property
    def effect(self) -> float:
        """Return mood and mix together."""
        return self.mood + self.mix


def contributions(parts: Iterable[Part], whole: Whole, most: int) -> list[Contribution]:
    """Return the parts that move the mean most, and the rest; they add up to the whole's change.

    At most `most` parts are listed, the largest effect first. The rest holds the other parts, and
    the items of the whole that are in no part; it is left out where it is empty. Without items on
    either side of the whole there are none.
    """
    if not whole.now.items or not whole.before.items:
        return []
    found = [contribution(part, whole) for part in parts if part.now.items or part.before.items]
    return with_rest(found, whole, most)


def with_rest(found: Iterable[Contribution], whole: Whole, most: int) -> list[Contribution]:
    """Return the largest `most` contributions, and the rest that adds up to the whole."""
    ordered = sorted(found, key=lambda each: (-abs(each.effect), -each.n, each.name))
    listed = ordered[:most]
    rest = _rest(listed, whole)
    return listed if rest is None else [*listed, rest]


def large_parts(parts: Iterable[Part], whole: Whole) -> list[Part]:
    """Return the parts with MIN_SHARE of the items of a side or more.

    Looking at a hundred small threads would leave few claims about the large ones.
    """
    return [
        part
        for part in parts
        if part.now.items >= MIN_SHARE * whole.now.items > 0
        or part.before.items >= MIN_SHARE * whole.before.items > 0
    ]


def contribution(part: Part, whole: Whole) -> Contribution:
    """Return what a part contributes to the change of the whole, which has items on both sides.

    A part that is on one side only has no mean to compare: all of its effect is mix.
    """
    mood, mix = _effects(part.now, part.before, whole)
    means = [_mean(side, whole.variance) for side in (part.now, part.before)]
    weights = part.now.items / whole.now.items, part.before.items / whole.before.items
    moved = change_of(
        *(
            Mean(weight * (mean.value - whole.middle), weight * (mean.error or 0.0), mean.freedom)
            for weight, mean in zip(weights, means, strict=True)
        )
    )
    if abs(mood) >= abs(mix):
        by_chance = chance_of(change_of(*means))
    else:
        by_chance = _chance_of_share(part, whole)
    return Contribution(
        name=part.name,
        mood=mood,
        mix=mix,
        n=part.now.items,
        n_before=part.before.items,
        moved=moved,
        chance=max(by_chance, chance_of(moved)),
    )


def _effects(now: Amount, before: Amount, whole: Whole) -> tuple[float, float]:
    """Return mood and mix."""
    weights = now.items / whole.now.items, before.items / whole.before.items
    if not now.items or not before.items:
        middle = whole.middle
        return 0.0, (now.mean - middle) * weights[0] - (before.mean - middle) * weights[1]
    mood = sum(weights) / 2 * (now.mean - before.mean)
    mix = (weights[0] - weights[1]) * ((now.mean + before.mean) / 2 - whole.middle)
    return mood, mix


def _rest(listed: Sequence[Contribution], whole: Whole) -> Contribution | None:
    """Return what is left of the whole: by what the listed parts don't explain."""
    n = whole.now.items - fsum(each.n for each in listed)
    n_before = whole.before.items - fsum(each.n_before for each in listed)
    if abs(n) < TRACE and abs(n_before) < TRACE:
        return None
    # The sums of its items are those of the whole less those of the listed parts.
    left = whole.change - fsum(each.effect for each in listed)
    return Contribution(REST, 0.0, left, n, n_before)


def _mean(side: Amount, variance: float) -> Mean:
    """Return the mean of a part on one side, with an error that knows its threads.

    Where threads are few, their error is a guess: that of threads whose items correlate by
    CORRELATION counts beside it. A single thread has that alone, so that it is compared with what
    a thread of its size would do by chance.
    """
    if not side.items:
        return Mean(0.0, 0.0, BESIDE)
    if side.threads is None or not side.threads.items:
        error = sqrt(variance * DESIGN_EFFECT / side.items)
        return Mean(side.mean, error, max(1.0, side.items / DESIGN_EFFECT - 1))
    squares, distances = side.threads.squares, _distances(side.threads, side.mean)
    expected = variance * (CORRELATION * squares + (1 - CORRELATION) * side.threads.items)
    freedom = max(0.0, side.threads.items**2 / squares - 1)
    moderated = (freedom * distances + BESIDE * expected) / (freedom + BESIDE)
    return Mean(side.mean, sqrt(moderated) / side.threads.items, freedom + BESIDE)


def _distances(threads: Threads, mean: float) -> float:
    """Add up the squared distances of threads from a mean."""
    listed, rest = threads.listed.values(), threads.rest
    distances = fsum((each.total - mean * each.items) ** 2 for each in listed)
    of_rest = rest.totals - 2 * mean * rest.products + mean * mean * rest.squares
    return distances + max(0.0, of_rest)


def _chance_of_share(part: Part, whole: Whole) -> float:
    """Return the probability that chance moves the part's share of the items as far.

    Threads come and go as a whole. That of a single thread is no share that could vary: it is 0.
    """
    sides = (part.now, whole.now), (part.before, whole.before)
    if all(_is_one_thread(own) for own, _ in sides):
        return 0.0
    return chance_of(change_of(*(_share(own, of_all) for own, of_all in sides)))


def _is_one_thread(side: Amount) -> bool:
    if side.threads is None:
        return not side.items
    return len(side.threads.listed) + side.threads.rest.threads <= 1


def _share(own: Amount, of_all: Amount) -> Mean:
    share = own.items / of_all.items
    inside = spread_of_number(own)
    outside = max(0.0, spread_of_number(of_all) - inside)
    variance = ((1 - share) ** 2 * inside + share**2 * outside) / of_all.items**2
    return Mean(share, sqrt(variance), max(1.0, own.items**2 / inside - 1 if inside else BESIDE))


def spread_of_number(side: Amount) -> float:
    """Return the variance of the number of items, if threads come by chance."""
    if side.threads is None or not side.threads.items:
        return side.items * DESIGN_EFFECT
    # Items that stand for others, or that other parts share, count more or less than once.
    return side.threads.squares * (side.items / side.threads.items) ** 2


def thread_parts(now: Threads, before: Threads) -> list[Part]:
    """Return each listed thread of two sides as a part, by the id of its post."""
    return [
        Part(name, _of_thread(name, now), _of_thread(name, before))
        for name in dict.fromkeys((*now.listed, *before.listed))
    ]


def _of_thread(name: str, threads: Threads) -> Amount:
    own = threads.listed.get(name)
    if own is None:
        return NOTHING
    return Amount(own.items, own.total, Threads({name: own}))


@dataclass(frozen=True, slots=True)
class Weighed:
    """An item as statistics count it: its thread, its compound, and how many items it stands for.

    weight is 1 where all items of its side are at hand, and more where they are a sample.
    """

    id: str
    thread: str
    compound: float
    weight: float = 1.0


def parts_of_items(
    now: Iterable[Weighed], before: Iterable[Weighed], names: Mapping[str, Sequence[str]]
) -> list[Part]:
    """Return the parts that items belong to, by the id of the item.

    An item of several parts counts in each by its share, so that they add up to the items.
    """
    sides = [_amounts(items, names) for items in (now, before)]
    listed = dict.fromkeys((*sides[0], *sides[1]))
    return [Part(name, *(side.get(name, NOTHING) for side in sides)) for name in listed]


def _amounts(items: Iterable[Weighed], names: Mapping[str, Sequence[str]]) -> dict[str, Amount]:
    sums: dict[str, _Sums] = {}
    for item in items:
        own = names.get(item.id, ())
        for name in own:
            sums.setdefault(name, _Sums()).add(item, item.weight / len(own))
    return {name: each.amount() for name, each in sums.items()}


class _Sums:
    """The items of a part, added up by their thread."""

    def __init__(self) -> None:
        self._items: dict[str, int] = {}
        self._totals: dict[str, float] = {}
        self._n = 0.0
        self._total = 0.0

    def add(self, item: Weighed, weight: float) -> None:
        self._items[item.thread] = self._items.get(item.thread, 0) + 1
        self._totals[item.thread] = self._totals.get(item.thread, 0.0) + item.compound
        self._n += weight
        self._total += weight * item.compound

    def amount(self) -> Amount:
        """Return the sums; the threads are of the items at hand, and scaled where they count."""
        threads = {name: Thread(items, self._totals[name]) for name, items in self._items.items()}
        return Amount(self._n, self._total, Threads(threads))
