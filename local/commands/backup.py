"""The commands `backup` and `restore`."""

import json
from collections.abc import Mapping
from pathlib import Path

from local.backups import Backup, BackupError, backups_in, make_backup, restore, rotate, summary_of
from local.host.config import read_local_settings
from shared.errors import SettingsError
from shared.settings import load_settings
from shared.times import utc_now

FOLDER = "backups"
LAST = "last"


def backup_command(
    environ: Mapping[str, str], folder: Path | None, *, keep: int, as_json: bool
) -> None:
    """Make a backup, and remove the oldest ones. Raises SettingsError and BackupError."""
    database = _database(environ)
    folder = folder or _folder_of(database)
    made = make_backup(database, folder, utc_now())
    removed = rotate(folder, database, keep=keep, newest=made.path)
    names = [each.name for each in removed]
    if as_json:
        _print_json(made, removed=names)
        return
    print(f"{made.path}: {summary_of(made.documents)}, {made.size:,} bytes, verified.")
    if names:
        print(f"Removed: {', '.join(names)}.")


def restore_command(environ: Mapping[str, str], file: str, *, as_json: bool) -> None:
    """Restore a backup; `last` is the newest. Raises SettingsError and BackupError."""
    database = _database(environ)
    made, earlier = restore(_file_of(file, database), database, utc_now())
    if as_json:
        _print_json(made, earlier=None if earlier is None else str(earlier))
        return
    print(f"{made.path} holds {summary_of(made.documents)}, verified.")
    if earlier is not None:
        print(f"What it held before is in {earlier}: remove it when all is well.")


def _database(environ: Mapping[str, str]) -> Path:
    settings = load_settings(read_local_settings(Path(), environ))
    if settings.cosmos_endpoint:
        raise SettingsError(
            "COSMOS_ENDPOINT: it is set, and Cosmos DB makes its own backups: docs/runbook.md"
        )
    return settings.sqlite_path


def _folder_of(database: Path) -> Path:
    return database.parent / FOLDER


def _file_of(file: str, database: Path) -> Path:
    if file != LAST:
        path = Path(file)
        if not path.is_file():
            raise BackupError(f"{path} doesn't exist")
        return path
    folder = _folder_of(database)
    if not (found := backups_in(folder, database)):
        raise BackupError(f"there is no backup in {folder}")
    return found[-1]


def _print_json(made: Backup, **more: object) -> None:
    found = {"file": str(made.path), "bytes": made.size, "documents": dict(made.documents)}
    print(json.dumps({**found, **more}))
