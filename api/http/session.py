"""The session of a browser: a cookie that stands for a key, and that reads alone.

It has the beginning of the key's hash and the time at which it expires, signed by a key that only
the store has (HMAC-SHA256). So it ends with the entry of its key, and has no part of the key.
https://www.rfc-editor.org/rfc/rfc6265
"""

import hmac
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from shared.access_keys import AccessKey
from shared.alerts.links import signature_of

COOKIE: Final = "undertone-session"
# A browser that brings back its tabs keeps the cookie, too.
VALID_FOR: Final = timedelta(days=30)
BEGINNING: Final = 16
_TOKEN = re.compile(
    r"(?P<digest>[0-9a-f]{16})\.(?P<expires>[0-9]{1,11})\.(?P<of>[\w-]{43})", re.ASCII
)


def session_token(signing: bytes, key: AccessKey, now: datetime) -> str:
    """Return the token of a session that begins now."""
    expires = int((now + VALID_FOR).timestamp())
    return f"{key.digest[:BEGINNING]}.{expires}.{_signature(signing, key.digest, expires)}"


def key_of_session(
    signing: bytes, token: str, keys: Iterable[AccessKey], now: datetime
) -> AccessKey | None:
    """Return the key that a session stands for; None if it is over, or forged."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    expires = int(found["expires"])
    for key in keys:
        if not hmac.compare_digest(key.digest[:BEGINNING], found["digest"]):
            continue
        is_signed = hmac.compare_digest(_signature(signing, key.digest, expires), found["of"])
        if is_signed and datetime.fromtimestamp(expires, UTC) > now and not key.is_expired(now):
            return key
    return None


def token_in(cookies: str) -> str | None:
    """Return the token in a Cookie header, if there is one."""
    for pair in cookies.split(";"):
        name, _, value = pair.strip().partition("=")
        if name == COOKIE:
            return value
    return None


def set_cookie(token: str, *, is_https: bool) -> str:
    """Return the Set-Cookie header of a session, which ends with the browser's."""
    return f"{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if is_https else "")


def end_cookie(*, is_https: bool) -> str:
    """Return the Set-Cookie header that removes the cookie."""
    return set_cookie("", is_https=is_https) + "; Max-Age=0"


def _signature(signing: bytes, digest: str, expires: int) -> str:
    return signature_of(signing, f"session.{digest}.{expires}")
