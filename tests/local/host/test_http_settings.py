"""What host.json and function keys change in the answers of the host."""

import json

import pytest

from local.host.config import HostError, read_http_config
from tests.local.host.echo_app import SOURCE
from tests.local.host.raw import ALLOWED, exchange, request


def test_a_body_over_the_limit_is_an_empty_500_before_it_is_read(running_host, write_app) -> None:
    limit = {"FUNCTIONS_REQUEST_BODY_SIZE_LIMIT": "1000"}
    host = running_host(write_app(SOURCE), arguments=ALLOWED, settings=limit)
    assert len(host.http.post("/api/echo/x", content=b"x" * 1000).json()["body"]) == 1000
    announced = request("POST", "/api/echo/x", "Content-Length: 1001")
    status, headers, body = exchange(host.http.base_url, announced)
    assert (status, headers["content-length"], body) == (500, "0", b"")
    expecting = request("POST", "/api/echo/x", "Content-Length: 1001", "Expect: 100-continue")
    assert exchange(host.http.base_url, expecting)[0] == 500


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
