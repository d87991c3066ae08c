"""Clients that hold on: they take the place of nobody who asks."""

import asyncio
import resource
import socket
from contextlib import ExitStack, closing, suppress

import pytest
import uvicorn
from uvicorn.server import ServerState

from local.host.connections import limited_protocol, most_connections
from tests.host_fixtures import hosts_in
from tests.local.host.raw import ALLOWED, request

SOURCE = """
@app.route(route="x", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def x(req: func.HttpRequest) -> str:
    return "here"
"""
PATIENCE = 60.0


async def answer(scope, receive, send) -> None:
    while scope["path"] == "/slow":
        if (await receive())["type"] == "http.disconnect":
            return
    headers = [(b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


class Serving:
    """A server of the limited protocol in the test's own loop, and clients of it."""

    def __init__(self, most: int, header_seconds: float) -> None:
        self._protocol = limited_protocol(most, header_seconds=header_seconds)
        self._state = ServerState()
        self._writers: list[asyncio.StreamWriter] = []

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


GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


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
        assert b" 408 " in await asyncio.wait_for(reader.read(), PATIENCE)
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
