"""The runbook's commands for one machine do what the runbook says."""

import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from shared.models import CollectionState
from shared.settings import load_settings
from shared.store import COLLECTION, open_store
from shared.store.schema import SCHEMA
from tests.fixtures.host import ROOT

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
COMMANDS = re.findall(r"^\.venv/bin/python -c '(.+)'$", RUNBOOK, re.MULTILINE)


def run(command: str, folder: Path) -> None:
    subprocess.run([sys.executable, "-c", command], cwd=folder, check=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".data").mkdir()
    return tmp_path


async def test_a_backup_that_is_taken_while_the_app_writes_can_be_restored(folder: Path) -> None:
    (backup,) = (command for command in COMMANDS if "VACUUM INTO" in command)
    database = folder / ".data" / "undertone.db"
    settings = load_settings({"SQLITE_PATH": str(database)})
    document = CollectionState(
        id="collection", kind="collection", ttl=-1, schema=SCHEMA, origin="sample", last_cycle=None,
        last_started_at=None, last_collection_at=None, collections_succeeded=1,
        collections_failed=0,
    )  # fmt: skip
    store = await open_store(settings, retry_seconds=5)
    try:
        await store.upsert(COLLECTION, [document])
        run(backup, folder)
    finally:
        await store.close()
    for file in database.parent.glob("undertone.db*"):
        file.unlink()
    (folder / ".data" / "backup.db").rename(database)
    restored = await open_store(settings, retry_seconds=5)
    try:
        found = await restored.read(COLLECTION, "collection", "collection")
    finally:
        await restored.close()
    assert found is not None
    assert found["origin"] == "sample"


def test_compacting_gives_the_room_back(folder: Path) -> None:
    (compact,) = (command for command in COMMANDS if command.endswith('("VACUUM")'))
    database = folder / ".data" / "undertone.db"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE items (body)")
        connection.executemany("INSERT INTO items VALUES (?)", [("x" * 1000,)] * 1000)
        connection.execute("DELETE FROM items")
    connection.close()
    before = database.stat().st_size
    run(compact, folder)
    assert database.stat().st_size < before / 10
