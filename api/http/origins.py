"""Checks that no page of another site calls what only agents call.

Browsers send Origin with each POST: https://fetch.spec.whatwg.org/#origin-header. A name that a
stranger lets point to the own machine (DNS rebinding) makes a page of theirs one of the same
origin, so that the host must be one that can't be so.
"""

from collections.abc import Collection
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

import azure.functions as func

from api.errors import ForeignOrigin
from api.http.forwarded import asked_address
from shared.settings import Settings, own_host

LOCAL = "localhost"


def check_origin(
    request: func.HttpRequest, settings: Settings, others: Collection[str] = ()
) -> None:
    """Check that a page's origin is the app's own, or one of the others. Raises ForeignOrigin."""
    origin = request.headers.get("origin")
    hosts = {host_of(each) for each in (f"//{own_host()}", settings.public_url or "") if each}
    if origin is None or origin in others:
        return
    asked = asked_address(request, settings)
    host = asked.host if asked.is_forwarded else request.headers.get("host", "")
    if not is_own(origin, host, hosts):
        raise ForeignOrigin


def is_own(origin: str, host: str, known: Collection[str]) -> bool:
    """Return whether an origin is that of the host, and the host's name can't be a stranger's.

    Such are known names, localhost and addresses of machines, which need no name.
    """
    name = host_of(origin)
    if not name or urlsplit(origin).netloc.lower() != host.lower():
        return False
    return name in known or name == LOCAL or _is_address(name)


def host_of(address: str) -> str:
    """Return the name of the host in an address, in small letters; "" if it has none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    with suppress(ValueError):
        return bool(ip_address(name))
    return False
