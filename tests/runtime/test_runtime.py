"""The deployed app under Microsoft's runtime library, on Azure's Python version."""

import json
import subprocess
from typing import Any

import pytest

from api.endpoints import ROUTES
from release.package import BUILD_FILE
from shared.settings import Settings
from tests.api.access_world import CREDENTIALS, MODES
from tests.api.export.parquet_readers import arrow_table
from tests.fixtures.forked import local_command
from tests.runtime.conftest import DEPLOYED, SUBREDDITS, deployed
from tests.test_function_app import EXPECTED, REQUESTS, SCHEDULES


def by_trigger(served, kind: str) -> dict[str, Any]:
    found = served.http.get("/admin/functions").json()
    return {
        name: each for name, bindings in found.items() for each in bindings if each["type"] == kind
    }


def start_by_hand(served, name: str, given: str = "") -> None:
    answer = served.http.post(f"/admin/functions/{name}", json={"input": given})
    assert answer.status_code == 202, answer.text


def test_it_is_a_python_and_a_library_that_azure_runs(served) -> None:
    status = served.http.get("/admin/host/status").json()
    assert tuple(map(int, status["python"].split("."))) >= (3, 13)
    locked = (served.folder / "requirements.txt").read_text()
    assert "azure-functions-runtime" not in locked
    library = next((DEPLOYED / "worker").glob("azure_functions_runtime-*.dist-info")).name
    assert f"-{status['library']}." in library


def test_the_library_indexes_exactly_the_functions_of_the_app(served) -> None:
    assert served.http.get("/admin/functions").json().keys() == EXPECTED.keys()


def test_each_http_function_has_its_route_its_methods_and_an_answer(served) -> None:
    expected = {name: told for name, (kind, told) in EXPECTED.items() if kind == "http"}
    triggers = by_trigger(served, "httpTrigger")
    assert {n: f"{','.join(t['methods'])} {t['route']}" for n, t in triggers.items()} == expected
    keyed = {name for name, each in triggers.items() if each["authLevel"] != "ANONYMOUS"}
    changes = {name for name, each in triggers.items() if each["methods"] in (["PUT"], ["DELETE"])}
    # It takes a cookie away, and needs none.
    changes -= {"api_end_session"}
    with_addresses = {
        *("api_alert_rules", "api_alert_rules_history", "item_alert_rule"),
        *("api_alert_digests", "api_alert_digests_history"),
        *("item_alert_digest", "item_alert_digest_issues"),
    }
    of_alerts = {
        "item_test_alert_rule",
        "item_try_alert_rule",
        "item_acknowledge_incident",
        "item_snooze_incident",
        "item_test_alert_digest",
    }
    posts = {
        *("api_admin_collect", "api_ask_model", "api_ingest", "api_mcp_changes"),
        *("item_merge_subject", "api_make_feed", "api_feeds", "api_change_communities"),
        *of_alerts,
    }
    assert keyed == posts | with_addresses | changes
    assert len(changes) == 14
    assert triggers["api_admin_collect"]["authLevel"] == "FUNCTION"
    functions = served.http.get("/admin/functions").json()
    for name in triggers:
        assert {"direction": "OUT", "type": "http", "name": "$return"} in functions[name]


def test_every_address_reaches_its_function(serve, unpacked, tmp_path) -> None:
    http = serve(unpacked, SQLITE_PATH=str(tmp_path / "u.db"))
    answers = {name: http.request(*asked.split()) for name, asked in REQUESTS.items()}
    assert {name: each.headers.get("x-function") for name, each in answers.items()} == {
        name: name for name in REQUESTS
    }


def test_the_app_checks_callers_where_reads_are_closed(serve, unpacked, tmp_path) -> None:
    http = serve(unpacked, SQLITE_PATH=str(tmp_path / "u.db"), **MODES["key"])
    triggers = [
        each
        for bindings in http.get("/admin/functions").json().values()
        for each in bindings
        if each["type"] == "httpTrigger"
    ]
    assert {each["authLevel"] for each in triggers} == {"ANONYMOUS"}
    asked = {name: http.request(*address.split()).status_code for name, address in REQUESTS.items()}
    closed = {each.function for each in ROUTES.values() if not each.is_open}
    assert {name for name, status in asked.items() if status == 401} == closed
    begun = http.post("/api/v1/session", headers=CREDENTIALS["reader"])
    cookie = begun.headers["set-cookie"].lower()
    assert all(each in cookie for each in ("httponly", "samesite=lax", "path=/"))
    assert http.get("/api/v1/cycles").status_code == 200
    assert http.post("/api/v1/admin/collect").status_code == 401
    admin = http.post("/api/v1/admin/collect", headers=CREDENTIALS["admin"])
    assert admin.status_code == 202
    assert http.delete("/api/v1/session").json() == {"name": None, "role": None}
    assert http.get("/api/v1/cycles").status_code == 401


