"""The client of channels: where it may go, and how long it waits."""

import asyncio
import gzip
import threading
import time
import tracemalloc
from datetime import timedelta
from email.utils import format_datetime
from ipaddress import ip_address

import pytest
from aiohttp import web

from collector.alerts.channels.addresses import Allowed, is_public, literal_of
from collector.alerts.channels.http import (
    MAX_BODY_BYTES,
    Answer,
    HttpClient,
    check,
    url_of,
    wait_of,
)
from collector.alerts.channels.look_up import look_up as real_look_up
from shared.errors import AlertError, PermanentFailure, TemporaryFailure
from shared.times import utc_now
from tests.collector.alerts.channels.certificates import self_signed
from tests.collector.alerts.channels.servers import saying, serving, speaking

HERE = Allowed.of(["127.0.0.1"])
NOBODY = Allowed()
SECRET = "T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"


def names(**known: list[str]):
    """Return a look-up of these names, with dots for underscores, and the names it was asked."""
    asked: list[str] = []

    async def look_up(host: str, _port: int) -> list[str]:
        asked.append(host)
        found = known.get(host.replace(".", "_"))
        if found is None:
            raise OSError("unknown")
        return found

    return look_up, asked


async def refused(url: str, allowed: Allowed = NOBODY, **known: list[str]) -> str:
    look_up, _ = names(**known)
    client = HttpClient(allowed, look_up=look_up, seconds=5)
    with pytest.raises(PermanentFailure) as caught:
        await client.send("POST", url, b"{}")
    return caught.value.reason


