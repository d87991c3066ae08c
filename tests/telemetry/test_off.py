"""Imports and threads of telemetry: none while it is off, late ones while it is on."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from shared.settings import Settings
from tests.fixtures.host import ROOT
from tests.telemetry.receiver import connection_string, refusing

# The app as on the host: imported, then one request and one cycle by its own functions.
APP = """
import asyncio, json, sys, threading, types
import azure.functions as func
import function_app
def loaded():
    return [name for name in sys.modules if name.startswith(("opentelemetry", "azure.monitor"))]
imported = loaded()
functions = {each.get_function_name(): each.get_user_function()
             for each in function_app.app.get_functions()}
def request(path):
    return func.HttpRequest("GET", f"http://127.0.0.1{path}", params={}, body=b"")
async def ask():
    from api import process
    answers = [await functions["api_sentiment_stats"](request("/api/v1/sentiment/stats")),
               await functions["api_health"](request("/api/v1/health"))]
    await process.close()
    return [answer.status_code for answer in answers]
statuses = asyncio.run(ask())
output = types.SimpleNamespace(set=lambda messages: None)
functions["trending"](types.SimpleNamespace(past_due=True), output, output, None)
functions["collect"](types.SimpleNamespace(past_due=True), *[output] * 6, None)
from shared.settings import settings
from shared.store import COLLECTION, open_store
async def collected():
    store = await open_store(settings(), retry_seconds=20)
    state = await store.read(COLLECTION, "collection", "collection")
    await store.close()
    return state["collections_succeeded"]
print(json.dumps({"imported": imported, "ran": loaded(), "statuses": statuses,
                  "threads": [each.name for each in threading.enumerate()],
                  "collected": asyncio.run(collected())}))
"""


def run_app(settings: Mapping[str, str]) -> dict[str, Any]:
    ended = subprocess.run(
        [sys.executable, "-c", APP], cwd=ROOT, env=settings, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    assert found["statuses"] == [200, 200]
    assert found["collected"] == 1
    return found


@pytest.fixture
def given(any_store_settings: Settings, stand_in) -> dict[str, str]:
    """Return the settings of a complete app, with each database in turn."""
    reddit = stand_in()
    found = {
        "REDDIT_BASE_URL": reddit.base_url,
        "ORIGIN": "sample",
        "SUBREDDITS": "aws",
        "SQLITE_PATH": str(any_store_settings.sqlite_path),
    }
    if any_store_settings.cosmos_key:
        found |= {
            "COSMOS_ENDPOINT": str(any_store_settings.cosmos_endpoint),
            "COSMOS_KEY": any_store_settings.cosmos_key.get_secret_value(),
            "COSMOS_DATABASE": any_store_settings.cosmos_database,
        }
    return found


def test_off_imports_nothing_of_opentelemetry_for_requests_and_cycles(given) -> None:
    off = {"APPLICATIONINSIGHTS_CONNECTION_STRING": connection_string(refusing())}
    found = run_app({**given, **off})
    assert found["imported"] == []
    assert found["ran"] == []


def test_on_it_is_imported_by_the_first_function_that_runs(given) -> None:
    on = {
        "TELEMETRY": "azure",
        "APPLICATIONINSIGHTS_CONNECTION_STRING": connection_string(refusing()),
    }
    found = run_app({**given, **on})
    assert found["imported"] == []
    assert found["ran"]
    # One thread sends spans, one metrics. Live metrics, the library's own statistics and its
    # remote settings would each have one as well, and send to Microsoft seconds or minutes later.
    senders = {"OtelBatchSpanRecordProcessor": 1, "OtelPeriodicExportingMetricReader": 1}
    assert Counter(found["threads"]) == Counter({"MainThread": 1, **senders})
