"""Collection on demand: the queue, its message, and what guards that one is asked for at a time."""

from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from shared.errors import BadMessage
from shared.models import Lease, Request
from shared.times import iso, parse_iso

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


def cycle_id_of(moment: datetime) -> str:
    """Give the id of a cycle that begins, or is asked for, at this moment."""
    return moment.strftime("cycle_%Y%m%d_%H%M%S")


def running_cycle(lease: Lease | None, now: datetime) -> str | None:
    """Give the id of the cycle that holds the lease, if one does."""
    if lease is None or lease["holder"] is None or lease["expires_at"] < iso(now):
        return None
    return lease["holder"] if lease["holder"].startswith("cycle_") else None


def awaited_cycle(request: Request | None, now: datetime) -> str | None:
    """Give the id of the cycle that was just asked for and hasn't begun yet, if one was."""
    if request is None or request["cycle"] is None:
        return None
    is_late = now - parse_iso(request["asked_at"]) > TAKEN_UP_WITHIN
    return None if is_late else request["cycle"]
