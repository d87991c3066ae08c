"""The state of collection: watermarks, cursors, totals."""

from typing import Literal, NotRequired, TypedDict

from shared.communities import SourceName
from shared.models.work import CycleError, Origin

Watermark = dict[str, str]
"""The place where a source goes on reading in a community; the source alone can read it."""


Interval = list[str]
"""Two ISO times: from the first one to the second one."""


class Failing(TypedDict):
    """Failures of a community in a row.

    since is the first one's time, and cycles their number. is_shared: it was its source that
    failed, for all communities together.
    """

    since: str
    cycles: int
    is_shared: bool


class EarlierState(TypedDict):
    """The state of a community as earlier versions stored it; id is its name."""

    id: str
    kind: Literal["community"]
    ttl: int
    watermark: Watermark | None
    last_attempt_at: str
    last_collected_at: str | None
    last_error: CycleError | None
    covered: NotRequired[list[Interval]]
    hourly: NotRequired[float | None]
    last_item_at: NotRequired[str | None]
    failing: NotRequired[Failing | None]
    _etag: NotRequired[str]


class CommunityState(EarlierState):
    """The state of a community between cycles; id is its name.

    covered are the intervals in which the community was observed: merged, sorted, back to the
    retention's limit. hourly is the usual number of items an hour. last_item_at is when the newest
    item was written. failing is there while each poll fails, with the reason in last_error. States
    that no collection has written lack these four.

    bucket is `shared.store.community_states.bucket_of` of the name. source is what collects it.
    shard names the group that it is collected in, and due_at is the ISO time of its next poll: both
    are empty where all communities are collected together. is_added says that it is watched because
    it was added to this container, and not by the settings or the watchlist. left is "yes" where it
    isn't watched any more, as the last cycle found.
    """

    bucket: str
    source: SourceName
    shard: str
    due_at: str
    is_added: NotRequired[bool]
    left: NotRequired[Literal["yes"]]


class PastWalk(TypedDict):
    """A walk through a community's past, which began at an ISO time.

    cursor is the source's own, and reached the ISO time down to which stored items are compared.
    shown are the keys of the last slice's items. looked is the kind and the order key of the last
    item of the next slice that was looked up, and fruitless the lookups that found nothing gone.
    """

    began: str
    cursor: Watermark | None
    is_over: bool
    reached: str
    shown: list[str]
    looked: list[str]
    fruitless: int


class SweepState(TypedDict):
    """The progress of a sweep in each of its rings; id is the source's name, or the shard's.

    collector/collection/sweep.py says what the rings are. past has the walks of communities whose
    past is reread instead, by name.
    """

    id: str
    kind: Literal["sweep"]
    ttl: int
    recent: list[str]
    older: list[str]
    past: NotRequired[dict[str, PastWalk]]
    _etag: NotRequired[str]


class SourceState(TypedDict):
    """The state of a source between cycles; id is its name, and kept is the source's own.

    A source whose communities have servers of their own has one for each shard, with its id.
    """

    id: str
    kind: Literal["source"]
    ttl: int
    kept: dict[str, str]
    _etag: NotRequired[str]


class ReleasesState(TypedDict):
    """The state of reading a repository's releases; id is its community.

    etag is the version of the list that was read at read_at. last_error is that of the last try.
    """

    id: str
    kind: Literal["releases"]
    ttl: int
    etag: str | None
    tried_at: str
    read_at: str | None
    last_error: CycleError | None
    _etag: NotRequired[str]


class ImportProgress(TypedDict):
    """The progress of the import of an export.

    export is a digest of the export, and files the number of its files that are written. recounts:
    the statistics are recounted from the items, and recounted is the last day for which it is done.
    state is the export's own state of collection, which is written last; None while it wasn't read,
    or if the export has none.
    """

    export: str
    recounts: bool
    files: int
    recounted: str | None
    state: "CollectionState | None"


class ShardsState(TypedDict):
    """The shards of a store: their number, and by name those that failed and why."""

    count: int
    failed: dict[str, str]


class CollectionState(TypedDict):
    """The state of collection, which /health reads instead of every cycle.

    schema is the version of the stored shapes, or text that says between which two an upgrade is:
    see shared/store/schema.py. A store never mixes origins. importing is there while an import
    isn't complete: nothing may read or write the store. Only where communities are collected in
    shards, shards says so.
    """

    id: Literal["collection"]
    kind: Literal["collection"]
    ttl: int
    schema: int | str
    origin: Origin
    last_cycle: str | None
    last_started_at: str | None
    last_collection_at: str | None
    collections_succeeded: int
    collections_failed: int
    shards: NotRequired[ShardsState]
    importing: NotRequired[ImportProgress]
    _etag: NotRequired[str]


class UpgradeState(TypedDict):
    """The progress of a step of an upgrade, so that a killed one goes on; cursor is its own."""

    id: Literal["upgrade"]
    kind: Literal["upgrade"]
    ttl: int
    origin: int
    target: int
    cursor: str
    _etag: NotRequired[str]


TokenAccount = Literal["questions", "scoring"]


class TokensSpent(TypedDict):
    """The tokens of a language model that an account has spent or reserved on a day (UTC)."""

    id: TokenAccount
    kind: Literal["tokens"]
    ttl: int
    day: str
    spent: int
    _etag: NotRequired[str]


class UnitsSpent(TypedDict):
    """The request units of a day (UTC) that processes have taken for anonymous reads."""

    id: Literal["anonymous"]
    kind: Literal["read_units"]
    ttl: int
    day: str
    spent: float
    _etag: NotRequired[str]


ScoringId = Literal["scoring", "model_scoring"]


class ScoringState(TypedDict):
    """The method that scores, and the items that wait for it.

    The id is model_scoring for a language model, and else scoring.

    method is the one in force, with its version. wanted is the name that SENTIMENT_METHOD asks for,
    and reason says why another one is in force. stands_in names the method that scores until then;
    None if it is the same. waiting counts the stored items of other methods, from the oldest to the
    newest hour; is_counted says that none came since they were counted. failed counts by the hour
    and community, "HOUR community", the items that couldn't be scored: these hours come last, and
    not before retry_at. last_error is that of the last ones. The message with the ticket is on its
    way, or worked on, and gave a sign of it at ticket_at. paused_because says why a language model
    scores nothing before paused_until; None while it scores.
    """

    id: ScoringId
    kind: Literal["scoring"]
    ttl: int
    method: str
    wanted: str
    reason: str | None
    stands_in: str | None
    waiting: int
    oldest: str | None
    newest: str | None
    is_counted: bool
    failed: dict[str, int]
    retry_at: str | None
    last_error: str | None
    ticket: str | None
    ticket_at: str | None
    paused_because: NotRequired[str | None]
    paused_until: NotRequired[str | None]
    _etag: NotRequired[str]


class ModelVerdict(TypedDict):
    """The verdict of a language model on a text, or on one thing that it names.

    id is a digest of the model's version and the question, and order_key the time and the id. label
    is None where the model gave no usable answer.
    """

    id: str
    kind: Literal["model_verdict"]
    order_key: str
    label: str | None
    _etag: NotRequired[str]
