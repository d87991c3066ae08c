"""The channel that sends e-mails, in the way that the settings name."""

from dataclasses import dataclass

from collector.alerts.channels.base import Receipt, Target
from collector.alerts.channels.email_body import email_body
from collector.alerts.channels.email_ways.base import Email, EmailWay
from shared.alerts.messages import Message
from shared.email_addresses import is_email_address, sender_of
from shared.errors import PermanentFailure
from shared.settings import Settings
from shared.times import Clock, utc_now

# A way loads its client only where it is used.
# ruff: noqa: PLC0415

NOT_SET = (
    "no way to send e-mails is set: set ALERTS_FROM, and SMTP_HOST or ACS_ENDPOINT"
    " (docs/alert_email.md)"
)


@dataclass(frozen=True)
class EmailChannel:
    """Sends messages by e-mail; any loop may use it."""

    settings: Settings
    way: EmailWay | None

    async def send(self, message: Message, target: Target) -> Receipt:
        """Send a message to the address of a target; each person has a mail of their own.

        Raises TemporaryFailure and PermanentFailure, the latter also if the settings name no way
        to send e-mails. No failure names an address.
        """
        if self.way is None or self.settings.alerts_from is None:
            raise PermanentFailure(NOT_SET)
        sender = sender_of(self.settings.alerts_from)
        email = Email(message, email_body(message), sender, _recipient(target))
        return await self.way.send(email)


def email_channel(settings: Settings, clock: Clock = utc_now) -> EmailChannel:
    """Return the channel for e-mails, by the way that these settings name, if they name one."""
    return EmailChannel(settings, _way(settings, clock))


def _way(settings: Settings, clock: Clock) -> EmailWay | None:
    if settings.smtp_host:
        from collector.alerts.channels.email_ways.smtp import SmtpWay

        return SmtpWay(settings)
    if settings.acs_endpoint or settings.acs_connection_string:
        from collector.alerts.channels.email_ways.azure import AzureWay

        return AzureWay(settings, clock)
    return None


def _recipient(target: Target) -> str:
    to = (target.to or "").strip()
    if not is_email_address(to):
        raise PermanentFailure("the channel's address isn't one e-mail address")
    return to
