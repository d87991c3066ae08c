"""Links of messages: to an incident, and signed ones that act without a key.

A signed link lets a person acknowledge or snooze an incident, or unsubscribe a channel. Its token
has the action, the incident or the channel's id, the time at which it expires, and an HMAC-SHA256
of these (https://www.rfc-editor.org/rfc/rfc2104) with a key that only the store has.
"""

import base64
import hmac
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final, Literal, cast
from urllib.parse import urlencode

from shared.errors import DocumentExists
from shared.models import AlertKey
from shared.store import ALERT_KEYS, Store

PATH: Final = "/alerts/links/"
KEY: Final = ("alert_key", "alert_key")
KEY_BYTES = 32

IncidentAction = Literal["acknowledge", "snooze"]
Action = Literal["acknowledge", "snooze", "unsubscribe"]
# People unsubscribe by older mails too, while an incident is soon over.
VALID_FOR: Mapping[Action, timedelta] = {
    "acknowledge": timedelta(days=7),
    "snooze": timedelta(days=7),
    "unsubscribe": timedelta(days=60),
}
_TOKEN = re.compile(
    r"(?P<action>acknowledge|snooze|unsubscribe)"
    r"\.(?P<target>[a-z0-9-]{1,40}(\.[a-z0-9-]{1,20})?)"
    r"\.(?P<expires>[0-9]{1,11})\.(?P<signature>[A-Za-z0-9_-]{43})"
)


@dataclass(frozen=True)
class SignedLink:
    """A link that this app has signed; an expired one does nothing any more.

    target is the id of an incident, or that of a channel (`channel_id`) to unsubscribe.
    """

    action: Action
    target: str
    expires: datetime

    def is_expired(self, now: datetime) -> bool:
        """Return whether its time is over."""
        return self.expires <= now


async def read_key(store: Store, random: Callable[[int], bytes]) -> bytes:
    """Return the key that signs links; the first call creates it of random bytes.

    random returns a number of unpredictable bytes. Raises StoreError.
    """
    known = await store.read(ALERT_KEYS, *KEY)
    if known is None:
        made = AlertKey(id="alert_key", kind="alert_key", ttl=-1, key=random(KEY_BYTES).hex())
        with suppress(DocumentExists):  # Another process was first.
            await store.create(ALERT_KEYS, made)
            return bytes.fromhex(made["key"])
        return await read_key(store, random)
    return bytes.fromhex(known["key"])


def signed_path(key: bytes, action: Action, target: str, now: datetime) -> str:
    """Return the path of a link about an incident or a channel, valid for its VALID_FOR."""
    expires = int((now + VALID_FOR[action]).timestamp())
    whole = f"{action}.{target}.{expires}"
    return f"{PATH}{whole}.{signature_of(key, whole)}"


def incident_path(incident: str) -> str:
    """Return the path of an incident's view in the dashboard: dashboard/src/address.ts."""
    return "/?" + urlencode({"view": "alerts", "incident": incident})


def read_token(key: bytes, token: str) -> SignedLink | None:
    """Return what a token says; None if this key hasn't signed it. It may be expired."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    whole = token.rpartition(".")[0]
    if not hmac.compare_digest(signature_of(key, whole), found["signature"]):
        return None
    expires = datetime.fromtimestamp(int(found["expires"]), UTC)
    return SignedLink(cast("Action", found["action"]), found["target"], expires)


def signature_of(key: bytes, text: str) -> str:
    """Return the HMAC-SHA256 of a text in 43 characters. Each use begins its texts in its own way.

    https://www.rfc-editor.org/rfc/rfc2104
    """
    digest = hmac.digest(key, text.encode(), sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
