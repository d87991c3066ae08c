"""A client generated from the OpenAPI document can call every endpoint with its functions."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from api.endpoint import PARQUET
from api.endpoints import ENDPOINTS
from tests.clocks import inherited
from tests.conftest import CLOSED
from tests.fixtures.host import ROOT

BIN = ROOT / ".venv-client" / "bin"
CALLS = ROOT / "tests" / "client" / "calls.py"
# The type that an operation returns, if it isn't the answer's model.
LISTS = (
    "Feeds",
    "Posts",
    "Items",
    "Cycles",
    "TopicsAnswer",
    "Mentions",
    "Corrections",
    "Incidents",
)
RETURNED = dict.fromkeys(LISTS, "list")
FEEDS = {"trending_feed", "subject_feed", "alert_rule_feed"}
FILES = {"export_items"}
# The generator knows neither lines of JSON nor Parquet.
OVERRIDES = dict.fromkeys(("application/x-ndjson", PARQUET), "application/octet-stream")


def run(*command: str | Path, **more: Any) -> str:
    ended = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_a_generated_client_calls_everything(running_host, tmp_path: Path) -> None:
    if not BIN.exists():
        pytest.skip("openapi-python-client is not installed: make .venv-client/.installed")
    # Questions to a model are taken where one is configured, though it doesn't answer.
    model = {"ASK_ENDPOINT": f"{CLOSED}/v1", "ASK_MODEL": "none"}
    settings = {**model, "SUBREDDITS": "claude,OpenAI,Cursor"}
    host = running_host(arguments=["--startup-seconds", "0.2", "--keys"], settings=settings)
    host.wait_for_log("collect.ended")
    address = str(host.http.base_url).rstrip("/")
    document, config = tmp_path / "openapi.json", tmp_path / "config.json"
    document.write_text(host.http.get("/api/v1/openapi.json").text)
    # Otherwise the generator formats its output.
    config.write_text(
        json.dumps({"post_hooks": [], "literal_enums": True, "content_type_overrides": OVERRIDES})
    )
    run(
        BIN / "openapi-python-client", "generate", "--path", document, "--config", config,
        "--output-path", tmp_path / "undertone_generated", "--meta", "none", "--fail-on-warning",
    )  # fmt: skip
    key = json.loads((tmp_path / "data" / "keys.json").read_text())["_function"]
    environ = {**inherited(os.environ), "PYTHONPATH": str(tmp_path)}
    said = run(BIN / "python", CALLS, address, key, env=environ)
    found = json.loads(said)
    assert found["returned"] == {
        each.operation: "str"
        if each.operation in FEEDS
        else "File"
        if each.operation in FILES
        else RETURNED.get(each.answer.__name__, each.answer.__name__)
        for each in ENDPOINTS
    }
    assert found["posts"] == found["distinct_posts"] > 100
    assert found["items"] == found["distinct_items"] > found["posts"]
