"""Origins as browsers send them: https://www.rfc-editor.org/rfc/rfc6454#section-6.2."""

import ipaddress
import re
from urllib.parse import urlsplit

SCHEMES = {"http": 80, "https": 443}
LABELS = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?")
# Browsers read a host that ends in a number as an IPv4 address, and write it in four parts.
NUMERIC = re.compile(r"(.*\.)?(\d+|0x[0-9a-f]*)\.?")
MAX_PORT = 65535
EXAMPLE = "write each as https://www.example.com, or with its port"


def check_origin(text: str) -> None:
    """Refuse what no browser sends as an origin, or what must never be one.

    Raises ValueError, with what to write instead. A user and password aren't quoted.
    """
    if text == "*":
        raise ValueError(f"'*' would let every page in, and isn't taken: {EXAMPLE}")
    if text.lower() == "null":
        raise ValueError("'null' is the origin of sandboxed frames of any site, and isn't taken")
    scheme, separator, rest = text.partition("://")
    if not separator or scheme.lower() not in SCHEMES:
        kind = text.partition(":")[0] if ":" in text and "@" not in text else ""
        what = f"the scheme {kind!r} is none of a page's" if kind else "a scheme is missing"
        raise ValueError(f"{what}: an origin begins with https:// or http://")
    if re.search(r"[\s;]", rest):
        raise ValueError("an origin has no blanks, and a comma ends it")
    if "@" in rest:
        raise ValueError("an origin has no user and password")
    if "*" in text:
        raise ValueError(f"{text!r}: a wildcard isn't taken, name each origin")
    if re.search(r"[/\\?#]", rest):
        bare = re.split(r"[/\\?#]", rest)[0]
        raise ValueError(
            f"{text!r}: an origin has no path, nor a slash at its end: write {scheme}://{bare}"
        )
    if not text.isascii():
        raise ValueError(f"{text!r}: browsers send such a name in its ASCII form, xn--…")
    if text != text.lower():
        raise ValueError(f"{text!r}: browsers send origins in lower case: write {text.lower()}")
    _check_host_and_port(text, scheme)


def _check_host_and_port(text: str, scheme: str) -> None:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError(f"{text!r}: a port is a number up to {MAX_PORT}, a host a name") from None
    if port == 0 or text.endswith(":"):
        raise ValueError(f"{text!r}: a port is a number from 1 to {MAX_PORT}, or left out")
    if port == SCHEMES[scheme]:
        raise ValueError(
            f"{text!r}: browsers leave out {port}, the port of {scheme}: write"
            f" {text.removesuffix(f':{port}')}"
        )
    written = host if port is None else f"{host}:{port}"
    if _is_address(host):
        written = f"[{host}]" + ("" if port is None else f":{port}") if ":" in host else written
    elif NUMERIC.fullmatch(host) or not LABELS.fullmatch(host):
        raise ValueError(f"{text!r}: {host!r} is no name of a host")
    if text != f"{scheme}://{written}":
        raise ValueError(f"{text!r}: browsers write it {scheme}://{written}")


def _is_address(host: str) -> bool:
    """Return whether the host is an address as browsers write it."""
    try:
        return str(ipaddress.ip_address(host)) == host
    except ValueError:
        return False
