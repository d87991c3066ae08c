"""The room on the disk that holds the SQLite database."""

import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class DiskSpace:
    """Bytes: free and in all on the disk, and in the database with its log."""

    free: int
    size: int
    database: int


def disk_space(database: Path) -> DiskSpace | None:
    """Return the room on the disk of a database; None if its folder can't be seen."""
    try:
        found = shutil.disk_usage(database.parent)
    except OSError:
        return None
    files = (database, database.with_name(f"{database.name}-wal"))
    return DiskSpace(found.free, found.total, sum(_size(each) for each in files))


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
