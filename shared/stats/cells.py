"""The statistics of hours: how cells are recounted from items, and added up."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from math import fsum
from typing import NamedTuple, TypedDict

from shared.kinds import Talk
from shared.models import (
    Cell,
    Comment,
    DayStats,
    Item,
    Label,
    Labelled,
    OtherLanguages,
    Post,
    Sentiment,
    TargetSentiment,
)
from shared.stats.kinds import add_kinds, pack_kinds, subtract_kinds
from shared.times import day_of

COMPOUND_DIGITS = 4
"""Compound has four digits; sums are rounded so too, whatever their order."""

SQUARE_DIGITS = 2 * COMPOUND_DIGITS
NEUTRAL_COMPOUND = 0.05
"""Items whose compound is nearer to zero are neutral."""

LABELS: tuple[Label, ...] = ("positive", "negative", "neutral")

FIRST_METHOD = "vader"
"""The method that scored all items before methods had versions."""

NOTHING = Labelled(positive=0, negative=0, neutral=0, compound_sum=0.0, compound_squares=0.0)


class Scored(NamedTuple):
    """The parts of an item that statistics count; method is as `method_of` names it.

    is_corrected says that the label is a person's. kinds are the kinds of talk, None where they
    are unknown.
    """

    label: Label
    compound: float
    method: str
    is_english: bool
    is_corrected: bool = False
    kinds: tuple[Talk, ...] | None = None


class Totals(TypedDict):
    """Cells added up; avg_sentiment is the mean compound (-1..1), None without items.

    total is positive, negative, neutral and left_out together: what is left out isn't English, and
    doesn't count in avg_sentiment either. methods counts items by what scored them, the most first;
    mixed_methods says that these are several. copies are posts that repeat another one; they count
    in everything else, too. corrected are items whose label a person corrected: their method is the
    one that scored them.
    """

    total: int
    positive: int
    negative: int
    neutral: int
    left_out: int
    avg_sentiment: float | None
    posts: int
    comments: int
    methods: dict[str, int]
    mixed_methods: bool
    copies: int
    corrected: int


def method_name(name: str, version: str | None) -> str:
    """Return a method's name with its version, as statistics name it: "linear 1"."""
    return f"{name} {version}" if version else name


def method_of(sentiment: Sentiment | TargetSentiment) -> str:
    """Name the method that found this sentiment."""
    return method_name(sentiment["method"], sentiment.get("version"))


def scored(item: Item) -> Scored:
    """Return what statistics count of an item; one of an unknown language counts as English."""
    sentiment = item["sentiment"]
    return Scored(
        label=sentiment["label"],
        compound=sentiment["compound"],
        method=method_of(sentiment),
        is_english=item.get("language") != "other",
        is_corrected="method_says" in sentiment,
        kinds=tuple(item["kinds"]) if "kinds" in item else None,
    )


def recount(posts: Iterable[Post], comments: Iterable[Comment]) -> Cell:
    """Count the items of one hour."""
    listed = list(posts)
    return recount_as(map(scored, [*listed, *comments]), listed)


def recount_as(items: Iterable[Scored], posts: Collection[Post]) -> Cell:
    """Count the items of one hour as they were scored; `posts` are those among them."""
    cell = count(items, posts=len(posts))
    return _with_copies(cell, sum("copy_of" in post for post in posts))


def count(items: Iterable[Scored], *, posts: int) -> Cell:
    """Count items; `posts` is the number of posts."""
    listed = list(items)
    cell = _cell(
        _labelled(listed),
        _labelled(item for item in listed if not item.is_english),
        Counter(item.method for item in listed),
        posts=posts,
        comments=len(listed) - posts,
    )
    kinds = pack_kinds((item.kinds, item.compound) for item in listed)
    return _with_kinds(_with_corrected(cell, sum(item.is_corrected for item in listed)), kinds)


def add(cells: Iterable[Cell]) -> Cell:
    """Add cells up, without their threads; one alone stays as it is."""
    listed = list(cells)
    if len(listed) == 1:
        return listed[0]
    return _with_kinds(_added(listed), add_kinds(cell.get("kinds", "") for cell in listed))


