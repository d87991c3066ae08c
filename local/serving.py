"""Serves an ASGI application, in a thread or in the foreground; it may break its connections."""

import asyncio
import signal
import socket
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

TRANSPORT = "undertone.transport"
BACKLOG = 128
# Longer than a collector works on one page.
KEEP_ALIVE_SECONDS = 75


async def _nothing() -> None:
    """Close nothing."""


class BreakableProtocol(H11Protocol):
    """HTTP that lets the application close the connection, which some faults need."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Pass the transport on with each request."""
        super().connection_made(transport)
        app = self.app

        async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[TRANSPORT] = transport
            await app(scope, receive, send)

        self.app = with_transport


class _Server(uvicorn.Server):
    """Signals when it listens, and doesn't wait for stalled requests on shutdown."""

    def __init__(self, config: uvicorn.Config, on_close: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self.listens = threading.Event()
        self._on_close = on_close

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.listens.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        # Each request ends as soon as its client is gone.
        if self.server_state.tasks:
            await asyncio.wait(set(self.server_state.tasks))
        await self._on_close()


class Listening:
    """A running application: it listens from its creation until it is closed. A context manager."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        listener: socket.socket | None = None,
        on_close: Callable[[], Awaitable[None]] = _nothing,
    ) -> None:
        """Listen in a thread of its own. Port 0 is any free one. Raises OSError when taken.

        A listener is a socket of `listen`, instead of host and port; it is closed with the rest.
        `on_close` is called in that thread's loop after all connections have closed.
        """
        self._socket = listener or listen(host, port)
        self._server = _Server(_config(app), on_close)
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), name="stand-in", daemon=True
        )
        self.port: int = self._socket.getsockname()[1]
        self.base_url = _url(host, self.port)
        self._thread.start()
        self._server.listens.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def thread_id(self) -> int:
        """Return the identifier of the thread that serves."""
        return self._thread.ident or 0

    def close(self) -> None:
        """Stop listening; every open connection is cut."""
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


async def hang_up(scope: Scope, receive: Receive) -> None:
    """Close the connection without an answer."""
    scope["extensions"][TRANSPORT].abort()
    await gone_within(None, receive)


async def gone_within(seconds: float | None, receive: Receive) -> bool:
    """Wait at most `seconds` (None: no limit) for the client to go; return whether it has gone."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return False
    return True


def serve(app: ASGIApp, *, host: str, port: int, ready: str) -> None:
    """Listen in this thread until interrupted, after printing one line.

    `ready` is that line, with {url} for the address. Raises OSError when the port is taken.
    """
    # A shell script's background jobs ignore Ctrl-C, and uvicorn's handler comes after the line.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with listen(host, port) as listener:
        url = _url(host, listener.getsockname()[1])
        # Ctrl-C ends the server; uvicorn has closed everything by then.
        with suppress(KeyboardInterrupt):
            print(ready.format(url=url), flush=True)
            _Server(_config(app), _nothing).run([listener])


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens already, so that every later connection is answered.

    Raises OSError when the port is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio switches off Nagle's algorithm only if the protocol is named. With the algorithm,
    # small answers take 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=BreakableProtocol,
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
