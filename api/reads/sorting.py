"""Lists in another order than newest first.

By compound and by influence they are ranked from the ranked days of their scope, and a page reads
its items alone. By reach, and those of a topic, they are read whole, and then sorted.
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from api.deps import Deps
from api.errors import BadParameters
from api.reads.cells import read_cells
from api.reads.copies import Copies
from api.reads.hours import read_referenced
from api.reads.listing import SCANNED_AT_ONCE, Listing, place_of, read_page
from api.reads.orders import MILLION, Cursor, Order, cursor_in
from api.reads.ranked import (
    KINDS,
    Ranked,
    RankedDays,
    TooLong,
    Wanted,
    after_place,
    read_ranked_days,
)
from api.reads.scope_items import is_about
from api.reads.scopes import Scope
from api.schema.parameters import MAX_SCANNED, ListParameters
from api.schema.problems import BadParameter
from api.schema.values import MAX_RANKED_ITEMS, MAX_SORTED, Kind, Sort
from shared.kinds import Talk
from shared.models import ALL, Item, Label
from shared.stats.cells import totals
from shared.store import Key, Store
from shared.store.keys import key_of_place
from shared.text.search import Search, words_of
from shared.times import Window, iso

I = TypeVar("I", bound=Item)  # noqa: E741 - an item


@dataclass(frozen=True)
class PlacedPage(Generic[I]):
    """Items, each with the cursor of what follows it, and the cursor of the next page, if any."""

    items: list[tuple[I, str]]
    below: str | None


@dataclass(frozen=True)
class OrderedList(Generic[I]):
    """A list, its order, and what it holds of a scope's window.

    Where wanted is None, listing has the items of a topic, and is read whole in another order than
    newest first. search leaves what it matches. copies removes items whose original is in the list.
    """

    sort: Sort
    scope: Scope
    window: Window
    listing: Listing[I]
    wanted: Wanted | None = None
    search: Search | None = None
    copies: Copies | None = None

    async def read(self, deps: Deps, cursor: Cursor | None, limit: int) -> PlacedPage[I]:
        """Return a page of at most `limit` items after a cursor.

        With a search, and where a list is long, it may have fewer although another follows. Raises
        BadParameters where the list is too long, and StoreError.
        """
        store = await deps.watched_store()
        if self.wanted is None:
            whole = await _read_whole(self.listing)
            return self._sorted(whole, await self._order(deps, cursor, None), cursor, limit)
        try:
            days = await read_ranked_days(
                store, _ranked_scope(self.scope), self.window, deps.settings.watched
            )
        except TooLong as error:
            raise BadParameters([_too_long(self.sort)]) from error
        order = await self._order(deps, cursor, days)
        if self.sort != "reach":
            return await self._ranked(_Ranking(store, days, self.wanted, order), cursor, limit)
        items = await self._all_of(store, days, self.wanted)
        return self._sorted(items, order, cursor, limit)

    async def _order(self, deps: Deps, cursor: Cursor | None, days: RankedDays | None) -> Order:
        """Return the order. All pages have the mean of the first one: their cursors hold it."""
        counts_others = deps.settings.other_languages == "count"
        if self.sort != "influence":
            return Order(self.sort, self.scope, counts_others=counts_others)
        if cursor is not None:
            mean = cursor.numbers[0]
        elif days is None or self.wanted is None:
            mean = await _mean_of_statistics(deps, self.scope, self.window)
        else:
            hours = self.window.hours()
            found = await asyncio.to_thread(
                days.mean, self.wanted, hours, counts_others=counts_others
            )
            mean = round((found or 0.0) * MILLION)
        return Order(self.sort, self.scope, mean, counts_others)

    def _sorted(
        self, items: Sequence[I], order: Order, cursor: Cursor | None, limit: int
    ) -> PlacedPage[I]:
        """Return a page of all items of a list."""
        found = [item for item in items if self.search is None or self.search(words_of(item))]
        ranked = [
            (order.rank_of(item), place_of(item), item)
            for item in (without_copies(found) if self.copies is not None else found)
        ]
        ranked.sort(key=lambda each: each[:2], reverse=True)
        if cursor is not None:
            after = (cursor.numbers[-1], cursor.place)
            ranked = [each for each in ranked if each[:2] < after]
        shown = [(item, order.cursor_at(rank, place)) for rank, place, item in ranked[:limit]]
        return PlacedPage(shown, shown[-1][1] if len(ranked) > limit else None)

    async def _all_of(self, store: Store, days: RankedDays, wanted: Wanted) -> list[I]:
        """Return all items of a list. Raises BadParameters where they are too many."""
        most = MAX_SORTED - days.cost
        found = await asyncio.to_thread(days.first, wanted, lambda _: 0, None, most + 1)
        if len(found) > most:
            raise BadParameters([_too_long(self.sort)])
        return await self._items(store, found)

    async def _ranked(
        self, ranking: "_Ranking", cursor: Cursor | None, limit: int
    ) -> PlacedPage[I]:
        """Return a page that reads only the items that it shows, or searches."""
        order, most = ranking.order, self._most_read(ranking.days)
        found = await ranking.first(cursor, most + 1)
        shown: list[tuple[I, str]] = []
        read = 0
        while read < min(most, len(found)):
            size = SCANNED_AT_ONCE if self.search is not None else limit - len(shown)
            batch = found[read : min(read + size, most)]
            cursors = {
                (each.kind, *each.reference.key): order.cursor_at(each.rank, each.place)
                for each in batch
            }
            for item in await self._shown(ranking, await self._items(ranking.store, batch)):
                below = cursors[item["kind"], item["community"], item["id"]]
                shown.append((item, below))
                if len(shown) == limit:
                    last = order.cursor_at(found[-1].rank, found[-1].place)
                    return PlacedPage(shown, None if below == last else below)
            read += len(batch)
        if len(found) <= most:
            return PlacedPage(shown, None)
        return PlacedPage(shown, order.cursor_at(found[most - 1].rank, found[most - 1].place))

    def _most_read(self, days: RankedDays) -> int:
        """Return the maximum number of items that a page reads beside the days."""
        left = MAX_SORTED - days.cost
        if self.search is not None and self.copies is not None:
            # What it finds may be copies, whose originals are read, too.
            left //= 2
        return min(left, MAX_SCANNED)

    async def _items(self, store: Store, found: Sequence[Ranked]) -> list[I]:
        """Return the stored items; a mention may have gone since its hour was counted."""
        items = await read_referenced(store, [each.reference for each in found])
        return cast("list[I]", [item for item in items if is_about(item, self.scope)])

    async def _shown(self, ranking: "_Ranking", items: list[I]) -> list[I]:
        """Return the items that match the search and whose original isn't in the list."""
        if self.search is not None:
            found = [item for item in items if self.search(words_of(item))]
            return found if self.copies is None else await self.copies.without(found)
        if self.copies is None:
            return items
        return [item for item in items if not ranking.holds_original_of(item)]


