"""Tables of subjects as they are read: each is parsed once while it is stored unchanged."""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from shared.models import OtherLanguages, SubjectsDay, SubjectsMonth
from shared.stats.table_rows import REST, REST_NUMBER, Numbers, total, unpack_rows
from shared.stats.threads import Threads, counted_threads, together

# 90 days and the 90 before them are about twenty tables, of two megabytes at most.
MAX_KEPT = 24


class Row(NamedTuple):
    """The figures of a subject in one hour or day: of all communities, and the items of each."""

    total: Numbers
    names: tuple[str, ...]
    items: tuple[int, ...]


class _Series:
    """Numbers by the hour or day; all of them are added up once."""

    def __init__(self, numbers: Mapping[str, Numbers]) -> None:
        self._numbers = numbers

    @cached_property
    def _whole(self) -> Numbers:
        return total(list(self._numbers.values()))

    def within(self, steps: Mapping[str, str]) -> Sequence[Numbers]:
        """Return numbers that add up to those of these hours or days."""
        if self._numbers.keys() <= steps.keys():
            return [self._whole]
        return [self._numbers[step] for step in steps if step in self._numbers]


class _Threads:
    """Threads by the hour or day, of steps that know them; all of them are added up once."""

    def __init__(self, threads: Mapping[str, Threads]) -> None:
        self._threads = threads

    @cached_property
    def _whole(self) -> Threads:
        return together(self._threads.values())

    def of(self, steps: Sequence[str]) -> list[Threads] | None:
        """Return the threads of these hours or days; None where one of them doesn't know its."""
        if len(steps) == len(self._threads) and self._threads.keys() == set(steps):
            return [self._whole]
        if not all(step in self._threads for step in steps):
            return None
        return [self._threads[step] for step in steps]

    def of_step(self, step: str) -> Threads | None:
        """Return the threads of an hour or a day; None where it doesn't know its."""
        return self._threads.get(step)


