"""HTTP functions on the local host: routes, methods, keys, requests and answers."""

import json
import socket
from typing import Any

import pytest

from local.host.config import HostError, read_http_config
from tests.fixtures.host import app_in, hosts_in
from tests.local.host.raw import ALLOWED, exchange, request

SOURCE = """
import json
import os
import threading


@app.route(route="echo/{name}", methods=["GET", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def echo(req: func.HttpRequest) -> func.HttpResponse:
    told = {
        "method": req.method,
        "url": req.url,
        "name": req.route_params["name"],
        "params": dict(req.params),
        "headers": dict(req.headers),
        "body": req.get_body().decode(),
        "process": os.getpid(),
        "thread": threading.current_thread().name,
    }
    headers = {"X-One": "1", "Cache-Control": "no-store"}
    return func.HttpResponse(json.dumps(told), mimetype="application/json", headers=headers)


@app.route(route="sync", auth_level=func.AuthLevel.ANONYMOUS)
def sync(req: func.HttpRequest, context: func.Context) -> str:
    return f"{context.function_name} {threading.current_thread().name}"


@app.route(route="echo/fixed", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def a_fixed(req: func.HttpRequest) -> str:
    return "the literal route"


@app.route(route="number/{n:int}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def number(req: func.HttpRequest) -> str:
    return req.route_params["n"]


@app.route(route="files/{*path}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def files(req: func.HttpRequest) -> str:
    return req.route_params.get("path", "-")


@app.route(route="maybe/{word?}", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
def maybe(req: func.HttpRequest) -> str:
    return req.route_params.get("word", "nothing")


@app.route(route="/", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def dashboard(req: func.HttpRequest) -> str:
    return "the root"


@app.route(route="broken", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def broken(req: func.HttpRequest) -> func.HttpResponse:
    raise RuntimeError("a secret of the inside")


@app.route(route="wrong", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def wrong(req: func.HttpRequest):
    return {"a": "dict"}


@app.route(route="empty", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def empty(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(status_code=204)


@app.route(route="made", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
async def made(req: func.HttpRequest) -> func.HttpResponse:
    told = json.loads(req.params["of"])
    return func.HttpResponse(**told)


@app.route(route="locked", methods=["GET"])
async def locked(req: func.HttpRequest) -> str:
    return "unlocked"


@app.route(route="master", methods=["GET"], auth_level=func.AuthLevel.ADMIN)
async def master(req: func.HttpRequest) -> str:
    return "unlocked"
"""


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """Serve the app for all tests of this file that only send requests."""
    folder = tmp_path_factory.mktemp("host")
    app = app_in(folder / "app", SOURCE)
    with hosts_in(folder) as start:
        yield start(app, arguments=ALLOWED, settings={"LOG_LEVEL": "DEBUG"})


def test_a_function_gets_the_request_as_azure_gives_it(host) -> None:
    answer = host.http.post(
        "/api/echo/Ada%20L?a=1&empty=&b=x%20y", content="hello", headers={"X-Test": "Yes"}
    )
    told = answer.json()
    assert told["method"] == "POST"
    assert told["name"] == "Ada L"
    assert told["params"] == {"a": "1", "b": "x y"}
    assert told["headers"]["x-test"] == "Yes"
    assert told["body"] == "hello"
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-one"] == "1"
    assert answer.headers["cache-control"] == "no-store"


def test_a_header_that_is_given_twice_has_its_values_joined(host) -> None:
    many = [("X-Many", "1"), ("X-many", "2, 3")]
    told = host.http.get("/api/echo/x", headers=many).json()
    assert told["headers"]["x-many"] == "1,2, 3"
    told = seen(host, request("GET", "/api/echo/x", "X-Name: é", "Cookie: a=1", "Cookie: b=2"))
    assert (told["headers"]["x-name"], told["headers"]["cookie"]) == ("é", "a=1,b=2")