def test_asking_for_a_collection_has_a_queue_to_put_the_request_into(served) -> None:
    functions = served.http.get("/admin/functions").json()
    queue = {"queueName": "collect-requests", "connection": "AzureWebJobsStorage"}
    message = {"direction": "OUT", "type": "queue", "name": "message", **queue}
    to_backfill = {"queueName": "backfill-requests"}
    to_rematch = {"queueName": "rematch-requests"}
    to_score = {"queueName": "score-requests"}
    to_model = {"queueName": "model-score-requests"}
    to_evaluate = {"queueName": "alert-evaluations"}
    to_shards = {"queueName": "shard-requests"}
    assert message in functions["api_admin_collect"]
    bindings = sorted(functions["collect_now"], key=lambda each: (each["direction"], each["name"]))
    assert bindings == [
        {"direction": "IN", "type": "queueTrigger", "name": "message", **queue},
        {"direction": "OUT", "type": "queue", "name": "evaluate", **queue, **to_evaluate},
        {"direction": "OUT", "type": "queue", "name": "messages", **queue, **to_backfill},
        {"direction": "OUT", "type": "queue", "name": "model", **queue, **to_model},
        {"direction": "OUT", "type": "queue", "name": "rematch", **queue, **to_rematch},
        {"direction": "OUT", "type": "queue", "name": "score", **queue, **to_score},
        {"direction": "OUT", "type": "queue", "name": "shards", **queue, **to_shards},
    ]


def test_timers_have_settings_for_their_schedules_and_none_runs_on_start_up(served) -> None:
    timers = by_trigger(served, "timerTrigger")
    assert timers.keys() == {name for name, (kind, _) in EXPECTED.items() if kind == "timer"}
    schedules = {name: each["schedule"] for name, each in timers.items()}
    # A setting switches it off, and no request waits for it: it has no schedule to choose.
    assert schedules.pop("releases") == "0 20 * * * *"
    # The host replaces %NAME% with the setting's value.
    assert all(each.startswith("%") for each in schedules.values())
    named = {name: each.strip("%") for name, each in schedules.items()}
    assert set(named.values()) == set(SCHEDULES)
    resolved = {name: getattr(Settings(), setting.lower()) for name, setting in named.items()}
    assert resolved == {
        "collect": "0 */30 * * * *", "trending": "0 5 * * * *", "cleanup": "0 0 2 * * *",
        "alerts": "0 */5 * * * *",
    }  # fmt: skip
    assert not any(each.get("runOnStartup", False) for each in timers.values())


def test_the_pages_are_served_from_the_package(served) -> None:
    page = served.http.get("/")
    assert page.headers["content-type"].startswith("text/html")
    script = next(word for word in page.text.split('"') if word.endswith(".js"))
    for address in (script, "/api/v1/docs", "/api/v1/docs/swagger-ui-bundle.js"):
        answer = served.http.get(address)
        assert answer.status_code == 200, address
        assert len(answer.content) > 100


def test_a_collection_by_timer_is_what_the_api_then_tells(served) -> None:
    start_by_hand(served, "collect")
    start_by_hand(served, "trending")
    start_by_hand(served, "cleanup")
    health = served.http.get("/api/v1/health").json()
    assert health["status"] == "healthy"
    assert health["application"]["last_collection_at"]
    # What the smoke test of a deployment waits for.
    assert health["build"] == (served.folder / BUILD_FILE).read_text().strip() != ""
    stats = served.http.get("/api/v1/sentiment/stats").json()["statistics"]
    assert stats["total"] == 60
    posts = served.http.get("/api/v1/posts/recent", params={"subreddit": "AWS"}).json()
    assert {post["subreddit"] for post in posts} == {"aws"}


