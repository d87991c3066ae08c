"""The statistics of hours, days and months."""

from typing import NotRequired, TypedDict

from shared.models.items import CopyMarks

# The partition of the statistics over all communities; no community may be called so.
ALL = "all"


class Labelled(TypedDict):
    """Items by their label, and the sums of their compound and of its square.

    threads are the same by the id of the post that the items are or answer: their number, and the
    sum of their compound. The items of a thread agree more than chance has it, so that an error of
    a mean has to know them. Days of communities have the largest ones of each hour;
    months, and `all`, have none. They are text that most reads needn't take apart: see
    `shared.stats.threads`.
    """

    positive: int
    negative: int
    neutral: int
    compound_sum: float
    compound_squares: NotRequired[float]
    threads: NotRequired[str]


class Cell(Labelled):
    """The statistics of one hour: a recount of the items created in it.

    methods counts them by the method that scored them, "linear 1"; it is left out where all are of
    `shared.stats.cells.FIRST_METHOD`, as in what was stored before. other_language is the part of
    them that isn't English, left out where there is none. copies is the number of posts that repeat
    another one, left out where there is none.
    """

    posts: int
    comments: int
    methods: NotRequired[dict[str, int]]
    other_language: NotRequired[Labelled]
    copies: NotRequired[int]


class DayStats(TypedDict):
    """One day of a scope: a community, or `all`. id is YYYY-MM-DD, hours has keys 00 to 23.

    names are the communities that count in a day of `all`, or did; earlier days lack it.
    """

    id: str
    scope: str
    hours: dict[str, Cell]
    names: NotRequired[list[str]]
    _etag: NotRequired[str]


class MonthStats(TypedDict):
    """One month of one community: the same cells that its days hold, in one small document.

    id is YYYY-MM; scope is `shared.stats.months.partition_of` of its name, so that no query for
    days finds it. cells has keys DDTHH, and numbers in the order of `shared.stats.months`. method
    is what scored the items of most hours; methods are those of the other hours.
    """

    id: str
    scope: str
    cells: dict[str, list[float]]
    method: str | None
    methods: dict[str, dict[str, int]]
    _etag: NotRequired[str]


class Likeness(CopyMarks):
    """What tells whether a post is a copy, and its marks; each field may be missing.

    text is the same for equal texts of one author; parent is the post that a cross-post shows.
    """

    text: NotRequired[str]
    parent: NotRequired[str]


class CommunityHour(TypedDict):
    """What one community adds to one hour of `all`: its cell, and its posts.

    posts are [order_key, label] pairs, newest first: enough to find the newest posts of all
    communities without asking each of them. comments are as many strings, newest first: p, n or -
    for positive, neutral or negative, and what follows the hour in the order key. texts are the
    likenesses of posts by their order key, less the empty ones. What was stored before comments or
    texts were listed lacks them.
    """

    cell: Cell
    posts: list[list[str]]
    comments: NotRequired[list[str]]
    texts: NotRequired[dict[str, Likeness]]


class ScopeHour(TypedDict):
    """One hour of `all`; id is YYYY-MM-DDTHH, in the partition `all`."""

    id: str
    scope: str
    shares: dict[str, CommunityHour]
    _etag: NotRequired[str]
