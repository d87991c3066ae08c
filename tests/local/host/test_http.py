"""HTTP functions on the local host: routes, methods, keys, requests and answers."""

import json
import socket
from typing import Any

import pytest

from tests.fixtures.host import app_in, hosts_in
from tests.local.host.echo_app import SOURCE
from tests.local.host.raw import ALLOWED, exchange, request


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
