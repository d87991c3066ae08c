"""The one way to the database: documents in containers, in SQLite or in Cosmos DB.

Every read is a point read, a batched point read or a query inside one partition, ordered by an
indexed property and cut off at a number: what a read costs doesn't grow with what is stored.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar

from shared.models import (
    Cleanup,
    CollectionState,
    Comment,
    Cycle,
    DayStats,
    HourOfAll,
    Lease,
    MonthStats,
    Post,
    Request,
    SubredditState,
    SweepState,
    Topics,
    Work,
)
from shared.settings import Settings
from shared.telemetry import is_on, span

T = TypeVar("T", bound=Mapping[str, Any])

Key = tuple[str, str]
"""A partition key and an id."""


@dataclass(frozen=True)
class Container(Generic[T]):
    """A container, seen as holding documents of one type.

    indexes are the property paths that queries filter on before they order: each list begins with
    the paths compared for equality and ends with the one that is ordered by. Everything else is
    left out of the index, so that a write costs less.
    """

    name: str
    partition_key: str
    indexes: tuple[tuple[str, ...], ...] = ()
    expires: bool = False
    """Whether documents have a time to live, as a net below the cleanup."""


ITEM_INDEXES = (("order_key",), ("sentiment.label", "order_key"))

POSTS: Container[Post] = Container("posts", "subreddit", ITEM_INDEXES, expires=True)
COMMENTS: Container[Comment] = Container(
    "comments", "subreddit", (*ITEM_INDEXES, ("post_id", "order_key")), expires=True
)
DAYS: Container[DayStats] = Container("stats", "subreddit", (("id",),), expires=True)
MONTHS: Container[MonthStats] = Container("stats", "subreddit", (("id",),), expires=True)
HOURS_OF_ALL: Container[HourOfAll] = Container("stats", "subreddit", (("id",),), expires=True)
# The id of the topics that are trending now; earlier ones are named by their time.
CURRENT = "current"
TOPICS: Container[Topics] = Container("topics", "id", expires=True)
_CYCLE_INDEXES = (("id",), ("settled", "id"))
CYCLES: Container[Cycle] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
CLEANUPS: Container[Cleanup] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
WORK: Container[Work] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
REQUESTS: Container[Request] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
GUARDS: Container[Lease | Request] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
LEASES: Container[Lease] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
SUBREDDITS: Container[SubredditState] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
SWEEPS: Container[SweepState] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
COLLECTION: Container[CollectionState] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)

CONTAINERS: tuple[Container[Any], ...] = (POSTS, COMMENTS, DAYS, TOPICS, CYCLES)
"""Each physical container once."""


@dataclass(frozen=True)
class Query(Generic[T]):
    """A query inside one partition, ordered by one indexed property, of at most `limit` documents.

    at_least (inclusive) and below (exclusive) bound the property that is ordered by. equals maps
    property paths (`sentiment.label`) to the value that each must have; together with order_by it
    must be one of the container's indexes.
    """

    container: Container[T]
    partition: str
    limit: int
    order_by: Literal["order_key", "id"] = "order_key"
    descending: bool = False
    at_least: str | None = None
    below: str | None = None
    equals: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        path = (*self.equals, self.order_by)
        if path not in self.container.indexes:
            raise ValueError(f"no index of {self.container.name} serves {path}")


class Store(Protocol):
    """The database. All methods raise StoreUnavailable when it can't be reached.

    Documents come back with `_etag` and without the database's other own properties; on the way in
    every property that begins with an underscore is left out.
    """

    @property
    def kind(self) -> Literal["sqlite", "cosmos"]:
        """Name the database."""
        ...

    async def read(self, container: Container[T], partition: str, document_id: str) -> T | None:
        """Return one document, or None."""
        ...

    async def read_many(self, container: Container[T], keys: Iterable[Key]) -> dict[Key, T]:
        """Return those of the documents that exist."""
        ...

    async def query(self, query: Query[T]) -> list[T]:
        """Return the documents of the query, in its order."""
        ...

    async def create(self, container: Container[T], document: T) -> str:
        """Write a new document and give its ETag. Raises DocumentExists."""
        ...

    async def replace(self, container: Container[T], document: T, etag: str) -> str:
        """Write over the document that has this ETag and give the new one.

        Raises DocumentChanged when it has another one, or is gone.
        """
        ...

    async def upsert(self, container: Container[T], documents: Sequence[T]) -> None:
        """Write the documents, whatever was there. Not all at once: a crash may leave some."""
        ...

    async def delete(self, container: Container[T], keys: Iterable[Key]) -> None:
        """Delete those of the documents that exist."""
        ...

    async def close(self) -> None:
        """Let go of connections and files."""
        ...


async def open_store(settings: Settings, *, patience: float) -> Store:
    """Open the store that the settings choose, and make its containers where that is our job.

    patience is for how many seconds an operation is tried again while the database throttles or
    can't be reached: short on a request's way, long in a cycle. Raises StoreUnavailable, and
    StoreNotProvisioned where a container is missing that isn't ours to make.
    """
    with span("open store"):
        store = await _open_store(settings, patience)
    if not is_on():
        return store
    from shared.store.traced import TracedStore  # noqa: PLC0415 - it needs what is defined here

    return TracedStore(store)


async def _open_store(settings: Settings, patience: float) -> Store:
    if settings.cosmos_endpoint:
        from shared.store.cosmos import CosmosStore  # noqa: PLC0415 - costs 0.1 s, only when used

        return await CosmosStore.open(settings, patience=patience)
    from shared.store.sqlite import SqliteStore  # noqa: PLC0415 - not needed on Azure

    return await SqliteStore.open(settings.sqlite_path, patience=patience)
