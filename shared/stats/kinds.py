"""The kinds of talk in an hour or a day as text: "LETTERS ITEMS SUM" each, with commas between.

Items are counted by the set of their kinds ("po" are a problem and an outage), with the sum of
their compound in ten-thousandths. So cells add up exactly, and the parts of each kind are made when
they are read. Like threads, the text costs little where a reader doesn't need it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from math import lcm
from typing import NamedTuple

from shared.kinds import TALK, TALK_BY_LETTER, Talk, letters_of

UNIT = lcm(*range(1, len(TALK)))
"""The parts of one item: any number of kinds that can hold together divides it."""
COMPOUND_UNIT = 10_000
"""The parts of a compound of one: it has four digits."""


class KindSums(NamedTuple):
    """The items that have a kind, and its part of them.

    An item with two kinds adds one to the items of both, and half of itself to the parts of both.
    So the parts of all kinds add up exactly to the items that have kinds. part counts items in
    units of 1 / UNIT, compound sums theirs up in units of 1 / (UNIT * COMPOUND_UNIT). whole is the
    sum of the items' own compounds, in units of 1 / COMPOUND_UNIT.
    """

    items: int
    part: int
    compound: int
    whole: int

    @property
    def n(self) -> float:
        """Return the part as a number of items."""
        return self.part / UNIT

    @property
    def sum(self) -> float:
        """Return the sum of the part's compound."""
        return self.compound / (UNIT * COMPOUND_UNIT)

    @property
    def mean(self) -> float:
        """Return the mean compound of the items, -1 to 1."""
        return self.whole / (COMPOUND_UNIT * self.items)


Counted = tuple[str, int, int]
"""The letters of kinds, the items that have these, and the sum of their compound."""


def pack_kinds(items: Iterable[tuple[Collection[Talk] | None, float]]) -> str:
    """Return as text the kinds and the compound (-1..1) of items; None is an item without kinds."""
    return _text(
        (letters_of(kinds), 1, round(compound * COMPOUND_UNIT))
        for kinds, compound in items
        if kinds
    )


def add_kinds(texts: Iterable[str]) -> str:
    """Add up what texts count."""
    return _text(_parts(texts))


def subtract_kinds(whole: str, part: str) -> str:
    """Take what a text counts out of another; what has no items left goes."""
    taken = ((letters, -items, -compound) for letters, items, compound in _parts([part]))
    return _text([*_parts([whole]), *taken])


def sums_of(text: str) -> dict[Talk, KindSums]:
    """Return the sums of each kind that a text counts, in the order of TALK."""
    found: dict[Talk, list[KindSums]] = defaultdict(list)
    for letters, items, compound in _parts([text]):
        share = UNIT // len(letters)
        for letter in letters:
            sums = KindSums(items, items * share, compound * share, compound)
            found[TALK_BY_LETTER[letter]].append(sums)
    return {
        kind: KindSums(*map(sum, zip(*found[kind], strict=True))) for kind in TALK if kind in found
    }


def items_with_kinds(text: str) -> int:
    """Count the items of a text: those that have kinds."""
    return sum(items for _, items, _ in _parts([text]))


def _parts(texts: Iterable[str]) -> Iterator[Counted]:
    for text in filter(None, texts):
        for part in text.split(","):
            letters, items, compound = part.split(" ")
            yield letters, int(items), int(compound)


def _text(parts: Iterable[Counted]) -> str:
    items_of: dict[str, int] = defaultdict(int)
    compound_of: dict[str, int] = defaultdict(int)
    for letters, items, compound in parts:
        items_of[letters] += items
        compound_of[letters] += compound
    return ",".join(
        f"{letters} {items} {compound_of[letters]}"
        for letters, items in sorted(items_of.items())
        if items > 0
    )
