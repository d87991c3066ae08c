"""The rows of tables of subjects, as numbers and as text.

A row is text, "NAME ITEMS POSTS POSITIVE NEGATIVE SUM SQUARES", and the rows of a cell have commas
between them: JSON parses one text several times as fast as lists. NAME is the place of the
community in the document's names. SUM is in ten-thousandths. If a row has mentions that aren't
English, the same five figures of them follow, less POSTS.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from shared.models import Cell, Labelled
from shared.stats.cells import COMPOUND_DIGITS, NOTHING, SQUARE_DIGITS, items_in

REST = ""
"""The name of the row of communities without names."""
REST_NUMBER = "-1"

Numbers = tuple[int, ...]
"""items, posts, positive, negative, sum, squares; then items, positive, negative, sum and squares
of what isn't English. Integers add up exactly.
"""
OWN = 6
NO_NUMBERS: Numbers = (0,) * 11
SUM_UNIT = 10**COMPOUND_DIGITS
SQUARES_UNIT = 10**SQUARE_DIGITS

Rows = Mapping[str, Numbers]
"""Numbers by community."""


def numbers_of(cell: Cell) -> Numbers:
    """Return the numbers of a cell."""
    other = cell.get("other_language", NOTHING)
    return (
        items_in(cell),
        cell["posts"],
        *_labelled(cell),
        items_in(other),
        *_labelled(other),
    )


def pack_rows(rows: Rows, numbers: Mapping[str, int]) -> str:
    """Return rows as text; numbers are the places of the names."""
    return ",".join(
        " ".join((REST_NUMBER if name == REST else str(numbers[name]), *_text_of(row)))
        for name, row in sorted(rows.items())
    )


def unpack_rows(text: str, names: Sequence[str | None]) -> dict[str, Numbers]:
    """Return the rows of a text by community, without those whose name is None."""
    found: dict[str, Numbers] = {}
    for row in text.split(","):
        number, _, rest = row.partition(" ")
        name = REST if number == REST_NUMBER else names[int(number)]
        if name is None:
            continue
        numbers = tuple(map(int, rest.split(" ")))
        if len(numbers) == OWN:
            numbers += NO_NUMBERS[OWN:]
        found[name] = total([found[name], numbers]) if name in found else numbers
    return found


def join(rows: Iterable[Rows]) -> dict[str, Numbers]:
    """Add rows up by community."""
    listed = list(rows)
    if len(listed) == 1:
        return dict(listed[0])
    found: dict[str, list[Numbers]] = defaultdict(list)
    for some in listed:
        for name, numbers in some.items():
            found[name].append(numbers)
    return {name: total(numbers) for name, numbers in found.items()}


def add_up(rows: Iterable[Rows]) -> Numbers:
    """Add rows up over all communities."""
    return total([numbers for some in rows for numbers in some.values()])


def total(numbers: Sequence[Numbers]) -> Numbers:
    """Add numbers up."""
    if len(numbers) == 1:
        return numbers[0]
    return tuple(map(sum, zip(*numbers, strict=True))) if numbers else NO_NUMBERS


def _labelled(part: Labelled) -> Numbers:
    squares = part.get("compound_squares", 0.0)
    return (
        part["positive"],
        part["negative"],
        round(part["compound_sum"] * SUM_UNIT),
        round(squares * SQUARES_UNIT),
    )


def _text_of(numbers: Numbers) -> list[str]:
    return list(map(str, numbers if numbers[OWN] else numbers[:OWN]))
