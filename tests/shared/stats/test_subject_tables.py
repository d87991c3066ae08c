"""Tables of all subjects: few documents for any window, and exact figures."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.rollups.subject_tables import SubjectRows, write_tables
from shared.stats.parsed_tables import ParsedTables
from shared.stats.subject_tables import read_tables
from shared.stats.subjects import TABLE
from shared.stats.table_rows import NO_NUMBERS, REST, numbers_of, pack_rows, unpack_rows
from shared.stats.windows import full_hours
from shared.store import SUBJECTS_DAYS, Store
from shared.times import Window

NOW = datetime(2026, 11, 23, 13, 5, 7, tzinfo=UTC)
SUBJECTS = ("cursor", "gemini")
WATCHED = ["Cursor", "aws"]


def a_cell(number: int, *, other: bool = False) -> Any:
    """Return a cell of two posts and a comment, the first of them not English if `other`."""
    part = {"positive": 1, "negative": 0, "neutral": 0, "compound_sum": 0.1}
    cell: dict[str, Any] = {
        "posts": 2,
        "comments": 1,
        "positive": 1,
        "negative": 1,
        "neutral": 1,
        "compound_sum": round(0.0001 * number, 4),
        "compound_squares": 0.25,
    }
    return {**cell, "other_language": {**part, "compound_squares": 0.01}} if other else cell


class CountingStore:
    """A store that counts the documents that are asked for."""

    def __init__(self, inner: Store) -> None:
        self._inner = inner
        self.asked = 0

    async def read_many(self, container: Any, keys: Iterable[Any]) -> Any:
        listed = list(keys)
        self.asked += len(listed)
        return await self._inner.read_many(container, listed)


async def fill(store: Store) -> None:
    """Write a mention cell of each subject for every hour of 200 days."""
    days: dict[str, dict[str, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
    for hour in Window.of_hours(24 * 200, NOW).hours():
        for number, subject in enumerate(SUBJECTS):
            rows = {
                "Cursor": numbers_of(a_cell(number)),
                "gone": numbers_of(a_cell(7)),
                REST: numbers_of(a_cell(1, other=True)),
            }
            days[hour[:10]][subject][hour[-2:]] = rows
    await write(store, days)


async def write(store: Store, days: dict[str, dict[str, dict[str, Any]]]) -> None:
    """Put these rows by day, subject and hour into the tables, without threads."""
    rows = {
        day: {subject: SubjectRows(steps) for subject, steps in own.items()}
        for day, own in days.items()
    }
    await write_tables(store, rows, {})


@pytest.mark.parametrize(
    ("hours", "most"), [(24 * 90, 11), (24 * 30, 8), (24 * 7, 6), (48, 5), (24, 3), (1, 1)]
)
async def test_a_window_and_the_one_before_read_few_documents(sqlite_store, hours, most) -> None:
    await fill(sqlite_store)
    window = full_hours(Window(NOW, NOW), hours)
    windows = [window.before().hours(), window.hours()]
    counting: Any = CountingStore(sqlite_store)
    tables = await read_tables(counting, windows, WATCHED, other_languages="leave_out")
    assert counting.asked <= most
    for table, own in zip(tables, windows, strict=True):
        assert table.subjects == [*SUBJECTS]
        assert table.steps == (own if hours <= 48 else sorted({hour[:10] for hour in own}))
        for number, subject in enumerate(SUBJECTS):
            figures = table.total(subject)
            assert (figures.items, figures.posts) == (6 * hours, 4 * hours)
            assert (figures.left_out, figures.counted) == (hours, 5 * hours)
            labels = (figures.positive, figures.negative, figures.neutral)
            assert labels == (hours, 2 * hours, 2 * hours)
            total = hours * (number + 1 - 1000)
            assert round(figures.compound_sum * 10_000) == total
            assert round(figures.compound_squares * 100) == hours * (25 + 25 - 1)
            assert table.items_by_community(subject) == {"Cursor": 3 * hours, REST: 3 * hours}
            for without, left in (
                (("Cursor",), 3),
                ((REST,), 3),
                (("Cursor", REST), 0),
                (("aws",), 6),
            ):
                assert table.total(subject, without=without).items == left * hours
            series = [each.items for each in table.series(subject)]
            assert len(series) == len(table.steps)
            assert sum(series) == 6 * hours


async def test_what_is_unknown_counts_nothing(sqlite_store) -> None:
    await fill(sqlite_store)
    later = NOW + timedelta(days=400)
    window = Window.of_hours(24 * 90, later).hours()
    (empty,) = await read_tables(sqlite_store, [window], WATCHED, other_languages="count")
    assert empty.subjects == []
    assert empty.total("cursor").mean is None
    assert {each.items for each in empty.series("cursor")} == {0}
    (all_others,) = await read_tables(sqlite_store, [[]], WATCHED, other_languages="count")
    assert all_others.series("cursor") == []


async def test_a_table_is_parsed_again_once_it_or_what_is_watched_changes(sqlite_store) -> None:
    days = {"2026-11-03": {"cursor": {"12": {"aws": numbers_of(a_cell(1))}}}}
    await write(sqlite_store, days)
    parsed = ParsedTables()

    async def items(*watched: str) -> int:
        (table,) = await read_tables(
            sqlite_store, [["2026-11-03T12"]], watched, other_languages="count", parsed=parsed
        )
        return table.total("cursor").items

    assert [await items("aws"), await items("aws"), await items("claude")] == [3, 3, 0]
    document = await sqlite_store.read(SUBJECTS_DAYS, TABLE, "2026-11-03")
    assert parsed.of(document, ["aws"]) is parsed.of(document, ["aws"])
    days["2026-11-03"]["cursor"]["12"]["aws"] = numbers_of({**a_cell(1), "posts": 9})
    days["2026-11-03"]["cursor"]["12"]["claude"] = numbers_of(a_cell(1))
    await write(sqlite_store, days)
    assert [await items("aws"), await items("AWS", "claude")] == [3, 6]


NUMBERS = st.tuples(*[st.integers(-(10**9), 10**12)] * len(NO_NUMBERS))
NAMES = ("aws", "hn.ai", "Cursor")


@given(st.dictionaries(st.sampled_from([*NAMES, REST]), NUMBERS, min_size=1))
def test_rows_are_read_as_they_were_written(rows) -> None:
    # Without items in other languages the rest of those figures is nothing.
    rows = {
        name: numbers if numbers[6] else (*numbers[:6], *NO_NUMBERS[6:])
        for name, numbers in rows.items()
    }
    text = pack_rows(rows, {name: number for number, name in enumerate(NAMES)})
    assert unpack_rows(text, NAMES) == rows
    only = unpack_rows(text, [name if name == "Cursor" else None for name in NAMES])
    assert only == {name: rows[name] for name in rows if name in ("Cursor", REST)}
