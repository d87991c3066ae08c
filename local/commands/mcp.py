"""The command `mcp`: the MCP server over standard input and output.

It reads the local database, or passes messages on to the server of a deployment.
https://modelcontextprotocol.io/specification/2026-07-28/basic/transports
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, cast

import httpx
from mcp.server.stdio import stdio_server

from api.deps import Deps, SharedStore, SharedWatchlist
from api.http.cache import Cache
from api.http.caches import Caches
from api.mcp.reader import Reader
from api.mcp.server import Caller, server_for
from api.reads.process import process_health
from local.commands.ended import COMPLETED
from local.host.config import read_local_settings
from shared.settings import Settings, dashboard_address, load_settings
from shared.times import utc_now

KEY: Final = "UNDERTONE_KEY"
"""The environment variable with a key of the deployment that may change something."""
READ_KEY: Final = "UNDERTONE_READ_KEY"
"""The one with a key that reads, where the deployment's reads are closed."""
VERSION: Final = "io.modelcontextprotocol/protocolVersion"
# https://www.jsonrpc.org/specification#error_object: errors of servers.
UNREACHABLE: Final = -32000
# Longer than a heavy read waits for its turn.
TIMEOUT_SECONDS: Final = 120.0

Json = dict[str, Any]


def mcp_command(environ: Mapping[str, str], address: str | None) -> int:
    """Serve an agent until its input ends, and return the exit status.

    address is that of a deployment; without it, the local database is read. Raises SettingsError
    and HostError.
    """
    if address is None:
        settings = load_settings(read_local_settings(Path(), environ))
        asyncio.run(serve_store(settings))
    else:
        asyncio.run(pass_on(address, environ.get(KEY), environ.get(READ_KEY)))
    return COMPLETED


async def serve_store(settings: Settings) -> None:
    """Answer the messages of standard input from the database of these settings."""
    store = SharedStore(settings)
    watchlist = SharedWatchlist(store, seconds=settings.cache_seconds)
    caches = Caches(Cache(seconds=settings.cache_seconds), Cache(seconds=settings.cache_seconds))

    async def reader() -> Reader:
        watched = await watchlist()
        own = watchlist.settings_with(settings, watched)
        return Reader(Deps(own, store, utc_now, process_health, watchlist=watched), caches)

    server = server_for(Caller(reader, dashboard_address(settings)))
    try:
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())
    finally:
        await store.close()


class Remote:
    """The MCP server of a deployment, with which messages are exchanged over HTTP."""

    def __init__(
        self, http: httpx.AsyncClient, address: str, key: str | None, read_key: str | None = None
    ) -> None:
        self._http = http
        self._url = f"{address.rstrip('/')}/mcp" + ("/changes" if key else "")
        sent = key or read_key
        self._headers = {"accept": "application/json"} | ({"x-functions-key": sent} if sent else {})
        self._version: str | None = None

    async def answer(self, message: Json) -> Json | None:
        """Return the answer to a message; None to a notification, which has no id."""
        try:
            answer = await self._http.post(
                self._url, json=message, headers=self._headers_of(message)
            )
            found = self._read(answer)
        except (httpx.HTTPError, ValueError) as error:
            found = _failure(message, f"{self._url}: {error or type(error).__name__}")
        if "id" not in message:
            return None
        if message.get("method") == "initialize":
            self._version = _object(found, "result").get("protocolVersion")
        return found

    def _read(self, answer: httpx.Response) -> Json:
        """Return the JSON of an answer. Raises ValueError for an answer without one."""
        if answer.status_code == HTTPStatus.ACCEPTED:
            return {}
        found = answer.json() if answer.content else None
        if isinstance(found, dict) and "jsonrpc" in found:
            return cast("Json", found)
        raise ValueError(f"it answered {answer.status_code}")

    def _headers_of(self, message: Json) -> dict[str, str]:
        """Return the headers of a message: the current revision repeats some of it in them."""
        params = _object(message, "params")
        version = _object(params, "_meta").get(VERSION)
        if version is None:
            own = {"mcp-protocol-version": self._version} if self._version else {}
            return self._headers | own
        name = params.get("name") or params.get("uri")
        return {
            **self._headers,
            "mcp-protocol-version": str(version),
            "mcp-method": str(message.get("method")),
            **({"mcp-name": str(name)} if name else {}),
        }


async def pass_on(address: str, key: str | None, read_key: str | None) -> None:
    """Pass the messages of standard input on to a deployment, and write its answers."""
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as http:
        remote = Remote(http, address, key, read_key)

        async def exchange(line: bytes) -> None:
            answer = await answer_to(remote, line)
            if answer is not None:
                print(json.dumps(answer, separators=(",", ":")), flush=True)

        async with asyncio.TaskGroup() as group:
            while line := await asyncio.to_thread(sys.stdin.buffer.readline):
                task = group.create_task(exchange(line))
                if b'"initialize"' in line:
                    # The revision that it agrees on belongs to each later message.
                    await task


async def answer_to(remote: Remote, line: bytes) -> Json | None:
    """Return the answer to a line of input; None if it is a notification."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict):
        return _failure({}, "a line is a JSON object", code=-32700)
    return await remote.answer(message)


def _object(value: Json, name: str) -> Json:
    found = value.get(name)
    return cast("Json", found) if isinstance(found, dict) else {}


def _failure(message: Json, reason: str, *, code: int = UNREACHABLE) -> Json:
    return {
        "jsonrpc": "2.0",
        "id": message.get("id"),
        "error": {"code": code, "message": reason},
    }
