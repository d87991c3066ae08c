"""`python -m local match`: the subjects that texts name."""

import json
import subprocess
import sys
from typing import Any

import pytest

from shared.models import Subject, Term, Watchlist
from shared.store import WATCHLIST, open_store
from tests.fixtures.host import ROOT, environ_with


def match(
    *arguments: str, lines: bytes = b"", **settings: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "local", "match", *arguments],
        cwd=ROOT,
        env=environ_with(**settings),
        input=lines,
        capture_output=True,
        timeout=180,
        check=False,
    )


@pytest.fixture
def nothing_stored(tmp_path) -> dict[str, str]:
    return {"SQLITE_PATH": str(tmp_path / "undertone.db")}


def found(ended: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    assert (ended.returncode, ended.stderr) == (0, b"")
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_each_text_is_an_object_with_the_subjects_that_it_names(nothing_stored, tmp_path) -> None:
    ended = match("Claude Code in `Kiro`, and Aider", "--5 stars", "mouse cursor", **nothing_stored)
    both, none, kept_out = found(ended)
    assert both["text"] == "Claude Code in `Kiro`, and Aider"
    assert both["subjects"] == [
        {"id": "claude-code", "name": "Claude Code", "matched": ["Claude Code"]},
        {"id": "aider", "name": "Aider", "matched": ["Aider"]},
    ]
    assert none == {"text": "--5 stars", "subjects": [], "kept_out": []}
    assert kept_out["kept_out"] == [
        {
            "subject": "cursor",
            "words": "cursor",
            "reason": "excluded",
            "phrase": "mouse cursor",
        }
    ]
    assert list(tmp_path.iterdir()) == []


def test_the_input_has_a_text_a_line(nothing_stored) -> None:
    lines = "I like Kiro\n\nTabnine\u2019s ok\r\n\xff\n".encode()
    named = [
        [subject["id"] for subject in each["subjects"]]
        for each in found(match("-", lines=lines, **nothing_stored))
    ]
    assert named == [["kiro"], [], ["tabnine"], []]


def test_a_community_is_home_and_says_how_texts_are_read(nothing_stored) -> None:
    [home] = found(match("cursor bla", "--community", "forum.cursor", **nothing_stored))
    assert [each["id"] for each in home["subjects"]] == ["cursor"]
    [quoted] = found(match("[quote]Kiro[/quote]", "--source", "discourse", **nothing_stored))
    assert quoted["subjects"] == []


async def test_the_stored_watchlist_counts_where_there_is_one(sqlite_settings) -> None:
    term = Term(text="Acme", exact=True, prefix=False, needs_context=False)
    acme = Subject(
        id="acme",
        name="Acme Tool",
        role="own",
        terms=[term],
        exclude=[],
        context=[],
        home=[],
        merged_from=[],
    )
    watchlist = Watchlist(
        id="watchlist",
        kind="watchlist",
        ttl=-1,
        revision=1,
        changed_at="2026-11-26T00:00:00Z",
        change="a test",
        subjects=[acme],
        communities=None,
    )
    store = await open_store(sqlite_settings, retry_seconds=60)
    await store.upsert(WATCHLIST, [watchlist])
    await store.close()
    database = {"SQLITE_PATH": str(sqlite_settings.sqlite_path)}
    [named] = found(match("Acme or acme or Kiro", **database))
    assert named["subjects"] == [{"id": "acme", "name": "Acme Tool", "matched": ["Acme"]}]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["x", "--community", "a b"], "--community: a b can't be a community; it takes"),
        (["x", "--source", "usenet"], "usenet"),
        ([], "Missing argument"),
    ],
)
def test_what_it_does_not_take_is_one_clear_error(arguments, told: str, nothing_stored) -> None:
    ended = match(*arguments, **nothing_stored)
    assert ended.returncode == 2
    assert told in ended.stderr.decode()
    assert ended.stdout == b""
    assert b"Traceback" not in ended.stderr
