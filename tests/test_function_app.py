"""The real function_app.py: its functions, the cost of its import, and the host's rules."""

import asyncio
import importlib.metadata
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from api.endpoints import ROUTES
from local.host.functions import app_of, functions_of, import_app
from local.host.rules import violations
from shared.settings import Settings
from tests.api.addresses import address_of

ROOT = Path(__file__).parents[1]
NAMES = ("COLLECT_SCHEDULE", "TRENDING_SCHEDULE", "CLEANUP_SCHEDULE", "ALERTS_SCHEDULE")
SCHEDULES = dict.fromkeys(NAMES, "0 0 0 * * *")
# tests/api/test_earlier_clients.py has the addresses themselves.
EXPECTED = {
    **{
        each.function: ("http", f"{','.join(each.methods)} {each.address.lstrip('/')}")
        for each in ROUTES.values()
    },
    "site": ("http", "GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS {*path}"),
    "collect": ("timer", "0 0 0 * * *"),
    "collect_now": ("queue", "collect-requests"),
    "collect_shard": ("queue", "shard-requests"),
    "clean_up_shards": ("queue", "cleanup-requests"),
    "backfill": ("queue", "backfill-requests"),
    "rematch": ("queue", "rematch-requests"),
    "ingest": ("queue", "ingest-batches"),
    "score": ("queue", "score-requests"),
    "score_by_model": ("queue", "model-score-requests"),
    "correct": ("queue", "correction-requests"),
    "trending": ("timer", "0 0 0 * * *"),
    "find_topics_of_shards": ("queue", "trending-requests"),
    "cleanup": ("timer", "0 0 0 * * *"),
    "evaluate_alerts": ("queue", "alert-evaluations"),
    "deliver_alerts": ("queue", "alert-deliveries"),
    "make_digests": ("queue", "digest-issues"),
    "answer_questions": ("queue", "model-questions"),
    "fail_questions": ("queue", "model-questions-poison"),
    "alerts": ("timer", "0 0 0 * * *"),
    "releases": ("timer", "0 20 * * * *"),
}
# For each HTTP function a request that only it answers.
REQUESTS = {
    **{each.function: f"{each.methods[0]} {address_of(each)}" for each in ROUTES.values()},
    "site": "GET /",
}
OURS = ("api", "collector", "shared", "local", "function_app")


@pytest.fixture(scope="module")
def functions():
    path, known = list(sys.path), sys.modules.get("function_app")
    yield functions_of(app_of(asyncio.run(import_app(ROOT))), SCHEDULES)
    sys.path[:] = path
    if known is None:
        del sys.modules["function_app"]


def test_the_app_has_exactly_these_functions(functions) -> None:
    told = {
        "timer": lambda each: each.schedule,
        "queue": lambda each: each.queue,
        "http": lambda each: f"{','.join(each.methods)} {each.route}",
    }
    assert {each.name: (each.kind, told[each.kind](each)) for each in functions} == EXPECTED


def test_the_app_breaks_no_rule_of_the_real_host(functions) -> None:
    assert violations(functions) == []


def test_reads_are_anonymous_and_say_so_and_what_acts_needs_a_key(functions) -> None:
    levels = {each.name: each.auth_level for each in functions if each.kind == "http"}
    keyed = {each.function for each in ROUTES.values() if each.needs_key}
    assert {"api_admin_collect", "api_ingest", "item_put_subject", "api_mcp_changes"} <= keyed
    assert {levels.pop(name) for name in keyed} == {"function"}
    assert set(levels.values()) == {"anonymous"}


def test_a_name_says_how_much_the_address_leaves_open(functions) -> None:
    # The host tries functions in this order, so none takes another one's requests.
    for each in functions:
        if each.kind == "http":
            group = "site" if "{*" in each.route else "item" if "{" in each.route else "api"
            assert each.name.partition("_")[0] == group, each.route


def test_every_address_reaches_its_function_through_the_local_host(running_host) -> None:
    host = running_host(arguments=["--no-collect"], settings={"LOG_LEVEL": "DEBUG"})
    assert REQUESTS.keys() == {name for name, (kind, _) in EXPECTED.items() if kind == "http"}
    for name, request in REQUESTS.items():
        method, path = request.split()
        status = host.http.request(method, path).status_code
        path = path.partition("?")[0]
        line = f"request.routed method={method} path={path} status={status} function={name} "
        host.wait_for_log(re.escape(line))


SECURITY = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000",
}


