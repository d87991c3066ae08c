"""What the ways of sending e-mails have in common."""

from dataclasses import dataclass
from typing import Protocol

from collector.alerts.channels.base import Receipt
from collector.alerts.channels.email_body import EmailBody
from shared.alerts.messages import Message
from shared.email_addresses import Sender


@dataclass(frozen=True)
class Email:
    """A message as it is sent to one person, whose address is a valid one."""

    message: Message
    body: EmailBody
    sender: Sender
    recipient: str


class EmailWay(Protocol):
    """A way of sending e-mails."""

    async def send(self, email: Email) -> Receipt:
        """Hand an e-mail to a server. Raises TemporaryFailure and PermanentFailure."""
        ...