def _added(cells: Sequence[Cell]) -> Cell:
    """Add cells up, without their threads and kinds of talk, which take most of the time."""
    methods: dict[str, int] = {}
    posts = comments = copies = corrected = 0
    # One pass: three months of ten communities are 43,000 cells.
    for cell in cells:
        posts += cell["posts"]
        comments += cell["comments"]
        copies += cell.get("copies", 0)
        corrected += cell.get("corrected", 0)
        for name, items in methods_of(cell).items():
            methods[name] = methods.get(name, 0) + items
    added = _cell(
        _add_labelled(cells),
        _add_labelled([cell["other_language"] for cell in cells if "other_language" in cell]),
        methods,
        posts=posts,
        comments=comments,
    )
    return _with_corrected(_with_copies(added, copies), corrected)


def subtract(cell: Cell, parts: Iterable[Cell]) -> Cell:
    """Take cells out of one that they were added to, without threads; nothing falls below zero."""
    listed = list(parts)
    if not listed:
        return cell
    part = add(listed)
    counted = methods_of(part)
    left = {name: items - counted.get(name, 0) for name, items in methods_of(cell).items()}
    less = _cell(
        _less(cell, part),
        _less(cell.get("other_language", NOTHING), part.get("other_language", NOTHING)),
        {name: items for name, items in left.items() if items > 0},
        posts=max(0, cell["posts"] - part["posts"]),
        comments=max(0, cell["comments"] - part["comments"]),
    )
    less = _with_copies(less, cell.get("copies", 0) - part.get("copies", 0))
    less = _with_corrected(less, cell.get("corrected", 0) - part.get("corrected", 0))
    return _with_kinds(less, subtract_kinds(cell.get("kinds", ""), part.get("kinds", "")))


def items_in(cell: Labelled) -> int:
    """Count the items of a cell, or of a part of one."""
    return cell["positive"] + cell["negative"] + cell["neutral"]


def methods_of(cell: Cell) -> Mapping[str, int]:
    """Count a cell's items by the method that scored them."""
    if methods := cell.get("methods"):
        return methods
    items = items_in(cell)
    return {FIRST_METHOD: items} if items else {}


def is_empty(cell: Cell) -> bool:
    """Return whether nothing was counted."""
    return cell["posts"] + cell["comments"] == 0


def cells_of(days: Iterable[DayStats], hours: Iterable[str]) -> list[Cell]:
    """Pick the cells of the hours (YYYY-MM-DDTHH) out of the days; some hours have none."""
    by_day = {day["id"]: day["hours"] for day in days}
    found = (by_day.get(day_of(hour), {}).get(hour[-2:]) for hour in hours)
    return [cell for cell in found if cell is not None]


def cells_by_hour(days: Iterable[DayStats]) -> dict[str, Cell]:
    """Return the cells of the days by their hour, YYYY-MM-DDTHH."""
    return {f"{day['id']}T{hour}": cell for day in days for hour, cell in day["hours"].items()}


def totals(cells: Iterable[Cell], other_languages: OtherLanguages) -> Totals:
    """Add cells up and take the mean."""
    listed = list(cells)
    cell = listed[0] if len(listed) == 1 else _added(listed)
    left_out = cell.get("other_language", NOTHING) if other_languages == "leave_out" else NOTHING
    total, left = cell["posts"] + cell["comments"], items_in(left_out)
    counted = total - left
    compound_sum = _sum((cell["compound_sum"], -left_out["compound_sum"]))
    methods = dict(methods_of(cell))
    if len(methods) > 1:
        methods = dict(Counter(methods).most_common())
    return Totals(
        total=total,
        positive=cell["positive"] - left_out["positive"],
        negative=cell["negative"] - left_out["negative"],
        neutral=cell["neutral"] - left_out["neutral"],
        left_out=left,
        avg_sentiment=round(compound_sum / counted, COMPOUND_DIGITS) if counted else None,
        posts=cell["posts"],
        comments=cell["comments"],
        methods=methods,
        mixed_methods=len(methods) > 1,
        copies=cell.get("copies", 0),
        corrected=cell.get("corrected", 0),
    )