INNER = [
    "0.0.0.0",  # noqa: S104 - nothing binds to it
    *("0.0.0.1", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1"),
    *("127.255.255.254", "168.63.129.16", "169.254.169.254", "169.254.170.2", "172.16.0.1"),
    *("172.31.255.255", "192.0.0.192", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.7"),
    *("203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1"),
    *("::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1"),
    *("2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1", "fec0::1"),
]


@pytest.mark.parametrize("address", INNER)
async def test_an_inner_address_is_refused_as_a_literal_and_behind_a_name(address: str) -> None:
    literal = f"[{address}]" if ":" in address else address
    assert "inner network" in await refused(f"https://{literal}/hook")
    reason = await refused("https://hook.example.com/x", hook_example_com=[address])
    assert reason.startswith("hook.example.com: ")
    assert "inner network" in reason
    both = ["93.184.216.34", address]
    assert "inner network" in await refused("https://hook.example.com/", hook_example_com=both)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111"]
)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "host",
    [
        *("2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "017700000001", "127.0.1"),
        *("0x7F.0x0.0x0.0x1", "127.0.0.1.", "2852039166", "0xa9fea9fe", "0", "0x0", "0x7f.0.0.01"),
    ],
)
async def test_a_literal_is_refused_in_any_notation(host: str) -> None:
    assert "inner network" in await refused(f"https://{host}/")
    literal = literal_of(host)
    assert literal is not None
    assert not is_public(literal)


@pytest.mark.parametrize("host", ["①②⑦.0.0.1", "\uff11\uff12\uff17.0.0.1", "127。0。0。1"])
async def test_digits_of_other_scripts_are_those_of_an_address(host: str) -> None:
    assert "inner network" in await refused(f"https://{host}/")


@pytest.mark.parametrize("name", ["metadata.google.internal", "METADATA.google.internal."])
async def test_the_metadata_of_a_cloud_is_refused_by_name(name: str) -> None:
    look_up, asked = names(**{name.replace(".", "_"): ["93.184.216.34"]})
    client = HttpClient(NOBODY, look_up=lambda _host, port: look_up(name, port))
    with pytest.raises(PermanentFailure, match="inner network"):
        await client.send("POST", f"https://{name}/", b"{}")
    assert asked


@pytest.mark.parametrize(
    "url",
    [
        *(
            "ftp://example.com/",
            "file:///etc/passwd",
            "example.com/x",
            "",
            "https://",
            "https:///x",
        ),
        *("https://me:hush@example.com/", "https://me@example.com/", "https://example.com/a b"),
        *("https://example.com:99999/", "https://exa mple.com/", "https://a..b/", "https://[::1"),
        *("https://example.com/\n", "https://[fe80::1%25eth0]/", "https://256.1.1.1/"),
        *("https://example.com\\@127.0.0.1/", "https://example.com/" + "a" * 3000),
        *("https://example.com:0/", "https://[::1]:0/", "http://127.0.0.1:0/"),
        *("https://127.0.0.1%00.example.com/", "javascript:alert(1)", "https://1.2.3.4.5/"),
    ],
)
async def test_what_is_no_plain_address_is_refused_unquoted(url: str) -> None:
    reason = await refused(url, example_com=["93.184.216.34"])
    assert "inner network" not in reason
    for part in ("hush", "etc/passwd", "aaa", "alert"):
        assert part not in reason


async def test_plain_http_is_refused_where_the_host_is_not_allowed() -> None:
    reason = await refused("http://hook.example.com/x", hook_example_com=["93.184.216.34"])
    assert reason == "hook.example.com: an address begins with https://"


@pytest.mark.parametrize(
    ("entries", "host", "addresses", "is_allowed"),
    [
        (["hook.corp.example"], "hook.corp.example", ["10.0.0.1"], True),
        (["HOOK.corp.example"], "hook.CORP.example.", ["10.0.0.1"], True),
        (["corp.example"], "hook.corp.example", ["10.0.0.1"], False),
        (["hook.b\u00fccher.example"], "hook.xn--bcher-kva.example", ["10.0.0.1"], True),
        (["hook.xn--bcher-kva.example"], "hook.B\u00fccher.example", ["10.0.0.1"], True),
        (["10.0.0.0/8"], "any.example", ["10.1.2.3"], True),
        (["10.0.0.0/8"], "any.example", ["10.1.2.3", "192.168.0.1"], False),
        (["10.0.0.0/8", "fd00::/8"], "any.example", ["10.1.2.3", "fd00::1"], True),
        (["10.0.0.1"], "any.example", ["10.0.0.1"], True),
        (["10.0.0.1"], "any.example", ["10.0.0.2"], False),
        ([], "any.example", [], False),
        (["10.0.0.0/8"], "any.example", [], False),
        (["127.0.0.0/8"], "any.example", ["::ffff:127.0.0.1"], False),
    ],
)
def test_hosts_and_networks_are_allowed_as_the_setting_says(
    entries: list[str], host: str, addresses: list[str], is_allowed: bool
) -> None:
    found = [ip_address(each) for each in addresses]
    assert Allowed.of(entries).has(host, found) is is_allowed


async def test_a_name_is_resolved_once_and_the_connection_goes_to_what_was_checked() -> None:
    answers = iter([["127.0.0.1"], ["127.0.0.2"], ["127.0.0.3"]])
    asked: list[str] = []

    async def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    async with serving(saying(200, "ok")) as server:
        client = HttpClient(HERE, look_up=rebinding)
        url = f"http://rebind.example.com:{server.port}/hook"
        answer = await client.send("POST", url, b"{}")
        # The second look-up gives another address: it isn't allowed, and gets nothing.
        with pytest.raises(PermanentFailure, match=r"^rebind\.example\.com: it is in an inner"):
            await client.send("POST", url, b"{}")
    assert answer.status == 200
    assert asked == ["rebind.example.com", "rebind.example.com"]
    assert len(server.taken) == 1
    assert server.taken[0].headers["Host"] == f"rebind.example.com:{server.port}"


async def test_an_allowed_number_connects_to_the_address_that_was_checked() -> None:
    async with serving(saying(200, "ok")) as server:
        client = HttpClient(HERE)
        answer = await client.send("POST", f"http://2130706433:{server.port}/", b"{}")
    assert answer.status == 200


async def test_a_request_is_json_and_has_no_password_of_the_user(tmp_path, monkeypatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password mine\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    async with serving(saying(200, "ok", {"Set-Cookie": "a=b"})) as server:
        client = HttpClient(HERE)
        for _ in range(2):
            answer = await client.send("POST", server.url("/a?b=c"), b'{"a": 1}', {"X-Own": "1"})
    assert (answer.status, answer.body, answer.host) == (200, b"ok", "127.0.0.1")
    taken = server.taken[1]
    assert (taken.method, taken.path, taken.query) == ("POST", "/a", {"b": "c"})
    assert taken.body == b'{"a": 1}'
    assert taken.headers["Content-Type"] == "application/json"
    assert taken.headers["User-Agent"].startswith("undertone/")
    assert taken.headers["X-Own"] == "1"
    assert not {"Authorization", "Cookie", "Proxy-Authorization"} & taken.headers.keys()


async def test_proxies_of_the_environment_get_nothing(monkeypatch) -> None:
    async with serving(saying(200, "proxy")) as proxy, serving(saying(200, "ok")) as server:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url(""))
        answer = await HttpClient(HERE).send("POST", server.url(), b"{}")
    assert answer.body == b"ok"
    assert proxy.taken == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed_and_says_so(status: int) -> None:
    there = {"Location": "http://169.254.169.254/latest/meta-data/iam"}
    async with serving(saying(status, headers=there)) as server:
        answer = await HttpClient(HERE).send("POST", server.url(), b"{}")
        with pytest.raises(
            PermanentFailure, match=rf"redirects \({status}\), which isn't"
        ) as caught:
            check(answer)
    assert len(server.taken) == 1
    assert "169.254" not in caught.value.reason


async def fails_in_time(port: int, *, seconds: float = 0.5) -> str:
    client = HttpClient(HERE, seconds=seconds)
    begun = time.monotonic()
    with pytest.raises(TemporaryFailure) as caught:
        await client.send("POST", f"http://127.0.0.1:{port}/{SECRET}?token=s3cret", b"{}")
    # Far below what the servers take, on a busy machine too.
    assert time.monotonic() - begun < 20
    assert SECRET not in caught.value.reason
    assert "s3cret" not in caught.value.reason
    return caught.value.reason


async def test_a_server_that_says_nothing_ends_in_time() -> None:
    async def hang(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read(100_000)
        await asyncio.sleep(60)

    async with speaking(hang) as port:
        assert await fails_in_time(port) == "127.0.0.1: no answer in time"


async def test_a_server_that_drips_its_headers_ends_in_time() -> None:
    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for byte in b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.1)

    async with speaking(drip) as port:
        assert await fails_in_time(port) == "127.0.0.1: no answer in time"


async def test_a_body_that_drips_ends_in_time_and_its_status_counts() -> None:
    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(600):
            writer.write(b"o")
            await writer.drain()
            await asyncio.sleep(0.1)

    async with speaking(drip) as port:
        client = HttpClient(HERE, seconds=0.5)
        begun = time.monotonic()
        answer = await client.send("POST", f"http://127.0.0.1:{port}/", b"{}")
    assert time.monotonic() - begun < 20
    assert answer.status == 200


async def test_a_huge_body_is_read_to_64_kb() -> None:
    sent = 0

    async def flood(request: web.Request, _number: int) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while sent < 500_000_000:
                await response.write(b"a" * 65_536)
                sent += 65_536
        except ConnectionError:
            pass
        return response

    async with serving(flood) as server:
        answer = await HttpClient(HERE).send("POST", server.url(), b"{}")
    assert answer.body == b"a" * MAX_BODY_BYTES
    assert sent < 100_000_000


async def test_a_packed_body_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(50_000_000))
    headers = {"Content-Encoding": "gzip"}

    async def answer(_request: web.Request, _number: int) -> web.StreamResponse:
        return web.Response(body=bomb, headers=headers)

    async with serving(answer) as server:
        said = await HttpClient(HERE).send("POST", server.url(), b"{}")
    assert said.body == bomb[:MAX_BODY_BYTES]
    assert server.taken[0].headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    ("begin", "again"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-a: b\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-a: b\r\n", b" folded\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
        (b"", b"\r\n"),
    ],
    ids=["headers", "one header", "informational", "hints", "blank lines"],
)
async def test_an_answer_that_never_begins_ends_in_time_and_in_little_memory(
    begin: bytes, again: bytes
) -> None:
    async def flood(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(begin)
        while True:
            writer.write(again * 5_000)
            await writer.drain()

    tracemalloc.start()
    try:
        async with speaking(flood) as port:
            reason = await fails_in_time(port, seconds=1)
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()
    assert reason.startswith("127.0.0.1: ")


@pytest.mark.parametrize(
    "flood",
    [b"5;" + b"x" * 100_000, b"1\r\na\r\n" * 5_000, b"1\r\na\r\n0\r\n" + b"X: y\r\n" * 5_000],
    ids=["a chunk's extension", "tiny chunks", "trailers"],
)
async def test_chunks_without_end_are_bounded(flood: bytes) -> None:
    async def speak(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(flood)
            await writer.drain()

    async with speaking(speak) as port:
        client = HttpClient(HERE, seconds=1)
        begun = time.monotonic()
        try:
            answer = await client.send("POST", f"http://127.0.0.1:{port}/", b"{}")
        except TemporaryFailure:
            return
    assert time.monotonic() - begun < 20
    assert (answer.status, len(answer.body) <= MAX_BODY_BYTES) == (200, True)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 banana\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 100_000 + b"\r\n\r\n",
    ],
    ids=["nothing", "another protocol", "no status", "a huge header"],
)
async def test_what_is_no_answer_is_a_temporary_failure(said: bytes) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(said)
        await writer.drain()

    async with speaking(speak) as port:
        reason = await fails_in_time(port, seconds=10)
    assert reason.startswith("127.0.0.1: ")


