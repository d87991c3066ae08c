"""The documents of work: cycles, cleanups, rescores, rematches, and the lease."""

from typing import Literal, NotRequired, TypedDict

from shared.communities import SourceName
from shared.errors import ErrorKind

Trigger = Literal["timer", "request", "cli"]
Origin = Literal["live", "sample", "recorded"]
WorkStatus = Literal["running", "completed", "failed"]


class CycleError(TypedDict):
    """One error of a cycle; community is None where it was the whole cycle's."""

    community: str | None
    kind: ErrorKind
    message: str


class CommunityCounts(TypedDict):
    """The counts of one community in a cycle; without left_out if nothing was."""

    posts_seen: int
    comments_seen: int
    new: int
    edited: int
    moved: int
    removed: int
    left_out: NotRequired[int]
    error: str | None


Outcome = Literal["ok", "failed", "waiting"]


class SourceRequests(TypedDict):
    """The number of requests that a source was sent, and that it still allows, if it says so.

    waited are the seconds between them. outcome is waiting until the source's communities are read,
    also where its time was used up before; reason says why it isn't ok. Earlier cycles lack these.
    """

    used: int
    left: int | None
    waited: NotRequired[float]
    outcome: NotRequired[Outcome]
    reason: NotRequired[str | None]


class Work(TypedDict):
    """The fields of all documents of work that changes statistics; id begins with the kind.

    pending_cells is the write-ahead: the hours of each community whose statistics may not agree
    with the items yet. reconciled is "no" from the start until there are none left: the next
    writer looks for it.
    """

    id: str
    kind: Literal[
        "cycle", "cleanup", "rescore", "backfill", "import", "rematch", "correct", "shard"
    ]
    status: WorkStatus
    start_time: str
    end_time: str | None
    errors: list[CycleError]
    pending_cells: dict[str, list[str]]
    reconciled: Literal["yes", "no"]
    _etag: NotRequired[str]


class Cycle(Work):
    """One collection cycle (DataCollectionCycle).

    left_out counts by the reason what the source showed and couldn't be kept. collected_at is that
    of the items that it writes. uncounted names the communities whose new items are written and not
    counted yet, each with the keys of those that it writes over: recovery counts the others.
    Earlier cycles lack both.

    A cycle that is collected in shards has turns: the last turn of each shard that is counted in
    it, 0 before the first. open_shards are those that haven't ended. Until alive_until (an ISO
    time) a sign of one of them may come. Only such cycles have oldest_new, the oldest hour with a
    new post, and unlisted, the number of communities that failed and aren't among those listed.
    """

    collected_at: NotRequired[str]
    uncounted: NotRequired[dict[str, list[str]]]
    turns: NotRequired[dict[str, int]]
    open_shards: NotRequired[list[str]]
    alive_until: NotRequired[str]
    oldest_new: NotRequired[str | None]
    unlisted: NotRequired[int]

    trigger: Trigger
    origin: Origin
    posts_collected: int
    comments_collected: int
    posts_seen: int
    comments_seen: int
    new: int
    edited: int
    moved: int
    removed: int
    left_out: NotRequired[dict[str, int]]
    communities_processed: list[str]
    communities: dict[str, CommunityCounts]
    requests: dict[SourceName, SourceRequests]


class Removed(TypedDict):
    """The number of removed documents of each kind; statistics counts days and hours."""

    posts: int
    comments: int
    statistics: int
    topics: int
    cycles: int


class Cleanup(Work):
    """One cleanup: what was created before `before` went. complete says that nothing is left.

    One in shards is `running` until their round has ended; has_shards says that removed has what
    they counted. What a killed process removed last may be missing there.
    """

    before: str
    removed: Removed
    cycles_closed: int
    complete: bool
    has_shards: NotRequired[bool]


class Rescore(Work):
    """One rescore: items of other methods than `method` ("linear 1") were scored again by it.

    It takes the lease for each batch, between which it is `completed`.
    """

    method: str
    rescored: int


class Backfill(Work):
    """The reading of a community's past; there is one for each, with backfill_COMMUNITY as its id.

    It is worked on in turns at the lease, between which it is `completed`, and not `complete`.
    cursor is where the source goes on in the span from start to end, newest first; from reached on,
    all is read. is_read says that the source has nothing more, and uncompared are the first and the
    last hour of posts that weren't compared for copies yet. items counts what was read, expected is
    what the source counts in the span, where it can. attempts are the failures in a row; retry_at
    is when a message may be sent again. Only the message with its ticket is taken. are_topics_due
    says that all is read, and the topics of the days that were read are still to be found.
    """

    ttl: int
    community: str
    source: SourceName
    ticket: str
    start: str
    end: str
    cursor: dict[str, str] | None
    reached: str | None
    items: int
    expected: int | None
    left_out: dict[str, int]
    is_read: bool
    uncompared: list[str]
    complete: bool
    last_error: CycleError | None
    attempts: int
    retry_at: str | None
    began_at: str | None
    updated_at: str
    are_topics_due: NotRequired[bool]


class BackfillPlan(TypedDict):
    """Where the planning of backfills goes on, with more communities than it looks at together.

    last is the community that was looked at last. begun are those that got a ticket, and whose
    backfills weren't complete when they were looked at.
    """

    id: Literal["plan"]
    kind: Literal["backfill_plan"]
    ttl: int
    last: str
    begun: list[str]
    _etag: NotRequired[str]


class Import(Work):
    """One import: what changed of items that were pushed. what says where they came from.

    Between two turns at the lease it is `completed`.
    """

    what: str
    new: int
    edited: int
    moved: int
    removed: int
    unchanged: int


class Rematch(Work):
    """The matching of stored items by the watchlist's current rules; its id is "rematch".

    It is worked on in turns at the lease, and only by the holder of the lease. Where each shard has
    its own turns, run is the round's, and several workers change the document under its ETag.
    revision is that of the watchlist whose rules are applied. subjects are the ids whose mentions
    may not be right yet: those whose rules changed, and others as soon as a mention of theirs
    changes. cursor is "HOUR community" of the last one that is done, newest first; None before the
    first, and in shards. items is the number of items in all, matched of those that are done, and
    changed of those that were written.
    """

    ttl: int
    run: NotRequired[str]
    revision: int
    subjects: list[str]
    cursor: str | None
    items: int
    matched: int
    changed: int
    began_at: str
    ended_at: str | None
    updated_at: str


class Correct(Work):
    """One run that writes people's corrections into items; corrected counts what it wrote."""

    corrected: int


class Lease(TypedDict):
    """A lease; holder None means that it is free. The one named "lease" guards every writer.

    That one may be shared: members are the shards that take part in it, each with the ISO time at
    which its part expires. wanted_by is a writer that waits for them until wanted_until: while it
    does, no other shard begins.
    """

    id: str
    kind: Literal["lease"]
    ttl: int
    holder: str | None
    expires_at: str
    members: NotRequired[dict[str, str]]
    wanted_by: NotRequired[str]
    wanted_until: NotRequired[str]
    _etag: NotRequired[str]


class CollectRequest(TypedDict):
    """The collection that was asked for last; cycle is None once it has begun."""

    id: Literal["request"]
    kind: Literal["lease"]
    ttl: int
    cycle: str | None
    asked_at: str
    _etag: NotRequired[str]
