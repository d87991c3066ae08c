"""The documents of shards: plan, queues, parts and rounds, and notes for the totals."""

from typing import Literal, NotRequired, TypedDict

from shared.communities import SourceName
from shared.models.work import Cycle, Work

RoundName = Literal["rematch", "score", "score_by_model", "cleanup", "trending"]


class ShardCycle(Cycle):
    """One shard's part of a cycle; id is the shard, and the document is reopened each time.

    cycle is the cycle that it is part of, and turn the number of its turn in that, from 1. left
    counts the communities that were due and that it had no time for. stalled counts the turns in a
    row that read none of those.
    """

    ttl: int
    cycle: str
    turn: int
    left: int
    stalled: int


class WaitingShard(TypedDict):
    """A shard that waits for its message; attempts counts those of this turn that failed."""

    shard: str
    turn: int
    attempts: int


class SentShard(TypedDict):
    """A shard whose message was sent; seen_at is when it was sent or last taken, an ISO time.

    begun says that a worker has taken it, and resent how many times its message was sent again.
    """

    cycle: str
    turn: int
    attempts: int
    seen_at: str
    begun: NotRequired[bool]
    resent: NotRequired[int]


class FailedShard(TypedDict):
    """A shard that failed in all its attempts, since an ISO time, and why it did last."""

    since: str
    reason: str


class ShardQueue(TypedDict):
    """The shards of a source that are under way; id is the source.

    waiting are those of the cycle that have no message yet, in their order, and sent those that
    have one. failed ones stay until they succeed.
    """

    id: SourceName
    kind: Literal["shard_queue"]
    ttl: int
    cycle: str
    waiting: list[WaitingShard]
    sent: dict[str, SentShard]
    failed: dict[str, FailedShard]
    _etag: NotRequired[str]


class ShardPlan(TypedDict):
    """The planner's knowledge between cycles; only the holder of the lease `plan` writes it.

    cycles are those that may still run. watched is a digest of the watched names that were
    assigned. unwatched are the shards that have items left, and no watched community. latest is the
    latest ISO time of a plan, by whatever clock.
    """

    id: Literal["plan"]
    kind: Literal["shard_plan"]
    ttl: int
    cycles: list[str]
    watched: str
    unwatched: list[str]
    latest: NotRequired[str]
    _etag: NotRequired[str]


class TotalsNote(TypedDict):
    """The hours of communities that `all` and the subjects don't have yet, left by a shard."""

    id: str
    kind: Literal["totals"]
    ttl: int
    cells: dict[str, list[str]]
    _etag: NotRequired[str]


class TotalsState(TypedDict):
    """A mark: totals are being added up, or were when their writer was killed or had an error.

    unsure_since is the ISO time at which another writer took such a writer's place, which may have
    written for a while yet. It goes once all notes have been added up again after that.
    """

    id: Literal["totals"]
    kind: Literal["totals_state"]
    ttl: int
    is_under_way: bool
    unsure_since: NotRequired[str]
    _etag: NotRequired[str]


class ShardRound(TypedDict):
    """Work that each shard has its turns of, several shards at a time; id is the work.

    run says which one it is: what a shard has done for another run doesn't count. open are the
    shards that aren't done, the next one first. attempts counts by shard the turns in a row that
    began and didn't end well, and reasons has why. counts adds up those of the shards that are
    done. updated_at is the ISO time of the last sign of work.
    """

    id: RoundName
    kind: Literal["shard_round"]
    ttl: int
    run: str
    open: list[str]
    attempts: dict[str, int]
    reasons: dict[str, str]
    counts: dict[str, int]
    updated_at: str
    _etag: NotRequired[str]


class ShardPart(Work):
    """The part of a round that a shard has done, with the write-ahead of its cells.

    It is reopened for each turn. Its id is the kind and the shard. run is that of the round; cursor
    is the work's own, None at the start of a run. counts are those of the run.
    """

    ttl: int
    run: str
    cursor: str | None
    is_done: bool
    counts: dict[str, int]
