"""Reads the items of a scope in a span: all of them, or a sample that is spread evenly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from api.deps import Deps
from api.reads.cells import read_cells
from api.reads.scopes import Scope
from api.reads.spread_items import read_spread_items, spread
from api.schema.values import MAX_ITEMS_COST
from shared.communities import Kind
from shared.models import ALL, Cell, Item
from shared.store import COMMENTS, POSTS, Container, Query, Store
from shared.times import Window, next_hour

# Request units of a span, for its items and for the hours that list them: an item costs about one,
# and so does an hour of up to HOUR_ITEMS items. Two spans and their statistics stay below 1,000.
MAX_COST = MAX_ITEMS_COST
HOUR_ITEMS = 200
# Items of a query of a sample; a query costs two request units by itself.
QUERY_ITEMS = 12
POSTS_AND_COMMENTS: tuple[Kind, ...] = ("post", "comment")


@dataclass(frozen=True)
class SpanItems:
    """The items of a scope that were read in a span, and the number that statistics count there.

    hours is the number of documents that list them which were read.
    """

    window: Window
    items: Sequence[Item]
    of: int
    hours: int

    @property
    def is_whole(self) -> bool:
        """Return whether all items were read."""
        return len(self.items) >= self.of

    @property
    def cost(self) -> int:
        """Return the request units that the items took, about one for each document."""
        return len(self.items) + self.hours


async def read_span_items(
    deps: Deps,
    scope: Scope,
    window: Window,
    *,
    max_cost: int = MAX_COST,
    cells: Mapping[str, Cell] | None = None,
) -> SpanItems:
    """Return the items of a scope in the whole hours of a window, in no order.

    They are all items, or a sample of up to max_cost of them: each hour that is read gives the same
    part of its items. The same data gives the same sample. The scope's via doesn't count. cells are
    those of the window where they are read already. Raises StoreError.
    """
    if cells is None:
        cells = (await read_cells(deps, [scope], window))[scope.name]
    counted = {hour: cells[hour] for hour in window.hours() if hour in cells}
    counted = {hour: cell for hour, cell in counted.items() if items_of(cell)}
    of = sum(map(items_of, counted.values()))
    store = await deps.watched_store()
    if scope.subject is None and scope.community != ALL:
        items, hours = await _of_community(store, scope.community, counted, max_cost), []
    else:
        counts = {hour: items_of(cell) for hour, cell in counted.items()}
        hours = chosen_hours(counts, max_cost)
        names, most = deps.settings.watched, max_cost - len(hours)
        items = await read_spread_items(store, scope, hours, names, most=most)
    return SpanItems(window, items, of, len(hours))


def items_of(cell: Cell) -> int:
    """Return the number of posts and comments in a cell."""
    return cell["posts"] + cell["comments"]


async def _of_community(
    store: Store, name: str, cells: Mapping[str, Cell], max_cost: int
) -> list[Item]:
    total = sum(map(items_of, cells.values()))
    found: list[Item] = []
    for kind in POSTS_AND_COMMENTS:
        container = cast("Container[Item]", POSTS if kind == "post" else COMMENTS)
        counts = {
            hour: cell["posts"] if kind == "post" else cell["comments"]
            for hour, cell in cells.items()
        }
        for first, after, limit in parts_of(counts, total, max_cost):
            query = Query(container, name, limit, at_least=first, below=after)
            found += await store.query(query)
    return found


def parts_of(
    counts: Mapping[str, int], total: int, max_cost: int = MAX_COST
) -> list[tuple[str, str, int]]:
    """Return parts of a span as their first hour, the hour behind them and the items to read there.

    counts are those of the hours, oldest first, and `total` those of all kinds. Each part has the
    same share of its items, so that all kinds together have max_cost at most.
    """
    hours = [hour for hour, count in counts.items() if count]
    if not hours:
        return []
    own = sum(counts.values())
    budget = max_cost * 3 // 4
    if total <= budget:
        return [(hours[0], next_hour(hours[-1]), own)]
    parts: list[tuple[str, str, int]] = []
    seen = taken = 0
    first = hours[0]
    for hour in hours:
        seen += counts[hour]
        wanted = seen * budget // total - taken
        if wanted >= QUERY_ITEMS or (wanted > 0 and hour == hours[-1]):
            parts.append((first, next_hour(hour), wanted))
            taken += wanted
            first = next_hour(hour)
    return parts


def chosen_hours(counts: Mapping[str, int], max_cost: int = MAX_COST) -> list[str]:
    """Return the hours to read, spread evenly: all of them, if their items can be read, too."""
    hours = list(counts)
    total = sum(counts.values())
    if len(hours) + total <= max_cost:
        return hours
    some = max(max_cost // 4, max_cost * len(hours) // (len(hours) + total))
    chosen = spread(hours, some)
    while len(chosen) > 1 and sum(1 + counts[hour] // HOUR_ITEMS for hour in chosen) > max_cost / 2:
        chosen = spread(chosen, len(chosen) // 2)
    return chosen
