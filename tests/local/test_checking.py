"""`python -m local check` reports and saves what can be read of a damaged file."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from local.commands.check import check_command
from shared.errors import SettingsError
from shared.store import LEASES, POSTS, Query
from shared.store.sqlite import SqliteStore
from tests.shared.store.test_sqlite import SECRET, damage_file, damage_pages, post

COUNT = 1000


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    store = await SqliteStore.open(tmp_path / "a.db", retry_seconds=1)
    posts = [{**post(number), "content": SECRET} for number in range(COUNT)]
    await store.upsert(POSTS, posts)  # type: ignore[arg-type]
    await store.upsert(LEASES, [{"id": "lease", "kind": "lease"}])  # type: ignore[list-item]
    await store.close()
    return tmp_path / "a.db"


def checked(path: Path, capsys, repair: Path | None = None) -> tuple[int, dict, str]:
    given = {"SQLITE_PATH": str(path)}
    status = check_command(given, repair=repair, as_json=True)
    shown = capsys.readouterr().out
    assert "somebody" not in shown
    check_command(given, repair=None, as_json=False)
    words = capsys.readouterr()
    assert "somebody" not in words.out + words.err
    return status, json.loads(shown), words.out + words.err


async def posts_in(path: Path) -> list[str]:
    store = await SqliteStore.open(path, retry_seconds=1)
    found = await store.query(Query(POSTS, "aws", COUNT + 1))
    await store.close()
    return [each["id"] for each in found]


async def test_a_sound_file_is_sound_and_copied_whole(path, tmp_path, capsys) -> None:
    before = path.read_bytes()
    status, report, words = checked(path, capsys, tmp_path / "new.db")
    assert (status, report["rows"], report["unreadable"]) == (0, COUNT + 1, [])
    assert "is sound" in words
    assert len(await posts_in(tmp_path / "new.db")) == COUNT
    assert path.read_bytes() == before


@pytest.mark.parametrize("after", [b'x"id":"p5"', b'{"id":"p\xff"', b'{"ix":"p5"'])
async def test_an_unreadable_row_is_named_and_the_others_are_saved(
    path, tmp_path, capsys, after
) -> None:
    damage_file(path, b'{"id":"p5"', after)
    status, report, words = checked(path, capsys, tmp_path / "new.db")
    assert (status, report["unreadable"]) == (1, ["posts aws p5"])
    assert "--repair FILE" in words
    saved = await posts_in(tmp_path / "new.db")
    assert len(saved) == COUNT - 1
    assert "p5" not in saved
    assert (checked(tmp_path / "new.db", capsys))[0] == 0


async def test_what_other_pages_hold_is_saved_from_a_file_with_damaged_ones(
    path, tmp_path, capsys
) -> None:
    damage_pages(path)
    status, report, _ = checked(path, capsys, tmp_path / "new.db")
    assert status == 1
    assert report["faults"]
    saved = await posts_in(tmp_path / "new.db")
    assert len(saved) == report["rows"] or len(saved) + 1 == report["rows"]
    assert (checked(tmp_path / "new.db", capsys))[0] == 0


async def test_one_damaged_page_of_many_costs_its_own_rows_alone(path, tmp_path, capsys) -> None:
    raw = bytearray(path.read_bytes())
    at = raw.index(b'{"id":"p500"') // 4096 * 4096
    raw[at : at + 100] = b"\xff" * 100
    path.write_bytes(raw)
    assert (checked(path, capsys, tmp_path / "new.db"))[0] == 1
    assert len(await posts_in(tmp_path / "new.db")) > 0.9 * COUNT


async def test_rows_that_were_set_aside_are_told_until_the_file_is_a_new_one(
    path, tmp_path, capsys
) -> None:
    damage_file(path, b'{"id":"p5"', b'x"id":"p5"')
    store = await SqliteStore.open(path, retry_seconds=1)
    await store.delete(POSTS, [("aws", "p5")])
    await store.close()
    status, report, _ = checked(path, capsys, tmp_path / "new.db")
    assert (status, report["unreadable"]) == (1, ["posts aws p5"])
    assert (checked(tmp_path / "new.db", capsys))[0] == 0


@pytest.mark.parametrize("fault", ["missing", "exists", "no folder", "cosmos"])
def test_what_cannot_be_checked_or_written_is_one_line(tmp_path, fault) -> None:
    path, new = tmp_path / "a.db", tmp_path / "new.db"
    environ = {"SQLITE_PATH": str(path)}
    if fault != "missing":
        with closing(sqlite3.connect(path)) as db:
            db.execute("CREATE TABLE posts (a)")
    if fault == "exists":
        new.write_text("kept")
    if fault == "no folder":
        new = tmp_path / "none" / "new.db"
    if fault == "cosmos":
        environ["COSMOS_ENDPOINT"] = "https://account.example"
    with pytest.raises(SettingsError, match=r"SQLITE_PATH|--repair|COSMOS_ENDPOINT"):
        check_command(environ, repair=new, as_json=False)
    assert not new.exists() or new.read_text() == "kept"


def test_a_file_that_is_no_database_is_damaged(tmp_path, capsys) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("dear diary " * 1000)
    assert check_command({"SQLITE_PATH": str(path)}, repair=None, as_json=False) == 1
    assert "diary" not in capsys.readouterr().err
