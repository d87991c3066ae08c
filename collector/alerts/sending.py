"""Sends a message to the channel that a rule names, with the secret of its setting."""

from collections.abc import Mapping

from collector.alerts.channels.base import Receipt, Target
from collector.alerts.channels.registry import channel_of
from collector.alerts.channels.secrets import read_secret
from collector.alerts.outbox import Send
from shared.alerts.messages import Message
from shared.models import AlertChannel
from shared.settings import Settings


def send_with(settings: Settings, environ: Mapping[str, str]) -> Send:
    """Return what sends messages; environ has the settings that hold channels' secrets."""

    async def send(message: Message, channel: AlertChannel) -> Receipt:
        secret = read_secret(channel["secret"], environ)
        target = Target(channel["to"], secret)
        return await channel_of(channel["type"], settings).send(message, target)

    return send