async def test_a_closed_port_and_an_unknown_name_are_temporary() -> None:
    async with speaking(lambda *_: asyncio.sleep(0)) as port:
        pass
    assert await fails_in_time(port, seconds=10) == "127.0.0.1: the connection failed"
    look_up, _ = names()
    with pytest.raises(TemporaryFailure, match=r"^no\.example\.com: its name has no address$"):
        await HttpClient(NOBODY, look_up=look_up).send("POST", "https://no.example.com/x", b"{}")


async def test_a_name_without_addresses_is_temporary() -> None:
    look_up, _ = names(empty_example_com=[])
    with pytest.raises(TemporaryFailure, match="no address"):
        await HttpClient(NOBODY, look_up=look_up).send("POST", "https://empty.example.com/", b"{}")


async def test_a_look_up_that_hangs_ends_in_time() -> None:
    async def hang(_host: str, _port: int) -> list[str]:
        await asyncio.sleep(60)
        return []

    client = HttpClient(NOBODY, look_up=hang, seconds=0.1)
    with pytest.raises(TemporaryFailure, match=r"^slow\.example\.com: no answer in time$"):
        await client.send("POST", "https://slow.example.com/x", b"{}")


def test_no_loop_waits_for_a_look_up_that_hangs(monkeypatch) -> None:
    over = threading.Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_named: over.wait(60) and [])
    client = HttpClient(NOBODY, seconds=0.1)
    begun = time.monotonic()
    try:
        with pytest.raises(TemporaryFailure, match="no answer in time"):
            asyncio.run(client.send("POST", "https://slow.example.com/x", b"{}"))
        assert time.monotonic() - begun < 30
    finally:
        over.set()


