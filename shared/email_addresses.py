"""E-mail addresses as settings and rules give them."""

import re
from dataclasses import dataclass

# The addresses of one channel, each of which gets a mail of its own.
MAX_RECIPIENTS = 20
# https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1, and a path's angle brackets
MAX_LOCAL = 64
MAX_ADDRESS = 254
# Without quoted local parts and address literals, which nothing but tests uses.
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS = re.compile(rf"(?P<local>{ATOM}(?:\.{ATOM})*)@(?P<domain>{LABEL}(?:\.{LABEL})*)")
NAMED = re.compile(r"(?P<name>[^<>@,;:\"\\\x00-\x1f\x7f]{0,100})<(?P<address>[^<>]+)>")


@dataclass(frozen=True)
class Sender:
    """Who e-mails come from: a name for people, or none, and an address."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """Return what follows the @."""
        return self.address.rpartition("@")[2]


def is_email_address(text: str) -> bool:
    """Return whether this is one e-mail address in ASCII, such as ann@example.org."""
    found = ADDRESS.fullmatch(text)
    return found is not None and len(text) <= MAX_ADDRESS and len(found["local"]) <= MAX_LOCAL


def email_addresses(text: str) -> tuple[str, ...]:
    """Return the addresses that are separated by commas, each once.

    Raises ValueError without any, with one that isn't an address, and with more than
    MAX_RECIPIENTS. Its message has none of the addresses, since it is shown and logged.
    """
    given = [part.strip() for part in text.split(",")]
    # Domains are the same in any case; local parts need not be, but in practice are.
    found: dict[str, str] = {}
    for number, each in enumerate(given, start=1):
        if not is_email_address(each):
            raise ValueError(f"number {number} of {len(given)} is not an e-mail address")
        found.setdefault(each.lower(), each)
    if len(found) > MAX_RECIPIENTS:
        raise ValueError(f"{len(found)} e-mail addresses: at most {MAX_RECIPIENTS} are taken")
    return tuple(found.values())


def sender_of(text: str) -> Sender:
    """Return the sender that is written as an address or as "Name <address>".

    Raises ValueError if it is neither.
    """
    named = NAMED.fullmatch(text.strip())
    name, address = (named["name"].strip(), named["address"]) if named else ("", text.strip())
    if not is_email_address(address):
        raise ValueError("not an e-mail address, nor a name with one in angle brackets")
    return Sender(name, address)
