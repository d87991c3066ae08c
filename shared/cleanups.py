"""Cleanups in shards: the queue and its message.

The timer begins a cleanup, and sends a message for each worker. Its document and its round are the
truth: a message says which cleanup to work on.
"""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.messages import parsed

QUEUE: Final = "cleanup-requests"

CleanupId = Annotated[str, StringConstraints(pattern=r"^cleanup_[0-9]{8}_[0-9]{6}$")]


class CleanupMessage(BaseModel):
    """A message of the queue: clean up the shards that are open in this cleanup."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    cleanup: CleanupId = Field(description="the id of the cleanup")


def read_message(body: bytes) -> CleanupMessage:
    """Read a message. Raises BadMessage."""
    return parsed(CleanupMessage, body, "a cleanup")
