"""The interface of stores: documents in containers, and the queries that they answer.

Every read is a point read, a batched point read, or a query in one partition, ordered by an indexed
property and with a limit. So the cost of a read doesn't grow with the database.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar

T = TypeVar("T", bound=Mapping[str, Any])

Key = tuple[str, str]
"""A partition key and an id."""


@dataclass(frozen=True)
class Container(Generic[T]):
    """A container of documents of one type.

    Each index is a list of property paths: first those that queries compare for equality, last the
    one that they order by. Other properties aren't indexed, which makes writes cheaper.
    """

    name: str
    partition_key: str
    indexes: tuple[tuple[str, ...], ...] = ()
    expires: bool = False
    """True: documents have a time to live, in case the cleanup doesn't run."""


@dataclass(frozen=True)
class Query(Generic[T]):
    """A query for at most `limit` documents of one partition, ordered by an indexed property.

    at_least (inclusive) and below (exclusive) bound the property of the order. equals maps property
    paths (`sentiment.label`) to required values; together with order_by they must be one of the
    container's indexes.
    """

    container: Container[T]
    partition: str
    limit: int
    order_by: Literal["order_key", "id", "due_at"] = "order_key"
    descending: bool = False
    at_least: str | None = None
    below: str | None = None
    equals: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        path = (*self.equals, self.order_by)
        if path not in self.container.indexes:
            raise ValueError(f"no index of {self.container.name} serves {path}")


class Store(Protocol):
    """The database. All methods raise StoreUnavailable if it can't be reached.

    Documents are returned with `_etag` and without the database's other system properties. When
    they are written, properties that begin with an underscore are dropped.
    """

    @property
    def kind(self) -> Literal["sqlite", "cosmos"]:
        """Return the kind of database."""
        ...

    async def read(self, container: Container[T], partition: str, document_id: str) -> T | None:
        """Return one document, or None."""
        ...

    async def read_many(self, container: Container[T], keys: Iterable[Key]) -> dict[Key, T]:
        """Return the documents that exist, by their keys."""
        ...

    async def query(self, query: Query[T]) -> list[T]:
        """Return the documents of the query, in its order."""
        ...

    async def create(self, container: Container[T], document: T) -> str:
        """Write a new document and return its ETag. Raises DocumentExists."""
        ...

    async def replace(self, container: Container[T], document: T, etag: str) -> str:
        """Replace the document that has this ETag and return the new ETag.

        Raises DocumentChanged if it has another ETag, or is gone.
        """
        ...

    async def upsert(self, container: Container[T], documents: Sequence[T]) -> None:
        """Write the documents, new or not. It isn't atomic: a crash may leave some unwritten."""
        ...

    async def delete(self, container: Container[T], keys: Iterable[Key]) -> None:
        """Delete the documents that exist."""
        ...

    async def close(self) -> None:
        """Close connections and files."""
        ...


class PartitionedStore(Store, Protocol):
    """A store that lists the partitions of a container, for an export of everything."""

    async def next_partition(self, container: Container[Any], above: str) -> str | None:
        """Return the first partition key that sorts after `above`; None if none does."""
        ...
