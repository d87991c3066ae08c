"""Exposure: no answer of any status names a product, its version, or a reason from inside."""

import json

import pytest

from api.endpoints import ROUTES
from tests.api.addresses import ADDRESSES
from tests.fixtures.host import RunningHost
from tests.security.attacking import check, check_headers, statuses, talk

# What the host answers itself: an empty body, before any function.
OF_THE_HOST = {
    "no request": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "null in the path": b"GET /a%00b HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
    "long path": b"GET /"
    + b"a" * 9000
    + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
    "long head": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 40_000 + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X: a\r\n" * 150 + b"\r\n",
    "long body": b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 999999999999\r\n\r\n",
    "upgrade": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    "http/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "trace": b"TRACE / HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: secret\r\nConnection: close\r\n\r\n",
    "connect": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
}


def test_no_route_and_no_method_shows_what_runs_it(host: RunningHost) -> None:
    for operation in ROUTES:
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            answer = host.http.request(method, ADDRESSES[operation])
            check(answer)


@pytest.mark.parametrize("name", OF_THE_HOST)
def test_the_hosts_own_refusals_name_nothing(host: RunningHost, name: str) -> None:
    received = talk(host, OF_THE_HOST[name])
    head, _, body = received.partition(b"\r\n\r\n")
    lines = [line.partition(": ") for line in head.decode().split("\r\n")[1:]]
    check_headers({key.lower(): value for key, _, value in lines})
    assert b"secret" not in received
    assert b"evil.example" not in received
    # An upgrade that isn't taken is a plain request: RFC 9110, section 7.8.
    if name != "upgrade":
        assert statuses(received)[0] >= 400 or not body, received[:200]
        assert len(body) < 1000


def test_over_https_browsers_are_told_to_stay_there(host: RunningHost) -> None:
    for path in ("/", "/api/v1/health", "/nope", "/assets/nope", "/mcp"):
        answer = host.http.get(path, headers={"x-forwarded-proto": "https"})
        assert answer.headers["strict-transport-security"] == "max-age=31536000", path


def test_faults_of_security_have_an_address(host: RunningHost) -> None:
    answer = host.http.get("/.well-known/security.txt")
    check(answer)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text.startswith("Contact: mailto:security@example.org\nExpires: 20")


def test_a_key_is_needed_and_is_repeated_nowhere(host: RunningHost) -> None:
    keys = json.loads((host.data / "keys.json").read_text())
    keyed = [route for route in ROUTES.values() if route.needs_key]
    assert keyed
    for route in keyed:
        for given in (
            {},
            {"x-functions-key": "wrong"},
            {"x-functions-key": keys["_function"][:-1]},
        ):
            method = next(each for each in route.methods if each != "OPTIONS")
            answer = host.http.request(method, ADDRESSES[route.operation], headers=given)
            assert answer.status_code == 401, route.operation
    answer = host.http.get(f"/api/v1/posts/recent?limit=1&code={keys['_function']}")
    check(answer)
    assert keys["_function"] not in answer.text + str(answer.headers) + host.log
