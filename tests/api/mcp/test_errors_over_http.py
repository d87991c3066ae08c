"""Messages that break the protocol, over HTTP at the local host: each gets an answer."""

import asyncio
import json
import socket
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from tests.api.mcp.client import BEFORE, MODERN, REVISIONS, headers_of, message_of
from tests.fixtures.host import RunningHost

HEALTH = "/api/v1/health"
# Codes of JSON-RPC: https://www.jsonrpc.org/specification#error_object
JUNK, INVALID, NO_METHOD, BAD_ARGUMENTS = -32700, -32600, -32601, -32602
# Codes of the revision 2026-07-28: headers that aren't the body's, and an unknown revision.
MISMATCH, UNKNOWN_REVISION = -32020, -32022


def post(host: RunningHost, revision: str, body: bytes, **headers: str) -> httpx.Response:
    given = {**headers_of(revision, {"method": "tools/list"}), **headers}
    return host.http.post("/mcp", content=body, headers=given)


def ask(host: RunningHost, revision: str, method: str, **params: Any) -> httpx.Response:
    message = message_of(revision, method, **params)
    given = headers_of(revision, message)
    return host.http.post("/mcp", content=json.dumps(message).encode(), headers=given)


def is_well(host: RunningHost) -> bool:
    """Return whether the host answers, after all that it was sent."""
    return host.http.get(HEALTH).status_code == 200


def listing(**more: object) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list", **more}).encode()


DEEP = b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": ' + b'{"a":' * 4_000 + b"1"
BODIES: Mapping[str, tuple[bytes, set[int]]] = {
    "nothing": (b"", {JUNK}),
    "no JSON": (b"{jsonrpc}", {JUNK}),
    "half a message": (listing()[:30], {JUNK}),
    "two messages": (listing() + listing(), {JUNK}),
    "no UTF-8": (listing(method="tools/list").replace(b"tools", b"\xff\xfe"), {JUNK}),
    "UTF-16": (listing().decode().encode("utf-16"), {JUNK, BAD_ARGUMENTS}),
    "deep arrays": (b"[" * 30_000, {JUNK}),
    "deep objects": (DEEP + b"}" * 4_001, {JUNK, INVALID, BAD_ARGUMENTS}),
    "a batch": (b"[" + listing() + b"," + listing() + b"]", {INVALID, JUNK, BAD_ARGUMENTS}),
    "no version of JSON-RPC": (b'{"id": 1, "method": "tools/list"}', {INVALID, BAD_ARGUMENTS}),
    "another version of JSON-RPC": (listing(jsonrpc="1.0"), {INVALID, BAD_ARGUMENTS}),
    "no method": (b'{"jsonrpc": "2.0", "id": 1}', {INVALID, BAD_ARGUMENTS}),
    "a method that is a number": (listing(method=7), {INVALID, BAD_ARGUMENTS}),
    "parameters that are text": (listing(params="x"), {INVALID, BAD_ARGUMENTS}),
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("revision", REVISIONS)
def test_a_body_that_is_no_message_is_refused(host, revision: str, name: str) -> None:
    body, codes = BODIES[name]
    answer = post(host, revision, body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["code"] in codes, answer.text
    assert "Traceback" not in answer.text
    assert is_well(host)


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("number", [[1], {}, 1.5, True])
def test_a_request_whose_id_is_none_is_not_answered_as_one(host, revision: str, number) -> None:
    answer = post(host, revision, listing(id=number))
    # The package of the revision before takes it as a notification.
    assert answer.status_code in {400, 202}
    assert "inputSchema" not in answer.text


@pytest.mark.parametrize("revision", REVISIONS)
def test_of_a_name_that_comes_twice_the_last_one_counts(host, revision: str) -> None:
    message = json.dumps(message_of(revision, "tools/list"))
    twice = message.replace('"method":', '"method": "tools/burn", "method":', 1)
    answer = post(host, revision, twice.encode())
    assert answer.status_code == 200
    assert answer.json()["result"]["tools"]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("text/plain", 400),
        ("application/x-www-form-urlencoded", 400),
        ("application/xml", 400),
        ("application/json; charset=utf-8", 200),
    ],
)
def test_types_of_bodies(host, kind: str, status: int) -> None:
    answer = post(host, BEFORE, listing(), **{"content-type": kind})
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/json", 200),
        ("*/*", 200),
        ("text/event-stream", 200),
        ("text/html", 406),
        ("image/*", 406),
    ],
)
@pytest.mark.parametrize("revision", REVISIONS)
def test_forms_of_answers(host, revision: str, accept: str, status: int) -> None:
    message = json.dumps(message_of(revision, "tools/list")).encode()
    assert post(host, revision, message, accept=accept).status_code == status


def test_an_unknown_revision_in_header_or_body_is_refused_with_known_ones(host) -> None:
    header = post(host, BEFORE, listing(), **{"mcp-protocol-version": "1999-01-01"})
    assert header.status_code == 400
    old = json.dumps(message_of(MODERN, "tools/list")).replace(MODERN, "1999-01-01")
    body = post(host, MODERN, old.encode())
    assert body.status_code == 400
    assert body.json()["error"]["code"] in {MISMATCH, UNKNOWN_REVISION}
    both = post(host, MODERN, old.encode(), **{"mcp-protocol-version": "1999-01-01"})
    assert both.status_code == 400
    assert both.json()["error"]["code"] == UNKNOWN_REVISION
    assert MODERN in json.dumps(both.json()["error"]["data"])


def test_a_handshake_of_an_unknown_revision_is_answered_with_a_known_one(host) -> None:
    given = {"protocolVersion": "1999-01-01", "capabilities": {}}
    answer = ask(host, BEFORE, "initialize", **given, clientInfo={"name": "x", "version": "1"})
    assert answer.json()["result"]["protocolVersion"] == BEFORE


