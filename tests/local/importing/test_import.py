"""Files that are imported: what is taken, from where it goes on, and what is said of the rest."""

import gzip
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from local.cli import app
from local.commands import importing
from local.commands.importing import import_file
from local.importing import reading
from local.importing.lines import selection_of
from local.importing.opening import ENDS_EARLY
from shared.models import ImportedFile
from shared.settings import Settings, load_settings
from shared.store import IMPORTED_FILES, Query, Store
from tests.collector.harness import (
    WatchedStore,
    count_by_hand,
    stored_items,
    stored_statistics,
)
from tests.fixtures.host import ROOT, environ_with

NAMES = ["Cursor", "claude", "push.desk"]
NOW = int(time.time())
SETTINGS = {"SUBREDDITS": "Cursor,claude", "COMMUNITIES": "push.desk", "ORIGIN": "recorded"}


def submission(number: int, subreddit: str = "cursor", **more: Any) -> dict[str, Any]:
    return {
        "id": f"p{number}",
        "subreddit": subreddit,
        "created_utc": NOW - 100_000 + 60 * number,
        "author": "ada",
        "title": f"I love this number {number}",
        "selftext": "",
        "score": 7,
        "num_comments": 1,
        **more,
    }


def comment(number: int, subreddit: str = "claude", **more: Any) -> dict[str, Any]:
    return {
        "id": f"c{number}",
        "subreddit": subreddit,
        "created_utc": str(NOW - 100_000 + 60 * number),
        "author": "bob",
        "body": "It is awful",
        "link_id": "t3_p1",
        "parent_id": "t3_p1",
        "score": 1,
        **more,
    }


def pushed(number: int, **more: Any) -> dict[str, Any]:
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(NOW - 90_000 + number))
    return {
        "community": "push.desk",
        "kind": "post",
        "id": str(number),
        "text": "Fine",
        "created": created,
        **more,
    }


def dump(*things: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in things)


MIXED = dump(
    *(submission(n) for n in range(40)),
    *(comment(n) for n in range(40)),
    *(pushed(n) for n in range(20)),
    {"kind": "t3", "data": submission(99, "Cursor")},
    submission(1000, "elsewhere"),
)


def zstd(text: bytes) -> bytes:
    return bytes(pytest.importorskip("zstandard").ZstdCompressor().compress(text))


FORMS: dict[str, Callable[[bytes], bytes]] = {"ndjson": bytes, "gz": gzip.compress, "zst": zstd}


def settings_of(**more: str) -> Settings:
    return load_settings({**SETTINGS, **more})


async def run(
    store: Any, path: Path, settings: Settings | None = None, **chosen: Any
) -> tuple[ImportedFile, str]:
    settings = settings or settings_of()
    selection = selection_of(settings, chosen.get("community"), chosen.get("only", ()))
    state, error = await import_file(store, settings, path, selection, lambda *_: None)
    return state, str(error or "")


async def check_counts(store: Store) -> dict[str, dict[str, Any]]:
    items = await stored_items(store, NAMES)
    counted = count_by_hand(items)
    days = {hour[:10] for hours in counted.values() for hour in hours}
    assert await stored_statistics(store, NAMES, days) == counted
    return items


@pytest.mark.parametrize("form", FORMS)
async def test_a_file_is_imported_with_its_times_and_again_writes_nothing(
    sqlite_store, tmp_path, form: str
) -> None:
    path = tmp_path / f"dump.{form}"
    path.write_bytes(FORMS[form](MIXED))
    state, error = await run(sqlite_store, path)
    assert (state["new"], state["others"], state["lines"], error) == (101, 1, 102, "")
    items = await check_counts(sqlite_store)
    assert len(items) == 101
    assert items["t3_p3"]["created_utc"] == time.strftime(
        "%Y-%m-%dT%H:%M:%SZ", time.gmtime(NOW - 100_000 + 180)
    )
    assert (items["t3_p3"]["community"], items["t1_c3"]["community"]) == ("Cursor", "claude")
    watched = WatchedStore(sqlite_store)
    assert (await run(watched, path))[0] == {
        **state,
        "_etag": (await run(watched, path))[0]["_etag"],
    }
    assert watched.written == {}


async def test_both_databases_take_it(store, tmp_path) -> None:
    path = tmp_path / "dump"
    path.write_bytes(MIXED)
    assert (await run(store, path))[0]["new"] == 101
    assert len(await check_counts(store)) == 101


@pytest.mark.parametrize("form", FORMS)
async def test_of_a_file_that_was_cut_off_what_is_whole_is_kept(
    sqlite_store, tmp_path, form: str
) -> None:
    lines = dump(*(submission(n, selftext=str(hash(n)) * 20) for n in range(500)))
    path = tmp_path / f"dump.{form}"
    path.write_bytes(FORMS[form](lines)[:-200])
    state, error = await run(sqlite_store, path)
    assert state["is_done"] is (form == "ndjson")
    assert error == ("" if form == "ndjson" else ENDS_EARLY)
    assert form != "ndjson" or state["left_out"] == {"no JSON": (1, [500])}
    assert len(await check_counts(sqlite_store)) == state["new"]
    path.write_bytes(FORMS[form](lines))
    whole, error = await run(sqlite_store, path)
    assert (len(await check_counts(sqlite_store)), error) == (500, "")
    assert whole["new"] + whole["unchanged"] == 500


