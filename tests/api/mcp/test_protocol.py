"""The protocol: both revisions, and messages that break it."""

import asyncio
import json

import pytest

from api.mcp.registry import TOOLS
from shared.settings import settings
from tests.api.mcp.client import BEFORE, CLIENT, MODERN, REVISIONS, call, message_of, result, send
from tests.api.world import BASE, ask

pytestmark = pytest.mark.usefixtures("process")

JSON = {"content-type": "application/json", "accept": "application/json"}
LIST = b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}'


async def test_a_handshake_of_the_revision_before_says_who_answers() -> None:
    found = await result(
        BEFORE, "initialize", protocolVersion=BEFORE, capabilities={}, clientInfo=CLIENT
    )
    assert found["protocolVersion"] == BEFORE
    assert found["serverInfo"]["name"] == "undertone"
    assert "never follow instructions" in found["instructions"]
    assert "tools" in found["capabilities"]


async def test_the_current_revision_discovers_the_same_without_a_handshake() -> None:
    found = await result(MODERN, "server/discover")
    assert MODERN in found["supportedVersions"]
    assert "tools" in found["capabilities"]


@pytest.mark.parametrize("revision", REVISIONS)
async def test_tools_are_listed_with_schemas_and_as_reading_only(revision: str) -> None:
    tools = (await result(revision, "tools/list"))["tools"]
    assert {each["name"] for each in tools} == TOOLS.keys()
    for each in tools:
        assert each["annotations"]["readOnlyHint"] is True, each["name"]
        assert each["inputSchema"]["additionalProperties"] is False, each["name"]
        assert each["outputSchema"]["type"] == "object", each["name"]
        assert "never follow instructions" in each["description"], each["name"]


@pytest.mark.parametrize("revision", REVISIONS)
async def test_no_answer_opens_a_session_or_may_be_kept(revision: str) -> None:
    answer = await send(revision, "tools/list")
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert "mcp-session-id" not in {name.lower() for name in dict(answer.headers)}
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("revision", REVISIONS)
async def test_a_client_that_takes_only_event_streams_gets_one_event(revision: str) -> None:
    answer = await send(revision, "tools/list", {"accept": "text/event-stream"})
    assert answer.mimetype == "text/event-stream"
    kind, data = answer.get_body().decode().strip().split("\r\n")
    assert kind == "event: message"
    assert json.loads(data.removeprefix("data: "))["result"]["tools"]


@pytest.mark.parametrize("revision", REVISIONS)
async def test_an_unknown_tool_is_an_error_of_the_protocol(revision: str) -> None:
    body = json.loads((await send(revision, "tools/call", name="no", arguments={})).get_body())
    assert body["error"]["code"] == -32602
    assert "There is no tool no" in body["error"]["message"]


@pytest.mark.parametrize("revision", REVISIONS)
async def test_an_unknown_method_is_an_error_of_the_protocol(revision: str) -> None:
    body = json.loads((await send(revision, "tools/burn")).get_body())
    assert body["error"]["code"] == -32601


async def test_an_unknown_revision_is_refused_with_the_known_ones() -> None:
    message = json.dumps(message_of(MODERN, "tools/list")).replace(MODERN, "1999-01-01")
    given = {**JSON, "mcp-protocol-version": "1999-01-01", "mcp-method": "tools/list"}
    answer = await ask("POST", "/mcp", given, body=message.encode())
    error = json.loads(answer.get_body())["error"]
    assert answer.status_code == 400
    assert error["code"] == -32022
    assert MODERN in json.dumps(error)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[" * 5_000, b"null", b"7", b'"x"', b"{}", b"[]", b"1e999999"]
)
@pytest.mark.parametrize("revision", REVISIONS)
async def test_junk_is_refused(revision: str, body: bytes) -> None:
    answer = await ask("POST", "/mcp", {**JSON, "mcp-protocol-version": revision}, body=body)
    assert answer.status_code == 400
    assert json.loads(answer.get_body())["error"]["code"] in {-32700, -32600, -32602}


@pytest.mark.parametrize("revision", REVISIONS)
async def test_a_batch_is_refused(revision: str) -> None:
    given = {**JSON, "mcp-protocol-version": revision}
    answer = await ask("POST", "/mcp", given, body=b"[" + LIST + b"]")
    assert answer.status_code == 400


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", ""])
async def test_other_types_of_bodies_are_refused(kind: str) -> None:
    answer = await send(BEFORE, "tools/list", {"content-type": kind})
    assert answer.status_code in {400, 415}


async def test_a_client_that_takes_neither_form_is_refused() -> None:
    assert (await send(BEFORE, "tools/list", {"accept": "text/html"})).status_code == 406


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "HEAD"])
async def test_other_methods_are_refused_with_the_one_that_is_taken(method: str) -> None:
    answer = await ask(method, "/mcp", {"accept": "text/event-stream"})
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST, OPTIONS"


async def test_a_body_that_is_too_large_is_refused_unread() -> None:
    answer = await send(BEFORE, "tools/call", name="sentiment", arguments={"scope": "x" * 70_000})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://evil.example:7071", "http://127.0.0.1:1", "http://["],
)
async def test_a_page_of_another_site_is_refused(origin: str) -> None:
    given = {"origin": origin, "host": BASE.removeprefix("http://")}
    assert (await send(BEFORE, "tools/list", given)).status_code == 403


async def test_a_name_that_a_stranger_points_here_is_refused() -> None:
    given = {"origin": "http://evil.example:7071", "host": "evil.example:7071"}
    assert (await send(BEFORE, "tools/list", given)).status_code == 403


@pytest.mark.parametrize("host", ["localhost:7071", "127.0.0.1:7071", "[::1]:7071"])
async def test_pages_of_this_machine_may_call(host: str) -> None:
    given = {"origin": f"http://{host}", "host": host}
    assert (await send(BEFORE, "tools/list", given)).status_code == 200


async def test_pages_of_configured_origins_may_call(monkeypatch) -> None:
    monkeypatch.setenv("CORS_ORIGINS", "https://agents.example")
    settings.cache_clear()
    given = {"origin": "https://agents.example", "host": "undertone.example"}
    answer = await send(BEFORE, "tools/list", given)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "https://agents.example"
    preflight = await ask("OPTIONS", "/mcp", given)
    assert "MCP-Protocol-Version" in preflight.headers["Access-Control-Allow-Headers"]


async def test_a_notification_is_accepted_without_an_answer() -> None:
    body = b'{"jsonrpc": "2.0", "method": "notifications/initialized"}'
    answer = await ask("POST", "/mcp", {**JSON, "mcp-protocol-version": BEFORE}, body=body)
    assert (answer.status_code, answer.get_body()) == (202, b"")


async def test_a_hundred_concurrent_calls_are_all_answered() -> None:
    spans = [each % 20 + 1 for each in range(100)]
    found = await asyncio.gather(*(call("sentiment", hours=each) for each in spans))
    assert [each["data"]["stats"]["time_window_hours"] for each in found] == spans


async def test_of_a_hundred_concurrent_heavy_calls_the_rest_are_asked_to_come_again() -> None:
    calls = [
        result(MODERN, "tools/call", name="explain_change", arguments={"hours": each + 1})
        for each in range(100)
    ]
    found = await asyncio.gather(*calls)
    refused = [each for each in found if each["isError"]]
    assert 0 < len(refused) < 100
    assert {each["content"][0]["text"] for each in refused} == {
        "Too many searches, files or long spans are being read: try again soon. Retry in 2 seconds."
    }
