"""The command line itself: what it says of itself, and how it refuses."""

import json
import subprocess
import sys

import pytest

from tests.host_fixtures import ROOT, environ_with


def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environ_with(**settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_lists_the_commands() -> None:
    shown = run("-m", "local", "--help")
    assert shown.returncode == 0
    for command in ("up", "collect", "stats", "rescore", "reddit"):
        assert command in shown.stdout


def test_help_loads_nothing_that_costs() -> None:
    code = "import local.cli, json, sys; print(json.dumps(sorted(sys.modules)))"
    loaded = {name.split(".")[0] for name in json.loads(run("-c", code).stdout)}
    assert not loaded & {"praw", "vaderSentiment", "starlette", "uvicorn", "azure", "pydantic"}


@pytest.mark.parametrize("command", ["collect", "stats", "up"])
def test_an_unknown_log_level_is_one_clear_line(command: str) -> None:
    ended = run("-m", "local", command, LOG_LEVEL="LOUD")
    assert ended.returncode == 2
    assert ended.stderr.startswith("LOG_LEVEL: ")
    assert ended.stderr.count("\n") == 1
    assert ended.stdout == ""


def test_a_log_level_does_not_mix_with_what_machines_read(tmp_path) -> None:
    database = {"SQLITE_PATH": str(tmp_path / "undertone.db"), "SUBREDDITS": "claude"}
    ended = run("-m", "local", "collect", "--json", LOG_LEVEL="INFO", **database)
    assert ended.returncode == 0
    assert "cycle.completed" in ended.stderr
    assert json.loads(ended.stdout)["status"] == "completed"


def test_recorded_data_that_is_not_there_is_one_clear_line(tmp_path) -> None:
    for command in (["up", "--data"], ["reddit"]):
        ended = run("-m", "local", *command, str(tmp_path))
        assert ended.returncode == 2
        assert "holds no recorded objects" in ended.stderr
        assert ended.stderr.count("\n") == 1
