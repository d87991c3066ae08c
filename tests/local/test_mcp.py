"""The command `mcp`: an agent's client starts it, and speaks over its input and output."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters

from api.mcp.registry import TOOLS
from shared.settings import load_settings
from shared.store import open_store
from shared.times import utc_now
from tests.api.access_world import MODES as CLOSED
from tests.api.access_world import READER_KEY
from tests.api.world import NAMES, keep, posts_back
from tests.fixtures.host import NOBODY, ROOT, hosts_in

MODES = ("legacy", "2026-07-28")


def started(*arguments: str, **settings: str) -> StdioServerParameters:
    """Return how a client starts the command."""
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "local", "mcp", *arguments],
        env={**os.environ, **settings},
        cwd=ROOT,
    )


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    with hosts_in(tmp_path_factory.mktemp("mcp")) as start:
        yield start(arguments=["--no-collect", "--keys"])


@pytest.mark.parametrize("mode", MODES)
async def test_the_local_database_is_read(tmp_path, mode: str) -> None:
    own = {
        "SQLITE_PATH": str(tmp_path / "undertone.db"),
        "SUBREDDITS": ",".join(NAMES),
        "ORIGIN": "sample",
    }
    store = await open_store(load_settings(own), retry_seconds=20)
    await keep(store, posts_back(9, timedelta(minutes=1), newest=utc_now()))
    await store.close()
    async with Client(started(**own), mode=mode) as client:
        assert {each.name for each in (await client.list_tools()).tools} == TOOLS.keys()
        found = await client.call_tool("search_mentions", {"scope": "aws", "hours": 2})
        assert [each["subreddit"] for each in found.structured_content["data"]["items"]] == [
            "aws"
        ] * 3
        assert (await client.read_resource("undertone://digests/week")).contents


@pytest.mark.parametrize("mode", MODES)
async def test_messages_are_passed_on_to_a_deployment(host, mode: str) -> None:
    async with Client(started("--address", str(host.http.base_url)), mode=mode) as client:
        assert {each.name for each in (await client.list_tools()).tools} == TOOLS.keys()
        found = await client.call_tool("sentiment", {"hours": 2})
        assert found.structured_content["origin"] == "sample"


async def test_a_key_gives_the_tools_that_change_something(host) -> None:
    key = json.loads((host.data / "keys.json").read_text())["_function"]
    server = started("--address", str(host.http.base_url), UNDERTONE_KEY=key)
    async with Client(server, mode="legacy") as client:
        names = {each.name for each in (await client.list_tools()).tools}
        assert names - TOOLS.keys() == {"collect_now", "add_subject", "silence_incident"}


async def test_a_key_that_reads_opens_a_closed_deployment(running_host) -> None:
    closed = running_host(arguments=["--no-collect"], settings=CLOSED["key"])
    address = str(closed.http.base_url)
    async with Client(
        started("--address", address, UNDERTONE_READ_KEY=READER_KEY), mode="legacy"
    ) as client:
        assert {each.name for each in (await client.list_tools()).tools} == TOOLS.keys()


def test_what_cannot_be_answered_is_an_error_of_the_protocol() -> None:
    lines = [
        b"junk",
        b"[]",
        b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": 7}',
        b'{"jsonrpc": "2.0", "method": "notifications/initialized"}',
    ]
    ended = subprocess.run(
        [sys.executable, "-m", "local", "mcp", "--address", NOBODY],
        input=b"\n".join(lines) + b"\n",
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    answers = [json.loads(line) for line in ended.stdout.splitlines()]
    codes = {each["id"]: each["error"]["code"] for each in answers}
    assert (len(answers), codes) == (3, {None: -32700, 1: -32000})
    assert NOBODY in json.dumps(answers)
