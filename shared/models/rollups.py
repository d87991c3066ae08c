"""The statistics of hours, days and months."""

from typing import NotRequired, TypedDict

from shared.models.items import CopyMarks, Via

# The partition of the statistics over all communities; no community may be called so.
ALL = "all"


class Labelled(TypedDict):
    """Items by their label, and the sums of their compound and of its square.

    threads are the same by the id of the post that the items are or answer: their number, and the
    sum of their compound. The items of a thread agree more than chance has it, so that an error of
    a mean has to know them. They are text that most reads needn't take apart: see
    `shared.stats.threads`. What was stored by earlier versions lacks them.
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
    another one, and corrected the number of items whose label a person corrected; each is left out
    where there is none. kinds counts items by their kinds of talk, as text (`shared.stats.kinds`);
    it is left out where no item's are known. digest has the threads of the whole day, those of all
    items and perhaps those of other languages: cells that come out of months have it in the place
    of their own, and stored ones never do.
    """

    posts: int
    comments: int
    methods: NotRequired[dict[str, int]]
    other_language: NotRequired[Labelled]
    copies: NotRequired[int]
    corrected: NotRequired[int]
    kinds: NotRequired[str]
    digest: NotRequired[list[str]]


Parts = dict[str, dict[str, list[float]]]
"""Cells of parts of a subject's mentions: "text in COMMUNITY", then the hour.

A part has one via and one community; together they are all mentions. A cell is packed as
`shared.stats.months` packs it.
"""

PartMethods = dict[str, dict[str, dict[str, int]]]
"""The methods that scored the mentions of a part, for hours that several methods scored."""

PartKinds = dict[str, dict[str, str]]
"""The kinds of talk of the mentions of a part, by the hour, as cells have them."""


class DayStats(TypedDict):
    """One day of a scope: a community, `all` or a subject.

    id is YYYY-MM-DD, hours has keys 00 to 23. names are the communities that count in a day of
    `all` or of a subject, or did; earlier days lack it, and so do days of `all` with thousands,
    which have has_many_names. parts split the hours of a subject, with
    the same keys; part_methods and part_kinds have what packed cells lack. mention_methods are, for
    hours of `all` and of communities, the methods by which mentions count but none of the items of
    their community, left out where there are none. Earlier days of communities lack them.
    """

    id: str
    scope: str
    hours: dict[str, Cell]
    names: NotRequired[list[str]]
    has_many_names: NotRequired[bool]
    parts: NotRequired[Parts]
    part_methods: NotRequired[PartMethods]
    part_kinds: NotRequired[PartKinds]
    mention_methods: NotRequired[dict[str, list[str]]]
    _etag: NotRequired[str]


class MonthStats(TypedDict):
    """One month of one community or subject: the cells that its days hold, in a small document.

    id is YYYY-MM; scope is `shared.stats.months.partition_of` of its name, so that no query for
    days finds it. cells has keys DDTHH, and numbers in the order of `shared.stats.months`. method
    is what scored the items of most hours; methods are those of the other hours. names are the
    communities that count in a month of a subject. digests are, by the day (01 to 31), its threads
    as the cells of a day have them by the hour: of all items, and perhaps of other languages. Days
    with cells of an earlier version have none. kinds are the kinds of talk of hours, DDTHH, that
    have any.
    """

    id: str
    scope: str
    cells: dict[str, list[float]]
    method: str | None
    methods: dict[str, dict[str, int]]
    names: NotRequired[list[str]]
    digests: NotRequired[dict[str, list[str]]]
    kinds: NotRequired[dict[str, str]]
    _etag: NotRequired[str]


class MonthParts(TypedDict):
    """The parts of one month of a subject, in the partition of its months.

    id is `shared.stats.subjects.parts_id` of YYYY-MM; hours are DDTHH. Reads that need no parts
    stay small so. is_full says that a month has too many parts for one document, which keeps none
    then: its days have them.
    """

    id: str
    scope: str
    parts: Parts
    part_methods: PartMethods
    part_kinds: NotRequired[PartKinds]
    is_full: NotRequired[bool]
    _etag: NotRequired[str]


