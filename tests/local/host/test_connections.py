"""Clients that keep connections open don't keep others from sending requests."""

import asyncio
import resource
import socket
from contextlib import ExitStack, closing, suppress
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from local.host import sending
from local.host.connections import limited_protocol, most_connections
from tests.fixtures.host import hosts_in
from tests.local.host.raw import ALLOWED, request

SOURCE = """
@app.route(route="x", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def x(req: func.HttpRequest) -> str:
    return "here"
"""
READERS = 200
FILE = 4 * 1024 * 1024
UNREAD_KB = READERS * FILE // 1024
FILE_SOURCE = f"""
import resource

@app.route(route="x", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def x(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(bytes({FILE}))

@app.route(route="y", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def y(req: func.HttpRequest) -> str:
    return str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
PATIENCE = 60.0
# More than the kernel buffers for a client that doesn't read.
LARGE = 16 * 1024 * 1024


async def answer(scope, receive, send) -> None:
    while scope["path"] == "/slow":
        if (await receive())["type"] == "http.disconnect":
            return
    body = b"x" * LARGE if scope["path"] == "/large" else b"ok"
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Serving:
    """A server with the limited protocol in the test's own loop, and its clients."""

    def __init__(self, most: int, header_seconds: float, **limits: Any) -> None:
        self._protocol = limited_protocol(most, header_seconds=header_seconds, **limits)
        self._state = ServerState()
        self._writers: list[asyncio.StreamWriter] = []
        self._held = ExitStack()

    async def __aenter__(self):
        config = uvicorn.Config(answer, lifespan="off", log_config=None, ws="none")
        config.load()
        self._server = await asyncio.get_running_loop().create_server(
            lambda: self._protocol(config=config, server_state=self._state, app_state={}),
            "127.0.0.1",
            0,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        self._held.close()
        for writer in self._writers:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        for connection in list(self._state.connections):
            connection.transport.abort()
        self._server.close()
        await self._server.wait_closed()

    async def connect(self, sent: bytes = b""):
        reader, writer = await asyncio.open_connection(*self._server.sockets[0].getsockname())
        self._writers.append(writer)
        writer.write(sent)
        await writer.drain()
        return reader, writer

    async def ask_and_never_read(self, sent: bytes) -> None:
        """Send a request, and read only the first bytes of the answer."""
        client = socket.socket()
        self._held.callback(client.close)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(client, self._server.sockets[0].getsockname())
        await loop.sock_sendall(client, sent)
        await loop.sock_recv(client, 10)

    @property
    def connections(self) -> int:
        return len(self._state.connections)

    @property
    def unsent(self) -> int:
        """Return the number of bytes that wait for their readers."""
        each = [c.transport.get_write_buffer_size() for c in self._state.connections]
        return sum(each)


GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
GET_LARGE = GET.replace(b"/ ", b"/large ", 1)


@pytest.mark.parametrize("sent", [b"", b"GET / HT", GET[:-2], GET + b"G"])
async def test_a_header_that_does_not_come_ends_the_connection(sent) -> None:
    async with Serving(10, 0.2) as serving:
        reader, _ = await serving.connect(sent)
        received = await asyncio.wait_for(reader.read(), PATIENCE)
        assert b" 408 " in received


async def test_one_header_byte_at_a_time_is_no_way_to_stay() -> None:
    async with Serving(10, 0.3) as serving:
        reader, writer = await serving.connect()

        async def drip() -> None:
            for byte in GET[:-1] * 100:
                writer.write(bytes([byte]))
                await asyncio.sleep(0.02)

        dripping = asyncio.create_task(drip())
        assert b" 408 " in await asyncio.wait_for(reader.readline(), PATIENCE)
        # A byte that comes after the end resets the connection.
        with suppress(ConnectionError):
            await asyncio.wait_for(reader.read(), PATIENCE)
        dripping.cancel()


async def test_at_the_limit_the_longest_idle_one_makes_room_for_who_asks() -> None:
    async with Serving(5, PATIENCE) as serving:
        for _ in range(20):
            await serving.connect()
        reader, _ = await serving.connect(GET)
        assert (await asyncio.wait_for(reader.readline(), PATIENCE)).startswith(b"HTTP/1.1 200")


async def test_where_all_are_at_work_a_new_one_is_closed() -> None:
    async with Serving(3, PATIENCE) as serving:
        slow = GET.replace(b"/ ", b"/slow ", 1)
        for _ in range(3):
            await serving.connect(slow)
        reader, _ = await serving.connect(GET)
        with suppress(ConnectionError):
            assert await asyncio.wait_for(reader.read(), PATIENCE) == b""


@pytest.mark.parametrize("ending", [b"", b"Connection: close\r\n"], ids=["kept", "to be closed"])
async def test_an_answer_that_nobody_reads_is_given_up_with_a_line(
    monkeypatch, caplog, ending: bytes
) -> None:
    monkeypatch.setattr(sending, "MIN_SENT_PER_SECOND", LARGE)
    async with Serving(300, PATIENCE, send_seconds=0.1) as serving:
        asked = GET_LARGE.replace(b"\r\n\r\n", b"\r\n" + ending + b"\r\n")
        for _ in range(3):
            await serving.ask_and_never_read(asked)
        async with asyncio.timeout(PATIENCE):
            while serving.connections:  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0.02)
        assert serving.unsent == 0
    lines = [each for each in caplog.messages if each.startswith("host.answer_unread")]
    assert len(lines) == 1
    assert "not read in time" in lines[0]