def seen(host, sent: bytes) -> dict[str, Any]:
    """Return the request as the function saw it."""
    status, _, body = exchange(host.http.base_url, sent)
    assert status == 200, body
    found: dict[str, Any] = json.loads(body)
    return found


@pytest.mark.parametrize(
    ("query", "params"),
    [
        ("a=1&a=2", {"a": "1,2"}),
        ("a=1&a=&a=2", {"a": "1,2"}),
        ("a=&b", {}),
        ("a=1&A=2", {"A": "1,2"}),
        ("a=+x%20y%2Bz", {"a": " x y+z"}),
        ("a=%C3%A9&b=%ff&c=%zz&d=%2525", {"a": "é", "b": "%ff", "c": "%zz", "d": "%25"}),
        ("a=1;b=2", {"a": "1;b=2"}),
        ("=x", {"": "x"}),
        ("a=1,2&a=3", {"a": "1,2,3"}),
        ("&&a=b=c&&", {"a": "b=c"}),
        ("a=1#f", {"a": "1#f"}),
        ("%61=1%262", {"a": "1&2"}),
    ],
)
def test_a_query_is_read_as_the_real_host_reads_it(host, query: str, params: dict) -> None:
    told = seen(host, request("GET", f"/api/echo/x?{query}"))
    assert told["params"] == params
    assert told["url"] == f"http://h.example/api/echo/x?{query.replace('#', '%23')}"


@pytest.mark.parametrize(
    ("target", "name", "path"),
    [
        ("a%2Fb", "a%2Fb", "a%2Fb"),
        ("a%252Fb", "a%2Fb", "a%2Fb"),
        ("a%5Cb", "a\\b", "a%5Cb"),
        ("a%25b", "a%b", "a%25b"),
        ("a+b%20c", "a+b c", "a+b%20c"),
        ("%C3%A9", "é", "%C3%A9"),
        ("%ff", "%ff", "%ff"),
        ("%zz", "%zz", "%25zz"),
        ("a%0Ab", "a\nb", "a%0Ab"),
        ("..%2fhealth", "..%2fhealth", "..%2fhealth"),
        ("x/../y", "y", "y"),
        ("x/%2e%2e/y", "y", "y"),
        ("./y", "y", "y"),
        ("a;b=c:d", "a;b=c:d", "a;b=c:d"),
        ("{n}", "{n}", "%7Bn%7D"),
    ],
)
def test_a_path_is_decoded_as_the_real_host_decodes_it(host, target, name, path) -> None:
    told = seen(host, request("GET", f"/api/echo/{target}"))
    assert (told["name"], told["url"]) == (name, f"http://h.example/api/echo/{path}")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (request("GET", "/api/echo/a%00b"), 400),
        (request("GET", "http://other.example/api/sync"), 400),
        (request("GET", "http://h.example/api/sync"), 200),
        (request("GET", "?x"), 400),
        (request("GET", "?//evil.example/"), 400),
        (request("GET", "x"), 400),
        (request("GET", "//api/sync"), 404),
        (request("GET", "/api//sync"), 404),
        (request("GET", "/api/sync//"), 404),
        (request("GET", "/api/sync/"), 200),
        (request("get", "/api/echo/x"), 200),
        (request("TRACE", "/api/echo/x"), 404),
        (request("TRACE", "/"), 204),
        (request("PROPFIND", "/"), 204),
        (request("OPTIONS", "*"), 204),
        (request("GET", "/api/sync", host=False), 400),
        (b"GET /api/sync HTTP/1.0\r\n\r\n", 500),
        (request("GET", f"/api/echo/{'a' * 8100}"), 200),
        (request("GET", f"/api/echo/{'a' * 8200}"), 414),
        (request("GET", f"/api/echo/x?a={'a' * 8200}"), 414),
        (request("GET", "/api/echo/x", f"X-Big: {'a' * 32000}"), 200),
        (request("GET", "/api/echo/x", f"X-Big: {'a' * 33000}"), 431),
        (request("GET", "/api/echo/x", *(f"X-{n}: a" for n in range(90))), 200),
        (request("GET", "/api/echo/x", *(f"X-{n}: a" for n in range(120))), 431),
        (request("GET", "/admin/host/status"), 401),
        (request("GET", "/admin/host/ping"), 200),
        (request("POST", "/ADMIN/functions/collect"), 401),
        (request("GET", "/admin/vfs/"), 401),
        (request("GET", "/runtime/webhooks/x"), 401),
        (request("GET", "/admin/x"), 404),
    ],
)
def test_what_the_host_answers_itself_it_answers_as_the_real_one(host, sent, status) -> None:
    found, headers, body = exchange(host.http.base_url, sent)
    assert found == status
    assert body == b"" or found in {200, 400}
    if found in {401, 404, 414, 431, 500}:
        assert headers["content-length"] == "0"


