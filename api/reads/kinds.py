"""The kinds of talk in answers."""

from collections.abc import Iterable, Mapping
from typing import Any

from api.schema.kinds import KindFigures
from shared.kinds import Talk
from shared.models import Cell
from shared.stats.cells import COMPOUND_DIGITS
from shared.stats.kinds import add_kinds, items_with_kinds, sums_of
from shared.stats.means import Sample, some_of, spread_of
from shared.switches import switch_of


def kinds_of_cells(cells: Iterable[Cell], whole: Sample) -> dict[Talk, KindFigures] | None:
    """Return the figures of each kind of talk; None where no item has kinds.

    whole are the counted items of the cells.
    """
    text = add_kinds(cell.get("kinds", "") for cell in cells)
    items = items_with_kinds(text)
    if not items:
        return None
    return {
        kind: KindFigures(
            items=sums.items,
            avg_sentiment=round(sums.mean, COMPOUND_DIGITS),
            share=round(sums.items / items, COMPOUND_DIGITS),
            **spread_of(some_of(whole, sums.items, sums.mean)),
        )
        for kind, sums in sums_of(text).items()
    }


def with_switch(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item with what it left for what."""
    switch = switch_of(item.get("kinds", ()), item.get("mentions", ()))
    return {**item, "switch": switch}
