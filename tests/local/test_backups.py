"""Backups are whole and of one moment, whatever writes meanwhile and whenever a kill comes."""

import asyncio
import json
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import cast

import pytest

from local.backups import BackupError, backups_in, make_backup, restore, rotate, verify
from shared.models import Topics
from shared.settings import load_settings
from shared.store import TOPICS, open_store
from tests.fixtures.forked import CONTEXT, local_command

NOW = datetime(2026, 11, 27, 20, 0, tzinfo=UTC)
TOGETHER = 100
TEXT = "x" * 2000


async def write_batch(database: Path, number: int) -> None:
    """Write documents that are written in one transaction."""
    store = await open_store(load_settings({"SQLITE_PATH": str(database)}), retry_seconds=30)
    try:
        ids = [f"{number}-{each}" for each in range(TOGETHER)]
        await store.upsert(TOPICS, [cast("Topics", {"id": each, "text": TEXT}) for each in ids])
    finally:
        await store.close()


def keep_writing(database: Path) -> None:
    async def write() -> None:
        store = await open_store(load_settings({"SQLITE_PATH": str(database)}), retry_seconds=30)
        for number in range(1000, 100_000):
            ids = [f"{number % 1500}-{each}" for each in range(TOGETHER)]
            await store.upsert(TOPICS, [cast("Topics", {"id": each, "text": TEXT}) for each in ids])

    asyncio.run(write())


def keep_open(database: Path) -> None:
    async def hold() -> None:
        await open_store(load_settings({"SQLITE_PATH": str(database)}), retry_seconds=30)
        database.with_name("opened").touch()
        await asyncio.sleep(600)

    asyncio.run(hold())


def back_up(database: Path, folder: Path) -> None:
    make_backup(database, folder, datetime.now(UTC))


def put_back(copy: Path, database: Path) -> None:
    restore(copy, database, NOW)


Start = Callable[..., BaseProcess]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start processes, and kill those that still run at the end."""
    started: list[BaseProcess] = []

    def begin(work: Callable[..., None], *given: Path) -> BaseProcess:
        process = CONTEXT.Process(target=work, args=given)
        process.start()
        started.append(process)
        return process

    yield begin
    for each in started:
        each.kill()
        each.join()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "undertone.db"
    for number in range(30):
        asyncio.run(write_batch(path, number))
    return path


def numbers(path: Path) -> list[int]:
    """Return how many documents of each transaction a file holds."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as copy:
        return [
            count
            for (count,) in copy.execute(
                "SELECT count(*) FROM topics GROUP BY substr(id, 1, instr(id, '-'))"
            )
        ]


def test_a_backup_is_of_one_moment_while_another_process_writes(
    database: Path, tmp_path: Path, start: Start
) -> None:
    writer = start(keep_writing, database)
    sizes = []
    for number in range(6):
        made = make_backup(database, tmp_path / "b", NOW + timedelta(seconds=number))
        assert set(numbers(made.path)) == {TOGETHER}
        assert verify(made.path) == made.documents
        assert made.path.stat().st_mode & 0o777 == 0o600
        sizes.append(made.documents["topics"])
    assert writer.is_alive()
    assert len(set(sizes)) > 1, "the writer wrote meanwhile"
    assert sizes == sorted(sizes)


def test_a_kill_at_any_moment_leaves_no_backup_that_is_not_one(
    database: Path, tmp_path: Path, start: Start
) -> None:
    folder = tmp_path / "b"
    began = time.monotonic()
    make_backup(database, folder, NOW)
    takes = time.monotonic() - began
    interrupted = 0
    for number in range(12):
        process = start(back_up, database, folder)
        # The moment matters, so time has to pass.
        time.sleep(0.05 + takes * number / 8)
        process.kill()
        process.join()
        interrupted += len(list(folder.glob("*.partial")))
        for path in backups_in(folder, database):
            assert set(numbers(path)) == {TOGETHER}
            assert verify(path)["topics"] == 30 * TOGETHER
    assert interrupted, "no kill came in the middle"
    time.sleep(1.1)
    last = make_backup(database, folder, datetime.now(UTC))
    left = [each.name for each in folder.iterdir() if each not in backups_in(folder, database)]
    assert left == [".lock"]
    assert last.path in backups_in(folder, database)


def test_a_kill_while_restoring_leaves_one_whole_database_or_the_other(
    database: Path, tmp_path: Path, start: Start
) -> None:
    made = make_backup(database, tmp_path / "b", NOW)
    asyncio.run(write_batch(database, 77))
    newer = make_backup(database, tmp_path / "b", NOW + timedelta(seconds=1))
    counts = {30 * TOGETHER, 31 * TOGETHER}
    for number in range(10):
        copy = made if number % 2 else newer
        process = start(put_back, copy.path, database)
        time.sleep(0.05 + number * 0.02)
        process.kill()
        process.join()
        assert verify(database)["topics"] in counts
    found, earlier = restore(made.path, database, NOW + timedelta(hours=1))
    assert found.documents["topics"] == 30 * TOGETHER
    assert earlier is not None
    assert verify(earlier)["topics"] in counts
    assert not list(database.parent.glob("*.partial"))


