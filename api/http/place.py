"""Where the app is: its own address, as answers name it."""

import re
from dataclasses import dataclass

import azure.functions as func

from api.http.forwarded import asked_address
from shared.settings import Settings, own_host

# https://www.rfc-editor.org/rfc/rfc4151#section-2.1: a date on which the authority had the name.
TAG_DATE = "2026"
# Clients choose the Host header, so only a valid name with a port is used.
HOST = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?")
UNKNOWN_HOST = "localhost"


@dataclass(frozen=True)
class Place:
    """The app's address: the base of its URLs, and the beginning of its tag: URIs.

    feed is the whole address of the feed that is read, where that isn't its usual one.
    """

    base: str
    tag: str
    feed: str | None = None


def place_of(request: func.HttpRequest, settings: Settings) -> Place:
    """Return the app's address: as trusted proxies name it, on Azure its own host, else Host.

    A client's Host header affects only the client's own answers.
    """
    asked, own = asked_address(request, settings), own_host()
    found = HOST.fullmatch(asked.host if asked.is_forwarded else own or asked.host)
    scheme = "https" if own else asked.scheme
    if found is None:
        return Place(f"{scheme}://{UNKNOWN_HOST}", f"tag:{UNKNOWN_HOST},{TAG_DATE}:")
    name, port = found[1].lower(), found[2]
    # An authority is a name, not an IPv6 address.
    authority = UNKNOWN_HOST if name.startswith("[") else name.rstrip(".-")
    address = f"{scheme}://{name}" + (f":{port}" if port else "")
    return Place(address, f"tag:{authority},{TAG_DATE}:" + (f"{port}/" if port else ""))
