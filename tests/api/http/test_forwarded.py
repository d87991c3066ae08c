"""Only what trusted proxies add to X-Forwarded-* counts."""

import azure.functions as func
import pytest

from api.http.forwarded import UNKNOWN, client_address, is_from_this_machine
from api.http.place import place_of
from shared.settings import PEER_NAMED, load_settings

PEER, PROXY, CLIENT, FORGED = "192.0.2.7", "10.0.0.2", "203.0.113.9", "198.51.100.1"


@pytest.fixture
def named_peer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PEER_NAMED, "true")


def requested(hops: str, **headers: str) -> func.HttpRequest:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    # The host adds the last hop.
    given |= {"x-forwarded-for": hops} if hops else {}
    return func.HttpRequest("GET", "http://127.0.0.1:7071/x", headers=given, body=b"")


@pytest.mark.usefixtures("named_peer")
@pytest.mark.parametrize(
    ("trusted", "hops", "expected"),
    [
        ("0", PEER, PEER),
        ("0", f"{FORGED}, {PEER}", PEER),
        ("1", f"{FORGED}, {CLIENT}, {PROXY}", CLIENT),
        ("2", f"{FORGED}, {CLIENT}, {PEER}, {PROXY}", CLIENT),
        # Past the proxy, directly to the app.
        ("1", PEER, PEER),
        (f"{PROXY},127.0.0.0/8", f"{FORGED}, {CLIENT}, {PROXY}, 127.0.0.1", CLIENT),
        # Not one of the proxies: whatever it says is its own.
        (PROXY, f"{FORGED}, {PEER}", PEER),
        (PROXY, f"{PROXY}, {PEER}", PEER),
        # A client that names a proxy as itself.
        (PROXY, f"{PROXY}, {CLIENT}, {PROXY}", CLIENT),
        (PROXY, f"{PROXY}, {PROXY}", PROXY),
        ("1", f"{CLIENT}:50123, {PROXY}", CLIENT),
        ("1", f'"[2001:db8:1:2:3::4]:443", {PROXY}', "2001:db8:1:2::/64"),
        ("1", f"2001:db8:1:2:ffff::1, {PROXY}", "2001:db8:1:2::/64"),
        ("1", f"::ffff:{CLIENT}, {PROXY}", CLIENT),
        ("1", f"fe80::1%eth0, {PROXY}", "fe80::/64"),
        ("1", f"unknown, {PROXY}", UNKNOWN),
        ("1", f"{'9' * 5000}, {PROXY}", UNKNOWN),
        ("9", f"{CLIENT}, {PROXY}", CLIENT),
        ("1", "", UNKNOWN),
    ],
)
def test_a_clients_address_is_what_the_farthest_trusted_proxy_has_seen(
    trusted: str, hops: str, expected: str
) -> None:
    settings = load_settings({"TRUSTED_PROXIES": trusted})
    assert client_address(requested(hops), settings) == expected


def test_where_no_host_names_its_peer_all_clients_are_one() -> None:
    settings = load_settings({"TRUSTED_PROXIES": "1"})
    assert client_address(requested(f"{CLIENT}, {PROXY}"), settings) == UNKNOWN
    assert not is_from_this_machine(requested("127.0.0.1"))


@pytest.mark.usefixtures("named_peer")
@pytest.mark.parametrize(
    ("trusted", "hops", "scheme", "host", "base"),
    [
        ("0", f"{CLIENT}, {PROXY}", "https", "a.example", "http://127.0.0.1:7071"),
        ("1", f"{CLIENT}, {PROXY}", "https", "a.example", "https://a.example"),
        ("1", f"{CLIENT}, {PROXY}", "http, https", "bad.example, a.example", "https://a.example"),
        ("2", f"{CLIENT}, {PEER}, {PROXY}", "https, http", "a.example", "https://a.example"),
        # Nobody but the client can have said it.
        ("1", PEER, "https", "a.example", "http://127.0.0.1:7071"),
        (PROXY, f"{CLIENT}, {PEER}", "https", "a.example", "http://127.0.0.1:7071"),
        ("1", f"{CLIENT}, {PROXY}", "gopher", "", "http://127.0.0.1:7071"),
        ("1", f"{CLIENT}, {PROXY}", "https", 'a"><script>', "https://localhost"),
    ],
)
def test_links_have_the_address_that_trusted_proxies_name(
    trusted: str, hops: str, scheme: str, host: str, base: str
) -> None:
    settings = load_settings({"TRUSTED_PROXIES": trusted})
    asked = requested(hops, x_forwarded_proto=scheme, x_forwarded_host=host)
    assert place_of(asked, settings).base == base


def test_on_azure_a_trusted_front_door_names_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBSITE_SITE_NAME", "app")
    monkeypatch.setenv("WEBSITE_HOSTNAME", "app.azurewebsites.net")
    azure = {"COSMOS_ENDPOINT": "https://some.documents.azure.com"}
    asked = requested(f"{CLIENT}, {PROXY}:1234", x_forwarded_host="mood.example.org")
    for trusted, base, client in (
        ("0", "https://app.azurewebsites.net", PROXY),
        ("1", "https://mood.example.org", CLIENT),
    ):
        settings = load_settings({**azure, "TRUSTED_PROXIES": trusted})
        assert place_of(asked, settings).base == base
        assert client_address(asked, settings) == client


@pytest.mark.usefixtures("named_peer")
@pytest.mark.parametrize(
    ("hops", "headers", "expected"),
    [
        ("127.0.0.1", {}, True),
        ("::1", {}, True),
        (PEER, {}, False),
        ("127.0.0.1, 127.0.0.1", {}, False),
        ("127.0.0.1", {"x_forwarded_proto": "https"}, False),
        ("127.0.0.1", {"via": "1.1 proxy"}, False),
        ("127.0.0.1", {"forwarded": "for=192.0.2.1"}, False),
    ],
)
def test_a_request_of_this_machine_came_over_loopback_and_through_no_proxy(
    hops: str, headers: dict[str, str], expected: bool
) -> None:
    assert is_from_this_machine(requested(hops, **headers)) is expected
