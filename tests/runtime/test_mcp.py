"""The MCP server under Microsoft's runtime library, asked by official clients."""

import pytest
from mcp.client import Client

from api.mcp.registry import TOOLS
from tests.api.mcp.client import BEFORE, MODERN, REVISIONS
from tests.fixtures.mcp import failed_checks, inspect
from tests.runtime.conftest import Served

# What the client calls the handshake of revisions before the current one.
MODES = {BEFORE: "legacy", MODERN: MODERN}
NEEDED = {"compare": {"scopes": ["all", "aws"]}, "read_thread": {"id": "nothing"}}


@pytest.fixture
def address(served: Served) -> str:
    return str(served.http.base_url).rstrip("/") + "/mcp"


@pytest.mark.parametrize("revision", MODES)
async def test_the_official_client_calls_every_tool(address: str, revision: str) -> None:
    async with Client(address, mode=MODES[revision]) as client:
        assert client.protocol_version == revision
        names = {each.name for each in (await client.list_tools()).tools}
        assert names == TOOLS.keys()
        for name in names - {"read_thread"}:
            # The client itself checks the answer with the tool's schema.
            found = await client.call_tool(name, NEEDED.get(name, {}))
            assert not found.is_error, (name, found)
            assert found.structured_content["origin"] == "sample"
        missing = await client.call_tool("read_thread", NEEDED["read_thread"])
        assert missing.is_error
        assert (await client.read_resource("undertone://digests/week")).contents
        assert (await client.get_prompt("weekly_report", {"subject": "cursor"})).messages


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_inspector_and_the_conformance_suite_find_nothing(
    address: str, revision: str, tmp_path
) -> None:
    listed = inspect(address, revision, "tools/list", home=tmp_path)
    assert {each["name"] for each in listed["tools"]} == TOOLS.keys()
    scenarios, wrong = failed_checks(address, revision, tmp_path)
    assert wrong == set()
    assert len(scenarios) > 25
