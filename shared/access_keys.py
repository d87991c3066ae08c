"""Keys that this app checks itself: each has a name, and the settings have only its hash.

A key is 256 random bits, so that a plain SHA-256 of it doesn't give the key away. A name may stand
twice while a key is being replaced: the old one with its last day, and the new one.
"""

import hmac
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Final

KEY_BYTES: Final = 32
# Shorter keys can be guessed over a fast connection.
MIN_KEY_CHARS: Final = 20
MAX_KEY_CHARS: Final = 200
NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
DIGEST: Final = re.compile(r"[0-9a-f]{64}")
FORM: Final = "NAME:SHA256, or NAME:SHA256:YYYY-MM-DD with the last day on which it counts"


@dataclass(frozen=True)
class AccessKey:
    """A named key by its SHA-256, as 64 hexadecimal digits; last is its last day (UTC), if any."""

    name: str
    digest: str
    last: date | None = None

    def is_expired(self, now: datetime) -> bool:
        """Return whether its last day is over."""
        return self.last is not None and now.astimezone(UTC).date() > self.last


def parse_key(text: str) -> AccessKey:
    """Return a key as a setting has it: see FORM. Raises ValueError, which quotes no hash."""
    name, has_digest, rest = text.partition(":")
    digest, has_last, last = rest.partition(":")
    if not has_digest or not NAME.fullmatch(name):
        # It may be a key, put here by mistake: it isn't quoted.
        raise ValueError(f"a name has 1 to 40 small letters, digits and hyphens; write {FORM}")
    if not DIGEST.fullmatch(digest):
        raise ValueError(f"{name!r} has no SHA-256 of 64 small hexadecimal digits: write {FORM}")
    if not has_last:
        return AccessKey(name, digest)
    try:
        return AccessKey(name, digest, date.fromisoformat(last))
    except ValueError:
        raise ValueError(f"{name!r} ends with no day: write {FORM}") from None


def digest_of(key: str) -> str:
    """Return the SHA-256 of a key, as 64 hexadecimal digits."""
    return sha256(key.encode()).hexdigest()


def new_key(random: Callable[[int], str]) -> str:
    """Return a new key; random returns a text of a number of unpredictable bytes."""
    return random(KEY_BYTES)


def find_key(keys: Iterable[AccessKey], given: str, now: datetime) -> AccessKey | None:
    """Return the key that was given; None if there is none, or if its last day is over.

    Each key is compared in constant time, also after the right one was found.
    """
    digest, found = digest_of(given[:MAX_KEY_CHARS]), None
    for each in keys:
        is_it = hmac.compare_digest(each.digest, digest)
        if is_it and not each.is_expired(now):
            found = each
    return found
