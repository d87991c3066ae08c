"""Smuggling: a request has one end, for the host and for any proxy before it."""

import pytest

from tests.fixtures.host import RunningHost
from tests.security.attacking import statuses, talk

HEAD = b"POST /api/v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
HIDDEN = b"GET /smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
CHUNKS = b"0\r\n\r\n"


def with_length(length: int | str, *headers: bytes) -> bytes:
    lines = b"".join(each + b"\r\n" for each in headers)
    return HEAD + f"Content-Length: {length}\r\n".encode() + lines + b"\r\n"


# Of the papers and the tests of PortSwigger, of llhttp, h11 and Kestrel.
ATTACKS = {
    "length and coding": with_length(len(CHUNKS + HIDDEN), b"Transfer-Encoding: chunked"),
    "short length and coding": with_length(4, b"Transfer-Encoding: chunked"),
    "coding with a space": HEAD + b"Transfer-Encoding : chunked\r\n\r\n",
    "coding with a tab": HEAD + b"Transfer-Encoding:\tchunked\r\nContent-Length: 5\r\n\r\n",
    "unknown coding": HEAD + b"Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\n",
    "two codings": HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n",
    "coding in quotes": HEAD + b'Transfer-Encoding: "chunked"\r\nContent-Length: 5\r\n\r\n',
    "coding of two words": HEAD + b"Transfer-Encoding: identity, chunked\r\n\r\n",
    "coding in a folded line": HEAD
    + b"Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\n",
    "two lengths": HEAD + b"Content-Length: 5\r\nContent-Length: 60\r\n\r\n",
    "lengths in a list": HEAD + b"Content-Length: 5, 60\r\n\r\n",
    "length with a sign": with_length("+5"),
    "negative length": with_length(-1),
    "length in hexadecimal": with_length("0x5"),
    "length with a space": HEAD + b"Content-Length : 5\r\n\r\n",
    "length of other digits": HEAD + "Content-Length: \uff15\r\n\r\n".encode(),
    "huge length": with_length("9" * 30),
    "line feeds alone": HEAD.replace(b"\r\n", b"\n") + b"Content-Length: 5\n\n",
    "carriage return alone": HEAD + b"X: a\rContent-Length: 60\r\nContent-Length: 5\r\n\r\n",
    "null in a header": HEAD + b"X: a\x00b\r\nContent-Length: 5\r\n\r\n",
    "header without a colon": HEAD + b"Content-Length\r\nContent-Length: 5\r\n\r\n",
    "space before a header": HEAD + b" Content-Length: 60\r\nContent-Length: 5\r\n\r\n",
    "two hosts": HEAD + b"Host: evil.example\r\nContent-Length: 5\r\n\r\n",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_request_with_two_ends_is_refused_and_hides_no_other(
    host: RunningHost, name: str
) -> None:
    known = len(host.lines)
    received = talk(host, ATTACKS[name] + CHUNKS + HIDDEN)
    first = statuses(received)[:1]
    # It is one request, refused, and its connection ends; or there is one end to it.
    assert first == [] or 400 <= first[0] < 500, (first, received[:200])
    if len(statuses(received)) > 1:
        assert received.count(b"/smuggled") <= 1
        assert name in UNAMBIGUOUS, received[:300]
    assert host.http.get("/api/v1/health").status_code < 500
    assert len([line for line in host.lines[known:] if "/smuggled" in line]) <= 1


# RFC 9112 allows a line feed alone (2.2) and a folded line, which is part of the header before it
# (5.2). So these have one end, and what follows is another request of the same client.
UNAMBIGUOUS = {"coding with a tab", "line feeds alone", "space before a header"}


def test_bad_chunks_end_their_connection(host: RunningHost) -> None:
    head = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    chunks = (
        b"-1\r\n",
        b"0x1\r\nA\r\n",
        b"1;" + b"a" * 70_000 + b"\r\nA\r\n",
        b"FFFFFFFFFFFFFFFFFF\r\n",
    )
    for chunk in (*chunks, b"1\nA\n0\n\n", b"1\r\nAB\r\n0\r\n\r\n", b"\r\n\r\n"):
        received = talk(host, head + chunk + HIDDEN)
        assert all(status >= 400 for status in statuses(received)), chunk[:20]
        assert b"/smuggled" not in received
