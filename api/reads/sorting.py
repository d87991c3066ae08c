"""Lists in another order than newest first: they are read whole, and then sorted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from api.deps import Deps
from api.errors import BadParameters
from api.reads.cells import read_cells
from api.reads.copies import Copies
from api.reads.listing import Listing, Slice, place_of, read_page
from api.reads.scope_items import scored_in
from api.reads.scopes import Scope
from api.schema.parameters import ListParameters
from api.schema.problems import BadParameter
from api.schema.values import MAX_SORTED, MAX_SORTED_HOURS, RANK_END, MentionSort, Sort
from shared.models import Item
from shared.stats.cells import totals
from shared.store import Key
from shared.store.keys import key_of_place
from shared.text.search import Search, words_of
from shared.times import Window

I = TypeVar("I", bound=Item)  # noqa: E741 - an item

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
        compound = round(own.compound * MILLION)
        if self.sort == "influence":
            # What the mean of n items loses without one is (compound - mean) / (n - 1).
            counts = own.is_english or self.counts_others
            return abs(compound - self.mean) if counts else NOT_COUNTED
        return -compound if self.sort == "most_negative" else compound

    def cursor_of(self, item: Item) -> str:
        """Return the cursor of the items after this one."""
        numbers = (self.mean,) if self.sort == "influence" else ()
        return RANK_END.join(map(str, (self.sort, *numbers, self.rank_of(item), place_of(item))))


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


async def order_of(
    deps: Deps, sort: Sort, cursor: Cursor | None, scope: Scope, window: Window
) -> Order:
    """Return an order of the items of a scope. Raises StoreError.

    All pages of a list have the mean of the first one: their cursors hold it.
    """
    counts_others = deps.settings.other_languages == "count"
    if sort != "influence":
        return Order(sort, scope, counts_others=counts_others)
    if cursor is not None:
        return Order(sort, scope, cursor.numbers[0], counts_others)
    return Order(sort, scope, await _mean(deps, scope, window), counts_others)


async def _mean(deps: Deps, scope: Scope, window: Window) -> int:
    """Return the mean that statistics have of the hours of a window, in millionths."""
    cells = (await read_cells(deps, [scope], window))[scope.name]
    counted = [cells[hour] for hour in window.hours() if hour in cells]
    mean = totals(counted, deps.settings.other_languages)["avg_sentiment"]
    return round((mean or 0.0) * MILLION)


async def read_sorted(
    deps: Deps,
    sort: Sort,
    listing: Listing[I],
    cursor: Cursor | None,
    limit: int,
    *,
    scope: Scope,
    window: Window,
    search: Search | None = None,
    hides_copies: bool = False,
) -> tuple[Slice[I], Order]:
    """Return a page of a list in the order of `sort`, with the next cursor, and that order.

    Raises BadParameters where the list is too long to be read whole, and StoreError.
    """
    found = [item for item in await _read_whole(listing, sort) if _matches(item, search)]
    order = await order_of(deps, sort, cursor, scope, window)
    ranked = [
        (order.rank_of(item), place_of(item), item)
        for item in (without_copies(found) if hides_copies else found)
    ]
    ranked.sort(key=lambda each: each[:2], reverse=True)
    if cursor is not None:
        after = (cursor.numbers[-1], cursor.place)
        ranked = [each for each in ranked if each[:2] < after]
    shown = [item for _, _, item in ranked[:limit]]
    below = order.cursor_of(shown[-1]) if len(ranked) > limit else None
    return Slice(shown, below), order


def _matches(item: Item, search: Search | None) -> bool:
    return search is None or search(words_of(item))


def without_copies(items: Sequence[I]) -> list[I]:
    """Return the items of a whole list without those whose original is among them."""
    listed = {(item["community"], item["id"]) for item in items if item["kind"] == "post"}
    return [item for item in items if not (_originals_of(item) & listed)]


def _originals_of(item: Item) -> set[Key]:
    """Return the key of the post that an item repeats, if it repeats one."""
    place = item.get("copy_of")
    return {key_of_place(place)} if isinstance(place, str) else set()


async def _read_whole(listing: Listing[I], sort: Sort) -> list[I]:
    """Return all items of a list. Raises BadParameters where they are too many."""
    items: list[I] = []
    below: str | None = listing.end
    is_spent = await listing.exceeds(MAX_SORTED)
    while below is not None and not is_spent:
        part = await listing.read(below, MAX_SORTED + 1 - len(items))
        items += part.items
        below = part.below
        is_spent = len(items) > MAX_SORTED or (part.is_spent and below is not None)
    if is_spent:
        raise BadParameters([_too_long(sort)])
    return items


def _too_long(sort: Sort) -> BadParameter:
    return BadParameter(
        parameter="sort",
        detail=f"{sort!r}: this list is too long to be sorted",
        takes=f"lists of up to {MAX_SORTED} items (each hour with items counts as one) in up to"
        f" {MAX_SORTED_HOURS} such hours: choose a shorter time, a community, a sentiment or a kind"
        " of talk; newest takes any list",
    )


async def read_list(
    deps: Deps,
    parameters: ListParameters,
    sort: Sort,
    listing: Listing[I],
    search: Search | None,
    *,
    scope: Scope,
    window: Window,
    copies: Copies | None = None,
) -> tuple[Slice[I], Order | None]:
    """Return a page of a list in the order of `sort`, and that order, None if newest first.

    copies removes items whose original is in the list. Raises BadParameters and StoreError.
    """
    cursor = cursor_in(parameters.cursor, sort)
    limit = parameters.limit
    if sort == "newest":
        return await read_page(listing, parameters.cursor, search, limit, copies), None
    return await read_sorted(
        deps,
        sort,
        listing,
        cursor,
        limit,
        scope=scope,
        window=window,
        search=search,
        hides_copies=copies is not None,
    )


def placed(order: Order | None, items: Iterable[I]) -> list[tuple[I, str]]:
    """Return items, each with the cursor of the items after it; None is newest first."""
    return [(item, order.cursor_of(item) if order else place_of(item)) for item in items]
