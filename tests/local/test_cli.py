"""The command line: its help, and its refusals."""

import json
import subprocess
import sys
from typing import Any

import pytest

from local.host.queues import Queues
from shared.store import COLLECTION, open_store
from tests.fixtures.forked import local_command
from tests.fixtures.host import ROOT, environ_with


def test_help_lists_the_commands() -> None:
    shown = local_command("--help")
    assert shown.returncode == 0
    for command in ("up", "collect", "stats", "score", "match", "rescore", "reddit", "hackernews"):
        assert command in shown.stdout


def test_help_loads_nothing_that_costs() -> None:
    code = "import local.cli, json, sys; print(json.dumps(sorted(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    loaded = {name.split(".")[0] for name in json.loads(shown.stdout)}
    assert not loaded & {"praw", "vaderSentiment", "starlette", "uvicorn", "azure", "pydantic"}


@pytest.mark.parametrize("command", ["collect", "stats", "up"])
def test_an_unknown_log_level_is_one_clear_line(command: str) -> None:
    ended = local_command(command, LOG_LEVEL="LOUD")
    assert ended.returncode == 2
    assert ended.stderr.startswith("LOG_LEVEL: ")
    assert ended.stderr.count("\n") == 1
    assert ended.stdout == ""


def test_a_log_level_does_not_mix_with_what_machines_read(tmp_path) -> None:
    database = {"SQLITE_PATH": str(tmp_path / "undertone.db"), "SUBREDDITS": "claude"}
    ended = local_command("collect", "--json", LOG_LEVEL="INFO", **database)
    assert ended.returncode == 0
    assert "cycle.completed" in ended.stderr
    assert json.loads(ended.stdout)["status"] == "completed"


async def test_a_database_of_an_earlier_version_is_one_clear_line(sqlite_settings) -> None:
    store = await open_store(sqlite_settings, retry_seconds=60)
    earlier: Any = {"id": "collection", "kind": "collection", "origin": "sample"}
    await store.upsert(COLLECTION, [earlier])
    await store.close()
    for command in ("collect", "stats", "trending", "cleanup", "rescore", "rematch"):
        ended = local_command(command, SQLITE_PATH=str(sqlite_settings.sqlite_path))
        assert ended.returncode == 1, command
        assert "earlier version" in ended.stderr
        assert ended.stderr.strip().count("\n") == 0, ended.stderr


def test_recorded_data_that_is_not_there_is_one_clear_line(tmp_path) -> None:
    for command in (["up", "--data"], ["reddit"]):
        ended = local_command(*command, str(tmp_path))
        assert ended.returncode == 2
        assert "holds no recorded objects" in ended.stderr
        assert ended.stderr.count("\n") == 1


def test_score_prints_an_object_for_each_text() -> None:
    ended = local_command(
        "score", "It\u2019s *great*, 10/10", "-1/10, awful", "`code`", SENTIMENT_METHOD="encoder"
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    great, worst, none = map(json.loads, ended.stdout.splitlines())
    assert great["label"] == "positive"
    assert great["words"] == "It's great, 10/10"
    assert great["method"] == "encoder"
    assert worst["label"] == "negative"
    assert (none["label"], none["language"], none["words"]) == ("neutral", "none", "")
    assert {"compound", "positive", "negative", "neutral", "version"} < none.keys()


def test_score_reads_lines_and_takes_a_method() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "local", "score", "--method", "vader", "-"],
        cwd=ROOT,
        env=environ_with(),
        input="I can\u2019t recommend it\r\n\ngood \udcff",
        encoding="utf-8",
        errors="surrogateescape",
        capture_output=True,
        timeout=60,
        check=True,
    )
    first, empty, last = map(json.loads, ended.stdout.splitlines())
    assert (first["label"], first["method"]) == ("negative", "vader")
    assert first["words"] == "I can't recommend it"
    assert empty["language"] == "none"
    assert last["words"] == "good \ufffd"


def test_score_tells_what_a_text_says_of_targets() -> None:
    text = "Claude Code is so much better than Cursor"
    ended = local_command(
        "score", "--target", "cursor", "--target", "Claude Code", text, SENTIMENT_METHOD="encoder"
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    found = json.loads(ended.stdout)
    cursor, claude = found["targets"]
    assert [cursor["target"], cursor["from"], cursor["to"]] == ["Cursor", 35, 41]
    assert [claude["target"], claude["from"], claude["to"]] == ["Claude Code", 0, 11]
    for scored in (found, cursor, claude):
        assert {"label", "compound", "positive", "negative", "neutral"} < scored.keys()
        assert (scored["method"], bool(scored["version"])) == ("encoder", True)
    assert cursor["target_by"] == claude["target_by"] == "target"
    assert (claude["label"], cursor["label"]) == ("positive", "negative")


@pytest.mark.parametrize(
    ("target", "reason"),
    [("Cursor", "Cursor doesn't stand in the text as a word of its own"), (" ", "can't be empty")],
)
def test_score_refuses_a_target_that_the_text_does_not_name(target: str, reason: str) -> None:
    ended = local_command("score", "--json", "--target", target, "precursors and Cursors")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("--target: ")
    assert reason in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_score_goes_by_the_setting_and_refuses_an_unknown_method() -> None:
    assert (
        json.loads(local_command("score", "a", SENTIMENT_METHOD="vader").stdout)["method"]
        == "vader"
    )
    for arguments in (["a", "--method", "horoscope"], []):
        ended = local_command("score", *arguments)
        assert (ended.returncode, ended.stdout) == (2, "")


def test_the_queues_are_shown_and_what_failed_too_often_is_deleted(tmp_path) -> None:
    database = {"SQLITE_PATH": str(tmp_path / "undertone.db")}
    queues = Queues(tmp_path / "queues.db")
    for name in ("ingest-batches", "ingest-batches-poison", "ingest-batches-poison"):
        queues.put(name, b"{}")
    shown = local_command("queues", "--json", **database)
    lengths = {"ingest-batches": 1, "ingest-batches-poison": 2}
    assert json.loads(shown.stdout) == {"queues": lengths, "deleted": 0}
    cleared = local_command("queues", "--clear-poison", **database)
    assert "2 that failed too often" in cleared.stdout
    assert queues.lengths() == {"ingest-batches": 1}