def variance_of(parts: Sequence[Labelled]) -> float | None:
    """Return the variance of the compound of the items in these parts; None for fewer than two.

    Parts without the sum of squares count with the most that their labels allow: the variance is
    then too large rather than too small.
    """
    items = sum(items_in(part) for part in parts)
    if items < 2:  # noqa: PLR2004 - one item has no spread
        return None
    mean = fsum(part["compound_sum"] for part in parts) / items
    squares = fsum(_squares_of(part) for part in parts)
    return max(0.0, squares - items * mean * mean) / (items - 1)


def counted_part(cell: Cell, other_languages: OtherLanguages) -> Labelled:
    """Return what counts of a cell in labels and mean."""
    other = cell.get("other_language")
    if other is None or other_languages == "count":
        return cell
    part = Labelled(
        positive=cell["positive"] - other["positive"],
        negative=cell["negative"] - other["negative"],
        neutral=cell["neutral"] - other["neutral"],
        compound_sum=cell["compound_sum"] - other["compound_sum"],
    )
    if "compound_squares" in cell and "compound_squares" in other:
        part["compound_squares"] = cell["compound_squares"] - other["compound_squares"]
    return part


def _squares_of(part: Labelled) -> float:
    """Return the sum of squares, or the most that it can be by the labels."""
    most = part["positive"] + part["negative"] + part["neutral"] * NEUTRAL_COMPOUND**2
    return part.get("compound_squares", most)


def _cell(
    whole: Labelled, other: Labelled, methods: Mapping[str, int], *, posts: int, comments: int
) -> Cell:
    cell = Cell(
        posts=posts,
        comments=comments,
        positive=whole["positive"],
        negative=whole["negative"],
        neutral=whole["neutral"],
        compound_sum=whole["compound_sum"],
    )
    if "compound_squares" in whole:
        cell["compound_squares"] = whole["compound_squares"]
    if methods and methods.keys() != {FIRST_METHOD}:
        cell["methods"] = {name: methods[name] for name in sorted(methods)}
    if items_in(other):
        cell["other_language"] = other
    return cell


def _with_copies(cell: Cell, copies: int) -> Cell:
    return {**cell, "copies": copies} if copies > 0 else cell


def _with_corrected(cell: Cell, corrected: int) -> Cell:
    return {**cell, "corrected": corrected} if corrected > 0 else cell


def _with_kinds(cell: Cell, kinds: str) -> Cell:
    return {**cell, "kinds": kinds} if kinds else cell


def _labelled(items: Iterable[Scored]) -> Labelled:
    listed = list(items)
    labels = Counter(item.label for item in listed)
    return Labelled(
        positive=labels["positive"],
        negative=labels["negative"],
        neutral=labels["neutral"],
        compound_sum=_sum(item.compound for item in listed),
        compound_squares=_square_sum(item.compound**2 for item in listed),
    )


def _add_labelled(parts: Sequence[Labelled]) -> Labelled:
    positive = negative = neutral = 0
    for part in parts:
        positive += part["positive"]
        negative += part["negative"]
        neutral += part["neutral"]
    added = Labelled(
        positive=positive,
        negative=negative,
        neutral=neutral,
        compound_sum=_sum([part["compound_sum"] for part in parts]),
    )
    if all("compound_squares" in part or not items_in(part) for part in parts):
        added["compound_squares"] = _square_sum([p.get("compound_squares", 0.0) for p in parts])
    return added


def _less(whole: Labelled, part: Labelled) -> Labelled:
    less = Labelled(
        positive=max(0, whole["positive"] - part["positive"]),
        negative=max(0, whole["negative"] - part["negative"]),
        neutral=max(0, whole["neutral"] - part["neutral"]),
        compound_sum=_sum((whole["compound_sum"], -part["compound_sum"])),
    )
    if "compound_squares" in whole and ("compound_squares" in part or not items_in(part)):
        rest = (whole["compound_squares"], -part.get("compound_squares", 0.0))
        less["compound_squares"] = max(0.0, _square_sum(rest))
    return less


def _square_sum(values: Iterable[float]) -> float:
    return round(fsum(values), SQUARE_DIGITS)


def _sum(values: Iterable[float]) -> float:
    return round(fsum(values), COMPOUND_DIGITS)
