"""The host's keys, in a file that only its owner can read."""

import json
import os
import secrets
import stat
from pathlib import Path

from local.host.config import HostError

MASTER, ANY_FUNCTION = "_master", "_function"
# Generated keys have 43 characters. Shorter keys than 16 can be guessed over a fast connection.
MIN_KEY_LENGTH = 16
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_keys(path: Path) -> dict[str, str]:
    """Return the host's keys: one for functions, one for everything. The first call creates them.

    Raises HostError if the file can't be read, if other users can read it, or if a key is invalid.
    """
    try:
        if not path.exists():
            _make(path)
        if os.name == "posix" and path.stat().st_mode & OTHERS:
            raise HostError(
                f"{path} can be read by others, and what they read they can use:"
                " delete it, and new keys are made; or `chmod 600` it"
            )
        keys = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise HostError(f"{path} holds no keys: delete it, and new ones are made") from error
    for name in (MASTER, ANY_FUNCTION):
        if (fault := _fault_of(keys, name)) is not None:
            raise HostError(f"{path} holds no keys ({fault}): delete it, and new ones are made")
    return {name: keys[name] for name in (MASTER, ANY_FUNCTION)}


def _fault_of(keys: object, name: str) -> str | None:
    """Return what is wrong with a key, without quoting it."""
    key = keys.get(name) if isinstance(keys, dict) else None
    if not isinstance(key, str):
        return f"{name} is no string"
    if not key.isascii() or not key.isprintable() or " " in key:
        return f"{name} takes printable ASCII without blanks"
    if len(key) < MIN_KEY_LENGTH:
        return f"{name} takes {MIN_KEY_LENGTH} characters at least"
    return None


def _make(path: Path) -> None:
    made = {MASTER: secrets.token_urlsafe(32), ANY_FUNCTION: secrets.token_urlsafe(32)}
    path.parent.mkdir(parents=True, exist_ok=True)
    # Replaced as a whole, because a file left empty by a full disk would stop the next start.
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(made, indent=2), encoding="utf-8")
    fresh.replace(path)
