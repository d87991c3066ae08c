"""To whom a digest is sent: each e-mail address of a channel is a recipient of its own."""

from collections.abc import Iterable

from shared.alerts.channels import channel_id, shown_address
from shared.models import AlertChannel, ScheduledDigest


def recipients(channels: Iterable[AlertChannel]) -> list[AlertChannel]:
    """Return the channels that messages to these go to, each once.

    An e-mail channel with several addresses is one for each person, who sees no other address.
    """
    found: dict[str, AlertChannel] = {}
    for channel in channels:
        for each in _addressed(channel):
            found.setdefault(channel_id(each), each)
    return [*found.values()]


def digests_with(digests: Iterable[ScheduledDigest], channel: str) -> list[ScheduledDigest]:
    """Return the digests that are sent to the recipient with this id."""
    return [
        each
        for each in digests
        if any(channel_id(own) == channel for own in recipients(each["channels"]))
    ]


def without_recipient(digest: ScheduledDigest, channel: str) -> ScheduledDigest:
    """Return a digest that isn't sent to the recipient with this id; other addresses stay."""
    kept = (_without(each, channel) for each in digest["channels"])
    return {**digest, "channels": [each for each in kept if each is not None]}


def address_of(digests: Iterable[ScheduledDigest], channel: str) -> str | None:
    """Return what anybody may see of a recipient's address; None where no digest has it."""
    for each in recipients(own for digest in digests for own in digest["channels"]):
        if channel_id(each) == channel:
            return shown_address(each) or "an address"
    return None


def _addressed(channel: AlertChannel) -> list[AlertChannel]:
    """Return a channel for each address of an e-mail channel; another one as it is."""
    if channel["type"] != "email" or channel["to"] is None:
        return [channel]
    return [{**channel, "to": each.strip()} for each in channel["to"].split(",")]


def _without(channel: AlertChannel, recipient: str) -> AlertChannel | None:
    """Return a channel without one of its addresses; None where it was the only one."""
    own = _addressed(channel)
    kept = [each for each in own if channel_id(each) != recipient]
    if len(kept) == len(own):
        return channel
    return {**channel, "to": ", ".join(each["to"] or "" for each in kept)} if kept else None
