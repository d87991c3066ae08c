"""Slow clients: those who send or read a byte at a time leave the others their answers."""

import socket
import time
from contextlib import ExitStack

import psutil

from tests.fixtures.host import RunningHost

# Of Slowloris, RUDY and slow read, as slowhttptest sends them.
BEGINNINGS = (
    b"",
    b"G",
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-a: ",
    b"POST /api/v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 60000\r\n\r\n{",
    b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\na",
    b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 5,
)
CLIENTS = 300
# A machine with other work is slow; without limits the answers would never come.
MAX_SECONDS = 20.0
MAX_GROWTH = 64 * 1024 * 1024


def test_three_hundred_slow_clients_leave_the_others_their_answers(host: RunningHost) -> None:
    server = http_process(host)
    before = server.memory_info().rss
    base = host.http.base_url
    with ExitStack() as stack:
        slow = []
        for number in range(CLIENTS):
            connection = stack.enter_context(socket.create_connection((base.host, base.port), 10))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.sendall(BEGINNINGS[number % len(BEGINNINGS)])
            slow.append(connection)
        for _ in range(5):
            for connection in slow[:: len(BEGINNINGS)]:
                connection.send(b"G")
            began = time.monotonic()
            assert host.http.get("/api/v1/openapi.json").status_code == 200
            assert host.http.get("/").status_code in {200, 404}
            assert host.http.get("/api/v1/posts/recent?limit=1").status_code == 200
            assert time.monotonic() - began < MAX_SECONDS
        assert server.memory_info().rss - before < MAX_GROWTH


def http_process(host: RunningHost) -> psutil.Process:
    """Return the process that listens."""
    port = host.http.base_url.port
    processes = [psutil.Process(host.process.pid), *psutil.Process(host.process.pid).children(True)]
    for each in processes:
        if any(found.laddr.port == port for found in each.net_connections(kind="tcp")):
            listening = each
    return listening
