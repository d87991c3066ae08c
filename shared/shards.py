"""Shards: groups of communities of one source, each collected by a message of its own.

docs/adr/0013-shards.md says why and how.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, get_args

from pydantic import BaseModel, ConfigDict, Field

from shared.communities import SourceName
from shared.messages import parsed
from shared.models import CommunityState, Trigger
from shared.on_demand import HIDDEN, CycleId
from shared.store import COLLECTION, Store
from shared.times import iso

QUEUE: Final = "shard-requests"
# As for backfills: after this time a shard that gave no sign has no message any more.
LOST_AFTER = HIDDEN + timedelta(minutes=5)
# The host tries a message five times, too: maxDequeueCount of host.json.
MAX_ATTEMPTS = 5
PREFIX = "shard_"
# Workers of a round. One that only reads takes 1,300 request units a second (2026-11-28, python -m
# bench.trending), and a serverless container bears 5,000, for collection and requests too.
WORKERS_OF_ROUND = 2
# Sorts behind every time: the state of a community that isn't polled.
NEVER = "~"
# A community is due once about this number of items waits.
ITEMS_AT_ONCE = 5
MAX_PAUSE = timedelta(hours=24)
# Ticks come some milliseconds early, and a cycle takes a while: what is due by then counts as due.
DUE_EARLY = timedelta(minutes=1)
# https://support.reddithelp.com/hc/en-us/articles/16160319875092-Reddit-Data-API-Wiki
REQUESTS_A_MINUTE = 100
# The rest is for the time between two shards, and for hours that are busier than the mean.
SHARE_OF_PACE = 0.6
# Its posts and its comments.
REQUESTS_A_POLL = 2


@dataclass(frozen=True)
class Sharding:
    """From how many watched communities on there are shards, and of how many each is at most."""

    fewest: int = 100
    size: int = 50

    def applies_to(self, communities: int) -> bool:
        """Return whether this number of watched communities is collected in shards."""
        return communities >= self.fewest


SHARDING = Sharding()


class ShardMessage(BaseModel):
    """A message of the queue: collect a shard, or end the cycle where it names none.

    It counts only while the shard's queue has this turn of this cycle, and didn't send it again.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    cycle: CycleId = Field(description="the cycle that the shard is collected for")
    shard: str = Field(
        default="", description="the shard's id; empty to end the cycle", max_length=64
    )
    turn: int = Field(default=1, description="the number of the shard's turn in this cycle", ge=1)
    resent: int = Field(
        default=0, description="how many times the turn's message was sent again", ge=0
    )


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


def due_after(state: CommunityState, since: datetime, interval: timedelta) -> str:
    """Return the ISO time at which a community is due after the poll of a cycle that began `since`.

    A busy one is due in the next interval of the schedule, a quiet one within a day: when a few
    items wait by its usual rate. One that fails is tried in each interval, and so is a new one.
    """
    hourly = state.get("hourly")
    # The tick before a day is over is the last one that polls it in time.
    longest = MAX_PAUSE - interval
    if state.get("failing") or hourly is None:
        pause = interval
    elif hourly * (longest / timedelta(hours=1)) <= ITEMS_AT_ONCE:
        pause = longest
    else:
        pause = ITEMS_AT_ONCE / hourly * timedelta(hours=1)
    return iso(since + max(pause, interval) - DUE_EARLY)


def due_since(start_time: str, trigger: Trigger, now: datetime, interval: timedelta) -> datetime:
    """Return since when the pauses of a cycle's communities count: its begin, wherever they stood.

    Counted from its poll, a community that waited long for its turn would miss the next tick. A
    cycle between two ticks postpones nothing that the next tick polls.
    """
    began = min(datetime.fromisoformat(start_time), now)
    return began if trigger == "timer" else began - interval


def sweep_requests(asked: int, polls: int, shards: int, interval: timedelta) -> int:
    """Return the requests of one shard's sweep, where all shards of a cycle share one client.

    `asked` are those that a cycle's sweep may use. `polls` communities of the shard are polled
    before it, and `shards` are in the cycle. All of them leave a part of the client's pace free;
    each sweeps a little, so that what was deleted is found at any size.
    """
    allowed = SHARE_OF_PACE * REQUESTS_A_MINUTE * (interval / timedelta(minutes=1))
    share = allowed / max(1, shards) - REQUESTS_A_POLL * polls
    return min(asked, max(1, int(share)))


async def has_shards(store: Store) -> bool:
    """Return whether communities have been assigned to shards. Raises StoreError."""
    state = await store.read(COLLECTION, "collection", "collection")
    return state is not None and "shards" in state
