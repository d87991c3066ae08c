"""Checks which web pages may use the local host, against DNS rebinding and cross-site requests.

Microsoft's host has a name of its own and asks for keys. The local host listens on loopback, where
any page in a browser can send it requests.
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
    """The request comes from a web page that may not use this host; the message says why."""


@dataclass(frozen=True)
class Access:
    """The names that the host answers to, and the origins whose pages may send changes."""

    hosts: tuple[str, ...] = ()
    """Host names besides those of loopback. If any are set, or on loopback, others are refused."""
    origins: tuple[str, ...] = ()
    is_loopback: bool = False
    """Whether the host listens only on a loopback address."""
    asks_for_keys: bool = False

    def check(self, method: str, host: str, headers: Mapping[str, str]) -> None:
        """Raise StrangePage if the request is refused."""
        if (why := self.refusal(method, host, headers)) is not None:
            raise StrangePage(why)

    def refusal(self, method: str, host: str, headers: Mapping[str, str]) -> str | None:
        """Return a sentence that says why a request is refused; None if it is allowed."""
        if (self.is_loopback or self.hosts) and not self._is_own_name(name_of(host)):
            return (
                "The Host header names another machine, as a page that rebinds its own name would:"
                " `--allow-host NAME` lets a proxy's or container's name in."
            )
        # A page that sends a valid key has got it from the operator.
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

    def _is_own_name(self, name: str) -> bool:
        if name in self.hosts or name == LOCALHOST or name.endswith(f".{LOCALHOST}"):
            return True
        address = _address_in(name)
        # DNS rebinding needs a name, not an address. A host that listens on more than loopback
        # may be reached by any address.
        return address is not None and (address.is_loopback or not self.is_loopback)

    def _is_same(self, origin: str, host: str) -> bool:
        """Return whether a page comes from the host that it calls."""
        authority = urlsplit(origin).netloc.lower()
        if not authority:  # `null` among them
            return False
        return _without_default_port(authority) == _without_default_port(host.lower()) or (
            name_of(authority) in self.hosts
        )


def is_loopback(address: str) -> bool:
    """Return whether a socket's address can be reached only from this machine."""
    parsed = _address_in(address)
    return parsed is not None and parsed.is_loopback


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
