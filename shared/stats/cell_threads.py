"""Adds cells up with their threads, and takes cells out of one with them.

An hour of several communities needs their threads together; cells of many hours don't, since
`shared.stats.means` takes the threads of each.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from math import fsum
from typing import cast

from shared.models import Cell, Comment, Item, Labelled, Post
from shared.stats.cells import COMPOUND_DIGITS, Scored, add, items_in, subtract
from shared.stats.threads import (
    Threads,
    largest,
    pack_threads,
    together,
    unpack_threads,
    with_community_of_half,
    without,
)
from shared.stats.uncertainty import Thread
from shared.store.keys import key_of_place


def thread_of(item: Item) -> str:
    """Return the thread of an item: the id of the post that it is or answers."""
    return cast("Comment", item)["post_id"] if item["kind"] == "comment" else item["id"]


def counted_thread_of(item: Item) -> str:
    """Return the thread that an item counts in: the original's, for a post that copies another.

    So the copies of a text are one thread in errors, and say as little as one that repeats itself.
    """
    copied = cast("Post", item).get("copy_of")
    return key_of_place(copied)[1] if copied else thread_of(item)


def with_threads(cell: Cell, items: Iterable[tuple[str, Scored]]) -> Cell:
    """Return the cell of these items with its threads; the items name theirs."""
    listed = list(items)
    counted: Cell = {**cell, "threads": pack_threads(_threads(listed))}
    if "other_language" in cell:
        others = _threads((thread, item) for thread, item in listed if not item.is_english)
        counted["other_language"] = {**cell["other_language"], "threads": pack_threads(others)}
    return counted


def _threads(items: Iterable[tuple[str, Scored]]) -> Threads:
    compounds: dict[str, list[float]] = defaultdict(list)
    for thread, item in items:
        compounds[thread].append(item.compound)
    return largest(
        Threads(
            {
                name: Thread(len(own), round(fsum(own), COMPOUND_DIGITS))
                for name, own in compounds.items()
            }
        )
    )


def add_communities(cells: Mapping[str, Cell]) -> Cell:
    """Add the cells of communities in one hour up, with their threads, if all of them have any."""
    added = add(cells.values())
    parts = {name: cell for name, cell in cells.items() if items_in(cell)}
    if not all(map(knows_threads, parts.values())):
        return _without_threads(added)
    whole = _threads_of_communities(parts, items_in(added))
    of_all: Cell = {**added, "threads": whole}
    if "other_language" in added:
        others = {
            name: cell["other_language"] for name, cell in parts.items() if "other_language" in cell
        }
        threads = _threads_of_communities(others, items_in(added["other_language"]))
        of_all["other_language"] = {**added["other_language"], "threads": threads}
    return of_all


def _threads_of_communities(cells: Mapping[str, Labelled], items: int) -> str:
    parts = [
        with_community_of_half(unpack_threads(cell["threads"]), name, items)
        for name, cell in cells.items()
    ]
    return pack_threads(largest(together(parts)))


def knows_threads(cell: Cell) -> bool:
    """Return whether a cell has its threads, also those of other languages."""
    return "threads" in cell and "threads" in cell.get("other_language", cell)


def _without_threads(cell: Cell) -> Cell:
    plain: Cell = {**cell}
    plain.pop("threads", None)
    if "other_language" in plain:
        other: Labelled = {**plain["other_language"]}
        other.pop("threads", None)
        plain["other_language"] = other
    return plain


def subtract_communities(cell: Cell, parts: Iterable[Cell]) -> Cell:
    """Take cells out of one that they were added to, with their threads, if all of them have any.

    Nothing falls below zero.
    """
    listed = list(parts)
    less = subtract(cell, listed)
    if not listed:
        return less
    if all(map(knows_threads, [cell, *filter(items_in, listed)])):
        less["threads"] = _threads_less(cell, listed)
        if "other_language" in less:
            others = [each["other_language"] for each in listed if "other_language" in each]
            threads = _threads_less(cell["other_language"], others)
            less["other_language"] = {**less["other_language"], "threads": threads}
    return less


def _threads_less(whole: Labelled, parts: Iterable[Labelled]) -> str:
    taken = together(unpack_threads(part.get("threads", "")) for part in parts)
    return pack_threads(without(unpack_threads(whole["threads"]), taken))
