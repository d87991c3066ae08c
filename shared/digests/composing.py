"""Composes the messages of digests."""

from datetime import datetime

from shared.alerts.composing import Sender, unsubscribe_address
from shared.alerts.messages import Message
from shared.models import DigestContent, DigestDelivery, DigestIssue


def compose_digest(
    issue: DigestIssue,
    delivery: DigestDelivery,
    content: DigestContent,
    *,
    key: str,
    sender: Sender,
    now: datetime,
) -> Message:
    """Return the message of a digest to a channel; the same key is the same message."""
    is_test = issue["kind"] == "test"
    return Message(
        key=key,
        kind="test" if is_test else "digest",
        at=now,
        instance=sender.instance,
        title=content["title"],
        is_sample=content["is_sample"],
        unsubscribe=unsubscribe_address(delivery["channel"], sender, now),
        digest=content,
        folded=tuple(delivery["folded"] or ()),
        more_folded=delivery["more_folded"],
    )
