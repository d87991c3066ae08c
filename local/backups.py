"""Backups of the SQLite database: a verified copy of one moment, and how it is put back.

SQLite's backup API copies a snapshot while other processes write:
https://sqlite.org/c3ref/backup_finish.html. A copy has its final name only once it is verified and
on the disk, so a process that is killed leaves no backup that isn't one.
"""

import fcntl
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from shared.errors import UndertoneError
from shared.store import CONTAINERS

OWNER_ONLY, OWNERS_FOLDER = 0o600, 0o700
MAX_FAULTS = 5
# A cycle's longest transaction takes under a second; a busy disk may take longer.
BUSY_SECONDS = 30.0
NAME: Final = re.compile(r"(?P<database>.+)-(?P<moment>\d{8}T\d{6}Z)\.db")
SHARED_FIRST, SHARED_BYTES = 0x40000002, 510
PARTIAL = ".partial"


class BackupError(UndertoneError):
    """A backup or a restore that wasn't made; the message says why."""


@dataclass(frozen=True)
class Backup:
    """A verified copy: its file, its size in bytes, and the number of documents by table."""

    path: Path
    size: int
    documents: Mapping[str, int]


def backup_name(database: Path, moment: datetime) -> str:
    """Return the file name of a backup that is made at a moment, in UTC."""
    return f"{database.stem}-{moment:%Y%m%dT%H%M%SZ}.db"


def backups_in(folder: Path, database: Path) -> list[Path]:
    """Return the backups of a database in a folder, by the time in their names, oldest first."""
    names = (entry for entry in folder.glob("*.db") if entry.is_file())
    found = ((NAME.fullmatch(entry.name), entry) for entry in names)
    return sorted(entry for match, entry in found if match and match["database"] == database.stem)


def make_backup(database: Path, folder: Path, moment: datetime) -> Backup:
    """Copy the database as it is at one moment into a folder, and verify the copy.

    The app may go on writing. Raises BackupError, also if another backup is being made.
    """
    if not database.is_file():
        raise BackupError(f"SQLITE_PATH: {database} doesn't exist yet, so there is nothing to copy")
    try:
        folder.mkdir(mode=OWNERS_FOLDER, parents=True, exist_ok=True)
        with _only_one(folder):
            _remove_partial(folder, f"{database.stem}-*")
            return _copied(database, folder / backup_name(database, moment))
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"no backup of {database} was made in {folder}: {error}") from error


def rotate(folder: Path, database: Path, *, keep: int, newest: Path) -> list[Path]:
    """Remove the oldest backups of a database until `keep` are left, and return them.

    `newest` stays, even if a wrong clock has named others later. Raises BackupError.
    """
    others = [each for each in backups_in(folder, database) if each != newest]
    removed = others[: max(0, len(others) - (keep - 1))]
    try:
        for each in removed:
            each.unlink()
    except OSError as error:
        raise BackupError(f"old backups in {folder} can't be removed: {error}") from error
    return removed


def verify(path: Path, expected: Mapping[str, int] | None = None) -> dict[str, int]:
    """Check a copy page by page, and count its documents by table.

    Raises BackupError if it is damaged, isn't a database of the app, or has other numbers than
    those expected.
    """
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as copy:
            faults = copy.execute(f"PRAGMA integrity_check({MAX_FAULTS})").fetchall()
            if faults != [("ok",)]:
                reasons = "; ".join(str(fault) for (fault,) in faults)
                raise BackupError(f"{path} is damaged: {reasons}")
            counts = _counts(copy)
    except sqlite3.Error as error:
        raise BackupError(f"{path} can't be read: {error}") from error
    # Another version has other tables, which an upgrade adds or takes away.
    if not any(container.name in counts for container in CONTAINERS):
        raise BackupError(f"{path} is no database of Undertone: it has none of its tables")
    if expected is not None and counts != dict(expected):
        raise BackupError(f"{path} holds {counts}, and the database held {dict(expected)}")
    return counts