@dataclass(frozen=True)
class _Ranking:
    """What a list holds, in an order by compound or influence."""

    store: Store
    days: RankedDays
    wanted: Wanted
    order: Order

    async def first(self, cursor: Cursor | None, most: int) -> list[Ranked]:
        """Return the first `most` after a cursor."""
        after = after_place(cursor.numbers[-1], cursor.place) if cursor is not None else None
        # Off the loop: it may be some hundred thousand.
        return await asyncio.to_thread(
            self.days.first, self.wanted, self.order.rank_of_entry, after, most
        )

    def holds_original_of(self, item: Item) -> bool:
        """Return whether the list holds the post that an item repeats."""
        place = item.get("copy_of")
        return isinstance(place, str) and self.days.holds(self.wanted, place)


async def _mean_of_statistics(deps: Deps, scope: Scope, window: Window) -> int:
    """Return the mean that statistics have of the hours of a window, in millionths."""
    cells = (await read_cells(deps, [scope], window))[scope.name]
    counted = [cells[hour] for hour in window.hours() if hour in cells]
    mean = totals(counted, deps.settings.other_languages)["avg_sentiment"]
    return round((mean or 0.0) * MILLION)


def without_copies(items: Sequence[I]) -> list[I]:
    """Return the items of a whole list without those whose original is among them."""
    listed = {(item["community"], item["id"]) for item in items if item["kind"] == "post"}
    return [item for item in items if not (_originals_of(item) & listed)]


def _originals_of(item: Item) -> set[Key]:
    """Return the key of the post that an item repeats, if it repeats one."""
    place = item.get("copy_of")
    return {key_of_place(place)} if isinstance(place, str) else set()


async def _read_whole(listing: Listing[I]) -> list[I]:
    """Return all items of a topic, which a request has read already or which are a hundred."""
    items: list[I] = []
    below: str | None = listing.end
    while below is not None:
        part = await listing.read(below, MAX_SORTED)
        items += part.items
        below = part.below
    return items


def _ranked_scope(scope: Scope) -> str:
    """Return the scope whose ranked days have the items: those of all have every community's."""
    return scope.name if scope.subject is not None else ALL


def _too_long(sort: Sort) -> BadParameter:
    most = (
        f"up to about {MAX_SORTED} items"
        if sort == "reach"
        else f"times in which the scope has up to about {MAX_RANKED_ITEMS:,} items"
    )
    return BadParameter(
        parameter="sort",
        detail=f"{sort!r}: this list is too long to be sorted",
        takes=f"{most}: choose a shorter time"
        + (", a community, a sentiment or a kind of talk" if sort == "reach" else "")
        + "; newest takes any list",
    )


def wanted_of(
    scope: Scope,
    window: Window,
    end: str,
    names: Sequence[str],
    *,
    label: Label | None = None,
    talk: Talk | None = None,
    kinds: Collection[Kind] = KINDS,
) -> Wanted:
    """Return what a list holds of a scope: names are the watched communities, end an order key."""
    own = names if scope.community == ALL else [scope.community]
    return Wanted(
        frozenset(own), iso(window.start), end, label=label, talk=talk, kinds=kinds, via=scope.via
    )


async def read_list(
    deps: Deps,
    parameters: ListParameters,
    listed: OrderedList[I],
) -> PlacedPage[I]:
    """Return a page of a list in its order. Raises BadParameters and StoreError."""
    cursor = cursor_in(parameters.cursor, listed.sort)
    if listed.sort != "newest":
        return await listed.read(deps, cursor, parameters.limit)
    found = await read_page(
        listed.listing,
        parameters.cursor,
        listed.search,
        parameters.limit,
        listed.copies,
    )
    return PlacedPage(placed(found.items), found.below)


def placed(items: Iterable[I]) -> list[tuple[I, str]]:
    """Return items, each with the cursor of those after it, newest first."""
    return [(item, place_of(item)) for item in items]
