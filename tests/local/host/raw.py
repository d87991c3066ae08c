"""Requests as bytes on a connection, for what no HTTP client would send."""

import http.client
import io
import socket

import httpx

PATIENCE = 180.0
HOST = "h.example"
ALLOWED = ["--allow-host", HOST]


class _Received(io.BytesIO):
    """Bytes that were received, as http.client reads them from a socket."""

    def makefile(self, *_: object) -> "_Received":
        return self


def exchange(base: httpx.URL, sent: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send bytes, and give the answer's status, headers by lower-cased name, and body."""
    with socket.create_connection((base.host, base.port), PATIENCE) as connection:
        connection.sendall(sent)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    method = sent.partition(b" ")[0].decode()
    answer = http.client.HTTPResponse(_Received(received), method=method)  # type: ignore[arg-type]
    answer.begin()
    headers = {name.lower(): value for name, value in answer.getheaders()}
    return answer.status, headers, answer.read()


def request(method: str, target: str, *headers: str, host: bool = True) -> bytes:
    """Write a request that asks for the connection's end after its answer."""
    lines = [f"{method} {target} HTTP/1.1", *([f"Host: {HOST}"] if host else [])]
    return "\r\n".join([*lines, *headers, "Connection: close", "", ""]).encode()
