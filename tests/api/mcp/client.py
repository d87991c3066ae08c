"""Messages of both revisions to the MCP server of this process."""

import json
from collections.abc import Mapping
from typing import Any

import azure.functions as func

from tests.api.world import ask

MODERN = "2026-07-28"
BEFORE = "2025-11-25"
REVISIONS = (BEFORE, MODERN)
CLIENT = {"name": "test", "version": "1"}
META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": CLIENT,
    "io.modelcontextprotocol/clientCapabilities": {},
}


def headers_of(revision: str, message: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers of a message: the newest revision repeats method and name in them."""
    common = {
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": revision,
    }
    if revision != MODERN:
        return common
    name = message.get("params", {}).get("name") or message.get("params", {}).get("uri")
    return {
        **common,
        "mcp-method": message["method"],
        **({"mcp-name": name} if name else {}),
    }


def message_of(revision: str, method: str, **params: Any) -> dict[str, Any]:
    """Return a request."""
    meta = {"_meta": META} if revision == MODERN else {}
    return {"jsonrpc": "2.0", "id": 7, "method": method, "params": {**params, **meta}}


async def send(
    revision: str,
    method: str,
    headers: Mapping[str, str] | None = None,
    /,
    *,
    path: str = "/mcp",
    sent: list[object] | None = None,
    **params: Any,
) -> func.HttpResponse:
    """Send a request of a revision, with other headers if they are given.

    What it puts on queues is appended to `sent`.
    """
    message = message_of(revision, method, **params)
    given = {**headers_of(revision, message), **(headers or {})}
    return await ask("POST", path, given, body=json.dumps(message).encode(), sent=sent)


async def result(revision: str, method: str, **params: Any) -> Any:
    """Return the result of a request."""
    answer = await send(revision, method, **params)
    body = json.loads(answer.get_body())
    assert "result" in body, body
    return body["result"]


async def call(name: str, revision: str = MODERN, **arguments: Any) -> Any:
    """Return the structured content of a tool's answer."""
    found = await result(revision, "tools/call", name=name, arguments=arguments)
    assert not found.get("isError"), found
    assert json.loads(found["content"][0]["text"]) == found["structuredContent"]
    return found["structuredContent"]


async def refusal(name: str, revision: str = MODERN, **arguments: Any) -> str:
    """Return the text of a tool's error."""
    found = await result(revision, "tools/call", name=name, arguments=arguments)
    assert found["isError"]
    text: str = found["content"][0]["text"]
    return text
