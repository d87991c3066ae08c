"""Collection on demand: the queue, its message, and how long a request waits for its worker."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Annotated, Final, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.cycles import lease_holder
from shared.messages import parsed
from shared.models import CollectRequest, Lease
from shared.times import parse_iso

QUEUE: Final = "collect-requests"
# An app scaled to nothing gets an instance for its queue at most every 30 seconds, which then
# starts in a few: https://learn.microsoft.com/azure/azure-functions/event-driven-scaling
WORKER_START = timedelta(seconds=60)
# The host hides a message that is worked on for this long at a time, and renews that: after a kill
# it is seen again when this has passed.
HIDDEN = timedelta(minutes=10)

CycleId = Annotated[str, StringConstraints(pattern=r"^cycle_[0-9]{8}_[0-9]{6}$")]


class CollectMessage(BaseModel):
    """A message of the queue: run the cycle of this id, unless it has run."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    cycle: CycleId = Field(description="the id that the cycle will have")
    asked_at: str = Field(description="when it was asked for")


@runtime_checkable
class ReportsLoss(Protocol):
    """An output whose host says when it couldn't be written.

    The local host does. Azure's writes it after the function has returned, and reports no failure.
    """

    def if_lost(self, undo: Callable[[], Awaitable[None]]) -> None:
        """Have `undo` run if the output can't be written."""
        ...


def read_message(body: bytes) -> CollectMessage:
    """Read a message. Raises BadMessage."""
    return parsed(CollectMessage, body, "a collection")


def taken_up_by(request: CollectRequest, poll: timedelta) -> datetime:
    """Return when a worker has taken a request up unless something is wrong.

    poll is the time between two looks at an idle queue.
    """
    return parse_iso(request["asked_at"]) + poll + WORKER_START


def lost_after(request: CollectRequest, poll: timedelta) -> datetime:
    """Return until when a request's message may be seen again though its worker was killed."""
    return taken_up_by(request, poll) + HIDDEN


def may_be_lost(
    request: CollectRequest, lease: Lease | None, now: datetime, poll: timedelta
) -> bool:
    """Return whether a request that hasn't begun may have no message any more.

    While another writer holds the lease, its worker may just be waiting.
    """
    return lease_holder(lease, now) is None and now > lost_after(request, poll)
