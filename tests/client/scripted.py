"""A small real HTTP server whose answers are given, one after another."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """An answer: cut sends half of the body and closes, hang sends nothing until the end."""

    status: int = 200
    body: bytes = b"[]"
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    hang: bool = False


def reply(data: Any, status: int = 200, **headers: str) -> Reply:
    """Return an answer in JSON, as of sample data."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    given = {"Content-Type": "application/json", "Undertone-Origin": "sample", **named}
    return Reply(status, json.dumps(data).encode(), given)


@dataclass
class Scripted:
    """A running server: its address, and what it was asked. The last answer is given for ever."""

    address: str
    replies: list[Reply]
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def next(self) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def serving(replies: Sequence[Reply]) -> Iterator[Scripted]:
    scripted = Scripted("", list(replies))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("content-length", "0"))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = (self.command, self.path, headers, self.rfile.read(length))
            scripted.asked.append(asked)
            given = scripted.next()
            if given.hang:
                scripted.ended.wait()
                self.close_connection = True
                return
            self.send_response(given.status)
            for name, value in given.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(given.body)))
            self.end_headers()
            if given.cut:
                self.wfile.write(given.body[: len(given.body) // 2])
                self.close_connection = True
                return
            self.wfile.write(given.body)

        do_GET = do_PUT = do_POST = do_DELETE = answer  # noqa: N815 - names of http.server

        def log_message(self, *_: Any) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    scripted.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield scripted
    finally:
        scripted.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()
