"""The interface of channels, which send messages to people."""

from dataclasses import dataclass
from typing import Protocol

from pydantic import SecretStr

from shared.alerts.messages import Message


@dataclass(frozen=True)
class Target:
    """Where a message goes.

    to is an address of the channel's kind, or None where the secret holds it. secret is what the
    rule's setting holds (secrets.py reads it), or None.
    """

    to: str | None
    secret: SecretStr | None


@dataclass(frozen=True)
class Receipt:
    """What a channel tells of a message that it took.

    reference is what it needs to change the message later (Entry.replaces), or None.
    """

    reference: str | None = None


class Channel(Protocol):
    """A kind of place that messages are sent to."""

    async def send(self, message: Message, target: Target) -> Receipt:
        """Send a message, in 10 seconds at most for each request that it takes.

        A message that is sent again has the same key. Raises TemporaryFailure, after which it may
        be sent again, and PermanentFailure, after which that would be useless. Neither has a secret
        nor more of an address than its host.
        """
        ...