@pytest.mark.parametrize("header", ["mcp-method", "mcp-name"])
def test_headers_that_say_something_else_than_the_body_are_refused(host, header: str) -> None:
    message = message_of(MODERN, "tools/call", name="sentiment", arguments={})
    given = {**headers_of(MODERN, message), header: "alerts"}
    answer = host.http.post("/mcp", json=message, headers=given)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == MISMATCH


@pytest.mark.parametrize("revision", REVISIONS)
def test_an_unknown_method_and_an_unknown_tool_are_errors_of_the_protocol(
    host, revision: str
) -> None:
    assert ask(host, revision, "tools/burn").json()["error"]["code"] == NO_METHOD
    for name in ("no", "collect_now", "sentiment\u202e", "x" * 5_000):
        # Headers take no such name: of the newest revision it is refused for that.
        answer = ask(host, BEFORE, "tools/call", name=name, arguments={})
        assert answer.json()["error"]["code"] == BAD_ARGUMENTS, name
        assert len(answer.text) < 1_000


ARGUMENTS: tuple[tuple[str, Any], ...] = (
    ("sentiment", {"hours": 0}),
    ("sentiment", {"hours": "many"}),
    ("sentiment", {"hours": [24]}),
    ("sentiment", {"scope": {"subject": "cursor"}}),
    ("sentiment", {"scope": "subject:"}),
    ("sentiment", {"other": True}),
    ("sentiment", {"budget": 3_999}),
    ("sentiment", {"budget": 10**30}),
    ("sentiment", {"start": "yesterday"}),
    ("search_mentions", {"limit": -1}),
    ("search_mentions", {"q": "x" * 60_000}),
    ("search_mentions", {"cursor": "../../etc"}),
    ("compare", {"scopes": ["all"] * 5_000}),
    ("compare", {"scopes": [{"a": 1}]}),
    ("read_thread", {}),
    ("read_thread", {"id": None}),
)


@pytest.mark.parametrize(("name", "arguments"), ARGUMENTS, ids=range(len(ARGUMENTS)))
def test_bad_arguments_are_a_short_error_of_the_tool(host, name: str, arguments) -> None:
    found = ask(host, MODERN, "tools/call", name=name, arguments=arguments).json()["result"]
    assert found["isError"] is True
    text = found["content"][0]["text"]
    assert 0 < len(text) <= 2_000
    assert "Traceback" not in text
    assert "pydantic" not in text


def test_arguments_that_are_no_object_are_an_error_of_the_protocol(host) -> None:
    for arguments in ([], "x", 7):
        answer = ask(host, MODERN, "tools/call", name="sentiment", arguments=arguments)
        assert answer.json()["error"]["code"] == BAD_ARGUMENTS


def test_huge_arguments_are_refused_unread(host) -> None:
    answer = ask(host, BEFORE, "tools/call", name="sentiment", arguments={"scope": "x" * 70_000})
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


def test_notifications_and_answers_of_a_client_get_no_answer(host) -> None:
    for message in (
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}},
        {"jsonrpc": "2.0", "method": "notifications/nothing"},
        {"jsonrpc": "2.0", "id": 9, "result": {}},
    ):
        answer = post(host, BEFORE, json.dumps(message).encode())
        assert (answer.status_code, answer.content) == (202, b"")


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "PATCH", "HEAD"])
@pytest.mark.parametrize("path", ["/mcp", "/mcp/changes"])
def test_other_methods_are_refused(host, method: str, path: str) -> None:
    answer = host.http.request(method, path, headers={"accept": "text/event-stream"})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST, OPTIONS"


def test_a_body_that_is_cut_in_the_middle_harms_nobody(host) -> None:
    address = (host.http.base_url.host, host.http.base_url.port)
    head = (
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Accept: application/json\r\nContent-Length: {len(listing())}\r\n\r\n"
    ).encode()
    for _ in range(20):
        with socket.create_connection(address, timeout=30) as connection:
            connection.sendall(head + listing()[:20])
    assert is_well(host)
    with socket.create_connection(address, timeout=30) as connection:
        connection.sendall(head + listing()[:20])
        connection.shutdown(socket.SHUT_WR)
        said = connection.recv(1_000)
    # Nothing, or a refusal: never the answer to half a message.
    assert b" 200 " not in said.partition(b"\r\n")[0]
    assert post(host, BEFORE, listing()).status_code == 200


@pytest.mark.parametrize("revision", REVISIONS)
async def test_of_a_hundred_calls_each_is_answered_and_so_is_health(host, revision: str) -> None:
    messages = [
        message_of(revision, "tools/call", name="explain_change", arguments={"hours": 1 + n})
        for n in range(100)
    ]
    limits = httpx.Limits(max_connections=120)
    async with httpx.AsyncClient(
        base_url=host.http.base_url, timeout=120, limits=limits, trust_env=False
    ) as client:

        async def call(message: dict[str, Any]) -> httpx.Response:
            return await client.post("/mcp", json=message, headers=headers_of(revision, message))

        async def watch() -> list[int]:
            return [(await client.get(HEALTH)).status_code for _ in range(10)]

        *answers, health = await asyncio.gather(*map(call, messages), watch())
    # At a busy machine the database may answer late, which health says; it always answers.
    assert len(health) == 10
    assert health[-1] == 200
    results = [each.json()["result"] for each in answers]
    texts = {each["content"][0]["text"] for each in results if each.get("isError")}
    assert all("try again soon" in each for each in texts)
    assert any(not each.get("isError") for each in results)
