"""Memory: requests that differ in everything leave nothing behind.

A leak of a few hundred bytes a request shows only after many, so `make security` sends 100,000. In
the whole suite 5,000 do.
"""

import os
import socket

from tests.fixtures.host import PATIENCE, RunningHost
from tests.security.attacking import statuses
from tests.security.test_slow_clients import http_process

REQUESTS = int(os.environ.get("SECURITY_REQUESTS", "5000"))
WARM_UP = REQUESTS // 5
AT_ONCE = 50
ON_ONE_CONNECTION = 1000
# What allocators and bounded caches may still take, and what no request may leave.
MAX_GROWTH = 4 * 1024 * 1024
MAX_BYTES_A_REQUEST = 200
# Each has its number in what caches, metrics, logs and routes might keep.
TARGETS = (
    "GET /nope/{n}",
    "GET /assets/{n}.js",
    "GET /api/v1/stats?hours={n}",
    "GET /api/v1/stats?a{n}=1",
    "GET /api/v1/posts/x{n}",
    "GET /api/v1/cycles/c{n}",
    "GET /api/v1/stats?subreddit=s{n}",
    "M{n} /api/v1/stats",
    "OPTIONS /api/v1/stats?a={n}",
    "GET /api/v1/openapi.json?a={n}",
)
HEADERS = (
    "Host: h{n}.localhost\r\nX-Request-Id: r{n}\r\nX-H{n}: {n}\r\nOrigin: https://a{n}.example\r\n"
    "If-None-Match: {n}\r\nUser-Agent: {n}\r\nAccept-Language: {n}\r\n"
)


def send(connection: socket.socket, first: int) -> None:
    """Send requests one after another, and wait for all answers."""
    heads = [
        f"{TARGETS[n % len(TARGETS)]} HTTP/1.1\r\n{HEADERS}\r\n".format(n=n)
        for n in range(first, first + AT_ONCE)
    ]
    connection.sendall("".join(heads).encode())
    received = bytearray()
    while received.count(b"HTTP/1.1 ") < AT_ONCE:
        part = connection.recv(1 << 20)
        assert part, received[-300:]
        received += part
    assert not [each for each in statuses(bytes(received)) if each >= 500]


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
