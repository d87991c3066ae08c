"""The runbook's commands for one machine do what the runbook says."""

import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.host import ROOT

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
COMMANDS = re.findall(r"^\.venv/bin/python -c '(.+)'$", RUNBOOK, re.MULTILINE)


def run(command: str, folder: Path) -> None:
    subprocess.run([sys.executable, "-c", command], cwd=folder, check=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".data").mkdir()
    return tmp_path


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