class Likeness(CopyMarks):
    """The signs of a post that is a copy, and its marks; each field may be missing.

    text is the same for equal texts of one author; parent is the post that a cross-post shows.
    """

    text: NotRequired[str]
    parent: NotRequired[str]


class CommunityHour(TypedDict):
    """One community's part of one hour of `all`: its cell, and its posts.

    posts and comments are listed newest first, as `shared.stats.listed` packs them: enough to find
    the newest ones of all communities without asking each of them. texts are the
    likenesses of posts by their order key, less the empty ones. subjects are those that the items
    of the hour mention, each with a hash of its SubjectShare. mention_methods are the methods by
    which its mentions count but none of its items, left out where there are none. What was stored
    before comments or texts were listed lacks them.
    """

    cell: Cell
    posts: list[list[str]]
    comments: NotRequired[list[str]]
    texts: NotRequired[dict[str, Likeness]]
    subjects: NotRequired[dict[str, str]]
    mention_methods: NotRequired[list[str]]


class ScopeHour(TypedDict):
    """One hour of `all`; id is YYYY-MM-DDTHH, in the partition `all`.

    A large hour has no shares and says in how many parts they are: `shared.stats.hour_parts` has
    their keys. A part is such a document, too.
    """

    id: str
    scope: str
    shares: dict[str, CommunityHour]
    part_count: NotRequired[int]
    _etag: NotRequired[str]


class SubjectShare(TypedDict):
    """One community's part of one hour of a subject.

    cell counts the mentions, and vias counts them by how the items are about the subject; what
    counts nothing is left out. mentions are strings, newest first: p, n or - for the label, t, r or
    h for via text, thread or home, p or c for the kind, and what follows the hour in the order key;
    the letters of its kinds of talk, where they are known, follow a blank.
    """

    cell: Cell
    vias: dict[Via, Cell]
    mentions: list[str]


class SubjectHour(TypedDict):
    """One hour of a subject; id is YYYY-MM-DDTHH, scope is `subject:ID`. Large ones have parts."""

    id: str
    scope: str
    shares: dict[str, SubjectShare]
    part_count: NotRequired[int]
    _etag: NotRequired[str]


class RankedDay(TypedDict):
    """The items of a day of `all` or of a subject, to be listed in another order than newest first.

    id is YYYY-MM-DD, scope is `shared.stats.ranked.ranked_partition` of the scope's name. hours has
    keys 00 to 23, then communities, then entries as `shared.stats.ranked` packs them, newest first.
    A day that grows too large has is_split and no hours: each of them is a document of its own,
    whose id is YYYY-MM-DDTHH. An hour that grows too large has no communities, and says in how many
    parts they are by their hash: `shared.stats.ranked.ranked_part_keys` has their keys.
    """

    id: str
    scope: str
    hours: dict[str, dict[str, list[str]]]
    is_split: NotRequired[bool]
    part_count: NotRequired[int]
    _etag: NotRequired[str]


class SubjectsDay(TypedDict):
    """The figures of all subjects on one day, for lists of subjects; id is YYYY-MM-DD.

    scope is `shared.stats.subjects.TABLE`. subjects has ids of subjects, then hours 00 to 23, then
    text as `shared.stats.subject_tables` packs it, with numbers for the names of communities. A
    reader of many subjects needs few documents so. threads has, likewise, the threads of all items
    of a subject's hour, and perhaps of those in other languages, as cells have them. A table that
    grows too large lists fewer of them or, at last, none.
    """

    id: str
    scope: str
    names: list[str]
    subjects: dict[str, dict[str, str]]
    threads: NotRequired[dict[str, dict[str, list[str]]]]
    _etag: NotRequired[str]


class SubjectsMonth(TypedDict):
    """The figures of all subjects in one month by the day; id is YYYY-MM.

    scope is the partition of the months of `shared.stats.subjects.TABLE`. subjects has ids of
    subjects, then days 01 to 31; threads are those of whole days, as digests of months have them.
    The rest is as in a day.
    """

    id: str
    scope: str
    names: list[str]
    subjects: dict[str, dict[str, str]]
    threads: NotRequired[dict[str, dict[str, list[str]]]]
    _etag: NotRequired[str]
