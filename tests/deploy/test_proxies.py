"""Caddy and nginx, each with the configuration that docs/reverse_proxy.md shows."""

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPResponse
from pathlib import Path

import pytest

from tests.fixtures.host import PATIENCE, ROOT, RunningHost, app_in, hosts_in

PAGE = (ROOT / "docs" / "reverse_proxy.md").read_text()
NAME = "mood.example.org"
CLIENT = "203.0.113.9"
# Says who asks and under which address, as the app sees it.
SOURCE = """
import json

from api.http.place import place_of
from api.http.forwarded import client_address, is_from_this_machine
from shared.settings import settings


@app.route(route="seen", methods=["GET", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def seen(req: func.HttpRequest) -> func.HttpResponse:
    found = {
        "client": client_address(req, settings()),
        "base": place_of(req, settings()).base,
        "local": is_from_this_machine(req),
        "size": len(req.get_body()),
    }
    return func.HttpResponse(json.dumps(found), mimetype="application/json")


@app.route(route="metrics", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def private(req: func.HttpRequest) -> str:
    return "private"
"""
HOST_JSON = (
    '{"version": "2.0", "extensions": {"http": {"routePrefix": "", "hsts": {"isEnabled": true}}}}'
)


def block_of(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def program(name: str) -> str:
    """Return the path of a program, also of one that `make test` has unpacked."""
    unpacked = Path(sys.prefix, "proxies", "usr")
    places = [str(unpacked / folder) for folder in ("bin", "sbin")]
    found = shutil.which(name) or shutil.which(name, path=":".join(places))
    if found is None:
        pytest.skip(f"{name} isn't installed")
    return found


def free_ports(count: int) -> list[int]:
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(each.getsockname()[1]) for each in listeners]
    for each in listeners:
        each.close()
    return ports


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a certificate of its own."""
    made = tmp_path_factory.mktemp("proxies")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}",
         "-keyout", str(made / "privkey.pem"), "-out", str(made / "fullchain.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    return made


@pytest.fixture(scope="module")
def host(folder: Path) -> Iterator[RunningHost]:
    """Start an app as the page says, behind one proxy."""
    app = app_in(folder / "app", SOURCE, host_json=HOST_JSON)
    with hosts_in(folder) as start:
        process_settings = {"TRUSTED_PROXIES": "1"}
        yield start(app, arguments=["--allow-host", NAME], settings=process_settings)


def nginx_command(folder: Path, upstream: int, secure: int, plain: int) -> list[str]:
    block = block_of("nginx").replace("listen 443 ssl;", f"listen 127.0.0.1:{secure} ssl;")
    block = block.replace("listen 80;", f"listen 127.0.0.1:{plain};")
    block = block.replace(f"/etc/letsencrypt/live/{NAME}", str(folder))
    block = block.replace("127.0.0.1:7071", f"127.0.0.1:{upstream}")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    # Otherwise its processes of another user don't reach this folder.
    user = "" if os.geteuid() else "user root;"
    log = f"{user} error_log {folder}/nginx.log; pid {folder}/nginx.pid; daemon off;"
    content = f"{log}\nevents {{}}\nhttp {{ access_log off; {paths}\n{block} }}\n"
    (folder / "nginx.conf").write_text(content)
    return [program("nginx"), "-c", str(folder / "nginx.conf"), "-p", str(folder)]


def caddy_command(folder: Path, upstream: int, secure: int, plain: int) -> list[str]:
    certificate = f"tls {folder}/fullchain.pem {folder}/privkey.pem"
    block = block_of("caddy").replace(f"{NAME} {{", f"{NAME}:{secure} {{\n\t{certificate}")
    block = block.replace("127.0.0.1:7071", f"127.0.0.1:{upstream}")
    options = f"{{\n\tadmin off\n\thttp_port {plain}\n\thttps_port {secure}\n}}\n"
    (folder / "Caddyfile").write_text(options + block)
    return [
        program("caddy"),
        "run",
        "--config",
        str(folder / "Caddyfile"),
        "--adapter",
        "caddyfile",
    ]


PROXIES: dict[str, Callable[[Path, int, int, int], list[str]]] = {
    "nginx": nginx_command,
    "caddy": caddy_command,
}


@contextmanager
def running(name: str, folder: Path, upstream: int) -> Iterator[tuple[int, int]]:
    """Run a proxy, and yield its ports for TLS and without."""
    secure, plain = free_ports(2)
    command = PROXIES[name](folder, upstream, secure, plain)
    environ = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "PATH": "/usr/bin:/bin"}
    with (folder / f"{name}.out").open("wb") as out:
        process = subprocess.Popen(command, env=environ, stdout=out, stderr=out)
    try:
        deadline = time.monotonic() + PATIENCE
        while not is_listening(secure):
            assert process.poll() is None, (folder / f"{name}.out").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield secure, plain
    finally:
        process.terminate()
        process.wait(30)


def is_listening(port: int) -> bool:
    with closing(socket.socket()) as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def ask(
    port: int, target: str, *headers: str, body: bytes = b"", cafile: Path | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Send a request as it is, over TLS with a certificate; return status, headers and body."""
    sent = [f"{'POST' if body else 'GET'} {target} HTTP/1.1", f"Host: {NAME}", "Connection: close"]
    sent += [*headers, f"Content-Length: {len(body)}"]
    raw = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    if cafile is not None:
        context = ssl.create_default_context(cafile=str(cafile))
        raw = context.wrap_socket(raw, server_hostname=NAME)
    with raw as connection:
        connection.sendall("\r\n".join([*sent, "", ""]).encode())
        # A proxy may have refused the body already.
        with suppress(OSError):
            connection.sendall(body)
        answer = HTTPResponse(connection)
        answer.begin()
        fields = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, fields, answer.read()


