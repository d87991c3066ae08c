"""Memory: requests that differ in everything leave nothing behind.

A leak of a few hundred bytes a request shows only after many, so `make security` sends 100,000. In
the whole suite 5,000 do.
"""

import os
import socket
from collections.abc import Iterator

import pytest

from tests.fixtures.host import PATIENCE, RunningHost
from tests.security.attacking import statuses
from tests.security.conftest import hostile_host
from tests.security.test_slow_clients import http_process

REQUESTS = int(os.environ.get("SECURITY_REQUESTS", "5000"))
WARM_UP = REQUESTS // 5
AT_ONCE = 50
ON_ONE_CONNECTION = 1000
# What allocators and bounded caches may still take, and what no request may leave.
MAX_GROWTH = 4 * 1024 * 1024
MAX_BYTES_A_REQUEST = 200
QUESTION = '{{"question": "How many posts were there in the last {hours} hours?"}}'
CALL = (
    '{{"jsonrpc": "2.0", "id": {n}, "method": "tools/call", "params": {{"name": "search_mentions",'
    ' "arguments": {{"scope": "subject:lantern", "query": "w{n}"}}}}}}'
)
# The line, the body and the status of each, with its number in what caches, quotas, metrics, logs
# and routes might keep. Hours are 1 to 999.
TARGETS: tuple[tuple[str, str, int], ...] = (
    ("GET /nope/{n}", "", 404),
    ("GET /assets/{n}.js", "", 404),
    ("GET /api/v1/sentiment/stats?hours={hours}", "", 200),
    ("GET /api/v1/sentiment/stats?a{n}=1", "", 422),
    ("GET /api/v1/sentiment/stats?subreddit=s{n}", "", 404),
    ("GET /api/v1/items?q=w{n}", "", 200),
    ("GET /api/v1/items?hours={hours}&limit=2&format=csv", "", 200),
    ("GET /api/v1/posts/x{n}", "", 404),
    ("GET /api/v1/subjects/s{n}/mentions.atom", "", 404),
    ("GET /api/v1/openapi.json?a={n}", "", 200),
    ("POST /api/v1/ask", QUESTION, 200),
    ("POST /mcp", CALL, 200),
    ("M{n} /api/v1/sentiment/stats", "", 404),
    ("OPTIONS /api/v1/sentiment/stats?a={n}", "", 204),
)
# Each is of another client, so that no quota ends them.
HEADERS = (
    "Host: h{n}.localhost\r\nX-Request-Id: r{n}\r\nX-H{n}: {n}\r\n"
    "X-Forwarded-For: 10.{a}.{b}.{c}\r\nIf-None-Match: {n}\r\nUser-Agent: {n}\r\n"
    "Accept-Language: {n}\r\n"
)
OF_A_BODY = (
    "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
    "Content-Length: {length}\r\n"
)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    """Start a host behind a proxy, which says who each client is."""
    yield from hostile_host(tmp_path_factory.mktemp("memory"), TRUSTED_PROXIES="1")


def request_of(n: int) -> bytes:
    """Return a request with its number in everything."""
    line, body, _ = TARGETS[n % len(TARGETS)]
    values = {"n": n, "hours": n % 999 + 1, "a": n >> 16, "b": n >> 8 & 255, "c": n & 255}
    content = body.format(**values).encode()
    head = f"{line} HTTP/1.1\r\n{HEADERS}".format(**values)
    if content:
        head += OF_A_BODY.format(length=len(content))
    return f"{head}\r\n".encode() + content


def send(connection: socket.socket, first: int) -> None:
    """Send requests one after another, and check that each is answered as it must be."""
    numbers = range(first, first + AT_ONCE)
    connection.sendall(b"".join(map(request_of, numbers)))
    received = bytearray()
    while received.count(b"HTTP/1.1 ") < AT_ONCE:
        part = connection.recv(1 << 20)
        assert part, received[-300:]
        received += part
    wanted = [TARGETS[n % len(TARGETS)][2] for n in numbers]
    assert statuses(bytes(received)) == wanted


def test_distinct_requests_leave_nothing_behind(host: RunningHost) -> None:
    server = http_process(host)
    base = host.http.base_url
    warm = 0
    for first in range(0, REQUESTS, ON_ONE_CONNECTION):
        with socket.create_connection((base.host, base.port), PATIENCE) as connection:
            for start in range(first, first + ON_ONE_CONNECTION, AT_ONCE):
                send(connection, start)
        host.lines.clear()
        if first == WARM_UP:
            warm = server.memory_info().rss
    growth = server.memory_info().rss - warm
    assert growth < MAX_GROWTH + MAX_BYTES_A_REQUEST * (REQUESTS - WARM_UP)
