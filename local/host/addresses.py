"""Decoding of paths and queries, as Kestrel and the Functions host do it."""

import re
from collections.abc import Iterable
from urllib.parse import quote

ESCAPES = re.compile(r"(?:%[0-9a-fA-F]{2})+")
ABSOLUTE = re.compile(r"https?://(?P<authority>[^/?#]*)(?P<rest>.*)", re.IGNORECASE)
# An existing escape, or a character that a path may not hold unescaped (RFC 3986, pchar).
TO_ESCAPE = re.compile(r"(%[0-9a-fA-F]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=:@/]")
LONGEST_CHARACTER = 4


class BadTarget(ValueError):
    """The host refuses the request's target."""


def path_of(target: str, host: str) -> str:
    """Return the decoded path of a request's target, without its query. Raises BadTarget.

    An absolute address must have the host of the Host header; `*` is an empty path.
    """
    if absolute := ABSOLUTE.fullmatch(target):
        if absolute["authority"].lower() != host.lower():
            raise BadTarget("the target names another host than the Host header")
        target = absolute["rest"] or "/"
    if target == "*":
        return ""
    if not target.startswith("/"):
        raise BadTarget("the target is neither a path nor an absolute address")
    path = unescape(target, keep="/")
    if "\0" in path:
        raise BadTarget("a path holds no NUL")
    return _without_dots(path)


def unescape(text: str, *, keep: str = "") -> str:
    """Decode the escapes that are UTF-8, except those of a character in `keep`."""
    return ESCAPES.sub(lambda escapes: _unescape_run(escapes[0], keep), text)


def _unescape_run(escapes: str, keep: str) -> str:
    raw, text, at = bytes.fromhex(escapes.replace("%", "")), "", 0
    while at < len(raw):
        character = _character_at(raw, at)
        size = max(len(character.encode()), 1)
        stays = not character or character in keep
        text += escapes[3 * at : 3 * (at + size)] if stays else character
        at += size
    return text


def _character_at(raw: bytes, at: int) -> str:
    """Return the UTF-8 character that begins at a position; empty if none does."""
    for size in range(1, LONGEST_CHARACTER + 1):
        try:
            return raw[at : at + size].decode()
        except UnicodeDecodeError:
            continue
    return ""


def _without_dots(path: str) -> str:
    """Resolve `.` and `..` segments: https://www.rfc-editor.org/rfc/rfc3986#section-5.2.4."""
    resolved: list[str] = []
    segments = path[1:].split("/")
    for segment in segments:
        if segment == "..":
            del resolved[-1:]
        elif segment != ".":
            resolved.append(segment)
    if segments[-1] in {".", ".."}:
        resolved.append("")
    return "/" + "/".join(resolved)


def escape_path(path: str) -> str:
    """Escape a decoded path, as the host does for the function's url."""
    return TO_ESCAPE.sub(lambda match: match[1] or quote(match[0], safe=""), path)


def parse_query(query: str) -> dict[str, str]:
    """Return the query's parameters as a function gets them.

    Empty values are left out. Values whose names differ only in case are joined by commas, under
    the last name. A plus is a space, and escapes that aren't UTF-8 stay as text.
    """
    pairs = (pair.partition("=") for pair in query.split("&"))
    read = ((unescape(_plain(name)), unescape(_plain(value))) for name, _, value in pairs)
    return joined((name, value) for name, value in read if value)


def _plain(text: str) -> str:
    """Return a part of a query with its pluses replaced by spaces."""
    return text.replace("+", " ")


def joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Join by commas the values whose names differ only in case, under the last name."""
    values: dict[str, tuple[str, list[str]]] = {}
    for name, value in pairs:
        _, known = values.get(name.lower(), (name, []))
        values[name.lower()] = (name, [*known, value])
    return {name: ",".join(each) for name, each in values.values()}
