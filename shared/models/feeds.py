"""Signed addresses of feeds, for readers that can send no key."""

from typing import Literal, NotRequired, TypedDict

FeedKind = Literal["trending", "subject", "alert_rule"]


class FeedAddress(TypedDict):
    """An address that opens one feed; target is the id of a subject or an alert rule, else empty.

    made_by and revoked_by are who did it, None where that isn't known. revoked_at is None while it
    counts.
    """

    id: str
    feed: FeedKind
    target: str
    name: str
    made_at: str
    made_by: str | None
    revoked_at: str | None
    revoked_by: str | None


class FeedAddresses(TypedDict):
    """All signed addresses, the newest last; revoked ones are kept for the record."""

    id: Literal["feed_addresses"]
    kind: Literal["feed_addresses"]
    ttl: int
    addresses: list[FeedAddress]
    _etag: NotRequired[str]
