"""Keeps the tables of all subjects equal to their days.

A table has a text for each subject and hour, or day, with about 35 bytes for each community, and
about 20 for each thread. Beyond MAX_OF_THREADS fewer threads are listed and the others are sums;
beyond MAX_CHARACTERS fewer communities keep their names. So with all keys a table stays below
512 KB, since Cosmos DB charges 41 request units to read these and 146 for 1 MB, and 90 days and the
90 before them take about ten tables. A hundred subjects have at most 3,100 days of a month, each
with its homes and a rest, and about 45 bytes of threads that are sums.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from shared.models import Cell, DayStats, Labelled, SubjectsDay, SubjectsMonth
from shared.stats.cell_threads import knows_threads
from shared.stats.subject_tables import MONTHS_OF_TABLE
from shared.stats.subjects import TABLE, part_cells, part_of
from shared.stats.table_rows import (
    REST,
    Rows,
    add_up,
    join,
    numbers_of,
    pack_rows,
    unpack_rows,
)
from shared.stats.threads import digest_of, largest, pack_threads, unpack_threads
from shared.store import SUBJECTS_DAYS, SUBJECTS_MONTHS, Store
from shared.times import MONTH_CHARS, month_of

T = TypeVar("T", SubjectsDay, SubjectsMonth)

MAX_NAMED = 20
FEWER_NAMED = (14, 10, 7, 5, 3, 2, 1, 0)
MAX_CHARACTERS = 450_000
FEWER_LISTED = (30, 15, 10, 7, 5, 3, 2, 1, 0)
MAX_OF_THREADS = 150_000
# Beyond this number of names, those without rows are taken out of a table.
MAX_NAMES = 1000

Homes = Mapping[str, Collection[str]]
"""By subject, its home communities in lower case."""
Steps = Mapping[str, Rows]
"""Rows by the hour of a day, or by the day of a month; empty rows remove what was there."""
ThreadTexts = Mapping[str, list[str]]
"""By the same hours or days, the threads of all items, and perhaps of those in other languages."""


@dataclass(frozen=True)
class SubjectRows:
    """A subject's hours of a day, or days of a month; some don't know their threads."""

    steps: Steps
    threads: ThreadTexts = field(default_factory=dict)


def rows_of_day(day: DayStats, homes: Collection[str]) -> SubjectRows:
    """Return the rows and threads of a subject's day by the hour, 00 to 23.

    MAX_NAMED communities keep their names: its homes, and the largest ones of the day.
    """
    hours: dict[str, list[Rows]] = defaultdict(list)
    for part in day.get("parts", {}):
        name = part_of(part)[1]
        for hour, cell in part_cells(day, part).items():
            hours[hour].append({name: numbers_of(cell)})
    return SubjectRows(
        _named({hour: join(hours[hour]) for hour in sorted(hours)}, homes, MAX_NAMED),
        {
            hour: _thread_texts(day["hours"][hour])
            for hour in sorted(hours)
            if knows_threads(day["hours"][hour])
        },
    )


def _thread_texts(cell: Cell) -> list[str]:
    parts: list[Labelled] = [cell]
    if "other_language" in cell:
        parts.append(cell["other_language"])
    return [part["threads"] for part in parts]


async def write_tables(
    store: Store, days: Mapping[str, Mapping[str, SubjectRows]], homes: Homes
) -> None:
    """Put whole days of subjects into the tables; rows are by day, subject and hour."""
    by_month: dict[str, list[str]] = defaultdict(list)
    for day in sorted(days):
        by_month[month_of(day)].append(day)
    for month, some in by_month.items():
        stored = await store.read_many(SUBJECTS_DAYS, [(TABLE, day) for day in some])
        tables = [
            _with_steps(
                stored.get((TABLE, day)) or SubjectsDay(id=day, scope=TABLE, names=[], subjects={}),
                days[day],
                homes,
            )
            for day in some
        ]
        await store.upsert(SUBJECTS_DAYS, [table for table in tables if table["subjects"]])
        empty = [(TABLE, table["id"]) for table in tables if not table["subjects"]]
        await store.delete(SUBJECTS_DAYS, empty)
        await _write_month(store, month, {day: days[day] for day in some}, homes)


async def _write_month(
    store: Store, month: str, days: Mapping[str, Mapping[str, SubjectRows]], homes: Homes
) -> None:
    rows: dict[str, dict[str, Rows]] = defaultdict(dict)
    threads: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for day, subjects in days.items():
        for subject, hours in subjects.items():
            rows[subject][day[MONTH_CHARS + 1 :]] = join(hours.steps.values())
            if digest := _digest(hours):
                threads[subject][day[MONTH_CHARS + 1 :]] = digest
    known = await store.read(SUBJECTS_MONTHS, MONTHS_OF_TABLE, month)
    empty = SubjectsMonth(id=month, scope=MONTHS_OF_TABLE, names=[], subjects={})
    fresh = {subject: SubjectRows(own, threads[subject]) for subject, own in rows.items()}
    table = _with_steps(known or empty, fresh, homes, keeps_others=True)
    if table["subjects"]:
        await store.upsert(SUBJECTS_MONTHS, [table])
    else:
        await store.delete(SUBJECTS_MONTHS, [(MONTHS_OF_TABLE, month)])


def _digest(hours: SubjectRows) -> list[str]:
    """Return the threads of a day; nothing where they aren't known of all its hours."""
    texts = hours.threads.values()
    if not texts or not all(hour in hours.threads for hour, rows in hours.steps.items() if rows):
        return []
    others = [own[1] for own in texts if len(own) > 1]
    return [digest_of(some) for some in ([own[0] for own in texts], others) if some]


