"""The queue of deliveries and its message."""

from collections.abc import Iterable
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from shared.alerts.channels import channel_id
from shared.messages import parsed
from shared.models import AlertChannel

QUEUE: Final = "alert-deliveries"


class DeliveryMessage(BaseModel):
    """A message of the queue: send what is due to this channel, of all incidents."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    channel: str = Field(description="the id of the channel's state", pattern=r"^[0-9a-f]{32}$")


def read_message(body: bytes) -> DeliveryMessage:
    """Read a message. Raises BadMessage."""
    return parsed(DeliveryMessage, body, "delivering alerts")


def messages_of(channels: Iterable[AlertChannel]) -> list[str]:
    """Return the messages that have something delivered to these channels, one for each."""
    ids = dict.fromkeys(channel_id(each) for each in channels)
    return [DeliveryMessage(channel=each).model_dump_json() for each in ids]
