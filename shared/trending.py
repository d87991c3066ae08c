"""Trending topics of many communities: the queue, and its message."""

from datetime import timedelta
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.messages import parsed

QUEUE: Final = "trending-requests"
# After this time a round begins again with the posts that came meanwhile, whatever its workers do.
MAX_ROUND = timedelta(hours=3)

Moment = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$")]


class TrendingMessage(BaseModel):
    """A message of the queue: work on the topics of this moment, unless they are found."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    moment: Moment = Field(description="the ISO time whose topics are to be found")


def read_message(body: bytes) -> TrendingMessage:
    """Read a message. Raises BadMessage."""
    return parsed(TrendingMessage, body, "trending topics")
