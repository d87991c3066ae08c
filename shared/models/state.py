"""The state of collection: watermarks, cursors, totals."""

from typing import Literal, NotRequired, TypedDict

from shared.models.work import CycleError, Origin


class Watermark(TypedDict):
    """The newest item of a listing that is stored."""

    fullname: str
    created_utc: str


class SubredditState(TypedDict):
    """What is remembered of a subreddit between cycles; id is its name.

    has_months says that its months are stored, too: earlier versions stored days only.
    """

    id: str
    kind: Literal["subreddit"]
    ttl: int
    posts_watermark: Watermark | None
    comments_watermark: Watermark | None
    last_attempt_at: str
    last_collected_at: str | None
    last_error: CycleError | None
    has_months: NotRequired[bool]
    _etag: NotRequired[str]


class SweepState(TypedDict):
    """How far the sweep has come in each of its rings; see collector/collection/sweep.py."""

    id: Literal["sweep"]
    kind: Literal["sweep"]
    ttl: int
    recent: list[str]
    older: list[str]
    _etag: NotRequired[str]


class CollectionState(TypedDict):
    """What /health says of collection without reading every cycle.

    A store never mixes origins. to_rescore are the hours, by community, that another method scored
    since the cycle's own had failed: the next cycle scores them again.
    """

    id: Literal["collection"]
    kind: Literal["collection"]
    ttl: int
    origin: Origin
    last_cycle: str | None
    last_started_at: str | None
    last_collection_at: str | None
    collections_succeeded: int
    collections_failed: int
    to_rescore: NotRequired[dict[str, list[str]]]
    _etag: NotRequired[str]
