"""The queue of digests that are to be made, and its message."""

from collections.abc import Iterable
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from shared.communities import NAME
from shared.messages import parsed

QUEUE: Final = "digest-issues"


class DigestMessage(BaseModel):
    """A message of the queue: make what is due of this digest."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    digest: str = Field(description="the id of the digest", pattern=rf"^{NAME.pattern}$")


def read_message(body: bytes) -> DigestMessage:
    """Read a message. Raises BadMessage."""
    return parsed(DigestMessage, body, "making a digest")


def messages_of(digests: Iterable[str]) -> list[str]:
    """Return the messages that have these digests made, one for each."""
    return [DigestMessage(digest=each).model_dump_json() for each in dict.fromkeys(digests)]
