"""A receiver for Application Insights' ingestion on loopback, for the real exporter."""

import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "00000000-1111-2222-3333-444444444444"
PATIENCE = 180.0

Envelope = dict[str, Any]


def connection_string(port: int) -> str:
    return f"InstrumentationKey={KEY};IngestionEndpoint=http://127.0.0.1:{port}/"


@dataclass(frozen=True)
class Traced:
    """A received span: a dependency's envelope, flattened."""

    name: str
    id: str
    parent: str | None
    operation: str
    type: str
    status: str
    success: bool
    seconds: float
    attributes: dict[str, str]
    service: str


@dataclass
class Receiver:
    """Everything received."""

    port: int
    envelopes: list[Envelope] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    """Every request line, for any path."""
    arrived: threading.Condition = field(default_factory=threading.Condition)

    @property
    def settings(self) -> dict[str, str]:
        """Return the settings that make the product send everything here, quickly."""
        return {
            "TELEMETRY": "azure",
            "APPLICATIONINSIGHTS_CONNECTION_STRING": connection_string(self.port),
            "OTEL_TRACES_SAMPLER": "always_on",
            "OTEL_BSP_SCHEDULE_DELAY": "100",
            "OTEL_METRIC_EXPORT_INTERVAL": "500",
        }

    def spans(self) -> list[Traced]:
        with self.arrived:
            return [_span(each) for each in self.envelopes if each["data"]["baseType"] == SPAN]

    def metric(self, name: str) -> list[tuple[dict[str, str], float]]:
        """Return the attributes and values received for a metric."""
        with self.arrived:
            data = [each["data"] for each in self.envelopes]
        return [
            (each["baseData"].get("properties") or {}, each["baseData"]["metrics"][0]["value"])
            for each in data
            if each["baseType"] == "MetricData" and each["baseData"]["metrics"][0]["name"] == name
        ]

    def wait_for(self, found: Callable[[], Any]) -> Any:
        """Wait until `found` returns something true for the received data; return it."""
        deadline = time.monotonic() + PATIENCE
        while not (result := found()):
            left = deadline - time.monotonic()
            assert left > 0, sorted({span.name for span in self.spans()})
            with self.arrived:
                self.arrived.wait(min(left, 1))
        return result


SPAN = "RemoteDependencyData"


def _span(envelope: Envelope) -> Traced:
    data, tags = envelope["data"]["baseData"], envelope["tags"]
    hours, minutes, seconds = data["duration"].split(":")
    days, _, hours = hours.rpartition(".")
    return Traced(
        name=data["name"],
        id=data["id"],
        parent=tags.get("ai.operation.parentId"),
        operation=tags["ai.operation.id"],
        type=data["type"],
        status=data["resultCode"],
        success=data["success"],
        seconds=int(days or 0) * 86400 + int(hours) * 3600 + int(minutes) * 60 + float(seconds),
        attributes=data.get("properties") or {},
        service=tags["ai.cloud.role"],
    )


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Answer as the ingestion service does, and store what arrives."""
    receiver: Receiver

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def parse_request(self) -> bool:
            receiver.requests.append(self.raw_requestline.decode("latin-1"))
            return super().parse_request()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            sent = json.loads(body)
            with receiver.arrived:
                receiver.paths.append(self.path)
                receiver.envelopes += sent
                receiver.arrived.notify_all()
            count = len(sent)
            answer = {"itemsReceived": count, "itemsAccepted": count, "errors": []}
            self._answer(200, json.dumps(answer).encode())

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver = Receiver(server.server_port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def never_answering() -> Iterator[int]:
    """Accept connections and never answer; return the port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def refusing() -> int:
    """Return a port that refuses connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