async def test_many_who_never_read_hold_no_more_memory_than_there_is_for_them() -> None:
    async with Serving(300, PATIENCE, max_unsent=3 * LARGE) as serving:
        for _ in range(50):
            await serving.ask_and_never_read(GET_LARGE)
            assert serving.unsent <= 3 * LARGE
        reader, _ = await serving.connect(GET)
        assert (await asyncio.wait_for(reader.readline(), PATIENCE)).startswith(b"HTTP/1.1 200")


async def test_who_reads_slowly_gets_the_whole_answer() -> None:
    async with Serving(10, PATIENCE) as serving:
        reader, _ = await serving.connect(GET_LARGE)
        received = await reader.readuntil(b"\r\n\r\n")
        body = 0
        while body < LARGE:
            body += len(await asyncio.wait_for(reader.read(65536), PATIENCE))
            await asyncio.sleep(0)
        assert received.startswith(b"HTTP/1.1 200")
        assert body == LARGE


def test_the_limit_fits_into_the_files_that_a_process_may_open() -> None:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert 0 < most_connections() <= min(1000, max(soft, 1384))


def test_more_idle_connections_than_files_leave_the_host_answering(tmp_path, write_app) -> None:
    with hosts_in(tmp_path) as start, ExitStack() as held:
        host = start(write_app(SOURCE), arguments=ALLOWED)
        address = (host.http.base_url.host, host.http.base_url.port)
        for number in range(1300):
            client = held.enter_context(closing(socket.create_connection(address, PATIENCE)))
            if number % 2:
                client.sendall(request("GET", "/api/x")[:20])
        for _ in range(5):
            assert host.http.get("/api/x").text == "here"
        assert "Traceback" not in host.log
        assert len(host.log) < 100_000


def test_two_hundred_who_never_read_a_file_leave_the_host_small_and_answering(
    tmp_path, write_app
) -> None:
    with hosts_in(tmp_path) as start, ExitStack() as held:
        host = start(write_app(FILE_SOURCE), arguments=ALLOWED)
        address = (host.http.base_url.host, host.http.base_url.port)
        for _ in range(READERS):
            client = held.enter_context(closing(socket.socket()))
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.settimeout(PATIENCE)
            client.connect(address)
            client.sendall(request("GET", "/api/x"))
            assert client.recv(10)
        kilobytes = int(host.http.get("/api/y").text)
        host.wait_for_log("host.answer_unread")
        assert host.log.count("host.answer_unread") == 1
        assert kilobytes < UNREAD_KB / 2
