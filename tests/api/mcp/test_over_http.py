"""The official client over HTTP, at the local host: both revisions."""

import asyncio
import json

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.api.mcp.client import BEFORE, MODERN

# What the client calls the handshake of revisions before the current one.
MODES = {BEFORE: "legacy", MODERN: MODERN}


@pytest.mark.parametrize("revision", MODES)
async def test_the_official_client_lists_and_calls_tools(address: str, revision: str) -> None:
    async with Client(address, mode=MODES[revision]) as client:
        assert client.protocol_version == revision
        tools = (await client.list_tools()).tools
        assert {each.name for each in tools} >= {"sentiment", "search_mentions"}
        # The client itself checks the answer with the tool's schema.
        found = await client.call_tool("sentiment", {"hours": 24})
        assert not found.is_error
        assert found.structured_content["origin"] == "sample"


@pytest.mark.parametrize("revision", MODES)
async def test_a_hundred_calls_of_a_client_are_all_answered(address: str, revision: str) -> None:
    async with Client(address, mode=MODES[revision]) as client:
        calls = [client.call_tool("search_mentions", {"hours": n + 1}) for n in range(100)]
        found = await asyncio.gather(*calls)
        assert not any(each.is_error for each in found)


@pytest.mark.parametrize("revision", MODES)
async def test_changes_are_for_callers_with_a_key(host, address: str, revision: str) -> None:
    changes = f"{address}/changes"
    assert host.http.post(changes, json={}).status_code == 401
    keys = json.loads((host.data / "keys.json").read_text())
    given = {"x-functions-key": keys["_function"]}
    async with httpx2.AsyncClient(headers=given, timeout=60, trust_env=False) as http:
        transport = streamable_http_client(changes, http_client=http)
        async with Client(transport, mode=MODES[revision]) as client:
            names = {each.name for each in (await client.list_tools()).tools}
            assert {"sentiment", "collect_now", "add_subject", "silence_incident"} <= names
            found = await client.call_tool("silence_incident", {"id": "no.000001"})
            assert found.is_error