def test_a_client_that_leaves_in_the_middle_of_its_body_troubles_nobody(host) -> None:
    with socket.create_connection((host.http.base_url.host, host.http.base_url.port)) as client:
        client.sendall(
            b"POST /api/echo/gone HTTP/1.1\r\nHost: h.example\r\nContent-Length: 10\r\n\r\nhal"
        )
    host.wait_for_log("path=/api/echo/gone status=400")
    assert "Traceback" not in host.log


@pytest.mark.parametrize("coding", ["chunked", "Chunked"])
@pytest.mark.parametrize("length", [0, 5, 200])
def test_a_body_with_two_ends_ends_its_connection(host, coding, length) -> None:
    smuggled = b"GET /api/sync HTTP/1.1\r\nHost: h.example\r\n\r\n"
    head = (
        "POST /api/echo/x HTTP/1.1\r\nHost: h.example\r\n"
        f"Content-Length: {length}\r\nTransfer-Encoding: {coding}\r\n\r\n"
    )
    with socket.create_connection((host.http.base_url.host, host.http.base_url.port), 60) as client:
        client.sendall(head.encode() + b"0\r\n\r\n" + smuggled)
        received = b"".join(iter(lambda: client.recv(65536), b""))
    assert received.startswith(b"HTTP/1.1 400 ")
    assert received.count(b"HTTP/1.1") == 1


def test_a_body_without_its_length_is_ignored_and_its_coding_told(host) -> None:
    told = host.http.post("/api/echo/x", content=iter([b"chunk"])).json()
    assert (told["body"], told["headers"]["transfer-encoding"]) == ("", "chunked")
    assert "content-length" not in told["headers"]


def test_a_body_over_the_limit_is_an_empty_500_before_it_is_read(running_host, write_app) -> None:
    limit = {"FUNCTIONS_REQUEST_BODY_SIZE_LIMIT": "1000"}
    host = running_host(write_app(SOURCE), arguments=ALLOWED, settings=limit)
    assert len(host.http.post("/api/echo/x", content=b"x" * 1000).json()["body"]) == 1000
    announced = request("POST", "/api/echo/x", "Content-Length: 1001")
    status, headers, body = exchange(host.http.base_url, announced)
    assert (status, headers["content-length"], body) == (500, "0", b"")
    expecting = request("POST", "/api/echo/x", "Content-Length: 1001", "Expect: 100-continue")
    assert exchange(host.http.base_url, expecting)[0] == 500


