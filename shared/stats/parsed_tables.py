"""Tables of subjects as they are read: each is parsed once while it is stored unchanged."""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from shared.models import SubjectsDay, SubjectsMonth
from shared.stats.table_rows import REST, Numbers, total, unpack_rows

# 90 days and the 90 before them are about twenty tables, of two megabytes at most.
MAX_KEPT = 24


class Row(NamedTuple):
    """The figures of a subject in one hour or day: of all communities, and the items of each."""

    total: Numbers
    names: tuple[str, ...]
    items: tuple[int, ...]


class ParsedTable:
    """A table of a day by the hour, or of a month by the day, in watched communities.

    The communities without a name count. Subjects are parsed when they are first asked for.
    """

    def __init__(self, table: SubjectsDay | SubjectsMonth, watched: Iterable[str]) -> None:
        own = {name.lower(): name for name in watched}
        self._texts: Mapping[str, Mapping[str, str]] = table["subjects"]
        # A community that is stored in another case counts under the watched name.
        self._names = [own.get(name.lower()) for name in table["names"]]
        self._rows: dict[str, Mapping[str, Row]] = {}
        self._whole: dict[str, Numbers] = {}

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

    def totals(self, subject: str, steps: Collection[str]) -> list[Numbers]:
        """Return numbers that add up to those of a subject in these hours or days."""
        rows = self.rows(subject)
        if rows and all(step in steps for step in rows):
            if subject not in self._whole:
                self._whole[subject] = total([row.total for row in rows.values()])
            return [self._whole[subject]]
        return [row.total for step, row in rows.items() if step in steps]

    def of_communities(
        self, subject: str, steps: Collection[str], communities: Collection[str]
    ) -> Iterator[Numbers]:
        """Yield the numbers of a subject in these communities, in these hours or days."""
        only = [name if name in communities else None for name in self._names]
        rest = REST in communities
        for step, row in self.rows(subject).items():
            if step in steps and any(name in communities for name in row.names):
                for name, numbers in unpack_rows(self._texts[subject][step], only).items():
                    if name != REST or rest:
                        yield numbers

    def by_community(self, subject: str, steps: Collection[str]) -> Iterator[tuple[str, Numbers]]:
        """Yield the communities and numbers of a subject in these hours or days."""
        for step in self.rows(subject):
            if step in steps:
                yield from unpack_rows(self._texts[subject][step], self._names).items()


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


def _row(rows: Mapping[str, Numbers]) -> Row:
    numbers = list(rows.values())
    return Row(total(numbers), tuple(rows), tuple(each[0] for each in numbers))
