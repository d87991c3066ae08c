"""Shards: groups of communities of one source, each collected by a message of its own.

docs/adr/0013-shards.md says why and how.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, get_args

from pydantic import BaseModel, ConfigDict, Field

from shared.communities import SourceName
from shared.messages import parsed
from shared.models import CommunityState
from shared.on_demand import HIDDEN, CycleId
from shared.times import iso

QUEUE: Final = "shard-requests"
# As for backfills: after this time a shard that gave no sign has no message any more.
LOST_AFTER = HIDDEN + timedelta(minutes=5)
# The host tries a message five times, too: maxDequeueCount of host.json.
MAX_ATTEMPTS = 5
PREFIX = "shard_"
# Sorts behind every time: the state of a community that isn't polled.
NEVER = "~"
# A community is due once about so many items wait.
ITEMS_AT_ONCE = 5
MAX_PAUSE = timedelta(hours=24)
# Ticks come some milliseconds early, and a cycle takes a while: what is due by then counts as due.
DUE_EARLY = timedelta(minutes=1)


@dataclass(frozen=True)
class Sharding:
    """From how many watched communities on there are shards, and of how many each is at most."""

    fewest: int = 100
    size: int = 50

    def applies_to(self, communities: int) -> bool:
        """Return whether so many watched communities are collected in shards."""
        return communities >= self.fewest


SHARDING = Sharding()


class ShardMessage(BaseModel):
    """A message of the queue: collect a shard, or end the cycle where it names none.

    It counts only while the shard's queue has this turn of this cycle.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    cycle: CycleId = Field(description="the cycle that the shard is collected for")
    shard: str = Field(
        default="", description="the shard's id; empty to end the cycle", max_length=64
    )
    turn: int = Field(default=1, description="the number of the shard's turn in this cycle", ge=1)


def read_message(body: bytes) -> ShardMessage:
    """Read a message. Raises BadMessage."""
    return parsed(ShardMessage, body, "a shard")


def shard_id(source: SourceName, number: int) -> str:
    """Return the id of a source's shard of this number."""
    return f"{PREFIX}{source}_{number:04d}"


def source_of_shard(shard: str) -> SourceName | None:
    """Return the source that a shard is of; None where the text is no shard's id."""
    name = shard.removeprefix(PREFIX).rpartition("_")[0]
    return next((source for source in get_args(SourceName) if source == name), None)


def due_after(state: CommunityState, now: datetime, interval: timedelta) -> str:
    """Return the ISO time at which a community is due after a poll.

    A busy one is due in the next interval of the schedule, a quiet one within a day: when a few
    items wait by its usual rate. One that fails is tried in each interval, and so is a new one.
    """
    hourly = state.get("hourly")
    if state.get("failing") or hourly is None:
        pause = interval
    elif hourly * (MAX_PAUSE / timedelta(hours=1)) <= ITEMS_AT_ONCE:
        pause = MAX_PAUSE
    else:
        pause = ITEMS_AT_ONCE / hourly * timedelta(hours=1)
    return iso(now + max(min(pause, MAX_PAUSE), interval) - DUE_EARLY)
