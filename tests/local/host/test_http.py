"""HTTP functions on the local host: routes, methods, keys, requests and answers."""

import json
import socket

import pytest

SOURCE = """
import json
import os
import threading


@app.route(route="echo/{name}", methods=["GET", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def echo(req: func.HttpRequest) -> func.HttpResponse:
    told = {
        "method": req.method,
        "name": req.route_params["name"],
        "params": dict(req.params),
        "headers": dict(req.headers),
        "body": req.get_body().decode(),
        "process": os.getpid(),
        "thread": threading.current_thread().name,
    }
    headers = {"X-One": "1", "Cache-Control": "no-store", "Content-Length": "9"}
    return func.HttpResponse(json.dumps(told), mimetype="application/json", headers=headers)


@app.route(route="sync", auth_level=func.AuthLevel.ANONYMOUS)
def sync(req: func.HttpRequest, context: func.Context) -> str:
    return f"{context.function_name} {threading.current_thread().name}"


@app.route(route="echo/fixed", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def fixed(req: func.HttpRequest) -> str:
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


@app.route(route="locked", methods=["GET"])
async def locked(req: func.HttpRequest) -> str:
    return "unlocked"


@app.route(route="master", methods=["GET"], auth_level=func.AuthLevel.ADMIN)
async def master(req: func.HttpRequest) -> str:
    return "unlocked"
"""


@pytest.fixture
def host(running_host, write_app):
    return running_host(write_app(SOURCE), settings={"LOG_LEVEL": "DEBUG"})


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


def test_a_name_that_is_given_twice_has_its_values_joined(host) -> None:
    told = host.http.get(
        "/api/echo/x?a=1&a=&a=2", headers=[("X-Many", "1"), ("X-Many", "2")]
    ).json()
    assert told["params"] == {"a": "1,,2"}
    assert told["headers"]["x-many"].replace(" ", "") == "1,2"


def test_a_client_that_leaves_in_the_middle_of_its_body_troubles_nobody(host) -> None:
    with socket.create_connection((host.http.base_url.host, host.http.base_url.port)) as client:
        client.sendall(b"POST /api/echo/gone HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhal")
    host.wait_for_log("path=/api/echo/gone status=400")
    assert "Traceback" not in host.log


def test_a_body_without_its_length_is_ignored(host) -> None:
    answer = host.http.post("/api/echo/x", content=iter([b"chunk"]))
    assert answer.json()["body"] == ""


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
    host.wait_for_log("path=/api/master status=200")
    assert all(key not in host.log for key in keys.values())


def test_the_prefix_is_host_jsons(running_host, write_app) -> None:
    app = write_app(
        SOURCE, host_json='{"version": "2.0", "extensions": {"http": {"routePrefix": ""}}}'
    )
    host = running_host(app)
    assert host.http.get("/echo/fixed").text == "the literal route"
    assert host.http.get("/api/echo/fixed").status_code == 404
    assert host.http.get("/").text == "the root"
    assert f"Dashboard {host.http.base_url}" in host.log
