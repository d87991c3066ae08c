"""Backfills: the queue, its message, and what collector and api both know of their documents."""

from datetime import datetime, timedelta
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.messages import parsed
from shared.models import Backfill
from shared.on_demand import HIDDEN
from shared.times import iso

QUEUE: Final = "backfill-requests"
# After a kill a message is seen again when HIDDEN has passed, and a worker may take a while to
# start: after this time a backfill has no message any more.
LOST_AFTER = HIDDEN + timedelta(minutes=5)

BackfillStatus = Literal["waiting", "running", "done", "failed"]


class BackfillMessage(BaseModel):
    """A message of the queue: read on in the past of this community.

    Only the ticket that its document has counts, so that a community has one message at most.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    community: str = Field(description="the community's id", min_length=1, max_length=200)
    ticket: str = Field(description="what the document was given with the message", max_length=64)


def read_message(body: bytes) -> BackfillMessage:
    """Read a message. Raises BadMessage."""
    return parsed(BackfillMessage, body, "a backfill")


def backfill_id(community: str) -> str:
    """Return the id of a community's backfill, which is also the holder of its lease."""
    return f"backfill_{community}"


def status_of(backfill: Backfill, now: datetime) -> BackfillStatus:
    """Return how a backfill stands: done, failed (and tried again later), running or waiting."""
    if backfill["complete"]:
        return "done"
    if backfill["last_error"] is not None:
        return "failed"
    has_begun = backfill["began_at"] is not None
    return "running" if has_begun and is_active(backfill, now) else "waiting"


def is_active(backfill: Backfill, now: datetime) -> bool:
    """Return whether a backfill is being worked on, or has a message that will be seen."""
    if backfill["complete"] or backfill["retry_at"] is not None:
        return False
    # A time in the future is another machine's error: it must not hold the backfill up.
    return iso(now - LOST_AFTER) < backfill["updated_at"] <= iso(now + LOST_AFTER)
