"""Looks for secrets in the files of the repository: keys and tokens by the shapes of their makers.

The shapes are those of detect-secrets, and those of Azure's keys. Texts that merely look random
aren't looked for, since hashes and ids of tests do. GitHub scans the history besides
(docs/azure.md).
"""

import hashlib
import re
import subprocess
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.plugins.base import BasePlugin, RegexBasedDetector

ALLOWED: Final = Path("release/allowed_secrets.toml")
# Files whose bytes are no text.
BINARY: Final = frozenset({".gz", ".onnx", ".parquet", ".png", ".weights", ".zst"})
# Addresses of networks, and shapes so wide that they find words of this repository.
NOT_LOOKED_FOR: Final = frozenset(
    {"IPPublicDetector", "IbmCloudIamDetector", "IbmCosHmacDetector", "SoftlayerDetector"}
)
# Tests are full of invented passwords in addresses.
NOT_IN_TESTS: Final = "Basic Auth Credentials"
OWN: Final[Mapping[str, str]] = {
    # 64 bytes, but not the hashes of npm's locks.
    "Key of Azure Storage or Cosmos DB": r"(?<!sha512-)(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==",
    "Shared access signature": r"[?&]sig=[A-Za-z0-9%]{43,}",
    # https://learn.microsoft.com/azure/azure-functions/function-keys-how-to
    "Key of Azure Functions": r"[A-Za-z0-9_\-]{44}AzFu[A-Za-z0-9_\-]{4}==",
    "Secret of an Entra app": r"(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.-]{3}8Q~[A-Za-z0-9_~.-]{34}",
}


@dataclass(frozen=True)
class Secret:
    """Something that looks like a secret: its file, its line, what it may be, and its hash."""

    path: str
    line: int
    kind: str
    digest: str


def find_secrets(root: Path, names: Iterable[str] | None = None) -> list[Secret]:
    """Return what looks like a secret in the tracked files, or in these, and isn't allowed.

    Raises CalledProcessError where the folder is no repository.
    """
    allowed = allowed_digests(root)
    names = tracked(root) if names is None else names
    found = [each for name in names for each in secrets_in(root, name)]
    return [each for each in found if each.digest not in allowed]


def secrets_in(root: Path, name: str) -> Iterator[Secret]:
    """Yield what looks like a secret in one file; nothing where it isn't a file of text."""
    path = root / name
    if path.suffix in BINARY or not path.is_file():
        return
    text = path.read_text(encoding="utf-8", errors="replace")
    for kind, pattern in _patterns():
        if kind == NOT_IN_TESTS and name.startswith("tests/"):
            continue
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield Secret(name, line, kind, digest_of(match[0]))


def tracked(root: Path) -> list[str]:
    """Return the names of the files that git tracks. Raises CalledProcessError."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - git is on the PATH
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in listed.stdout.split("\0") if name]


def digest_of(secret: str) -> str:
    """Return what names an allowed secret without its text."""
    return hashlib.sha256(secret.encode()).hexdigest()[:16]


def allowed_digests(root: Path) -> dict[str, str]:
    """Return the invented secrets that tests and examples need, by their hash, with the reason."""
    path = root / ALLOWED
    if not path.exists():
        return {}
    return dict(tomllib.loads(path.read_text(encoding="utf-8")))


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    classes: Iterable[type[BasePlugin]] = get_mapping_from_secret_type_to_class().values()
    theirs = [
        (str(each.secret_type), pattern)
        for each in classes
        if issubclass(each, RegexBasedDetector) and each.__name__ not in NOT_LOOKED_FOR
        for pattern in each().denylist
    ]
    return theirs + [(kind, re.compile(pattern)) for kind, pattern in OWN.items()]
