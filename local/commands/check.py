"""The command `check`: test that the database file can be read, and salvage it into a new file."""

import json
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.host.config import read_local_settings
from shared.errors import SettingsError
from shared.logs import printable
from shared.settings import load_settings
from shared.store import CONTAINERS
from shared.store.sqlite import SET_ASIDE, decode, document_of, indexes, pragmas, tables

SOUND, DAMAGED = 0, 1
MAX_FAULTS = 20
ROWS_AT_ONCE = 500
# More rows don't fit in a page, so pages times this bounds the row numbers of a damaged table.
MAX_ROWS_A_PAGE = 64
# Writes a salvaged row. The first row of a key wins, since a second one isn't newer.
INSERT = "INSERT OR IGNORE INTO {table} VALUES (?, ?, ?, ?)"

Row = tuple[str, str, str, str]


@dataclass
class Report:
    """The result of checking a file."""

    rows: int = 0
    """Number of rows that can be read."""
    unreadable: list[str] = field(default_factory=list)
    """Rows that can't be read, by table, partition and id."""
    faults: list[str] = field(default_factory=list)
    """Messages of SQLite about the file, and about pages that can't be read."""

    @property
    def is_sound(self) -> bool:
        """Return whether everything can be read."""
        return not self.unreadable and not self.faults


def check_command(environ: Mapping[str, str], *, repair: Path | None, as_json: bool) -> int:
    """Check the file, and write its readable rows into `repair` if given. Return the exit status.

    Raises SettingsError.
    """
    settings = load_settings(read_local_settings(Path(), environ))
    if settings.cosmos_endpoint:
        raise SettingsError("COSMOS_ENDPOINT: it is set, and Cosmos DB has no file to check")
    path = settings.sqlite_path
    if not path.exists():
        raise SettingsError(f"SQLITE_PATH: {path} doesn't exist yet")
    if repair is not None and repair.exists():
        raise SettingsError(f"--repair: {repair} exists already; it takes the name of a new file")
    report = Report()
    try:
        with closing(_open(path)) as source:
            _check_pages(source, report)
            _list_set_aside(source, report)
            if repair is None:
                _count_rows(source, report)
            else:
                _salvage(source, repair, report)
    except sqlite3.Error as error:
        report.faults.append(str(error))
    _print(path, repair, report, as_json=as_json)
    return SOUND if report.is_sound else DAMAGED


def _open(path: Path) -> sqlite3.Connection:
    """Open the file read-only, so that a damaged one isn't made worse."""
    source = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
    source.text_factory = decode
    return source


def _check_pages(source: sqlite3.Connection, report: Report) -> None:
    try:
        found = source.execute(f"PRAGMA integrity_check({MAX_FAULTS})").fetchall()
    except sqlite3.Error as error:
        found = [(str(error),)]
    report.faults += [str(line) for (line,) in found if line != "ok"]


def _count_rows(source: sqlite3.Connection, report: Report) -> None:
    for container in CONTAINERS:
        for _ in _readable_rows(source, container.name, report):
            report.rows += 1


def _list_set_aside(source: sqlite3.Connection, report: Report) -> None:
    """Add the rows that were set aside because they couldn't be read."""
    with suppress(sqlite3.Error):
        rows = source.execute(f"SELECT container, partition, id FROM {SET_ASIDE}").fetchall()  # noqa: S608
        report.unreadable += [" ".join(map(str, row)) for row in rows]


def _salvage(source: sqlite3.Connection, new: Path, report: Report) -> None:
    """Write each readable row into a new file with the same tables."""
    try:
        with closing(sqlite3.connect(new)) as target:
            for statement in (*pragmas(), *tables(), *indexes()):
                target.execute(statement)
            for container in CONTAINERS:
                insert = INSERT.format(table=container.name)
                for row in _readable_rows(source, container.name, report):
                    report.rows += target.execute(insert, row).rowcount
                target.commit()
    except sqlite3.Error as error:
        raise SettingsError(f"--repair: {new} can't be written ({error})") from error


def _readable_rows(source: sqlite3.Connection, table: str, report: Report) -> Iterator[Row]:
    try:
        last = _last_number(source, table)
    except sqlite3.Error as error:
        report.faults.append(f"{table}: {error}")
        return
    for row in _rows_between(source, table, 1, last, report):
        partition, document_id, _, body = row
        if document_of(document_id, body) is None:
            report.unreadable.append(f"{table} {partition} {document_id}")
        else:
            yield row


def _last_number(source: sqlite3.Connection, table: str) -> int:
    """Return the highest row number, or an upper bound if it can't be read."""
    with suppress(sqlite3.Error):
        return int(source.execute(f"SELECT max(rowid) FROM {table}").fetchone()[0] or 0)  # noqa: S608
    pages = source.execute("PRAGMA page_count").fetchone()[0]
    return int(pages) * MAX_ROWS_A_PAGE


def _rows_between(
    source: sqlite3.Connection, table: str, first: int, last: int, report: Report
) -> Iterator[Row]:
    """Yield the rows of these numbers; halve the range to get around pages that can't be read."""
    if last < first:
        return
    if last - first >= ROWS_AT_ONCE:
        middle = (first + last) // 2
        yield from _rows_between(source, table, first, middle, report)
        yield from _rows_between(source, table, middle + 1, last, report)
        return
    try:
        rows: list[Any] = source.execute(
            f"SELECT partition, id, etag, body FROM {table} WHERE rowid BETWEEN ? AND ?",  # noqa: S608
            (first, last),
        ).fetchall()
    except sqlite3.Error as error:
        if first == last:
            fault = f"{table}: {error}"
            if fault not in report.faults:
                report.faults.append(fault)
            return
        middle = (first + last) // 2
        yield from _rows_between(source, table, first, middle, report)
        yield from _rows_between(source, table, middle + 1, last, report)
        return
    yield from rows


def _print(path: Path, repair: Path | None, report: Report, *, as_json: bool) -> None:
    if as_json:
        counts = {"rows": report.rows, "unreadable": report.unreadable, "faults": report.faults}
        new = None if repair is None else str(repair)
        print(json.dumps({"file": str(path), "sound": report.is_sound, **counts, "repaired": new}))
        return
    faults = [*report.faults, *(f"can't be read: {row}" for row in report.unreadable)]
    for fault in faults[:MAX_FAULTS]:
        print(printable(fault, keep="\n"), file=sys.stderr)
    if len(faults) > MAX_FAULTS:
        print(f"and {len(faults) - MAX_FAULTS} more", file=sys.stderr)
    state = "is sound" if report.is_sound else "is damaged"
    print(f"{path} {state}: {report.rows} documents can be read.")
    if repair is not None:
        print(
            f"They are in {repair}. To use it: end the product, move {path} and the files beside it"
            f" whose names end in -wal and -shm away, and move {repair} to its place."
        )
    elif not report.is_sound:
        print("`python -m local check --repair FILE` saves them into a new file.")
