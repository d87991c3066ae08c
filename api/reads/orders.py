"""The orders of lists, and the cursors that continue a list in an order."""

from dataclasses import dataclass
from typing import NamedTuple

from api.errors import BadParameters
from api.reads.listing import place_of
from api.reads.scope_items import scored_in
from api.reads.scopes import Scope
from api.schema.problems import BadParameter
from api.schema.values import RANK_END, MentionSort, Sort
from shared.models import Item
from shared.stats.ranked import COMPOUND_UNITS, compound_of, is_english

# Ranks are whole numbers, so that equal ones are equal whatever they were computed from.
MILLION = 10**6
# Below all upvotes; Reddit's are far above.
NO_UPVOTES = -(10**11)
# Below all distances from the mean.
NOT_COUNTED = -1


class Cursor(NamedTuple):
    """The parts of a cursor: an order, its numbers, of which the last is a rank, and a place."""

    sort: MentionSort
    numbers: tuple[int, ...]
    place: str


@dataclass(frozen=True)
class Order:
    """An order of a scope's items: by rank, the greatest first, and newest first where equal.

    mean is that of the window in millionths, from which influence is measured. counts_others:
    items in other languages count in it, too.
    """

    sort: Sort
    scope: Scope
    mean: int = 0
    counts_others: bool = False

    def rank_of(self, item: Item) -> int:
        """Return the rank of an item: upvotes, or millionths of compound."""
        if self.sort == "reach":
            return upvotes_of(item)
        own = scored_in(item, self.scope)
        return self._rank_by(round(own.compound * MILLION), is_english=own.is_english)

    def rank_of_entry(self, entry: str) -> int:
        """Return the rank of an entry of a ranked day, which has no upvotes."""
        compound = compound_of(entry) * (MILLION // COMPOUND_UNITS)
        return self._rank_by(compound, is_english=is_english(entry))

    def _rank_by(self, compound: int, *, is_english: bool) -> int:
        if self.sort == "influence":
            # What the mean of n items loses without one is (compound - mean) / (n - 1).
            counts = is_english or self.counts_others
            return abs(compound - self.mean) if counts else NOT_COUNTED
        return -compound if self.sort == "most_negative" else compound

    def cursor_of(self, item: Item) -> str:
        """Return the cursor of the items after this one."""
        return self.cursor_at(self.rank_of(item), place_of(item))

    def cursor_at(self, rank: int, place: str) -> str:
        """Return the cursor of the items after this rank and place."""
        numbers = (self.mean,) if self.sort == "influence" else ()
        return RANK_END.join(map(str, (self.sort, *numbers, rank, place)))


def upvotes_of(item: Item) -> int:
    """Return the upvotes of an item; one without any comes after all others."""
    return NO_UPVOTES if item["upvotes"] is None else item["upvotes"]


def parsed_cursor(cursor: str) -> Cursor:
    """Return the parts of a cursor: PLACE, RANK~PLACE of `score`, or SORT~NUMBERS~PLACE."""
    *before, place = cursor.split(RANK_END)
    if not before:
        return Cursor("newest", (), place)
    sort: MentionSort = "score"
    for each in ("reach", "most_negative", "most_positive", "influence"):
        if before[0] == each:
            sort, before = each, before[1:]
            break
    return Cursor(sort, tuple(map(int, before)), place)


def cursor_in(cursor: str | None, sort: MentionSort) -> Cursor | None:
    """Return the parts of a list's cursor. Raises BadParameters for one of another order."""
    if cursor is None:
        return None
    found = parsed_cursor(cursor)
    if found.sort != sort:
        wrong = BadParameter(
            parameter="cursor",
            detail=f"it continues a list with sort={found.sort}, and this one has sort={sort}",
            takes="a cursor of a list with the same sort; without it, the list begins",
        )
        raise BadParameters([wrong])
    return found
