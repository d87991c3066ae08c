"""Servers that misuse HTTP: what any of them sends, a request ends soon, with a reason or JSON."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

import pytest

from collector.sources import http
from collector.sources.http import Answer, HttpClient
from collector.sources.waiting import Backoff
from shared.errors import SourceUnavailable

# As long as a server of these tests goes on, at most; far longer than a client may read.
LONG = 6.0
JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

Serve = Callable[[socket.socket, int], None]


class RawServer:
    """Answers each request on its own thread with bytes; `requests` are the heads it got."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self.requests: list[bytes] = []
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._talk, args=[connection], daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with closing(connection), suppress(OSError):
            while head := self._head(connection):
                self.requests.append(head)
                self._serve(connection, len(self.requests))

    def _head(self, connection: socket.socket) -> bytes:
        head = b""
        while b"\r\n\r\n" not in head:
            more = connection.recv(65536)
            if not more:
                return b""
            head += more
        return head


@contextmanager
def served(serve: Serve) -> Iterator[RawServer]:
    with closing(RawServer(serve)) as server:
        yield server


def client_of(server: RawServer, attempts: int = 1) -> HttpClient:
    return HttpClient(
        server.base_url,
        source="github",
        agent="tests",
        wait=lambda _: None,
        backoff=Backoff(attempts=attempts),
    )


def whole(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    lines = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def asked(serve: Serve) -> Answer:
    with served(serve) as server, closing(client_of(server)) as client:
        return client.get("/x")


def trickle(connection: socket.socket, start: bytes, drop: bytes) -> None:
    connection.sendall(start)
    ends = time.monotonic() + LONG
    while time.monotonic() < ends:
        connection.sendall(drop)
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (b"HTTP/1.1 2", b"0"),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"a"),
        (JSON + b"Content-Length: 5000000\r\n\r\n[", b" "),
        (JSON + b"\r\n[", b" "),
        (JSON + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (JSON + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    ],
    ids=["status", "header", "body", "endless body", "chunks", "size of a chunk"],
)
def test_a_server_that_trickles_is_as_one_that_hangs(monkeypatch, start, drop) -> None:
    monkeypatch.setattr(http, "ANSWER_SECONDS", 0.3)
    began = time.monotonic()
    with pytest.raises(SourceUnavailable, match="no answer in time") as error:
        asked(lambda connection, _: trickle(connection, start, drop))
    assert error.value.kind == "timeout"
    assert time.monotonic() - began < LONG / 2


def test_a_server_that_falls_silent_within_its_answer_has_timed_out(monkeypatch) -> None:
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", 0.3)

    def serve(connection: socket.socket, _number: int) -> None:
        connection.sendall(JSON + b"Content-Length: 500\r\n\r\n[")
        time.sleep(LONG)

    with pytest.raises(SourceUnavailable) as error:
        asked(serve)
    assert error.value.kind == "timeout"


@pytest.mark.parametrize("status", [b"200 OK", b"302 Found", b"403 Forbidden"])
@pytest.mark.parametrize("layers", [0, 1, 2])
def test_no_answer_is_read_beyond_its_limit(monkeypatch, status, layers) -> None:
    monkeypatch.setattr(http, "MAX_BYTES", 100_000)
    body = b"[" + b" " * 30_000_000
    for _ in range(layers):
        body = gzip.compress(body)
    coding = [b"Content-Encoding: " + b", ".join([b"gzip"] * layers)] if layers else []
    sent: list[int] = []

    def serve(connection: socket.socket, _number: int) -> None:
        answer = whole(body, *coding, b"Location: /y", status=status)
        for start in range(0, len(answer), 65536):
            connection.sendall(answer[start : start + 65536])
            sent.append(65536)

    with pytest.raises(SourceUnavailable) as error:
        asked(serve)
    assert error.value.kind == "connection"
    # What the sockets' own buffers take is sent, but no more.
    assert layers or sum(sent) < 20_000_000


@pytest.mark.parametrize(
    "location",
    [
        b"file:///etc/passwd",
        b"http://169.254.169.254/latest/meta-data",
        b"//elsewhere.example/",
        b"http://[::1",
        b"http://\xff\xfe",
        b"\xe2\x28\xa1",
        b"http://a:99999999/",
        b"",
    ],
)
def test_no_redirect_is_followed_however_its_address_is_written(location) -> None:
    answer = whole(b"{}", b"Location: " + location, status=b"301 Moved")
    with served(lambda to, _: to.sendall(answer)) as server, closing(client_of(server)) as client:
        assert client.get("/x").status == 301
        assert len(server.requests) == 1


def test_no_cookie_is_kept() -> None:
    many = [b"Set-Cookie: c%d=%s; Path=/; Max-Age=99999999" % (n, b"x" * 200) for n in range(40)]
    answer = whole(b"{}", *many)
    with served(lambda to, _: to.sendall(answer)) as server, closing(client_of(server)) as client:
        for _ in range(3):
            client.get("/x")
        assert not any(b"cookie" in head.lower() for head in server.requests)


def test_a_connection_that_was_closed_meanwhile_is_opened_again() -> None:
    def serve(connection: socket.socket, _number: int) -> None:
        connection.sendall(whole(b"{}"))
        connection.shutdown(socket.SHUT_RDWR)

    with served(serve) as server, closing(client_of(server, attempts=3)) as client:
        assert [client.get("/x").status for _ in range(4)] == [200] * 4
        assert server.connections == 4


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\x16\x03\x01\x02\x00",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 99999 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999999999\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n[]\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n[]",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n[]",
        whole(b"<html>", b"Content-Type: application/json"),
        whole(b"\xff\xfe\x00"),
        whole(b"[" * 200_000),
        whole(b'{"a":' * 100_000),
        whole(b"NaN,"),
        whole(b"", status=b"204 No Content"),
    ],
)
def test_what_is_no_answer_is_a_fault_with_a_reason(sent) -> None:
    def serve(connection: socket.socket, _number: int) -> None:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_RDWR)

    with pytest.raises(SourceUnavailable) as error:
        asked(serve)
    assert error.value.kind in {"connection", "unreadable", "timeout"}


@pytest.mark.parametrize(
    "asks", [b"31536000", b"-5", b"nan", b"1e400", b"Wed, 99 Foo 9999", b"\xb2", b"99999" * 900]
)
def test_a_wait_that_is_no_wait_is_waited_for_by_no_request(asks) -> None:
    waits: list[float] = []
    answer = whole(b"{}", b"Retry-After: " + asks, status=b"429 Too Many Requests")
    with served(lambda to, _: to.sendall(answer)) as server:
        client = HttpClient(
            server.base_url,
            source="github",
            agent="tests",
            wait=waits.append,
            backoff=Backoff(attempts=3),
        )
        with closing(client), pytest.raises(SourceUnavailable) as error:
            client.get("/x")
    assert error.value.kind == "rate_limited"
    assert all(0 <= each <= http.LONGEST_PAUSE for each in waits)


def test_the_log_says_which_server_was_asked_again_and_what_its_connection_lacked(caplog) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        gone = f"127.0.0.1:{listener.getsockname()[1]}"
    client = HttpClient(
        f"http://{gone}",
        source="discourse",
        agent="tests",
        wait=lambda _: None,
        backoff=Backoff(attempts=2),
    )
    with closing(client), pytest.raises(SourceUnavailable, match="NewConnectionError"):
        client.get("/x")
    (line,) = [each.message for each in caplog.records if "source.retry" in each.message]
    assert f"server={gone} " in line
    assert "NewConnectionError" in line