def _with_steps(
    table: T, fresh: Mapping[str, SubjectRows], homes: Homes, *, keeps_others: bool = False
) -> T:
    """Return a table with these steps of subjects; keeps_others: their other ones stay."""
    names = list(table["names"])
    numbers = {name: number for number, name in enumerate(names)}
    subjects = {subject: dict(texts) for subject, texts in table["subjects"].items()}
    for subject, own in fresh.items():
        texts = subjects.pop(subject, {}) if keeps_others else {}
        for step, rows in own.steps.items():
            texts.pop(step, None)
            for name in rows.keys() - numbers.keys() - {REST}:
                numbers[name] = len(names)
                names.append(name)
            if rows:
                texts[step] = pack_rows(rows, numbers)
        if texts:
            subjects[subject] = dict(sorted(texts.items()))
        else:
            subjects.pop(subject, None)
    updated: T = {**table, "names": names, "subjects": dict(sorted(subjects.items()))}
    updated["threads"] = _with_threads(table, fresh, keeps_others=keeps_others)
    room = MAX_CHARACTERS - _characters(updated["threads"])
    for most in FEWER_NAMED:
        if sum(len(text) for texts in subjects.values() for text in texts.values()) <= room:
            break
        subjects = _narrowed(updated, most, homes)
        updated["subjects"] = subjects
    return _without_idle_names(updated) if len(names) > MAX_NAMES else updated


def _without_idle_names(table: T) -> T:
    """Return a table whose names are those that its rows have."""
    rows = {
        subject: {step: unpack_rows(text, table["names"]) for step, text in texts.items()}
        for subject, texts in table["subjects"].items()
    }
    names = sorted(
        {name for steps in rows.values() for own in steps.values() for name in own} - {REST}
    )
    numbers = {name: number for number, name in enumerate(names)}
    packed = {
        subject: {step: pack_rows(own, numbers) for step, own in steps.items()}
        for subject, steps in rows.items()
    }
    pruned: T = {**table, "names": names, "subjects": packed}
    return pruned


def _with_threads(
    table: T, fresh: Mapping[str, SubjectRows], *, keeps_others: bool
) -> dict[str, dict[str, list[str]]]:
    """Return a table's threads with those of these steps, as many as there is room for."""
    threads = {subject: dict(texts) for subject, texts in table.get("threads", {}).items()}
    for subject, own in fresh.items():
        known = threads.pop(subject, {}) if keeps_others else {}
        kept = {step: texts for step, texts in known.items() if step not in own.steps}
        if merged := {**kept, **own.threads}:
            threads[subject] = dict(sorted(merged.items()))
    threads = dict(sorted(threads.items()))
    for most in FEWER_LISTED:
        if _characters(threads) <= MAX_OF_THREADS:
            return threads
        threads = {
            subject: {step: [_fewer(text, most) for text in texts] for step, texts in own.items()}
            for subject, own in threads.items()
        }
    return threads if _characters(threads) <= MAX_OF_THREADS else {}


def _characters(threads: Mapping[str, ThreadTexts]) -> int:
    return sum(
        len(text) for steps in threads.values() for texts in steps.values() for text in texts
    )


def _fewer(text: str, most: int) -> str:
    return pack_threads(largest(unpack_threads(text), most))


def _narrowed(table: T, most: int, homes: Homes) -> dict[str, dict[str, str]]:
    """Return the texts of a table in which fewer communities keep their names."""
    numbers = {name: number for number, name in enumerate(table["names"])}
    narrowed: dict[str, dict[str, str]] = {}
    for subject, texts in table["subjects"].items():
        steps = {step: unpack_rows(text, table["names"]) for step, text in texts.items()}
        fewer = _named(steps, homes.get(subject, ()), most)
        narrowed[subject] = {step: pack_rows(rows, numbers) for step, rows in fewer.items()}
    return narrowed


def _named(steps: Steps, homes: Collection[str], most: int) -> Steps:
    """Return rows in which the homes and the largest, `most` in all, keep their names."""
    totals = join(steps.values())
    own = [name for name in totals if name.lower() in homes]
    others = sorted(totals.keys() - {*own, REST}, key=lambda name: (-totals[name][0], name))
    kept = {*own, *others[: max(0, most - len(own))]}
    if kept >= totals.keys() - {REST}:
        return steps
    return {step: _folded(rows, kept) for step, rows in steps.items()}


def _folded(rows: Rows, kept: Collection[str]) -> Rows:
    rest = {name: numbers for name, numbers in rows.items() if name not in kept}
    named = {name: numbers for name, numbers in rows.items() if name in kept}
    return {**named, REST: add_up([rest])} if rest else named
