"""The figures of all subjects, for lists of them: few documents, whatever the number of subjects.

A table of a day has them by the hour, one of a month by the day, each by community. The communities
beyond a subject's 20 largest of the day are one row without a name; its home communities always
keep theirs. A row is text, "NAME ITEMS POSTS POSITIVE NEGATIVE SUM SQUARES", and the rows of a cell
have commas between them: JSON parses one text several times as fast as lists. NAME is the place of
the community in the document's names. SUM is in ten-thousandths. If a row has mentions that aren't
English, the same five figures of them follow, less POSTS.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.models import Cell, Labelled, OtherLanguages, SubjectsDay, SubjectsMonth
from shared.stats.cells import COMPOUND_DIGITS, NOTHING, SQUARE_DIGITS, items_in
from shared.stats.months import partition_of
from shared.stats.subjects import TABLE
from shared.store import SUBJECTS_DAYS, SUBJECTS_MONTHS, Store
from shared.times import DAY_CHARS, day_of, month_of

REST = ""
"""The name of the row of communities without names."""
REST_NUMBER = "-1"
MONTHS_OF_TABLE = partition_of(TABLE)
# Up to this number of hours, a window is read by the hour.
MAX_HOURS_APART = 48
HOURS_OF_DAY = 24

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


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of mentions.

    items is positive, negative, neutral and left_out together: what is left out isn't English, and
    isn't in the sums either. posts are those of items.
    """

    items: int
    posts: int
    positive: int
    negative: int
    neutral: int
    left_out: int
    compound_sum: float
    compound_squares: float

    @property
    def counted(self) -> int:
        """Return the number of mentions that the sums are of."""
        return self.items - self.left_out

    @property
    def mean(self) -> float | None:
        """Return the mean compound, None without mentions."""
        counted = self.counted
        return round(self.compound_sum / counted, COMPOUND_DIGITS) if counted else None


@dataclass(frozen=True)
class SubjectTable:
    """The figures of all subjects in one window; steps are its hours or days, oldest first."""

    steps: Sequence[str]
    other_languages: OtherLanguages
    rows: Mapping[str, Mapping[str, Rows]]
    """By subject and step, the rows by community; those without mentions aren't there."""

    @property
    def subjects(self) -> list[str]:
        """List the subjects with mentions."""
        return sorted(self.rows)

    def total(self, subject: str, *, without: Collection[str] = ()) -> Figures:
        """Return a subject's figures; `without` names communities that don't count."""
        steps = self.rows.get(subject, {}).values()
        return self._figures(add_up(_counting(rows, without) for rows in steps))

    def by_community(self, subject: str) -> dict[str, Figures]:
        """Return a subject's figures by community; REST names those without a name."""
        found: dict[str, list[Numbers]] = defaultdict(list)
        for rows in self.rows.get(subject, {}).values():
            for name, numbers in rows.items():
                found[name].append(numbers)
        return {name: self._figures(_sum(numbers)) for name, numbers in found.items()}

    def series(self, subject: str, *, without: Collection[str] = ()) -> list[Figures]:
        """Return a subject's figures in each step."""
        steps = self.rows.get(subject, {})
        return [
            self._figures(add_up([_counting(steps.get(step, {}), without)])) for step in self.steps
        ]

    def _figures(self, numbers: Numbers) -> Figures:
        items, posts, positive, negative, compounds, squares = numbers[:OWN]
        other = numbers[OWN:]
        if self.other_languages == "count":
            other = NO_NUMBERS[OWN:]
        left_out, other_positive, other_negative, other_sum, other_squares = other
        positive, negative = positive - other_positive, negative - other_negative
        return Figures(
            items=items,
            posts=posts,
            positive=positive,
            negative=negative,
            neutral=items - left_out - positive - negative,
            left_out=left_out,
            compound_sum=(compounds - other_sum) / SUM_UNIT,
            compound_squares=(squares - other_squares) / SQUARES_UNIT,
        )