class ParsedTable:
    """A table of a day by the hour, or of a month by the day, in watched communities.

    The communities without a name count. Subjects are parsed when they are first asked for. Windows
    are given as the hours or days that they have of the table.
    """

    def __init__(self, table: SubjectsDay | SubjectsMonth, watched: Iterable[str]) -> None:
        own = {name.lower(): name for name in watched}
        self._texts: Mapping[str, Mapping[str, str]] = table["subjects"]
        # A community that is stored in another case counts under the watched name.
        self._names = [own.get(name.lower()) for name in table["names"]]
        self._thread_texts: Mapping[str, Mapping[str, list[str]]] = table.get("threads", {})
        self._threads: dict[tuple[str, OtherLanguages], _Threads] = {}
        self._rows: dict[str, Mapping[str, Row]] = {}
        self._totals: dict[str, _Series] = {}
        self._items: dict[str, Mapping[str, int]] = {}
        # Those of the communities that were asked for last.
        self._of_communities: tuple[Collection[str], dict[str, _Series]] = (), {}

    @property
    def subjects(self) -> Collection[str]:
        """Return the subjects of the table; some may have mentions in other communities alone."""
        return self._texts.keys()

    def rows(self, subject: str) -> Mapping[str, Row]:
        """Return a subject's rows by the hour or day; those without mentions aren't there."""
        rows = self._rows.get(subject)
        if rows is None:
            texts = self._texts.get(subject, {})
            parsed = {step: unpack_rows(text, self._names) for step, text in texts.items()}
            rows = {step: _row(found) for step, found in parsed.items() if found}
            self._rows[subject] = rows
        return rows

    def threads(
        self, subject: str, steps: Collection[str], other_languages: OtherLanguages
    ) -> list[Threads] | None:
        """Return threads that add up to those of a subject in a window.

        None where they aren't known, or are also of communities that aren't watched.
        """
        rows = self.rows(subject)
        known = self._threads_of(subject, other_languages)
        return known.of([step for step in rows if step in steps])

    def threads_of_step(
        self, subject: str, step: str, other_languages: OtherLanguages
    ) -> Threads | None:
        """Return a subject's threads in one hour or day, None where they aren't known.

        It is the same object each time, which keeps its mean.
        """
        return self._threads_of(subject, other_languages).of_step(step)

    def _threads_of(self, subject: str, other_languages: OtherLanguages) -> "_Threads":
        key = subject, other_languages
        if key not in self._threads:
            self._threads[key] = _Threads(
                {
                    step: counted_threads(texts, other_languages)
                    for step, texts in self._thread_texts.get(subject, {}).items()
                    if self._is_whole(subject, step)
                }
            )
        return self._threads[key]

    def _is_whole(self, subject: str, step: str) -> bool:
        """Return whether all communities of a subject's hour or day are watched, or unnamed."""
        text = self._texts.get(subject, {}).get(step, "")
        if None not in self._names:
            return bool(text)
        numbers = [row.partition(" ")[0] for row in text.split(",") if row]
        return bool(numbers) and all(
            number == REST_NUMBER or self._names[int(number)] is not None for number in numbers
        )

    def totals(self, subject: str, steps: Mapping[str, str]) -> Sequence[Numbers]:
        """Return numbers that add up to those of a subject in a window."""
        series = self._totals.get(subject)
        if series is None:
            series = _Series({step: row.total for step, row in self.rows(subject).items()})
            self._totals[subject] = series
        return series.within(steps)

    def of_communities(
        self, subject: str, steps: Mapping[str, str], communities: frozenset[str]
    ) -> Sequence[Numbers]:
        """Return numbers that add up to those of a subject in these communities in a window."""
        asked, known = self._of_communities
        if asked != communities:
            asked, known = self._of_communities = communities, {}
        series = known.get(subject)
        if series is None:
            series = known[subject] = _Series(self._numbers_in(subject, communities))
        return series.within(steps)

    def items_by_community(self, subject: str, steps: Mapping[str, str]) -> Mapping[str, int]:
        """Return the number of a subject's items by community in a window."""
        rows = self.rows(subject)
        if not rows.keys() <= steps.keys():
            return _items_in(rows[step] for step in steps if step in rows)
        items = self._items.get(subject)
        if items is None:
            items = self._items[subject] = _items_in(rows.values())
        return items

    def by_community(self, subject: str, steps: Collection[str]) -> Iterator[tuple[str, Numbers]]:
        """Yield the communities and numbers of a subject in a window."""
        for step in self.rows(subject):
            if step in steps:
                yield from unpack_rows(self._texts[subject][step], self._names).items()

    def _numbers_in(self, subject: str, communities: frozenset[str]) -> dict[str, Numbers]:
        only = [name if name in communities else None for name in self._names]
        found = {}
        for step, row in self.rows(subject).items():
            if not communities.isdisjoint(row.names):
                rows = unpack_rows(self._texts[subject][step], only)
                if REST not in communities:
                    rows.pop(REST, None)
                found[step] = total(list(rows.values()))
        return found


class ParsedTables:
    """The tables that a process has parsed, by the version that was read; the newest are kept."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], tuple[object, ParsedTable]] = OrderedDict()

    def of(self, table: SubjectsDay | SubjectsMonth, watched: Sequence[str]) -> ParsedTable:
        """Return a table that was just read, parsed for these watched communities."""
        key, version = (table["scope"], table["id"]), (table.get("_etag"), tuple(watched))
        kept = self._kept.pop(key, None)
        if kept is None or kept[0] != version or version[0] is None:
            kept = version, ParsedTable(table, watched)
        self._kept[key] = kept
        if len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)
        return kept[1]


def _items_in(rows: Iterable[Row]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        for name, items in zip(row.names, row.items, strict=True):
            found[name] = found.get(name, 0) + items
    return found


def _row(rows: Mapping[str, Numbers]) -> Row:
    numbers = list(rows.values())
    return Row(total(numbers), tuple(rows), tuple(each[0] for each in numbers))
