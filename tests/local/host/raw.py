"""Requests as bytes on a connection, for tests of what no HTTP client sends."""

import http.client
import io
import socket

import httpx

PATIENCE = 180.0
HOST = "h.example"
ALLOWED = ["--allow-host", HOST]


class _Received(io.BytesIO):
    """Received bytes, with the interface of a socket that http.client needs."""

    def makefile(self, *_: object) -> "_Received":
        return self


def exchange(base: httpx.URL, sent: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send bytes; return the answer's status, headers by lower-cased name, and body."""
    with socket.create_connection((base.host, base.port), PATIENCE) as connection:
        connection.sendall(sent)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    method = sent.partition(b" ")[0].decode()
    answer = http.client.HTTPResponse(_Received(received), method=method)  # type: ignore[arg-type]
    answer.begin()
    headers = {name.lower(): value for name, value in answer.getheaders()}
    return answer.status, headers, answer.read()


def request(method: str, target: str, *headers: str, host: bool = True) -> bytes:
    """Return a request that asks to close the connection after its answer."""
    lines = [f"{method} {target} HTTP/1.1", *([f"Host: {HOST}"] if host else [])]
    return "\r\n".join([*lines, *headers, "Connection: close", "", ""]).encode()
