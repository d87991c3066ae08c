"""Scoring outside the lease: the queue, its message, and what collector and api know of its state.

Cells count their items by method, so that the stored data itself says what waits. The state only
repeats that, so that nobody has to read the days for it, and names the message that is on its way.
"""

import secrets
from datetime import datetime, timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from shared.messages import parsed
from shared.models import ScoringId, ScoringState
from shared.on_demand import HIDDEN
from shared.store import SCORING, Store
from shared.times import iso

QUEUE: Final = "score-requests"
MODEL_QUEUE: Final = "model-score-requests"
KIND: Final = "scoring"
# After a kill a message is seen again when HIDDEN has passed, and a worker may take a while to
# start: after this time the items that wait have no message any more.
LOST_AFTER = HIDDEN + timedelta(minutes=5)


class ScoreMessage(BaseModel):
    """A message of the queue: score stored items of other methods than the one in force.

    Only the ticket that the state has counts, so that there is one message at most.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    ticket: str = Field(description="what the state was given with the message", max_length=64)


def read_message(body: bytes) -> ScoreMessage:
    """Read a message. Raises BadMessage."""
    return parsed(ScoreMessage, body, "scoring")


def new_ticket() -> str:
    """Return a ticket, which makes the messages of earlier ones void."""
    return secrets.token_hex(8)


async def read_scoring(store: Store, state: ScoringId = "scoring") -> ScoringState | None:
    """Return a stored state, or None before the first collection. Raises StoreError."""
    return await store.read(SCORING, KIND, state)


async def uncounted(store: Store) -> None:
    """Note that items are about to be written whose scores aren't by the method in force.

    The caller holds the lease, and writes them afterwards. Raises StoreError.
    """
    state = await read_scoring(store)
    if state is not None:
        waiting: ScoringState = {**state, "is_counted": False}
        await store.upsert(SCORING, [waiting])


def is_active(state: ScoringState, now: datetime) -> bool:
    """Return whether items are being scored, or there is a message that will be seen."""
    if state["ticket"] is None or state["ticket_at"] is None:
        return False
    # A time in the future is another machine's error: it must not hold the scoring up.
    return iso(now - LOST_AFTER) < state["ticket_at"] <= iso(now + LOST_AFTER)


def is_due(state: ScoringState, now: datetime) -> bool:
    """Return whether items wait that can be scored now."""
    if iso(now) < (state.get("paused_until") or ""):
        return False
    is_retried = state["retry_at"] is None or state["retry_at"] <= iso(now)
    failed = 0 if is_retried else sum(state["failed"].values())
    return state["waiting"] > failed
