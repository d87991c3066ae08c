"""To whom a digest is sent: each e-mail address of a channel is a recipient of its own."""

from collections.abc import Iterable

from shared.alerts import channels
from shared.models import ScheduledDigest


def digests_with(digests: Iterable[ScheduledDigest], recipient: str) -> list[ScheduledDigest]:
    """Return the digests that are sent to the recipient with this id."""
    return [each for each in digests if channels.has_recipient(each["channels"], recipient)]


def without_recipient(digest: ScheduledDigest, recipient: str) -> ScheduledDigest:
    """Return a digest that isn't sent to the recipient with this id; other addresses stay."""
    return {**digest, "channels": channels.without_recipient(digest["channels"], recipient)}


def address_of(digests: Iterable[ScheduledDigest], recipient: str) -> str | None:
    """Return what anybody may see of a recipient's address; None where no digest has it."""
    own = (channel for each in digests for channel in each["channels"])
    return channels.shown_recipient(own, recipient)
