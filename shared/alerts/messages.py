"""Messages to people: what a channel is given to send."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from shared.models.alerts import CitedItem
from shared.models.digests import DigestContent, FoldedAlert


@dataclass(frozen=True)
class Link:
    """A link of a message: what it says, and where it leads."""

    text: str
    address: str


@dataclass(frozen=True)
class Figure:
    """A figure of a message as people read it: "mood", "-0.21"."""

    name: str
    value: str


@dataclass(frozen=True)
class Entry:
    """One incident of a message.

    lasted is how long a closed one lasted, as people read it. replaces is the receipt of the
    message that this one updates, where the channel gave one.
    """

    incident: str
    event: Literal["opened", "updated", "closed", "test"]
    rule: str
    scope: str
    sentence: str
    at: datetime
    figures: tuple[Figure, ...] = ()
    items: tuple[CitedItem, ...] = ()
    links: tuple[Link, ...] = ()
    note: str = ""
    lasted: str | None = None
    replaces: str | None = None


@dataclass(frozen=True)
class Message:
    """A message to one channel; key is the same when it is sent again.

    instance is the address of the dashboard that it comes from. is_sample: the data is invented.
    unsubscribe is an address whose page asks, and whose POST unsubscribes, for e-mails (RFC 8058).
    digest is what a digest says, or a test of one, which has no entries. folded are alerts that the
    channel didn't get, and more_folded is the number of further ones.
    """

    key: str
    kind: Literal["alert", "test", "digest", "folded"]
    at: datetime
    instance: str
    title: str
    entries: tuple[Entry, ...] = field(default=())
    is_sample: bool = False
    unsubscribe: str | None = None
    digest: DigestContent | None = None
    folded: tuple[FoldedAlert, ...] = ()
    more_folded: int = 0
