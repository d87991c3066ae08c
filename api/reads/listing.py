"""Reads pages of a list, newest first, with or without a search."""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from api.reads.copies import Copies
from api.schema.parameters import MAX_POSTS, MAX_SCANNED, ListParameters
from shared.communities import Kind
from shared.models import Item
from shared.text.search import Search, words_of

I = TypeVar("I", bound=Item)  # noqa: E741 - an item
A = TypeVar("A")
L = TypeVar("L", bound=ListParameters)

SCANNED_AT_ONCE = 250
# It sorts before all that ids are made of, and is in none.
COMMENT = "!"


@dataclass(frozen=True)
class Slice(Generic[I]):
    """Items, and the place below which to continue; None at the end.

    is_spent: this page must not read more.
    """

    items: list[I]
    below: str | None
    is_spent: bool = False


@dataclass(frozen=True)
class Page(Generic[A]):
    """A page of an answer, and the cursor of the next page, None at the end.

    is_rematching: the mentions of its subject may not be right yet.
    """

    items: A
    next_cursor: str | None
    is_rematching: bool = False


class Listing(Protocol[I]):
    """A list of items, read newest first."""

    @property
    def end(self) -> str:
        """Return the place below which all items are."""
        ...

    async def read(self, below: str, count: int) -> Slice[I]:
        """Return at most `count` of the newest items below a place."""
        ...


def place_of(item: Item) -> str:
    """Return where an item stands among all: by its time and id, a comment above its namesake."""
    return item["order_key"] + (COMMENT if item["kind"] == "comment" else "")


def below_place(place: str, kind: Kind) -> str:
    """Return the order key that the items of a kind have to lie below, to lie below a place."""
    return place.removesuffix(COMMENT) if kind == "comment" else place


def with_largest_page(parameters: L) -> L:
    """Return the parameters with the largest limit if they have none, as for files."""
    if "limit" in parameters.model_fields_set:
        return parameters
    return parameters.model_copy(update={"limit": MAX_POSTS})


def sliced(found: list[I], count: int) -> Slice[I]:
    """Return the first `count` items; one more item means that the list continues."""
    return Slice(found[:count], found[count - 1]["order_key"] if len(found) > count else None)


async def read_page(
    listing: Listing[I],
    cursor: str | None,
    search: Search | None,
    limit: int,
    copies: Copies | None = None,
) -> Slice[I]:
    """Read until enough items match, none are left, or too many were read.

    copies removes items whose original is in the list.
    """
    below = min(listing.end, cursor) if cursor else listing.end
    matching: list[I] = []
    scanned = 0
    while True:
        batch = SCANNED_AT_ONCE if search else limit - len(matching)
        part = await listing.read(below, batch)
        found = [item for item in part.items if not search or search(words_of(item))]
        if copies is not None:
            found = await copies.without(found)
        for item in found:
            matching.append(item)
            if len(matching) == limit:
                is_last = part.below is None and item is found[-1]
                return Slice(matching, None if is_last else place_of(item))
        scanned += batch
        if part.below is None or part.is_spent or scanned >= MAX_SCANNED:
            return Slice(matching, part.below)
        below = part.below
