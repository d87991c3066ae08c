"""SSRF: no address that a client gives makes the app ask a server of the inner network."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.fixtures.host import RunningHost
from tests.security.attacking import check

# Of PayloadsAllTheThings: one address of this machine, written in ways that filters miss.
WAYS = [
    "http://127.0.0.1:{port}/",
    "https://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "http://localhost.:{port}/",
    "http://LOCALHOST:{port}/",
    "http://a.localhost:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://127.1:{port}/",
    "http://0:{port}/",
    "http://[::1]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[0:0:0:0:0:ffff:7f00:1]:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/",
    "http://example.org@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}#@example.org/",
    "http://127.0.0.1:{port}\\@example.org/",
    "http://169.254.169.254/latest/meta-data/",
    "http://metadata.google.internal/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/_x",
    "ftp://127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
]


@contextmanager
def listening() -> Iterator[tuple[int, list[object]]]:
    """Listen on a port of this machine; yield the port and who has called."""
    called: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        is_over = threading.Event()

        def accept() -> None:
            while not is_over.is_set():
                try:
                    connection, address = server.accept()
                except TimeoutError:
                    continue
                called.append(address)
                connection.close()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield server.getsockname()[1], called
        finally:
            is_over.set()
            thread.join()


def test_no_address_of_a_channel_reaches_this_machine(host: RunningHost) -> None:
    key = json.loads((host.data / "keys.json").read_text())["_function"]
    given = {"x-functions-key": key, "if-match": "*"}
    queued = 0
    with listening() as (port, called):
        for number, way in enumerate(WAYS):
            rule = {
                "name": f"Rule {number}",
                "scope": "all",
                "condition": {"type": "volume"},
                "channels": [{"type": "webhook", "to": way.format(port=port), "secret": None}],
            }
            path = f"/api/v1/alerts/rules/r{number}"
            answer = host.http.put(path, json=rule, headers=given)
            check(answer)
            if answer.status_code >= 400:
                continue
            tried = host.http.post(f"{path}/test", headers={"x-functions-key": key})
            check(tried)
            assert tried.status_code in {200, 202}, tried.text
            queued += 1
        # Some are refused at once, and the others when their message would be sent.
        assert 0 < queued < len(WAYS)
        host.wait_for_log(r"deliver_alerts.ended", queued)
        assert not called


def test_no_parameter_of_a_read_is_an_address_that_is_asked(host: RunningHost) -> None:
    with listening() as (port, called):
        address = f"http://127.0.0.1:{port}/"
        for name in ("url", "q", "subreddit", "scope", "callback", "redirect", "cursor", "at"):
            check(host.http.get("/api/v1/posts/recent", params={name: address}))
            check(host.http.get("/api/v1/explain", params={name: address}))
        check(host.http.post("/api/v1/ask", json={"question": f"Summarise {address}"}))
        assert not called
