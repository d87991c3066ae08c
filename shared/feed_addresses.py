"""Signed addresses of feeds: their documents, and the tokens that open them.

A token has the id of an address and an HMAC-SHA256 of the id and of what it opens, with a key that
only the store has: the one that signs links of alerts (shared/alerts/links.py).
https://www.rfc-editor.org/rfc/rfc2104
"""

import hmac
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from shared.alerts.links import signature_of
from shared.errors import DocumentChanged, DocumentExists, StoreUnavailable
from shared.models import FeedAddress, FeedAddresses
from shared.store import FEED_ADDRESSES, Store

PATH: Final = "/feeds/"
KEY: Final = ("feed_addresses", "feed_addresses")
ID_BYTES: Final = 8
MAX_ADDRESSES: Final = 200
# Of those that were revoked, for the record.
MAX_REVOKED: Final = 100
MAX_TRIES: Final = 5
_TOKEN: Final = re.compile(r"(?P<id>[0-9a-f]{16})\.(?P<signature>[A-Za-z0-9_-]{43})")

Edit = Callable[[Sequence[FeedAddress]], Sequence[FeedAddress]]


async def read_addresses(store: Store) -> FeedAddresses:
    """Return the stored addresses, or none, which have no `_etag`. Raises StoreError."""
    known = await store.read(FEED_ADDRESSES, *KEY)
    return known or FeedAddresses(id="feed_addresses", kind="feed_addresses", ttl=-1, addresses=[])


async def edit_addresses(store: Store, edit: Edit) -> None:
    """Write what an edit makes of the addresses. Raises StoreError, and what the edit raises."""
    for _ in range(MAX_TRIES):
        before = await read_addresses(store)
        after: FeedAddresses = {**before, "addresses": kept(edit(before["addresses"]))}
        with suppress(DocumentChanged, DocumentExists):
            if (etag := before.get("_etag")) is None:
                await store.create(FEED_ADDRESSES, after)
            else:
                await store.replace(FEED_ADDRESSES, after, etag)
            return
    raise StoreUnavailable("the addresses of feeds change with every read")


def kept(addresses: Sequence[FeedAddress]) -> list[FeedAddress]:
    """Return the addresses without the oldest of many that were revoked."""
    revoked = [each["id"] for each in addresses if each["revoked_at"] is not None]
    forgotten = set(revoked[:-MAX_REVOKED])
    return [each for each in addresses if each["id"] not in forgotten]


def token_of(key: bytes, address: FeedAddress) -> str:
    """Return the token that opens an address."""
    return f"{address['id']}.{_signature(key, address)}"


def is_token(text: str) -> bool:
    """Return whether a text has the form of a token."""
    return _TOKEN.fullmatch(text) is not None


def find_address(key: bytes, token: str, addresses: Sequence[FeedAddress]) -> FeedAddress | None:
    """Return the address that a token opens; None if it is forged, or was revoked."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    known = next((each for each in addresses if each["id"] == found["id"]), None)
    if known is None or not hmac.compare_digest(_signature(key, known), found["signature"]):
        return None
    return known if known["revoked_at"] is None else None


def _signature(key: bytes, address: FeedAddress) -> str:
    return signature_of(key, f"feed.{address['id']}.{address['feed']}.{address['target']}")
