"""Answers a request of the Functions host with the MCP package's HTTP server.

That is an ASGI application (https://asgi.readthedocs.io/en/latest/specs/www.html). It runs for one
request and keeps no session, so that any process can answer the next one.
"""

import asyncio
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import azure.functions as func
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.types import Message, Scope

from api.http.responses import JSON, NOT_KEPT

EVENT_STREAM: Final = "text/event-stream"
# Headers of an ASGI answer that the host sets.
OF_THE_HOST: Final = frozenset({"content-length", "content-type"})


async def answer_with(server: Server[Any], request: func.HttpRequest) -> func.HttpResponse:
    """Return the server's answer as JSON, or as an event stream to a client that takes only that.

    The host sends an answer as a whole, so that a stream has one event. Never cached.
    """
    exchange = _Exchange(request.get_body())
    insists = wants_stream(request.headers.get("accept", ""))
    manager = StreamableHTTPSessionManager(server, json_response=True, stateless=True)
    async with manager.run():
        await manager.handle_request(_scope_of(request, insists), exchange.receive, exchange.send)
    return exchange.answer(is_stream=insists)


def wants_stream(accept: str) -> bool:
    """Return whether an Accept header takes event streams, and no JSON."""
    types = {each.partition(";")[0].strip().lower() for each in accept.split(",")}
    return EVENT_STREAM in types and types.isdisjoint({JSON, "application/*", "*/*"})


class _Exchange:
    """The two directions of an ASGI call."""

    def __init__(self, body: bytes) -> None:
        self._request: Message | None = {"type": "http.request", "body": body, "more_body": False}
        self._status = int(HTTPStatus.INTERNAL_SERVER_ERROR)
        self._headers: dict[str, str] = {}
        self._body = bytearray()

    async def receive(self) -> Message:
        """Return the body, and then nothing: the host doesn't say that a client has left."""
        request, self._request = self._request, None
        return request if request is not None else await asyncio.Future()

    async def send(self, message: Message) -> None:
        """Take a part of the answer."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            found = {name.decode(): value.decode() for name, value in message.get("headers", ())}
            self._headers = {name.lower(): value for name, value in found.items()}
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")

    def answer(self, *, is_stream: bool) -> func.HttpResponse:
        """Return the whole answer."""
        body, mimetype = bytes(self._body), self._headers.get("content-type", "text/plain")
        mimetype = mimetype.partition(";")[0]
        if is_stream and mimetype == JSON and self._status == HTTPStatus.OK:
            body, mimetype = b"event: message\r\ndata: " + body + b"\r\n\r\n", EVENT_STREAM
        more = {name: each for name, each in self._headers.items() if name not in OF_THE_HOST}
        return func.HttpResponse(
            body, status_code=self._status, headers={**NOT_KEPT, **more}, mimetype=mimetype
        )


def _scope_of(request: func.HttpRequest, insists: bool) -> Scope:
    """Return the ASGI scope of a request; to the server each client takes JSON."""
    url = urlsplit(request.url)
    headers = {name.lower(): value for name, value in request.headers.items()}
    if insists:
        headers["accept"] = JSON
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": url.scheme,
        "path": url.path,
        "raw_path": url.path.encode(),
        "query_string": url.query.encode(),
        "root_path": "",
        "headers": [
            (name.encode("latin-1", "replace"), value.encode("latin-1", "replace"))
            for name, value in headers.items()
        ],
        "client": None,
        "server": None,
    }
