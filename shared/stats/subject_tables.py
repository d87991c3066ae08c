"""The figures of all subjects, for lists of them: few documents, whatever the number of subjects.

A table of a day has them by the hour, one of a month by the day, each by community. The communities
beyond a subject's 20 largest of the day are one row without a name; its home communities always
keep theirs (shared/stats/table_rows.py).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from operator import sub
from typing import NamedTuple

from shared.models import OtherLanguages
from shared.stats.cells import COMPOUND_DIGITS
from shared.stats.months import partition_of
from shared.stats.parsed_tables import ParsedTable, ParsedTables
from shared.stats.subjects import TABLE
from shared.stats.table_rows import NO_NUMBERS, OWN, SQUARES_UNIT, SUM_UNIT, Numbers, total
from shared.stats.threads import Threads, together
from shared.store import SUBJECTS_DAYS, SUBJECTS_MONTHS, Store
from shared.times import DAY_CHARS, day_of, month_of

MONTHS_OF_TABLE = partition_of(TABLE)
# Up to this number of hours, a window is read by the hour.
MAX_HOURS_APART = 48
HOURS_OF_DAY = 24


class Figures(NamedTuple):
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


NO_FIGURES = Figures(0, 0, 0, 0, 0, 0, 0.0, 0.0)


@dataclass(frozen=True)
class _Part:
    """The part of a table in a window: its hours or days, and the steps that they count in."""

    table: ParsedTable
    steps: Mapping[str, str]


@dataclass(frozen=True)
class SubjectTable:
    """The figures of all subjects in one window; steps are its hours or days, oldest first."""

    steps: Sequence[str]
    other_languages: OtherLanguages
    parts: Sequence[_Part]

    @property
    def subjects(self) -> list[str]:
        """List the subjects with mentions."""
        named = {name for part in self.parts for name in part.table.subjects}
        return sorted(name for name in named if self.total(name).items)

    def total(self, subject: str, *, without: Collection[str] = ()) -> Figures:
        """Return a subject's figures; `without` names communities that don't count."""
        found = total([e for part in self.parts for e in part.table.totals(subject, part.steps)])
        if without:
            communities = frozenset(without)
            less = [
                numbers
                for part in self.parts
                for numbers in part.table.of_communities(subject, part.steps, communities)
            ]
            found = tuple(map(sub, found, total(less)))
        return self._figures(found)

    def threads(self, subject: str) -> Threads | None:
        """Return the threads of a subject's counted mentions; None where they aren't known."""
        found: list[Threads] = []
        for part in self.parts:
            own = part.table.threads(subject, part.steps, self.other_languages)
            if own is None:
                return None
            found += own
        whole = together(found)
        return whole if whole.items else None

    def items(self, subject: str) -> int:
        """Count a subject's items."""
        return sum(
            numbers[0] for part in self.parts for numbers in part.table.totals(subject, part.steps)
        )

    def by_community(self, subject: str) -> dict[str, Figures]:
        """Return a subject's figures by community; REST names those without a name."""
        found: dict[str, list[Numbers]] = defaultdict(list)
        for part in self.parts:
            for name, numbers in part.table.by_community(subject, part.steps):
                found[name].append(numbers)
        return {name: self._figures(total(numbers)) for name, numbers in found.items()}

    def items_by_community(self, subject: str) -> dict[str, int]:
        """Count a subject's items by community; REST names those without a name."""
        found: dict[str, int] = {}
        for part in self.parts:
            for name, items in part.table.items_by_community(subject, part.steps).items():
                found[name] = found.get(name, 0) + items
        return found

    def series(self, subject: str) -> list[Figures]:
        """Return a subject's figures in each step."""
        found: dict[str, list[Numbers]] = defaultdict(list)
        for part in self.parts:
            for step, row in part.table.rows(subject).items():
                if step in part.steps:
                    found[part.steps[step]].append(row.total)
        nothing = self._figures(NO_NUMBERS)
        return [
            self._figures(total(found[step])) if step in found else nothing for step in self.steps
        ]

    def threads_by_step(self, subject: str) -> list[Threads | None]:
        """Return the threads of a subject's counted mentions in each step.

        None where they aren't known, and where there are no mentions.
        """
        found: dict[str, list[Threads | None]] = defaultdict(list)
        for part in self.parts:
            for step in part.table.rows(subject):
                if step in part.steps:
                    own = part.table.threads_of_step(subject, step, self.other_languages)
                    found[part.steps[step]].append(own)
        return [_together(found[step]) if step in found else None for step in self.steps]

    def _figures(self, numbers: Numbers) -> Figures:
        items, posts, positive, negative, compounds, squares = numbers[:OWN]
        left_out = 0
        if numbers[OWN] and self.other_languages == "leave_out":
            left_out, other_positive, other_negative, other_sum, other_squares = numbers[OWN:]
            positive, negative = positive - other_positive, negative - other_negative
            compounds, squares = compounds - other_sum, squares - other_squares
        # By position, because a list of a hundred subjects has thousands of them.
        return Figures(
            items,
            posts,
            positive,
            negative,
            items - left_out - positive - negative,
            left_out,
            compounds / SUM_UNIT,
            squares / SQUARES_UNIT,
        )


def _together(parts: Sequence[Threads | None]) -> Threads | None:
    known = [threads for threads in parts if threads is not None]
    if len(known) < len(parts):
        return None
    # One step's own threads keep their mean from request to request.
    whole = known[0] if len(known) == 1 else together(known)
    return whole if whole.items else None


async def read_tables(
    store: Store,
    windows: Sequence[Sequence[str]],
    watched: Sequence[str],
    *,
    other_languages: OtherLanguages,
    parsed: ParsedTables | None = None,
) -> list[SubjectTable]:
    """Return a table of all subjects for each of these windows of hours (YYYY-MM-DDTHH).

    Documents that several windows need are read once: 90 days and the 90 before them take about
    ten. Whole days come out of months where there are several. They count mentions in watched
    communities, and those in communities without a name. parsed are the tables that were parsed
    before.
    """
    plans = [_Plan.of(hours) for hours in windows]
    days = {day for plan in plans for day in plan.hours}
    months = {month_of(day) for plan in plans for day in plan.whole_days}
    found_days = await store.read_many(SUBJECTS_DAYS, [(TABLE, day) for day in sorted(days)])
    month_keys = [(MONTHS_OF_TABLE, month) for month in sorted(months)]
    found_months = await store.read_many(SUBJECTS_MONTHS, month_keys) if month_keys else {}
    known = ParsedTables() if parsed is None else parsed
    of_days = {key[1]: known.of(found, watched) for key, found in found_days.items()}
    of_months = {key[1]: known.of(found, watched) for key, found in found_months.items()}
    return [
        SubjectTable(plan.steps, other_languages, plan.parts(of_days, of_months)) for plan in plans
    ]


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

    def parts(
        self, days: Mapping[str, ParsedTable], months: Mapping[str, ParsedTable]
    ) -> list[_Part]:
        """Return what the window takes out of these tables."""
        are_hours = not self.steps or len(self.steps[0]) > DAY_CHARS
        found = [
            _Part(days[day], {hour: f"{day}T{hour}" if are_hours else day for hour in hours})
            for day, hours in self.hours.items()
            if day in days
        ]
        by_month: dict[str, dict[str, str]] = defaultdict(dict)
        for day in self.whole_days:
            by_month[month_of(day)][day[-2:]] = day
        found += [_Part(months[month], own) for month, own in by_month.items() if month in months]
        return found
