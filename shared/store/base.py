"""The interface of stores: documents in containers, and the queries that they answer.

Every read is a point read, a batched point read or a query inside one partition, ordered by an
indexed property and cut off at a number: what a read costs doesn't grow with what is stored.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar

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
    """True: documents have a time to live, in case the cleanup doesn't run."""


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
        """Write the documents, whatever was there. Not atomic: a crash may leave some."""
        ...

    async def delete(self, container: Container[T], keys: Iterable[Key]) -> None:
        """Delete those of the documents that exist."""
        ...

    async def close(self) -> None:
        """Let go of connections and files."""
        ...