async def test_lines_that_are_wrong_are_named_and_the_others_are_taken(
    sqlite_store, tmp_path
) -> None:
    path = tmp_path / "dump"
    old = {"created_utc": 1_500_000_000}
    path.write_bytes(
        dump(submission(1), submission(2, id="no id"), submission(3, **old), pushed(4, score="x"))
        + b'{"subreddit": "Cursor", \n'
        + b"x" * 2_000_000
        + b"\n"
        + dump(
            pushed(5, community="push.other"),
            pushed(6, community=None),
            comment(7, created_utc=NOW + 10**6),
        )
        + dump(submission(8))
    )
    state, _ = await run(sqlite_store, path)
    assert state["left_out"] == {
        "no usable id": (1, [2]),
        "older than RETENTION_DAYS": (1, [3]),
        "no usable score": (1, [4]),
        "no JSON": (1, [5]),
        "longer than 1 MB": (1, [6]),
        "no community: give --community": (1, [8]),
        "of a community that isn't watched: add it to COMMUNITIES": (1, [7]),
        "dated in the future": (1, [9]),
    }
    assert set(await check_counts(sqlite_store)) == {"t3_p1", "t3_p8"}


async def test_only_what_is_chosen_is_taken(sqlite_store, tmp_path) -> None:
    path = tmp_path / "dump"
    path.write_bytes(MIXED + dump(pushed(70, community=None)))
    state, _ = await run(sqlite_store, path, only=("CURSOR",))
    assert (state["new"], state["others"]) == (41, 61)
    state, _ = await run(sqlite_store, path, community="push.desk")
    assert state["new"] == 21
    assert {item["community"] for item in (await check_counts(sqlite_store)).values()} == {
        "Cursor",
        "push.desk",
    }


async def test_what_was_deleted_before_or_after_the_dump_leaves_no_words(
    sqlite_store, tmp_path
) -> None:
    path = tmp_path / "dump"
    path.write_bytes(
        dump(
            submission(1),
            submission(2, removed_by_category="deleted"),
            comment(3, body="[deleted]"),
            comment(4, _meta={"was_deleted_later": True}),
            submission(1, selftext="[removed]"),
        )
    )
    await run(sqlite_store, path)
    assert await check_counts(sqlite_store) == {}


class Interrupted(Exception):
    """The import ends here."""


async def test_an_import_that_was_interrupted_goes_on(sqlite_store, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(reading, "CHUNK_BYTES", 2000)
    path = tmp_path / "dump.gz"
    path.write_bytes(gzip.compress(MIXED))
    calls = 0

    def progress(*_: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise Interrupted

    selection = selection_of(settings_of(), None, ())
    with pytest.raises(Interrupted):
        await import_file(sqlite_store, settings_of(), path, selection, progress)
    (state,) = await sqlite_store.query(Query(IMPORTED_FILES, "imported_file", 9, order_by="id"))
    assert 0 < state["lines"] < 102
    await check_counts(sqlite_store)
    later, _ = await run(sqlite_store, path)
    assert (later["new"], later["lines"], later["unchanged"]) == (101, 102, 0)
    assert len(await check_counts(sqlite_store)) == 101


def test_the_command_says_what_it_did_and_how_it_ended(tmp_path, monkeypatch) -> None:
    path = tmp_path / "dump"
    path.write_bytes(MIXED + b"nonsense\n")
    for name, value in {**SETTINGS, "SQLITE_PATH": str(tmp_path / "x.db")}.items():
        monkeypatch.setenv(name, value)
    runner = CliRunner()
    done = runner.invoke(app, ["import", str(path)])
    assert done.exit_code == importing.COMPLETED, done.output
    assert "103 lines: 101 new" in done.output
    assert "1 left out: no JSON (line 103)" in done.output
    again = runner.invoke(app, ["import", str(path), "--json"])
    assert json.loads(again.stdout)["complete"] is True
    assert runner.invoke(app, ["import", str(tmp_path / "none")]).exit_code == 2
    unwatched = runner.invoke(app, ["import", str(path), "--only", "elsewhere"])
    assert (unwatched.exit_code, "Not watched" in unwatched.output) == (0, True)


def test_a_killed_import_goes_on_and_counts_each_item_once(tmp_path) -> None:
    path = tmp_path / "dump.ndjson"
    path.write_bytes(
        dump(*(submission(n, created_utc=NOW - 900_000 + 30 * n) for n in range(24_000)))
    )
    settings = {**SETTINGS, "SQLITE_PATH": str(tmp_path / "x.db"), "LEASE_SECONDS": "15"}
    command = [sys.executable, "-m", "local", "import", str(path), "--json"]
    database = tmp_path / "x.db"
    with subprocess.Popen(command, cwd=ROOT, env=environ_with(**settings)) as process:
        # Far from the start and from the end: the first chunk is on its way.
        while process.poll() is None and not (database.exists() and size_of(database) > 3_000_000):
            time.sleep(0.02)
        process.kill()
    ended = subprocess.run(
        command, cwd=ROOT, env=environ_with(**settings), check=True, capture_output=True
    )
    state = json.loads(ended.stdout)
    assert (state["complete"], state["lines"]) == (True, 24_000)
    assert state["new"] + state["unchanged"] == 24_000


def size_of(database: Path) -> int:
    """Return the size of a database with its log."""
    log = database.with_name(f"{database.name}-wal")
    return database.stat().st_size + (log.stat().st_size if log.exists() else 0)
