"""The queue of corrections and its message."""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from shared.messages import parsed

QUEUE: Final = "correction-requests"


class CorrectionMessage(BaseModel):
    """A message of the queue: write the corrections that wait, of which it names one."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    correction: str = Field(
        description="the key of the corrected item", min_length=1, max_length=200
    )


def read_message(body: bytes) -> CorrectionMessage:
    """Read a message. Raises BadMessage."""
    return parsed(CorrectionMessage, body, "writing a correction")