@pytest.mark.parametrize("name", PROXIES)
def test_the_page_s_configuration_passes_on_who_asks_and_keeps_metrics_private(
    name: str, folder: Path, host: RunningHost
) -> None:
    upstream = host.http.base_url.port
    assert upstream is not None
    forged = (
        f"X-Forwarded-For: {CLIENT}", "X-Forwarded-Proto: gopher", "X-Forwarded-Host: evil.example",
    )  # fmt: skip
    cafile = folder / "fullchain.pem"
    with running(name, folder, upstream) as (secure, plain):
        for headers in ((), forged):
            status, fields, body = ask(secure, "/seen", *headers, cafile=cafile)
            assert status == 200, body
            assert json.loads(body) == {
                "client": "127.0.0.1", "base": f"https://{NAME}", "local": False, "size": 0,
            }  # fmt: skip
            assert fields["strict-transport-security"].startswith("max-age=")
        for target in (
            "/metrics",
            "/METRICS",
            "/metrics/",
            "/x/../metrics",
            "/%6detrics",
            "/./metrics",
        ):
            status, _, body = ask(secure, target, cafile=cafile)
            assert (status, b"private" in body) == (404, False), target
        # The largest body that the app takes passes, a larger one doesn't.
        size = 1_900_000
        assert json.loads(ask(secure, "/seen", body=b"x" * size, cafile=cafile)[2])["size"] == size
        assert ask(secure, "/seen", body=b"x" * 3_000_000, cafile=cafile)[0] in {413, 502}
        status, fields, _ = ask(plain, "/seen?a=b")
        assert status in {301, 308}
        assert fields["location"].startswith(f"https://{NAME}")
        assert fields["location"].endswith("/seen?a=b")
    # Asked directly, as by a program of the machine, which the proxy's clients can't be.
    direct = host.http.get("/seen", headers={"host": NAME}).json()
    assert direct == {"client": "127.0.0.1", "base": f"http://{NAME}", "local": True, "size": 0}
