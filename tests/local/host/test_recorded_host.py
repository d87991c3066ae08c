"""The local host's answers against recorded ones of Microsoft's host, if the recording exists.

The app has the names and routes of the observed one. Its functions echo the request, or answer as
the request asks.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.host import app_in, hosts_in
from tests.local.host.raw import ALLOWED, exchange, request

RECORDED = Path(__file__).parents[4] / "shared" / "functions_host" / "facts.jsonl"
TABLE = {
    "health": ("api/v1/health", ["GET"]),
    "posts_recent": ("api/v1/posts/recent", ["GET"]),
    "posts_show": ("api/v1/posts/{id}", ["GET"]),
    "cycles": ("api/v1/cycles", ["GET"]),
    "cycle": ("api/v1/cycles/{id}", ["GET"]),
    "docs": ("api/v1/docs", ["GET"]),
    "docs_files": ("api/v1/docs/{file}", ["GET"]),
    "trending_topics": ("api/v1/trending", ["GET"]),
    "trending_feed": ("api/v1/trending.atom", ["GET"]),
    "dashboard_files": ("assets/{file}", ["GET", "HEAD"]),
    "zz_dashboard": ("{*path}", ["GET", "HEAD"]),
    "zz_elsewhere": ("{*path}", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
}
SOURCE = """
import base64
import json


def made(told):
    if "raise" in told:
        raise RuntimeError("as told")
    body = base64.b64decode(told["b64"]) if "b64" in told else told.get("body", "")
    mimetype = None if "nomime" in told else told.get("mimetype", "application/json")
    answer = func.HttpResponse(
        None if "nobody" in told else "x" * told["size"] if "size" in told else body,
        status_code=told.get("status", 200), mimetype=mimetype, headers=told.get("headers"),
    )
    for name, value in told.get("add", []):
        answer.headers.add(name, value)
    return answer


def echo(name, req):
    if "x-told" in req.headers:
        return made(json.loads(req.headers["x-told"]))
    seen = {"function": name, "url": req.url, "route": dict(req.route_params)}
    seen |= {"params": dict(req.params), "headers": dict(req.headers)}
    return func.HttpResponse(json.dumps(seen), mimetype="application/json")
"""
FUNCTION = """
@app.route(route={route!r}, methods={methods!r}, auth_level=func.AuthLevel.ANONYMOUS)
async def {name}(req: func.HttpRequest) -> func.HttpResponse:
    return echo({name!r}, req)