def test_every_answer_has_the_security_headers_once_the_hosts_own_too(running_host) -> None:
    host = running_host(arguments=["--no-collect", "--keys"])
    of_host = {"trace": "TRACE /api/v1/health", "own": "GET /admin/host/status", "none": "GET //"}
    for request in (*REQUESTS.values(), *of_host.values()):
        method, path = request.split()
        url = str(host.http.base_url).rstrip("/") + path
        answer = host.http.request(method, url, headers={"x-forwarded-proto": "https"})
        # Browsers send a form without Origin where no referrer is sent to the own site either.
        has_form = "/alerts/links/" in path
        expected = {**SECURITY, "referrer-policy": "same-origin"} if has_form else SECURITY
        for name, value in expected.items():
            assert answer.headers.get_list(name) == [value], request
        (policy,) = answer.headers.get_list("content-security-policy")
        assert "default-src 'none'" in policy, request
        assert ("script-src" in policy) is answer.headers.get("content-type", "").startswith(
            "text/html"
        ), request
        if answer.content:
            assert int(answer.headers["content-length"]) > 0, request


def in_a_bare_process(code: str) -> str:
    """Run Python in the app's folder with an empty environment."""
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={}, capture_output=True, text=True, check=True
    )
    return ended.stdout


# Of methods of sentiment, which only the collector loads, and only when it scores.
OF_METHODS = {"vaderSentiment", "onnxruntime", "tokenizers", "numpy"}


def test_importing_the_app_needs_no_setting_and_loads_neither_praw_nor_a_method() -> None:
    code = "import function_app, json, sys; print(json.dumps(sorted(sys.modules)))"
    modules = set(json.loads(in_a_bare_process(code)))
    loaded = {name.split(".")[0] for name in modules}
    assert "api" in loaded
    assert not loaded & {"praw", "prawcore", "local", "azure.cosmos", "aiosqlite", *OF_METHODS}
    # What writes Parquet, which the first file loads.
    assert "arro3" not in loaded
    # What finds subjects in texts, which only previews and changes of the watchlist use.
    of_texts = ("ahocorasick", "shared.subjects.matcher", "shared.text.own_words")
    assert not [name for name in modules if name.startswith((*of_texts, "shared.text.forms"))]
    # What speaks with agents, which costs half a second when the first one calls.
    assert not loaded & {"mcp", "mcp_types", "starlette"}
    assert "api.mcp" not in modules


def test_everything_that_requests_use_loads_neither_praw_nor_a_method() -> None:
    code = (
        "import pkgutil, importlib, sys, json, api\n"
        "for m in pkgutil.walk_packages(api.__path__, 'api.'): importlib.import_module(m.name)\n"
        "import shared.store.sqlite, shared.store.cosmos.store\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    loaded = {name.split(".")[0] for name in json.loads(in_a_bare_process(code))}
    assert not loaded & {"praw", "prawcore", "collector", "local", *OF_METHODS}


def test_arrows_point_one_way() -> None:
    allowed = {
        "shared": {"shared"},
        "collector": {"collector", "shared"},
        "api": {"api", "shared"},
    }
    for package, may_import in allowed.items():
        for file in (ROOT / package).rglob("*.py"):
            for line in file.read_text().splitlines():
                words = line.split()
                if words[:1] not in (["from"], ["import"]) or len(words) < 2:
                    continue
                top = words[1].split(".")[0].rstrip(",")
                assert top not in set(OURS) - may_import, f"{file.name}: {line}"


def test_no_installed_package_hides_one_of_ours() -> None:
    # On Azure the app's folder comes last on the path.
    installed = importlib.metadata.packages_distributions()
    assert not set(OURS) & (set(installed) | sys.stdlib_module_names)


def test_the_cycle_document_of_host_json_is_what_core_tools_accepts() -> None:
    host = json.loads((ROOT / "host.json").read_text())
    assert host["version"] == "2.0"
    assert host["extensions"]["http"]["routePrefix"] == ""
    assert host["extensions"]["queues"]["maxDequeueCount"] == 5
    assert Settings().cycle_seconds < 1800
    # Otherwise the host's spans and the app's form no common trace. This section is then ignored.
    assert host["telemetryMode"] == "OpenTelemetry"
    assert "applicationInsights" not in host["logging"]


def test_every_function_is_given_the_hosts_span(functions) -> None:
    without = {
        each.name for each in functions if "context" not in inspect.signature(each.call).parameters
    }
    assert without == set()
