"""No page of another origin starts or reads anything on a host that listens on loopback."""

from pathlib import Path

import pytest

from local.host.access import Access, is_loopback, name_of
from local.host.keys import read_keys
from tests.fixtures.host import app_in, hosts_in
from tests.local.host.raw import exchange, request

SOURCE = """
@app.route(route="change", methods=["GET", "POST", "DELETE"])
async def change(req: func.HttpRequest) -> str:
    return "changed"
"""
ORIGIN = "https://page.example"


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    folder = tmp_path_factory.mktemp("access")
    with hosts_in(folder) as start:
        app = app_in(folder / "app", SOURCE)
        arguments = ["--allow-host", "proxy.example"]
        yield start(app, arguments=arguments, settings={"CORS_ORIGINS": ORIGIN})


def asked(host, method: str, name: str, *headers: str) -> tuple[int, bytes]:
    given = request(method, "/api/change", f"Host: {name}", *headers, host=False)
    status, _, body = exchange(host.http.base_url, given)
    return status, body


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize(
    "headers",
    [
        ["Origin: https://evil.example"],
        ["Origin: null"],
        ["Origin: http://localhost:9999"],
        ["Origin: http://localhost.evil.example:7071"],
        ["Sec-Fetch-Site: cross-site"],
        ["Sec-Fetch-Site: same-site"],
        ["Origin: https://evil.example", "Sec-Fetch-Site: cross-site", "Content-Type: text/plain"],
        ["Origin: https://evil.example", "Sec-Fetch-Site: same-origin"],
    ],
)
def test_a_page_of_a_stranger_changes_nothing(host, method, headers) -> None:
    status, body = asked(host, method, "localhost:7071", *headers)
    assert status == 403
    assert b"CORS_ORIGINS" in body


@pytest.mark.parametrize(
    "headers",
    [
        [],
        ["Origin: http://localhost:7071", "Sec-Fetch-Site: same-origin"],
        ["Origin: http://LOCALHOST:7071"],
        ["Sec-Fetch-Site: none"],
        [f"Origin: {ORIGIN}", "Sec-Fetch-Site: cross-site"],
        ["Origin: https://proxy.example", "Sec-Fetch-Site: same-origin"],
    ],
)
def test_a_client_a_page_of_its_own_and_one_that_is_named_may(host, headers) -> None:
    assert asked(host, "POST", "localhost:7071", *headers) == (200, b"changed")


def test_reading_across_origins_is_left_to_the_browsers_rules(host) -> None:
    assert asked(host, "GET", "localhost", "Origin: https://evil.example")[0] == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "name",
    ["evil.example", "evil.example:7071", "localhost.evil.example", "192.168.0.1", "127.0.0.1.nip"],
)
def test_a_name_that_was_rebound_to_this_machine_reads_nothing(host, method, name) -> None:
    status, body = asked(host, method, name)
    assert status == 403
    assert b"--allow-host" in body


@pytest.mark.parametrize(
    "name",
    ["localhost", "LocalHost:1", "localhost.", "app.localhost", "127.0.0.1:7071", "[::1]:7071",
     "127.8.8.8", "proxy.example:443"],
)  # fmt: skip
def test_the_machines_own_names_and_a_proxys_are_answered(host, name) -> None:
    assert asked(host, "GET", name)[0] == 200


def test_a_host_on_every_interface_answers_to_any_name_until_some_are_named() -> None:
    open_to_all = Access()
    named = Access(hosts=("app.example",))
    for name, answered in [("10.0.0.5:7071", True), ("app.example", True), ("evil.example", False)]:
        assert open_to_all.refusal("GET", name, {}) is None
        assert (named.refusal("GET", name, {}) is None) is answered


def test_with_keys_a_page_that_has_one_may_ask_from_anywhere() -> None:
    asks = Access(is_loopback=True, asks_for_keys=True)
    assert asks.refusal("POST", "localhost", {"origin": "https://evil.example"}) is None
    assert asks.refusal("GET", "evil.example", {}) is not None


def test_loopback_is_told_from_other_addresses() -> None:
    assert [is_loopback(each) for each in ("127.0.0.1", "::1", "::", "10.0.0.1", "x")] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert name_of("[::1]:80") == "::1"


def test_keys_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    made = read_keys(tmp_path / "data" / "keys.json")
    assert read_keys(tmp_path / "data" / "keys.json") == made
    assert (tmp_path / "data" / "keys.json").stat().st_mode & 0o777 == 0o600
