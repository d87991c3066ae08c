"""Finds addresses in texts: of pages, of mail, and of bare hosts, which may be names."""

import re
from collections.abc import Iterable

ADDRESS = re.compile(
    r"\(\s*+(?:(?:https?|ftp)://|mailto:)[^\s<>()]++\)"
    r"|<?(?:(?:https?|ftp)://|mailto:)[^\s<>]++>?",
    re.IGNORECASE,
)
WEB_ADDRESS = re.compile(r"\(\s*+www\.[^\s<>()]++\)|<?www\.[^\s<>]++>?", re.IGNORECASE)
# Node.js, ASP.NET and Character.AI aren't addresses: an address ends in lower case. Endings that
# are also words or file extensions need a path after them. A bare host may be a name: "v0.dev".
_HOST = r"(?:[A-Za-z0-9-]+\.)+?"
_ENDING = (
    r"(?:com|org|net|io|dev|ai|gg|xyz|edu|gov|(?:co|ac|gov)\.uk|eu|de|fr|nl|ch|ru|cn|jp|au|ca)"
)
_ENDING_OF_PATH = (
    r"(?:app|info|cloud|tech|site|blog|page|sh|ly|tv|me|co|us|in|be|is|it|so|to|gl|im|pl|se|es)"
)
BARE_ADDRESS = re.compile(
    r"<?(?<![\w@.-])(?:"
    rf"(?:[\w+.-]++@)?{_HOST}{_ENDING}(?![\w@-]|\.\w)(?:[:/?#][^\s<>]*+)?"
    rf"|{_HOST}{_ENDING_OF_PATH}/[^\s<>]*+|\d{{1,3}}(?:\.\d{{1,3}}){{3}}[:/][^\s<>]*+)>?"
)
BARE_HOST = re.compile(rf"(?<![\w@.-]){_HOST}{_ENDING}(?![\w@-]|\.\w)")
# What stands behind a host in a bare address that may be a name: "have you tried v0.dev?"
_NAME = re.compile(rf"{_HOST}{_ENDING}(?:[?:][^\w\s/]*+)?")
LOCAL_ADDRESS = re.compile(r"\blocalhost:\d[^\s<>]*+")
# A bare address has a dot before a small letter, or between numbers.
DOT_OF_ADDRESS = re.compile(r"\.[a-z\d]")
# A name that is written like a host. Libraries such as Node.js and lazy.nvim end like files.
HOST = re.compile(
    r"(?:[a-z\d-]+\.)+(?!(?:[jt]sx?|py|rb|rs|go|jl|kt|el|n?vim|md|json|ya?ml|toml)$)[a-z]{2,}"
)


def with_and_without_hosts(words: str) -> tuple[str, str]:
    """Return words without addresses: with bare hosts, and without these, too.

    Signs of addresses are sought first, because that is fast.
    """
    lower = words.lower()
    if "://" in lower or "mailto:" in lower:
        words = ADDRESS.sub(" ", words)
    if "www." in lower:
        words = WEB_ADDRESS.sub(" ", words)
    with_hosts = without = words
    if DOT_OF_ADDRESS.search(words):
        without = BARE_ADDRESS.sub(" ", words)
        if without != words:
            with_hosts = BARE_ADDRESS.sub(_host_alone, words)
    if "localhost:" in words:
        return LOCAL_ADDRESS.sub(" ", with_hosts), LOCAL_ADDRESS.sub(" ", without)
    return with_hosts, without


def _host_alone(found: re.Match[str]) -> str:
    return found[0] if _NAME.fullmatch(found[0]) else " "


def host_key(host: str) -> str:
    """Return what is equal for all ways to write a host: in any case, with hyphens or without."""
    return host.lower().replace("-", "")


def hosts_in(names: Iterable[str]) -> frozenset[str]:
    """Return the keys of the hosts in names, which are in small letters."""
    return frozenset(
        host_key(word) for name in names for word in name.split() if HOST.fullmatch(word)
    )