@pytest.mark.parametrize(
    ("told", "status", "expected"),
    [
        ({"body": "hello"}, 200, {"transfer-encoding": "chunked"}),
        ({"body": "hello", "headers": {"Content-Length": "5"}}, 200, {"content-length": "5"}),
        ({"body": "hello", "headers": {"Content-Length": "3"}}, 500, {"content-length": "0"}),
        ({"body": ""}, 200, {"content-length": "0"}),
        ({"body": "oops", "status_code": 204}, 204, {"content-length": None}),
        ({"body": "oops", "status_code": 304}, 304, {"content-length": None}),
        ({"headers": {"X-A": "é"}}, 500, {"x-a": None}),
        ({"headers": {"X-A": "a\r\nX-B: 1"}}, 500, {"x-a": None, "x-b": None}),
        ({"headers": {"X-A": "a\nb"}}, 500, {"x-a": None}),
        ({"headers": {"Content-Type": "text/html"}}, 200, {"content-type": "text/html"}),
        ({"mimetype": "text/csv"}, 200, {"content-type": "text/csv; charset=utf-8"}),
        ({"mimetype": "application/json"}, 200, {"content-type": "application/json"}),
    ],
)
def test_an_answer_goes_out_as_the_real_host_sends_it(host, told, status, expected) -> None:
    answer = host.http.get("/api/made", params={"of": json.dumps(told)})
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in expected} == expected
    if status in {204, 304, 500}:
        assert answer.content == b""


def test_an_answer_to_head_has_the_length_that_the_function_gives(host) -> None:
    of = {"of": json.dumps({"body": "hello", "headers": {"Content-Length": "5"}})}
    answer = host.http.head("/api/made", params=of)
    assert (answer.headers["content-length"], answer.content) == ("5", b"")


CUSTOM = {
    "version": "2.0",
    "extensions": {
        "http": {
            "customHeaders": {"X-Frame-Options": "DENY", "X-Own": "host"},
            "hsts": {"isEnabled": True, "maxAge": "365.00:00:00"},
        }
    },
}


def test_host_jsons_headers_are_defaults_on_the_hosts_own_answers_too(
    running_host, write_app
) -> None:
    host = running_host(write_app(SOURCE, host_json=json.dumps(CUSTOM)), arguments=ALLOWED)
    for path, status in (("/api/sync", 200), ("/nowhere", 404), ("/admin/host/keys", 401)):
        answer = host.http.get(path)
        assert (answer.status_code, answer.headers["x-frame-options"]) == (status, "DENY")
        assert "strict-transport-security" not in answer.headers
    own = {"of": json.dumps({"headers": {"x-own": "function", "X-Frame-Options": "SAMEORIGIN"}})}
    answer = host.http.get("/api/made", params=own)
    assert answer.headers.get_list("x-own") == ["function"]
    assert answer.headers.get_list("x-frame-options") == ["SAMEORIGIN"]
    behind = host.http.get("/nowhere", headers={"x-forwarded-proto": "https"})
    assert behind.headers["strict-transport-security"] == "max-age=31536000"
    kestrels = exchange(host.http.base_url, request("GET", "/a%00b"))
    assert "x-frame-options" not in kestrels[1]


@pytest.mark.parametrize(
    ("http", "reason"),
    [
        ({"customHeaders": {"X-A": "é"}}, "X-A takes printable ASCII"),
        ({"customHeaders": {"X-A": "a\nb"}}, "X-A takes printable ASCII"),
        ({"customHeaders": []}, "customHeaders takes an object"),
        (
            {"hsts": {"isEnabled": True, "maxAge": "a year"}},
            "maxAge of hsts takes a time of the form",
        ),
    ],
)
def test_headers_that_would_break_every_answer_stop_the_start(tmp_path, http, reason) -> None:
    content = {"version": "2.0", "extensions": {"http": http}}
    (tmp_path / "host.json").write_text(json.dumps(content))
    with pytest.raises(HostError, match=reason):
        read_http_config(tmp_path, {})


def test_a_body_limit_that_is_no_number_stops_the_start(tmp_path) -> None:
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    with pytest.raises(HostError, match="takes a number of bytes"):
        read_http_config(tmp_path, {"FUNCTIONS_REQUEST_BODY_SIZE_LIMIT": "1 MB"})


def test_sync_functions_run_in_a_thread_of_the_pool_and_async_ones_on_the_loop(host) -> None:
    assert host.http.get("/api/sync").text.startswith("sync function_")
    assert host.http.get("/api/echo/x").json()["thread"] == "MainThread"


