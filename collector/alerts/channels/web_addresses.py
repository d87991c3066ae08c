"""Which addresses a message may link to."""

import re
from urllib.parse import SplitResult, quote, urlsplit

# Some mail programs cut longer ones.
MAX_ADDRESS = 2000
# RFC 3986's reserved characters without those that end a link in Markdown, and the sign of an
# escape.
KEPT = "%:/?#[]@!$&+,;=~"
UNSAFE = re.compile(r'[\s"<>\\^`{|}]')


def web_address(address: str, limit: int = MAX_ADDRESS) -> str | None:
    """Return an http(s) address in ASCII, which no markup can end, of `limit` characters at most.

    It is None if this isn't one that is safe to link to. An address with a user name isn't: it
    hides which host it leads to.
    """
    if _split(address) is None:
        return None
    quoted = quote(address, safe=KEPT)
    return quoted if len(quoted) <= limit else None


def own_address(address: str, instance: str) -> str | None:
    """Return a web address of the instance, or None if it isn't one or leads elsewhere."""
    parts, own = _split(address), _split(instance)
    if parts is None or own is None or _origin(parts) != _origin(own):
        return None
    return web_address(address)


def host_of(instance: str) -> str:
    """Return the host and port of an instance's address, or the address if it has none."""
    parts = _split(instance)
    return parts.netloc if parts else instance


def _split(address: str) -> SplitResult | None:
    if len(address) > MAX_ADDRESS or not address.isprintable() or UNSAFE.search(address):
        return None
    try:
        parts = urlsplit(address)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    is_plain = parts.netloc.isascii() and "@" not in parts.netloc
    return parts if is_web and is_plain else None


def _origin(parts: SplitResult) -> tuple[str, str]:
    return parts.scheme, parts.netloc.lower()