"""
ROOT_PREFIX = '{"version": "2.0", "extensions": {"http": {"routePrefix": ""}}}'
# These headers belong to the observation itself, not to the function or the client.
ASIDE = {"x-echo", "x-told", "connection"}
OBSERVED = ("paths", "query", "methods", "cors preflight", "routing (with 3 functions renamed)")
NOT_OFFERED = {
    # The local host sends no answer instead of one that it can't complete as announced.
    'function returns {"body": "hello", "headers": {"Content-Length": "9"}}',
    # h11 refuses statuses that HTTP doesn't have, and transfer codings.
    "Transfer-Encoding", '"status": 99}', '"status": 1000', '"status": 101', '"status": 600',
    # Kestrel rewrites cookies.
    "Set-Cookie",
    # The library itself refuses None and a line end in a header.
    '"none"',
}  # fmt: skip


def facts() -> list[dict[str, Any]]:
    if not RECORDED.exists():
        return []
    return [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]


def is_offered(asked: str) -> bool:
    """Return whether the local host supports this, and the observation is complete."""
    is_whole = " function returns " not in asked or asked.endswith("}")
    return is_whole and not any(each in asked for each in NOT_OFFERED)


def of_areas(*areas: str) -> Iterator[Any]:
    found = [each for each in facts() if each["area"] in areas and is_offered(each["request"])]
    for number, each in enumerate(found):
        yield pytest.param(each, id=f"{number}-{each['request'][:60]}")
    if not found:
        reason = "the observations of the real host aren't on this machine"
        yield pytest.param(None, marks=pytest.mark.skip(reason=reason))


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recorded")
    functions = [
        FUNCTION.format(name=name, route=route, methods=methods)
        for name, (route, methods) in TABLE.items()
    ]
    app = app_in(folder / "app", SOURCE + "".join(functions), host_json=ROOT_PREFIX)
    with hosts_in(folder) as start:
        # The real host answers to any name; here each name is allowed.
        yield start(app, arguments=[*ALLOWED, "--allow-host", "evil.example"])


def ask(host, method: str, target: str, *headers: str) -> tuple[int, Mapping[str, str], bytes]:
    given = request(method, target, *headers, host=not any(h.startswith("Host:") for h in headers))
    return exchange(host.http.base_url, given)


@pytest.mark.parametrize("fact", list(of_areas(*OBSERVED, "host's own paths, no key")))
def test_a_request_reaches_the_function_that_it_reached_there(host, fact) -> None:
    method, _, target = fact["request"].partition(" ")
    target, _, listed = target.partition(" [") if " ['" in target else (target, "", "")
    headers = json.loads(f"[{listed}".replace("'", '"')) if listed else []
    status, _, body = ask(host, method, target, *headers)
    assert status == fact["status"]
    name = fact["answered_by"].removeprefix("function ")
    if name not in TABLE or method == "HEAD":
        return
    seen = json.loads(body)
    expected = fact["detail"]
    assert seen["function"] == name
    assert seen["route"] == expected.get("route", {})
    assert seen["params"] == expected["params"]
    # The local host's server doesn't say whether a ? without a query was there.
    there = expected["url"].removeprefix("http://127.0.0.1:7071").removesuffix("?")
    assert seen["url"].removeprefix("http://h.example") == there


@pytest.mark.parametrize("fact", list(of_areas("request headers")))
def test_a_functions_headers_are_those_that_it_saw_there(host, fact) -> None:
    if " [" not in fact["request"]:
        version = "1.0" if "1.0" in fact["request"] else "1.1"
        bare = f"GET /api/v1/health HTTP/{version}\r\nConnection: close\r\n\r\n".encode()
        assert exchange(host.http.base_url, bare)[0] == fact["status"]
        return
    listed = fact["request"].partition(" [")[2].removesuffix("]")
    lines = [each.strip("'") for each in listed.split("', '")]
    status, _, body = ask(host, "GET", "/api/v1/health", *lines)
    assert status == fact["status"]
    if status == 200:
        seen = json.loads(body)["headers"]
        expected = {n: v for n, v in fact["detail"].items() if n not in ASIDE | {"host"}}
        # The local host stands in for Azure's front end too, which adds its peer.
        hops = (expected.get("x-forwarded-for"), "127.0.0.1")
        expected["x-forwarded-for"] = ",".join(filter(None, hops))
        assert {n: v for n, v in seen.items() if n not in ASIDE | {"host"}} == expected


@pytest.mark.parametrize("fact", list(of_areas("response")))
def test_a_functions_answer_goes_out_as_it_did_there(host, fact) -> None:
    asked, _, told = fact["request"].partition(" function returns ")
    method, target = asked.split()
    header = json.dumps(json.loads(told))
    status, headers, body = ask(host, method, target, f"X-Told: {header}")
    detail = fact["detail"] if isinstance(fact["detail"], dict) else {"headers": [], "body_len": 0}
    expected = dict(line.split(": ", 1) for line in detail["headers"])
    assert status == fact["status"]
    if status == 500 and len(body) == 0:
        assert expected["Content-Length"] == headers["content-length"] == "0"
        return
    assert len(body) == detail["body_len"]
    for name, value in expected.items():
        if name not in {"Date", "Server", "Connection", "Keep-Alive"}:
            assert headers.get(name.lower()) == value, name


def test_the_observation_holds_what_these_tests_read() -> None:
    if not RECORDED.exists():
        pytest.skip("the observations of the real host aren't on this machine")
    assert {each["area"] for each in facts()} > {*OBSERVED, "response", "request headers"}
