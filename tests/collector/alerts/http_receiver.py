"""A receiver of web hooks in a thread of its own, for jobs that run loops of their own."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[str], int]
"""Returns the status of the answer to a request to this path."""


@dataclass
class WebhookReceiver:
    """What came with a status of 200, by path and webhook-id, and how often it came."""

    port: int = 0
    requests: int = 0
    taken: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    repeats: Counter[tuple[str, str]] = field(default_factory=Counter)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    def events(self, path: str) -> Counter[tuple[str, str]]:
        """Count incidents and their events, of what a receiver takes that skips known ids."""
        return Counter(
            (incident["id"], incident["event"])
            for (at, _), body in self.taken.items()
            if at == f"/{path}"
            for incident in body["data"]["incidents"]
        )


@contextmanager
def receiving(answer: Answer = lambda _: 200) -> Iterator[WebhookReceiver]:
    """Receive web hooks; one that isn't answered with 200 wasn't taken, and -1 answers nothing."""
    receiver = WebhookReceiver()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                status = answer(self.path)
                receiver.requests += 1
                key = (self.path, self.headers["webhook-id"])
                if status == 200:
                    receiver.repeats[key] += key in receiver.taken
                    receiver.taken.setdefault(key, body)
            if status < 0:
                return
            self.send_response(status)
            if status == 429:
                self.send_header("Retry-After", "90")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