async def test_names_are_looked_up_by_the_system() -> None:
    assert {"127.0.0.1", "::1"} & set(await real_look_up("localhost", 80))
    with pytest.raises(OSError):  # noqa: PT011 - of any kind
        await real_look_up("a" * 64 + ".example.com", 80)


async def test_a_server_that_hangs_in_its_handshake_ends_in_time() -> None:
    async def hang(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            pass

    async with speaking(hang) as port:
        client = HttpClient(HERE, seconds=0.5)
        with pytest.raises(TemporaryFailure, match=r"^127\.0\.0\.1: no answer in time$"):
            await client.send("POST", f"https://127.0.0.1:{port}/{SECRET}", b"{}")


async def test_a_certificate_that_nobody_signed_is_named(tmp_path) -> None:
    context = self_signed(tmp_path)
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    try:
        with pytest.raises(TemporaryFailure, match=r"^127\.0\.0\.1: its certificate isn't valid$"):
            await HttpClient(HERE).send("POST", f"https://127.0.0.1:{port}/x", b"{}")
    finally:
        server.close()


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        *((200, None), (202, None), (204, None), (299, None)),
        *((408, TemporaryFailure), (425, TemporaryFailure), (429, TemporaryFailure)),
        *((500, TemporaryFailure), (502, TemporaryFailure), (503, TemporaryFailure)),
        *((400, PermanentFailure), (401, PermanentFailure), (403, PermanentFailure)),
        *((404, PermanentFailure), (410, PermanentFailure), (413, PermanentFailure)),
        *((304, PermanentFailure), (100, PermanentFailure)),
    ],
)
def test_a_status_says_whether_to_try_again(status: int, failure: type[AlertError] | None) -> None:
    answer = Answer("hook.example.com", status)
    if failure is None:
        check(answer)
        return
    with pytest.raises(failure, match=rf"^hook\.example\.com: .*{status}"):
        check(answer)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("30", 30.0), ("0", 0.0), ("1.5", 1.5), ("-5", 0.0), ("9999999", 86_400.0)],
)
def test_a_wait_in_seconds_is_bounded_to_a_day(value: str, seconds: float) -> None:
    with pytest.raises(TemporaryFailure) as caught:
        check(Answer("a.example", 429, {"retry-after": value}))
    assert caught.value.retry_after == seconds


def test_a_wait_until_a_date_is_bounded_to_a_day() -> None:
    def asked(**ahead: int) -> float | None:
        moment = utc_now() + timedelta(**ahead)
        headers = {"retry-after": format_datetime(moment, usegmt=True)}
        return wait_of(Answer("a.example", 503, headers))

    soon = asked(minutes=10)
    assert soon is not None
    assert 500 < soon <= 600
    assert asked(days=3) == 86_400.0
    assert asked(days=-3) == 0.0


@pytest.mark.parametrize("value", ["soon", "", "nan", "inf", "12 Nov", "Wed, 99 Foo 2026 00:00:00"])
def test_a_wait_that_says_nothing_is_none(value: str) -> None:
    assert wait_of(Answer("a.example", 503, {"retry-after": value})) is None


def test_an_address_keeps_its_port_and_query_but_no_fragment() -> None:
    assert str(url_of("https://a.example:8443/x?y=z#w")) == "https://a.example:8443/x?y=z"
