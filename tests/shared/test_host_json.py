"""The polling interval of a queue, from host.json."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from shared.host_json import DEFAULT_POLL_INTERVAL, FILE, OVERRIDE, read_poll_interval
from tests.fixtures.host import ROOT


def write(folder: Path, interval: object) -> Path:
    file = folder / "host.json"
    file.write_text(json.dumps({"extensions": {"queues": {"maxPollingInterval": interval}}}))
    return file


@pytest.mark.parametrize(
    ("interval", "seconds"),
    [
        ("00:00:02", 2),
        ("00:00:00.1000000", 0.1),
        ("00:01:30", 90),
        ("soon", 60),
        (2, 60),
        (None, 60),
    ],
)
def test_the_interval_is_that_of_host_json_or_else_the_platforms(
    tmp_path, interval: object, seconds: float
) -> None:
    assert read_poll_interval(write(tmp_path, interval), {}) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", [None, "", "{", "[]", "{}", '{"extensions": []}', '{"extensions": {"queues": {}}}']
)
def test_without_the_setting_the_platforms_default_holds(tmp_path, text: str | None) -> None:
    file = tmp_path / "host.json"
    if text is not None:
        file.write_text(text)
    assert read_poll_interval(file, {}) == DEFAULT_POLL_INTERVAL


@pytest.mark.parametrize(
    "name", ["AzureFunctionsJobHost__extensions__queues__maxPollingInterval", OVERRIDE.upper()]
)
def test_an_app_setting_overrides_it_as_it_does_for_the_host(tmp_path, name: str) -> None:
    file = write(tmp_path, "00:00:02")
    assert read_poll_interval(file, {name: "00:00:05"}) == timedelta(seconds=5)


def test_the_file_is_that_beside_function_app_and_isnt_read_at_import() -> None:
    assert (FILE.parent / "function_app.py").exists()
    code = (
        "import pathlib, function_app, shared.host_json as h;"
        " print(h.queue_poll_interval.cache_info().currsize)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={}, capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "0"
