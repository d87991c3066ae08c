"""Reads who asks, and under which address, where proxies stand in between.

A client may send any X-Forwarded-* itself, so only what TRUSTED_PROXIES have added counts:
https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-For
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

import azure.functions as func

from shared.settings import Settings, host_names_peer

FOR: Final = "x-forwarded-for"
SCHEME: Final = "x-forwarded-proto"
HOST: Final = "x-forwarded-host"
UNKNOWN: Final = "unknown"
OF_PROXIES: Final = (SCHEME, HOST, "forwarded", "via", "x-real-ip")
SCHEMES = {"http", "https"}
# Providers give each customer a network of this size: https://www.rfc-editor.org/rfc/rfc6177
IPV6_CLIENT_BITS = 64

Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class AskedAddress:
    """The address that a client asked for: http or https, and the host with its port, if any."""

    scheme: str
    host: str
    is_forwarded: bool = False
    """True: a trusted proxy named the host."""


def client_address(request: func.HttpRequest, settings: Settings) -> str:
    """Return the address of the client, to limit what one client may do.

    For IPv6 it is the network of 64 bits, such as 2001:db8::/64, because a client has all of its
    addresses. UNKNOWN where no host says where a request came from: all such clients are one.
    """
    hops = _hops(request)
    if not hops:
        return UNKNOWN
    found = _address_in(hops[_trusted_hops(hops, settings)])
    if found is None:
        return UNKNOWN
    if found.version == 4:  # noqa: PLR2004 - of the protocol
        return str(found)
    return str(ip_network((found, IPV6_CLIENT_BITS), strict=False))


def is_from_this_machine(request: func.HttpRequest) -> bool:
    """Return whether a request came from loopback, and no proxy passed it on."""
    hops = _hops(request)
    found = _address_in(hops[0]) if len(hops) == 1 else None
    is_proxied = any(name in request.headers for name in OF_PROXIES)
    return found is not None and found.is_loopback and not is_proxied


def asked_address(request: func.HttpRequest, settings: Settings) -> AskedAddress:
    """Return the address that the client asked for, by the trusted proxies or the request."""
    asked, hops = urlsplit(request.url), _hops(request)
    trusted = _trusted_hops(hops, settings) if hops else 0
    scheme = _forwarded(request, SCHEME, trusted)
    host = _forwarded(request, HOST, trusted)
    return AskedAddress(
        scheme if scheme in SCHEMES else asked.scheme, host or asked.netloc, bool(host)
    )


def _hops(request: func.HttpRequest) -> list[str]:
    """Return where a request came from: the host's peer first, then what each one before it says.

    Empty where the host doesn't name its peer.
    """
    if not host_names_peer():
        return []
    given = _listed(request.headers.get(FOR, ""))
    return given[::-1]


def _trusted_hops(hops: Sequence[str], settings: Settings) -> int:
    """Return how many of the hops are trusted proxies. The last one never is: it is the client."""
    proxies, last = settings.trusted_proxies, len(hops) - 1
    if isinstance(proxies, int):
        return min(proxies, last)
    networks = [ip_network(each, strict=False) for each in proxies]
    for number, hop in enumerate(hops[:last]):
        found = _address_in(hop)
        if found is None or not any(found in network for network in networks):
            return number
    return last


def _forwarded(request: func.HttpRequest, name: str, trusted: int) -> str:
    """Return what the farthest of the trusted proxies has said; "" if none has.

    Most proxies replace these headers, so that they have one value whatever their number.
    """
    given = _listed(request.headers.get(name, ""))
    return given[-min(trusted, len(given))] if trusted and given else ""


def _listed(header: str) -> list[str]:
    return [each.strip() for each in header.split(",") if each.strip()]


def _address_in(hop: str) -> Address | None:
    """Return the address of a hop, with or without a port; None if it names none."""
    text = hop.strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    with suppress(ValueError):
        found = ip_address(text.partition("%")[0])
        return getattr(found, "ipv4_mapped", None) or found
    return None
