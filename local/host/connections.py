"""Limits of the HTTP process: how many connections it keeps, and how long each may wait.

Kestrel's limits: https://learn.microsoft.com/dotnet/api/microsoft.aspnetcore.server.kestrel.core.kestrelserverlimits
"""

import asyncio
import logging
import resource
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from local.host.sending import MAX_UNSENT_BYTES, SEND_SECONDS, SendingProtocol
from shared.logs import Repeats, repeated_event

log = logging.getLogger("local.host.connections")

MAX_CONNECTIONS = 1000
# Connections that the loop may accept in one turn, before any of them is counted.
BACKLOG = 256
# Open files besides connections: databases, pipes and files.
OTHER_FILES = 128
WANTED_FILES = MAX_CONNECTIONS + BACKLOG + OTHER_FILES
HEADER_SECONDS = 30.0
KEEP_ALIVE_SECONDS = 130
EMPTY = "Content-Length: 0\r\nConnection: close\r\n\r\n"
TIMED_OUT = f"HTTP/1.1 408 Request Timeout\r\n{EMPTY}".encode()


def most_connections() -> int:
    """Raise this process's limit of open files if allowed; return how many connections fit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < WANTED_FILES:
        soft = WANTED_FILES if hard == resource.RLIM_INFINITY else min(hard, WANTED_FILES)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    return max(1, min(MAX_CONNECTIONS, soft - BACKLOG - OTHER_FILES))


def quiet_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Log each kind of loop fault once a minute, instead of a traceback for each connection."""
    loop.set_exception_handler(_log_fault)


def _log_fault(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    reason = f"{context['message']}: {error!r}" if error else str(context["message"])
    repeated_event(log, "host.loop_fault", logging.ERROR, reason=reason)


class LimitedProtocol(SendingProtocol):
    """HTTP over at most `most` connections, with `header_seconds` for the headers of a request.

    At the limit a new connection replaces the one that has waited longest for a request. If all of
    them are serving requests, the new one is closed.
    """

    most: ClassVar[int] = MAX_CONNECTIONS
    header_seconds: ClassVar[float] = HEADER_SECONDS
    waiting: ClassVar[dict[H11Protocol, None]]
    """Connections that wait for a request, longest wait first."""
    header_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or refuse it at the limit."""
        super().connection_made(transport)
        if len(self.connections) > self.most and not self._make_room():
            reason = f"{self.most} are at work"
            repeated_event(log, "host.too_many_connections", logging.WARNING, reason=reason)
            # Kestrel sends no answer either.
            self.connections.discard(self)
            transport.abort()
            return
        self._wait_for_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._request_came()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse received bytes, and start or stop the timer of the request's header."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        self._update_header_timer()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self.waiting.pop(self, None)
        self._update_header_timer()

    def _update_header_timer(self) -> None:
        """Start the timer of a header that has begun; stop it once the header is complete."""
        if self.transport.is_closing() or self.conn.their_state is not h11.IDLE:
            self._request_came()
            return
        if self.conn.trailing_data[0]:
            self._unset_keepalive_if_required()
        self._wait_for_request()

    def _wait_for_request(self) -> None:
        self.waiting.setdefault(self)
        # Between requests uvicorn's keep-alive timer runs instead.
        if self.header_timer is None and self.timeout_keep_alive_task is None:
            self.header_timer = self.loop.call_later(self.header_seconds, self._time_out)

    def _request_came(self) -> None:
        self.waiting.pop(self, None)
        if self.header_timer is not None:
            self.header_timer.cancel()
            self.header_timer = None

    def _make_room(self) -> bool:
        for longest in self.waiting:
            # No answer, since it hasn't sent a request.
            del self.waiting[longest]
            longest.connections.discard(longest)
            longest.transport.abort()
            return True
        return False

    def _time_out(self) -> None:
        self._request_came()
        if not self.transport.is_closing():
            self.transport.write(TIMED_OUT)
            self.transport.close()


def limited_protocol(
    most: int,
    *,
    header_seconds: float = HEADER_SECONDS,
    send_seconds: float = SEND_SECONDS,
    max_unsent: int = MAX_UNSENT_BYTES,
) -> type[LimitedProtocol]:
    """Return a protocol class with its own limits and its own lists of connections."""
    own = {
        "most": most,
        "header_seconds": header_seconds,
        "waiting": {},
        "send_seconds": send_seconds,
        "max_unsent": max_unsent,
        "unsent": {},
        "repeats": Repeats(),
    }
    return type("OwnProtocol", (LimitedProtocol,), own)
