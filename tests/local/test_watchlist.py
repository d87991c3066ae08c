"""`python -m local watchlist`: what it shows, writes into a file, and takes from one."""

import asyncio
import json
from pathlib import Path

import pytest

from local.commands.watchlist import export_command, import_command, show_command
from shared.models import Watchlist
from shared.settings import load_settings
from shared.store import open_store
from shared.subjects.starter import starter_pack
from shared.subjects.watchlist import keep_watchlist, read_watchlist
from shared.times import utc_now
from tests.fixtures.forked import local_command


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"SQLITE_PATH": str(tmp_path / "undertone.db"), "SUBREDDITS": "aws,claude"}


def stored(environ: dict[str, str], *, keep: bool = False) -> Watchlist:
    async def read() -> Watchlist:
        store = await open_store(load_settings(environ), retry_seconds=5)
        try:
            if keep:
                await keep_watchlist(store, utc_now())
            return await read_watchlist(store)
        finally:
            await store.close()

    return asyncio.run(read())


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "given.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_an_export_can_be_imported_and_changes_nothing(environ, tmp_path, capsys) -> None:
    before = stored(environ, keep=True)
    file = tmp_path / "out.yaml"
    assert export_command(environ, file) == 0
    assert import_command(environ, file) == 0
    assert "nothing is changed" in capsys.readouterr().out
    assert stored(environ) == before
    # Into another database it brings the same subjects.
    other = {**environ, "SQLITE_PATH": str(tmp_path / "other.db")}
    edited = write(tmp_path, "subjects: [{id: acme, name: Acme, terms: [Acme]}]")
    assert import_command(other, edited) == 0
    assert import_command(other, file) == 0
    assert stored(other)["subjects"] == before["subjects"] == starter_pack()
    assert stored(other)["revision"] == 2


def test_what_a_file_says_is_written_with_communities_and_all(environ, tmp_path) -> None:
    text = """
subjects:
- id: acme
  name: Acmé
  role: own
  terms: [Acmé, {text: AC, exact: true, needs_context: true}]
  context: [editor]
  home: [aws, hn.acme]
communities:
- id: aws
- {id: hn.acme, query: '"acme editor"'}
- {id: forum.town, address: https://town.example}
"""
    assert import_command(environ, write(tmp_path, text)) == 0
    found = stored(environ)
    assert found["communities"] == [
        {"id": "aws"},
        {"id": "hn.acme", "query": '"acme editor"'},
        {"id": "forum.town", "address": "https://town.example"},
    ]
    (acme,) = found["subjects"]
    assert [term["text"] for term in acme["terms"]] == ["Acmé", "AC"]
    assert [term["exact"] for term in acme["terms"]] == [False, True]
    file = tmp_path / "again.yaml"
    assert export_command(environ, file) == 0
    assert import_command(environ, file) == 0
    assert stored(environ) == found


def test_markers_are_written_and_imported_whether_or_not_a_day_is_quoted(environ, tmp_path) -> None:
    text = """
subjects: [{id: acme, name: Acme, terms: [Acme]}]
markers:
- {id: acme-2, date: 2026-11-18, time: '14:30', name: Acme 2, kind: release, subject: acme}
- {id: outage, date: '2026-11-20', name: Outage}
"""
    assert import_command(environ, write(tmp_path, text)) == 0
    found = stored(environ)
    assert [(each["id"], each["date"], each["time"]) for each in found["markers"]] == [
        ("acme-2", "2026-11-18", "14:30"),
        ("outage", "2026-11-20", None),
    ]
    file = tmp_path / "again.yaml"
    assert export_command(environ, file) == 0
    assert import_command(environ, file) == 0
    assert stored(environ) == found
    without = write(tmp_path, "subjects: [{id: acme, name: Acme, terms: [Acme]}]")
    assert import_command(environ, without) == 0
    assert stored(environ) == found, "markers that a file leaves out stay"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("subjects: [", "This is no YAML"),
        ("subjects: [{id: a, name: 2026-13-45}]", "This is no YAML"),
        ("7", "the file: "),
        ("", "the file: "),
        ("subjects: {}", "/subjects: "),
        ("subjects: [7]", "/subjects/0: "),
        ("subjects: [{id: acme, name: Acme, terms: [yes]}]", "/subjects/0/terms/0: "),
        ("subjects: [{id: acme, name: Acme, terms: [the]}]", "/subjects/0/terms/0/text: 'the'"),
        ("subjects: [{id: acme, name: Acme, terms: [A1], alias: x}]", "/subjects/0/alias: "),
        ("{subjects: [], communities: [{id: hn.A}]}", "/communities/0/id: 'hn.A'"),
        ("{subjects: [], markers: [{id: a, date: 18 Nov, name: A}]}", "/markers/0/date: "),
        ("{subjects: [], communities: []}", "/communities: no community"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_place_and_nothing_is_written(
    environ, tmp_path, capsys, text: str, said: str
) -> None:
    assert import_command(environ, write(tmp_path, text)) == 1
    assert said in capsys.readouterr().err
    assert stored(environ)["revision"] == 0


def test_a_file_in_another_encoding_is_refused_in_a_line(environ, tmp_path, capsys) -> None:
    file = tmp_path / "latin.yaml"
    file.write_bytes("subjects: [{id: acme, name: Acmé, terms: [Acmé]}]".encode("latin-1"))
    assert import_command(environ, file) == 1
    assert capsys.readouterr().err.startswith("It failed: This is no YAML") is False


def test_it_is_shown_for_people_and_for_machines(environ, capsys) -> None:
    assert show_command(environ, as_json=False) == 0
    shown = capsys.readouterr().out
    assert "cursor" in shown
    assert "Communities, by the settings: aws, claude" in shown
    assert show_command(environ, as_json=True) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["subjects"] == starter_pack()
    assert [each["id"] for each in found["communities"]] == ["aws", "claude"]


def test_the_command_line_has_them(environ, tmp_path) -> None:
    shown = local_command("watchlist", "--help")
    assert all(name in shown.stdout for name in ("show", "export", "import"))
    missing = local_command("watchlist", "import", str(tmp_path / "none.yaml"), **environ)
    assert missing.returncode == 2
    assert missing.stderr.count("\n") == 1
    printed = local_command("watchlist", "export", "-", **environ)
    assert printed.stdout.startswith("subjects:")
