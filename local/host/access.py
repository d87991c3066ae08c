"""Which web pages may use a host on this machine: an answer to DNS rebinding and to strange pages.

Microsoft's host is reached by its own name and asks for keys; this one listens on loopback, where
any page that a browser shows can send requests to it.
https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

READING = {"GET", "HEAD", "OPTIONS"}
OWN_SITES = {"same-origin", "none"}
LOCALHOST = "localhost"
DEFAULT_PORTS = (":80", ":443")


class StrangePage(Exception):
    """A page that may not ask this host; the message says why."""


@dataclass(frozen=True)
class Access:
    """The names that the host answers to, and the origins whose pages may change something."""

    hosts: tuple[str, ...] = ()
    """Names beside those of loopback; with some, or on loopback, no others are answered."""
    origins: tuple[str, ...] = ()
    is_loopback: bool = False
    """Whether the host listens on a loopback address alone."""
    asks_for_keys: bool = False

    def check(self, method: str, host: str, headers: Mapping[str, str]) -> None:
        """Raise StrangePage for a request that isn't answered."""
        if (why := self.refusal(method, host, headers)) is not None:
            raise StrangePage(why)

    def refusal(self, method: str, host: str, headers: Mapping[str, str]) -> str | None:
        """Return why a request isn't answered, as a sentence; None where it may be."""
        if (self.is_loopback or self.hosts) and not self._is_ours(name_of(host)):
            return (
                "The Host header names another machine, as a page that rebinds its own name would:"
                " `--allow-host NAME` lets a proxy's or container's name in."
            )
        # A page that has a key was given it.
        if method.upper() in READING or self.asks_for_keys:
            return None
        origin = headers.get("origin")
        if origin is not None and origin in self.origins:
            return None
        is_own_site = headers.get("sec-fetch-site", "none").strip().lower() in OWN_SITES
        if is_own_site and (origin is None or self._is_same(origin, host)):
            return None
        return (
            "A page of another origin asks, and no key is asked for: CORS_ORIGINS names the origins"
            " that may, and `--keys` asks for keys."
        )

    def _is_ours(self, name: str) -> bool:
        if name in self.hosts or name == LOCALHOST or name.endswith(f".{LOCALHOST}"):
            return True
        address = _address_in(name)
        # A page can't rebind an address, and on every interface any of them is ours.
        return address is not None and (address.is_loopback or not self.is_loopback)

    def _is_same(self, origin: str, host: str) -> bool:
        """Return whether a page comes from the address that it asks."""
        authority = urlsplit(origin).netloc.lower()
        if not authority:  # `null` among them
            return False
        return _without_default_port(authority) == _without_default_port(host.lower()) or (
            name_of(authority) in self.hosts
        )


def is_loopback(address: str) -> bool:
    """Return whether a socket's address is reached from this machine alone."""
    found = _address_in(address)
    return found is not None and found.is_loopback


def name_of(host: str) -> str:
    """Return a Host header's name or address, lower-cased, without its port and final dot."""
    text = host.strip().lower()
    name = text[: text.find("]") + 1] if text.startswith("[") else text.partition(":")[0]
    return name.strip("[]").removesuffix(".")


def _address_in(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _without_default_port(authority: str) -> str:
    for port in DEFAULT_PORTS:
        authority = authority.removesuffix(port)
    return authority