def test_the_smoke_test_of_deployments_passes(served) -> None:
    ended = local_command("smoke", str(served.http.base_url))
    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize("path", ["exports/items", "items", "sentiment/trends"])
def test_a_parquet_file_leaves_the_package_as_it_was_written(served, path: str) -> None:
    answer = served.http.get(f"/api/v1/{path}", params={"format": "parquet"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    assert len(arrow_table(answer.content).column_names) > 15


def test_a_collection_asked_for_goes_through_the_queue(served) -> None:
    triggered = served.http.post("/api/v1/admin/collect")
    assert triggered.status_code == 202
    message = served.http.get("/admin/queues/collect-requests").json()[-1]
    start_by_hand(served, "collect_now", message)
    cycle = served.http.get(f"/api/v1/cycles/{triggered.json()['cycle']}").json()
    assert cycle["status"] == "completed"


def test_an_agent_lists_and_calls_tools(served) -> None:
    given = {"accept": "application/json", "mcp-protocol-version": "2025-11-25"}

    def result(method: str, **params: object) -> Any:
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer = served.http.post("/mcp", json=message, headers=given)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    assert {each["name"] for each in result("tools/list")["tools"]} >= {"sentiment", "alerts"}
    found = result("tools/call", name="sentiment", arguments={})["structuredContent"]
    assert "invented" in found["sample"]


def test_bad_input_is_told_as_a_problem(served) -> None:
    answer = served.http.get("/api/v1/posts/recent", params={"limit": "0"})
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_a_timer_that_fails_is_a_failed_invocation(serve, unpacked, tmp_path) -> None:
    client = serve(unpacked, SQLITE_PATH=str(tmp_path / "u.db"), RETENTION_DAYS="ninety")
    answer = client.post("/admin/functions/cleanup", json={"input": ""})
    assert answer.status_code == 500
    assert "RETENTION_DAYS" in answer.text


def test_the_deployed_environment_has_what_the_app_imports_and_nothing_of_ours(
    deployed_python, unpacked
) -> None:
    code = (
        "import importlib, json, pkgutil, sys; sys.path.append('.')\n"
        "import api, collector, shared\n"
        "for package in (api, collector, shared):\n"
        "    for m in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "        importlib.import_module(m.name)\n"
        "from collector.sentiment.registry import METHODS, method_named\n"
        # Without its packages or its weights a method names the one that stands in for it.
        "for name in METHODS:\n"
        "    method = method_named(name)\n"
        "    assert (method.name, method.score('I love it').label) == (name, 'positive')\n"
        "assert 'google.protobuf' not in sys.modules\n"
        "ours = {n: getattr(m, '__file__', None) for n, m in sys.modules.items()}\n"
        "print(json.dumps([f for n, f in ours.items()"
        " if f and n.split('.')[0] in ('api', 'collector', 'shared')]))\n"
    )
    ended = subprocess.run(
        **deployed(deployed_python, unpacked, "-W", "error", "-c", code),
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    files = json.loads(ended.stdout)
    assert len(files) > 50
    assert all(str(unpacked) in file for file in files)


@pytest.mark.parametrize("name", ["local", "bench", "tests", "release"])
def test_what_only_developers_need_can_not_be_imported(deployed_python, unpacked, name) -> None:
    code = f"import sys; sys.path.append('.'); import {name}"
    ended = subprocess.run(
        **deployed(deployed_python, unpacked, "-c", code), capture_output=True, check=False
    )
    assert f"No module named '{name}'" in ended.stderr


def test_on_azure_it_collects_into_cosmos_db(
    serve, unpacked, served, cosmos_settings_factory
) -> None:
    settings = cosmos_settings_factory()
    client = serve(
        unpacked,
        WEBSITE_SITE_NAME="undertone",
        COSMOS_ENDPOINT=settings.cosmos_endpoint,
        COSMOS_KEY=settings.cosmos_key.get_secret_value(),
        COSMOS_DATABASE=settings.cosmos_database,
        REDDIT_BASE_URL=served.reddit.base_url,
        SUBREDDITS=",".join(SUBREDDITS),
        ORIGIN="sample",
    )
    assert client.post("/admin/functions/collect", json={"input": ""}).status_code == 202
    assert client.get("/api/v1/health").json()["database"]["kind"] == "cosmos"
    assert client.get("/api/v1/sentiment/stats").json()["statistics"]["total"] == 60
