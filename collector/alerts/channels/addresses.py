"""Decides which servers a message may go to: none of an inner network, unless a setting allows it.

The ranges are those of IANA's registries of special purposes, and the addresses under which clouds
give out the credentials of a machine:
https://www.iana.org/assignments/iana-ipv4-special-registry
https://www.iana.org/assignments/iana-ipv6-special-registry
https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
"""

import re
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Self

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# A name whose last label looks like a number is an IPv4 address in some notation, as in browsers:
# https://url.spec.whatwg.org/#ends-in-a-number-checker
NUMBER = re.compile(r"(^|\.)([0-9]+|0[xX][0-9A-Fa-f]*)$")
NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", re.IGNORECASE)
METADATA_NAMES = frozenset({"metadata.google.internal", "metadata.goog"})

REFUSED_IPV4 = tuple(
    IPv4Network(each)
    for each in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by the customers of a provider
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # Azure's own services in each virtual network
        "169.254.0.0/16",  # link-local, with the metadata of clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # assigned to protocols
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # measurements
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, with the broadcast
    )
)
# All other addresses are unassigned or special: loopback, unique-local, link-local, multicast,
# IPv4-mapped (::ffff:0:0/96) and NAT64 (64:ff9b::/96).
GLOBAL_IPV6 = IPv6Network("2000::/3")
REFUSED_IPV6 = tuple(
    IPv6Network(each)
    for each in (
        "2001::/23",  # assigned to protocols, such as Teredo
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which holds an IPv4 address
        "3fff::/20",  # documentation
    )
)


@dataclass(frozen=True)
class Allowed:
    """Hosts and networks of ALERTS_ALLOW, to which messages may go, over plain http too."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[str]) -> Self:
        """Return those of a list of host names, addresses and networks such as 10.0.0.0/8."""
        networks = {each: network_of(each) for each in entries}
        return cls(
            frozenset(normal(each) for each, network in networks.items() if network is None),
            tuple(network for network in networks.values() if network is not None),
        )

    def has(self, host: str, addresses: Sequence[Address]) -> bool:
        """Return whether a host, or the network of each of its addresses, is among them."""
        return normal(host) in self.hosts or (
            bool(addresses) and all(self._has_address(each) for each in addresses)
        )

    def _has_address(self, address: Address) -> bool:
        return any(address in network for network in self.networks)


def network_of(entry: str) -> Network | None:
    """Return the network that an entry of ALERTS_ALLOW names; None if it is a host's name."""
    try:
        return ip_network(entry, strict=False)
    except ValueError:
        return None


def normal(host: str) -> str:
    """Return a host's name in small letters of ASCII, without the dot of the root."""
    bare = host.lower().rstrip(".")
    try:
        return bare.encode("idna").decode()
    except UnicodeError:
        # Longer than a name may be, or with an empty label: no host has it.
        return bare


def literal_of(host: str) -> Address | None:
    """Return the address that a host is, in any notation; None if it is a name.

    Numbers are read as the C library does: 2130706433, 0x7f.1 and 0177.0.0.1 are 127.0.0.1. Raises
    ValueError if a host is neither an address nor a name.
    """
    if ":" in host:
        if "%" in host:
            raise ValueError("an address with a zone")
        return ip_address(host)
    bare = host.rstrip(".")
    if not NAME.fullmatch(bare):
        raise ValueError("no name of a host")
    if not NUMBER.search(bare):
        return None
    try:
        return IPv4Address(socket.inet_aton(bare))
    except OSError:
        raise ValueError("no address") from None


def is_public(address: Address) -> bool:
    """Return whether an address is one of the Internet that anybody may reach."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in REFUSED_IPV4)
    return address in GLOBAL_IPV6 and not any(address in network for network in REFUSED_IPV6)


def refusal_of(host: str, addresses: Sequence[Address], allowed: Allowed) -> str | None:
    """Return why nothing is sent to a host with these addresses; None if it may be.

    One address that isn't public refuses all: which one a connection takes is nobody's choice.
    """
    if allowed.has(host, addresses):
        return None
    if normal(host) in METADATA_NAMES or not all(is_public(each) for each in addresses):
        return "it is in an inner network; ALERTS_ALLOW allows hosts and networks"
    return None
