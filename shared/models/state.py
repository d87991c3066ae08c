"""The state of collection: watermarks, cursors, totals."""

from typing import Literal, NotRequired, TypedDict

from shared.communities import SourceName
from shared.models.work import CycleError, Origin

Watermark = dict[str, str]
"""Where a source goes on reading in a community; what it means, the source alone knows."""


class CommunityState(TypedDict):
    """What is remembered of a community between cycles; id is its name."""

    id: str
    kind: Literal["community"]
    ttl: int
    watermark: Watermark | None
    last_attempt_at: str
    last_collected_at: str | None
    last_error: CycleError | None
    _etag: NotRequired[str]


class SweepState(TypedDict):
    """How far the sweep of a source has come in each of its rings; id is the source's name.

    collector/collection/sweep.py says what the rings are.
    """

    id: SourceName
    kind: Literal["sweep"]
    ttl: int
    recent: list[str]
    older: list[str]
    _etag: NotRequired[str]


class SourceState(TypedDict):
    """What a source keeps between cycles; id is its name, and kept is the source's own."""

    id: SourceName
    kind: Literal["source"]
    ttl: int
    kept: dict[str, str]
    _etag: NotRequired[str]


class CollectionState(TypedDict):
    """What /health says of collection without reading every cycle.

    schema is the version of the stored shapes: see shared/store/schema.py. A store never mixes
    origins. to_rescore are the hours, by community, that another method scored since the cycle's
    own had failed: the next cycle scores them again.
    """

    id: Literal["collection"]
    kind: Literal["collection"]
    ttl: int
    schema: int
    origin: Origin
    last_cycle: str | None
    last_started_at: str | None
    last_collection_at: str | None
    collections_succeeded: int
    collections_failed: int
    to_rescore: NotRequired[dict[str, list[str]]]
    _etag: NotRequired[str]