def test_a_database_that_is_open_is_not_replaced_sound_or_damaged(
    database: Path, tmp_path: Path, start: Start
) -> None:
    made = make_backup(database, tmp_path / "b", NOW)
    holder = start(keep_open, database)
    while not database.with_name("opened").exists():
        time.sleep(0.05)
    with pytest.raises(BackupError, match="stop the app"):
        restore(made.path, database, NOW)
    with database.open("r+b") as file:
        file.write(b"damaged" * 100)
    with pytest.raises(BackupError, match="stop the app"):
        restore(made.path, database, NOW)
    assert holder.pid is not None
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()
    _, earlier = restore(made.path, database, NOW)
    assert earlier is not None
    assert earlier.read_bytes().startswith(b"damaged")
    assert verify(database) == made.documents
    asyncio.run(write_batch(database, 1))


def test_what_is_no_sound_backup_is_neither_restored_nor_kept(
    database: Path, tmp_path: Path
) -> None:
    made = make_backup(database, tmp_path / "b", NOW)
    whole = made.path.read_bytes()
    for content, why in (
        (b"", "no database of Undertone"),
        (b"text", "can't be read"),
        (whole[: len(whole) // 2], "damaged|can't be read"),
        (whole[:20_000] + b"\xff" * 3000 + whole[23_000:], "damaged|can't be read"),
    ):
        made.path.write_bytes(content)
        with pytest.raises(BackupError, match=why):
            restore(made.path, database, NOW)
        assert set(numbers(database)) == {TOGETHER}
    # A damaged database makes no backup, which would rotate a good one away.
    database.write_bytes(whole[:20_000] + b"\xff" * 3000 + whole[23_000:])
    with pytest.raises(BackupError, match=r"damaged|malformed"):
        make_backup(database, tmp_path / "b", NOW + timedelta(seconds=1))
    assert backups_in(tmp_path / "b", database) == [made.path]


def test_a_backup_of_another_version_is_restored_for_its_upgrade(
    database: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(database)) as changed, changed:
        changed.execute("DROP TABLE comments")
        changed.execute('CREATE TABLE "of a later version" (id)')
        changed.execute('INSERT INTO "of a later version" VALUES (1)')
    made = make_backup(database, tmp_path / "b", NOW)
    assert made.documents["of a later version"] == 1
    assert "comments" not in made.documents
    found, _ = restore(made.path, database, NOW)
    assert found.documents == made.documents


def test_rotation_keeps_the_newest_and_what_is_no_backup(tmp_path: Path) -> None:
    database = tmp_path / "undertone.db"
    names = [f"undertone-2026112{day}T000000Z.db" for day in range(1, 6)]
    others = ["undertone-own.db", "other-20261121T000000Z.db", "notes.txt"]
    for name in (*names, *others):
        (tmp_path / name).touch()
    newest = tmp_path / names[-1]
    assert [each.name for each in rotate(tmp_path, database, keep=3, newest=newest)] == names[:2]
    # A clock that was set back has named it earlier than the others.
    older = tmp_path / names[2]
    rotate(tmp_path, database, keep=1, newest=older)
    assert backups_in(tmp_path, database) == [older]
    assert all((tmp_path / name).exists() for name in others)


def test_the_commands_say_what_they_did_or_why_not(database: Path) -> None:
    where = {"SQLITE_PATH": str(database)}
    made = local_command("backup", "--keep", "1", "--json", **where)
    assert made.returncode == 0, made.stderr
    found = json.loads(made.stdout)
    assert found["documents"]["topics"] == 30 * TOGETHER
    asyncio.run(write_batch(database, 500))
    back = local_command("restore", "last", **where)
    assert "3000 documents" in back.stdout
    assert "holds" in back.stdout
    assert set(numbers(database)) == {TOGETHER}
    assert len(numbers(database)) == 30
    for arguments, settings, says in (
        (["restore", "nowhere.db"], where, "nowhere.db doesn't exist"),
        (["backup"], {"SQLITE_PATH": str(database.with_name("none.db"))}, "doesn't exist yet"),
        (["restore", "last"], {"SQLITE_PATH": "/nowhere/u.db"}, "there is no backup in"),
        (["backup"], {"COSMOS_ENDPOINT": "http://127.0.0.1:9"}, "Cosmos DB makes its own"),
    ):
        ended = local_command(*arguments, **settings)
        assert (ended.returncode, says in ended.stderr) == (2, True), ended.stderr