def test_routes_match_as_the_real_host_matches_them(host) -> None:
    assert host.http.get("/api/echo/fixed").text == "the literal route"
    assert host.http.get("/api/ECHO/Fixed/").text == "the literal route"
    assert host.http.get("/api/number/42").text == "42"
    assert host.http.get("/api/number/forty").status_code == 404
    assert host.http.get("/api/files/a/b/c.txt").text == "a/b/c.txt"
    assert host.http.get("/api/files").text == "-"
    assert host.http.get("/api/maybe").text == "nothing"
    assert host.http.get("/api/maybe/one").text == "one"
    assert host.http.get("/api/maybe/one/two").status_code == 404
    assert host.http.head("/api/maybe").status_code == 200


def test_an_unknown_path_or_method_is_404_as_on_azure(host) -> None:
    assert host.http.get("/api/nowhere").status_code == 404
    assert host.http.get("/echo/x").status_code == 404
    assert host.http.delete("/api/echo/x").status_code == 404
    assert host.http.head("/api/empty").status_code == 404


@pytest.mark.parametrize("path", ["broken", "wrong"])
def test_a_function_that_fails_is_a_500_without_its_reasons_and_logged_with_them(
    host, path: str
) -> None:
    answer = host.http.get(f"/api/{path}")
    assert (answer.status_code, answer.text) == (500, "")
    host.wait_for_log(f"function.failed function={path}")
    assert host.log.count(f"function.failed function={path}") == 1
    host.wait_for_log("a secret of the inside" if path == "broken" else "HttpResponse or str")


def test_an_answer_may_be_empty(host) -> None:
    assert host.http.get("/api/empty").status_code == 204


def test_without_keys_asked_for_every_function_answers(host) -> None:
    assert host.http.get("/api/locked").text == "unlocked"


def test_with_keys_a_function_answers_only_whoever_has_one(running_host, write_app, tmp_path):
    host = running_host(write_app(SOURCE), arguments=["--keys"], settings={"LOG_LEVEL": "DEBUG"})
    keys = json.loads((tmp_path / "data" / "keys.json").read_text())
    assert host.http.get("/api/empty").status_code == 204
    assert host.http.get("/api/locked").status_code == 401
    assert host.http.get("/api/locked?code=wrong").status_code == 401
    for key in (keys["_function"], keys["_master"]):
        assert host.http.get("/api/locked", headers={"x-functions-key": key}).text == "unlocked"
        assert host.http.get("/api/locked", params={"code": key}).text == "unlocked"
    function_key = {"x-functions-key": keys["_function"]}
    assert host.http.get("/api/master", headers=function_key).status_code == 401
    master_key = {"x-functions-key": keys["_master"]}
    assert host.http.get("/api/master", headers=master_key).text == "unlocked"
    both = host.http.get(
        "/api/locked", params={"code": keys["_master"]}, headers={"x-functions-key": "no"}
    )
    assert both.status_code == 401, "of two the header counts"
    host.wait_for_log("path=/api/master status=200")
    in_paths = [f"locked%3Fcode%3D{keys['_master']}", f"locked%253F%2563ode%253D{keys['_master']}"]
    for path in [*in_paths, f"echo/{keys['_function']}", "echo/%E2%80%AE%C2%9B%1B%E2%80%A8"]:
        host.http.get(f"/api/{path}")
    host.wait_for_log(r"path=.*u202e.*u009b.*u001b.*u2028")
    assert all(key not in host.log for key in keys.values())
    assert all(line.isprintable() for line in host.lines)


def test_the_prefix_is_host_jsons(running_host, write_app) -> None:
    app = write_app(
        SOURCE, host_json='{"version": "2.0", "extensions": {"http": {"routePrefix": ""}}}'
    )
    host = running_host(app)
    assert host.http.get("/echo/fixed").text == "the literal route"
    assert host.http.get("/api/echo/fixed").status_code == 404
    assert host.http.get("/").text == "the root"
    assert f"Dashboard {host.http.base_url}" in host.log
