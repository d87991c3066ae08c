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
    """Check that browsers send the text as an origin, and that it is safe to allow.

    Raises ValueError, with what to write instead. The message never quotes a password.
    """
    if text == "*":
        raise ValueError(f"'*' would allow every page and isn't accepted: {EXAMPLE}")
    if text.lower() == "null":
        raise ValueError("'null' is the origin of sandboxed frames of any site and isn't accepted")
    scheme, separator, rest = text.partition("://")
    if not separator or scheme.lower() not in SCHEMES:
        kind = text.partition(":")[0] if ":" in text and "@" not in text else ""
        what = f"pages don't have the scheme {kind!r}" if kind else "a scheme is missing"
        raise ValueError(f"{what}: an origin begins with https:// or http://")
    if re.search(r"[\s;]", rest):
        raise ValueError("an origin has no spaces; separate origins by commas")
    if "@" in rest:
        raise ValueError("an origin has no user and password")
    if "*" in text:
        raise ValueError(f"{text!r}: wildcards aren't accepted: name each origin")
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
        raise ValueError(f"{text!r}: {host!r} isn't a valid host name")
    if text != f"{scheme}://{written}":
        raise ValueError(f"{text!r}: browsers write it {scheme}://{written}")


def _is_address(host: str) -> bool:
    """Return whether the host is an address as browsers write it."""
    try:
        return str(ipaddress.ip_address(host)) == host
    except ValueError:
        return False
