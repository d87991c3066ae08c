"""Collection on demand: the queue, its message, and what guards that one is asked for at a time."""

from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from shared.errors import BadMessage
from shared.models import Request
from shared.times import parse_iso

QUEUE: Final = "collect-requests"
# A message that is worked on at all is so within this time: later, it may be sent again.
TAKEN_UP_WITHIN = timedelta(seconds=30)

CycleId = Annotated[str, StringConstraints(pattern=r"^cycle_[0-9]{8}_[0-9]{6}$")]


class CollectMessage(BaseModel):
    """A message of the queue: run the cycle of this id, unless it has run."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    cycle: CycleId = Field(description="the id that the cycle will have")
    asked_at: str = Field(description="when it was asked for")


def read_message(body: bytes) -> CollectMessage:
    """Read a message. Raises BadMessage."""
    try:
        return CollectMessage.model_validate_json(body)
    except ValidationError as error:
        problems = "; ".join(f"{each['loc']}: {each['msg']}" for each in error.errors())
        raise BadMessage(f"this is no request for a collection: {problems}") from None


def awaited_cycle(request: Request | None, now: datetime) -> str | None:
    """Give the id of the cycle that was just asked for and hasn't begun yet, if one was."""
    if request is None or request["cycle"] is None:
        return None
    is_late = now - parse_iso(request["asked_at"]) > TAKEN_UP_WITHIN
    return None if is_late else request["cycle"]