def restore(backup: Path, database: Path, moment: datetime) -> tuple[Backup, Path | None]:
    """Put a verified copy in the database's place; return it, and where the earlier one is now.

    At each moment there is a whole database at the path. Raises BackupError, also if a process
    has the database open; so the app has to be stopped.
    """
    documents = verify(backup)
    partial = database.with_name(database.name + PARTIAL)
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        with _held(database):
            _copy_file(backup, partial)
            verify(partial, documents)
            earlier = _keep_earlier(database, moment)
            partial.replace(database)
            _flush_folder(database.parent)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{backup} can't be put in the place of {database}: {error}") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return Backup(database, database.stat().st_size, documents), earlier


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which ends with the process. Raises BackupError if it is held."""
    with (folder / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(f"another backup is being made in {folder}") from None
        yield


def _copied(database: Path, target: Path) -> Backup:
    if target.exists():
        raise BackupError(f"{target} exists already")
    partial = target.with_name(target.name + PARTIAL)
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY))
    try:
        expected = _copy_database(database, partial)
        verify(partial, expected)
        _flush(partial)
        partial.rename(target)
        _flush_folder(target.parent)
    finally:
        _remove_partial(target.parent, target.name)
    return Backup(target, target.stat().st_size, expected)


def _remove_partial(folder: Path, name: str) -> None:
    """Remove copies that weren't completed, and SQLite's journals of them."""
    for left in folder.glob(f"{name}{PARTIAL}*"):
        left.unlink(missing_ok=True)


def _copy_database(database: Path, target: Path) -> dict[str, int]:
    """Copy one moment of the database into an empty file, and return what it holds."""
    address = f"{database.resolve().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS)) as source,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        # The transaction holds the moment that is counted and copied. All pages go in one step,
        # since a step after another process has written begins again.
        source.execute("BEGIN")
        counts = _counts(source)
        source.backup(copy, pages=-1)
        source.rollback()
        # The copy is one file then, without a log beside it.
        copy.execute("PRAGMA journal_mode = DELETE")
    return counts


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the number of rows of each table, whatever version made it."""
    known = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        " ORDER BY name"
    ).fetchall()
    names = [str(name).replace('"', '""') for (name,) in known]
    return {
        name: int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608
        for name in names
    }


@contextmanager
def _held(database: Path) -> Iterator[None]:
    """Hold the database alone, with everything in its file. Raises BackupError if it is open.

    A damaged file can't be held: it may be replaced as it is.
    """
    if not database.exists():
        yield
        return
    with closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as connection:
        try:
            # Only the last connection may leave the mode with a log.
            (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise BackupError(
                f"{database} is in use ({error}): stop the app first, and then restore"
            ) from error
        except sqlite3.DatabaseError:
            mode = "wal" if _is_open_elsewhere(database) else "damaged"
        if mode == "wal":
            raise BackupError(f"{database} is in use: stop the app first, and then restore")
        yield


def _is_open_elsewhere(database: Path) -> bool:
    """Return whether another process has opened a file that SQLite can't read.

    In WAL mode each connection has a shared lock on these bytes:
    https://sqlite.org/src/file/src/os_unix.c
    """
    with database.open("rb+") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, SHARED_BYTES, SHARED_FIRST)
        except OSError:
            return True
    return False


def _keep_earlier(database: Path, moment: datetime) -> Path | None:
    """Give the database that is replaced a second name, with its log if it has one."""
    if not database.exists():
        return None
    kept = database.with_name(f"{database.name}.before-{moment:%Y%m%dT%H%M%SZ}")
    try:
        os.link(database, kept)
    except OSError:
        # File systems without a second name for a file.
        _copy_file(database, kept)
    for ending in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            database.with_name(database.name + ending).rename(kept.with_name(kept.name + ending))
    return kept


def _copy_file(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY))
    shutil.copyfile(source, target)
    _flush(target)


def _flush(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def summary_of(documents: Mapping[str, int], names: Sequence[str] = ("posts", "comments")) -> str:
    """Return what a backup holds in words."""
    parts = [f"{documents.get(name, 0)} {name}" for name in names]
    return f"{sum(documents.values())} documents ({', '.join(parts)})"