async def read_tables(
    store: Store,
    windows: Sequence[Sequence[str]],
    watched: Iterable[str],
    *,
    other_languages: OtherLanguages,
) -> list[SubjectTable]:
    """Return a table of all subjects for each of these windows of hours (YYYY-MM-DDTHH).

    Documents that several windows need are read once: 90 days and the 90 before them take about
    ten. Whole days come out of months where there are several. They count mentions in watched
    communities, and those in communities without a name.
    """
    plans = [_Plan.of(hours) for hours in windows]
    days = {day for plan in plans for day in plan.hours}
    months = {month_of(day) for plan in plans for day in plan.whole_days}
    found_days = await store.read_many(SUBJECTS_DAYS, [(TABLE, day) for day in sorted(days)])
    month_keys = [(MONTHS_OF_TABLE, month) for month in sorted(months)]
    found_months = await store.read_many(SUBJECTS_MONTHS, month_keys) if month_keys else {}
    own = {name.lower(): name for name in watched}
    of_days = {key[1]: found for key, found in found_days.items()}
    of_months = {key[1]: found for key, found in found_months.items()}
    # Off the loop: months of many subjects are thousands of rows.
    return await asyncio.to_thread(
        lambda: [
            SubjectTable(plan.steps, other_languages, plan.rows(of_days, of_months, own))
            for plan in plans
        ]
    )


@dataclass(frozen=True)
class _Plan:
    """The reads of a window: hours out of tables of days, and whole days out of those of months."""

    steps: Sequence[str]
    hours: Mapping[str, Sequence[str]]
    whole_days: Collection[str]

    @classmethod
    def of(cls, hours: Sequence[str]) -> "_Plan":
        by_day: dict[str, list[str]] = defaultdict(list)
        for hour in hours:
            by_day[day_of(hour)].append(hour[-2:])
        if len(hours) <= MAX_HOURS_APART:
            return cls(list(hours), by_day, frozenset())
        by_month: dict[str, list[str]] = defaultdict(list)
        for day, some in by_day.items():
            if len(some) == HOURS_OF_DAY:
                by_month[month_of(day)].append(day)
        # One day of a month costs less in a table of its own.
        whole = {day for days in by_month.values() if len(days) > 1 for day in days}
        rest = {day: some for day, some in by_day.items() if day not in whole}
        return cls(list(by_day), rest, frozenset(whole))

    def rows(
        self,
        days: Mapping[str, SubjectsDay],
        months: Mapping[str, SubjectsMonth],
        watched: Mapping[str, str],
    ) -> dict[str, dict[str, Rows]]:
        """Return the rows by subject and step."""
        found: dict[str, dict[str, list[Rows]]] = defaultdict(lambda: defaultdict(list))
        are_hours = not self.steps or len(self.steps[0]) > DAY_CHARS
        for day in days.keys() & self.hours.keys():
            names = days[day]["names"]
            for subject, by_hour in days[day]["subjects"].items():
                for hour in self.hours[day]:
                    if text := by_hour.get(hour):
                        step = f"{day}T{hour}" if are_hours else day
                        found[subject][step].append(unpack_rows(text, names, watched))
        for day in self.whole_days:
            if (month := months.get(month_of(day))) is None:
                continue
            for subject, by_day in month["subjects"].items():
                if text := by_day.get(day[-2:]):
                    found[subject][day].append(unpack_rows(text, month["names"], watched))
        return {
            subject: {step: joined for step, some in steps.items() if (joined := join(some))}
            for subject, steps in found.items()
        }


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


def unpack_rows(
    text: str, names: Sequence[str], watched: Mapping[str, str] | None = None
) -> dict[str, Numbers]:
    """Return the rows of a text by community; with `watched`, only of those.

    watched are the names by lower case; a row in another case counts under the watched name.
    """
    found: dict[str, Numbers] = {}
    for row in text.split(","):
        number, *rest = row.split(" ")
        numbers = tuple(map(int, rest))
        name = REST if number == REST_NUMBER else names[int(number)]
        if watched is not None and name != REST:
            known = watched.get(name.lower())
            if known is None:
                continue
            name = known
        if len(numbers) == OWN:
            numbers += NO_NUMBERS[OWN:]
        found[name] = _sum([found[name], numbers]) if name in found else numbers
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
    return {name: _sum(numbers) for name, numbers in found.items()}


def add_up(rows: Iterable[Rows]) -> Numbers:
    """Add rows up over all communities."""
    return _sum([numbers for some in rows for numbers in some.values()])


def _sum(numbers: Sequence[Numbers]) -> Numbers:
    return tuple(map(sum, zip(*numbers, strict=True))) if numbers else NO_NUMBERS


def _counting(rows: Rows, without: Collection[str]) -> Rows:
    return {name: row for name, row in rows.items() if name not in without} if without else rows


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
