"""Web hooks by the specification Standard Webhooks.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from collector.alerts.channels.base import Receipt, Target
from collector.alerts.channels.http import HttpClient, check
from collector.alerts.channels.texts import encodable
from collector.alerts.channels.webhook_digest import WebhookDigest, digest_of
from shared.alerts.messages import Entry, Figure, Link, Message
from shared.errors import PermanentFailure
from shared.models.alerts import CitedItem
from shared.times import Clock, iso

SECRET_PREFIX = "whsec_"  # noqa: S105 - what secrets begin with
# Lengths of keys, in bytes, that the specification asks for.
MIN_KEY_BYTES, MAX_KEY_BYTES = 24, 64

EventType = Literal[
    "alert.opened",
    "alert.updated",
    "alert.closed",
    "alert.several",
    "alert.test",
    "alert.folded",
    "alert.digest",
]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)


class WebhookFigure(_Part):
    """A figure as people read it."""

    name: str = Field(description="what it is, such as mood")
    value: str = Field(description="as people read it, such as -0.21")


class WebhookItem(_Part):
    """A post or comment that the incident rests on."""

    id: str
    community: str
    title: str
    excerpt: str
    permalink: str = Field(description="it at its source")


class WebhookLink(_Part):
    """A link into the dashboard, or one that acknowledges or snoozes the incident."""

    text: str
    address: str


class WebhookIncident(_Part):
    """What happened to an incident."""

    id: str = Field(description="the incident: the rule's id, a full stop, and a number")
    event: Literal["opened", "updated", "closed", "test"]
    rule: str = Field(description="the rule's name")
    scope: str = Field(description="the name of the subject or community, or all")
    sentence: str
    at: str = Field(description="when it was found, such as 2026-11-23T13:05:07Z")
    figures: list[WebhookFigure]
    items: list[WebhookItem]
    links: list[WebhookLink]
    note: str = Field(description="the note of the rule's owner; empty if there is none")
    lasted: str | None = Field(description="how long a closed incident lasted, as people read it")


class WebhookData(_Part):
    """A message; its incidents are those of one channel within some minutes."""

    title: str
    instance: str = Field(description="the address of the dashboard that sends it")
    is_sample: bool = Field(description="whether its data is invented")
    incidents: list[WebhookIncident]
    digest: WebhookDigest | None = Field(
        description="of alert.digest, and of a test of a digest; else null"
    )


class WebhookBody(_Part):
    """The body of a web hook.

    Receivers ignore types and properties that they don't know.
    """

    type: EventType = Field(
        description="alert.several has incidents with several events; alert.folded says that"
        " further messages of the day wait for the digest"
    )
    timestamp: str = Field(
        description="when the message was composed, such as 2026-11-23T13:05:07Z"
    )
    data: WebhookData


class WebhookChannel:
    """Sends messages as JSON, signed if there is a secret."""

    def __init__(self, http: HttpClient, clock: Clock) -> None:
        self._http = http
        self._clock = clock

    async def send(self, message: Message, target: Target) -> Receipt:
        """Send a message (see Channel); its key is the webhook-id, by which receivers skip repeats.

        A web hook can't change an earlier message, so the receipt has no reference.
        """
        if target.to is None:
            raise PermanentFailure("the web hook has no address")
        secret = "" if target.secret is None else target.secret.get_secret_value()
        # While a secret is replaced, the setting has both, separated by a blank.
        keys = [key_of(each) for each in secret.split()]
        body = body_of(message).model_dump_json().encode()
        headers = headers_of(keys, message.key, int(self._clock().timestamp()), body)
        check(await self._http.send("POST", target.to, body, headers))
        return Receipt()


def body_of(message: Message) -> WebhookBody:
    """Return the body of a message."""
    data = WebhookData(
        title=encodable(message.title),
        instance=message.instance,
        is_sample=message.is_sample,
        incidents=[_incident(each) for each in message.entries],
        digest=digest_of(message, message.digest) if message.digest else None,
    )
    return WebhookBody(type=type_of(message), timestamp=iso(message.at), data=data)


def type_of(message: Message) -> EventType:
    """Return the type of a message: its kind, or the event that all of its entries share."""
    if message.kind == "test":
        return "alert.test"
    if message.kind == "folded":
        return "alert.folded"
    if message.kind == "digest":
        return "alert.digest"
    types: dict[str, EventType] = {
        "opened": "alert.opened",
        "updated": "alert.updated",
        "closed": "alert.closed",
        "test": "alert.test",
    }
    events = {each.event for each in message.entries}
    return types[events.pop()] if len(events) == 1 else "alert.several"


def key_of(secret: str) -> bytes:
    """Return the key of a secret such as whsec_…. Raises PermanentFailure."""
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(SECRET_PREFIX) or not MIN_KEY_BYTES <= len(key) <= MAX_KEY_BYTES:
        raise PermanentFailure(
            f"a secret of the web hook isn't {SECRET_PREFIX} and base64 of {MIN_KEY_BYTES} to"
            f" {MAX_KEY_BYTES} bytes"
        )
    return key


def headers_of(keys: Sequence[bytes], key: str, seconds: int, body: bytes) -> dict[str, str]:
    """Return the headers of a body sent at `seconds` (Unix), with a signature of each key."""
    headers = {"webhook-id": key, "webhook-timestamp": str(seconds)}
    if not keys:
        return headers
    signed = f"{key}.{seconds}.".encode() + body
    signatures = (hmac.new(each, signed, hashlib.sha256).digest() for each in keys)
    values = [f"v1,{base64.b64encode(each).decode()}" for each in signatures]
    return {**headers, "webhook-signature": " ".join(values)}


def _incident(entry: Entry) -> WebhookIncident:
    return WebhookIncident(
        id=encodable(entry.incident),
        event=entry.event,
        rule=encodable(entry.rule),
        scope=encodable(entry.scope),
        sentence=encodable(entry.sentence),
        at=iso(entry.at),
        figures=[_figure(each) for each in entry.figures],
        items=[_item(each) for each in entry.items],
        links=[_link(each) for each in entry.links],
        note=encodable(entry.note),
        lasted=None if entry.lasted is None else encodable(entry.lasted),
    )


def _figure(figure: Figure) -> WebhookFigure:
    return WebhookFigure(name=encodable(figure.name), value=encodable(figure.value))


def _item(item: CitedItem) -> WebhookItem:
    return WebhookItem(
        id=encodable(item["id"]),
        community=encodable(item["community"]),
        title=encodable(item["title"]),
        excerpt=encodable(item["excerpt"]),
        permalink=encodable(item["permalink"]),
    )


def _link(link: Link) -> WebhookLink:
    return WebhookLink(text=encodable(link.text), address=encodable(link.address))
