"""A store whose operations are traced and whose charges are measured.

Attributes: https://opentelemetry.io/docs/specs/semconv/database/cosmosdb. They name containers and
count documents, without ids, keys and contents.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from shared.costs import track
from shared.store.base import Container, Key, Query, Store, T
from shared.telemetry import STORE_REQUEST_UNITS, SpanAttributes, measure, span

SYSTEMS = {"cosmos": "azure.cosmosdb", "sqlite": "sqlite"}


class TracedStore:
    """Another store, with a span for each operation."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def kind(self) -> Literal["sqlite", "cosmos"]:
        """Return the kind of database."""
        return self._store.kind

    async def read(self, container: Container[T], partition: str, document_id: str) -> T | None:
        """Return one document, or None."""
        with self._operation("read", container) as recorded:
            found = await self._store.read(container, partition, document_id)
            recorded["db.response.returned_rows"] = int(found is not None)
            return found

    async def read_many(self, container: Container[T], keys: Iterable[Key]) -> dict[Key, T]:
        """Return the documents that exist, by their keys."""
        wanted = list(keys)
        with self._operation("read_many", container, len(wanted)) as recorded:
            found = await self._store.read_many(container, wanted)
            recorded["db.response.returned_rows"] = len(found)
            return found

    async def query(self, query: Query[T]) -> list[T]:
        """Return the documents of the query, in its order."""
        with self._operation("query", query.container) as recorded:
            found = await self._store.query(query)
            recorded["db.response.returned_rows"] = len(found)
            return found

    async def create(self, container: Container[T], document: T) -> str:
        """Write a new document and return its ETag. Raises DocumentExists."""
        with self._operation("create", container):
            return await self._store.create(container, document)

    async def replace(self, container: Container[T], document: T, etag: str) -> str:
        """Replace the document that has this ETag. Raises DocumentChanged."""
        with self._operation("replace", container):
            return await self._store.replace(container, document, etag)

    async def upsert(self, container: Container[T], documents: Sequence[T]) -> None:
        """Write the documents, new or not."""
        with self._operation("upsert", container, len(documents)):
            await self._store.upsert(container, documents)

    async def delete(self, container: Container[T], keys: Iterable[Key]) -> None:
        """Delete the documents that exist."""
        wanted = list(keys)
        with self._operation("delete", container, len(wanted)):
            await self._store.delete(container, wanted)

    async def close(self) -> None:
        """Close connections and files."""
        await self._store.close()

    @contextmanager
    def _operation(
        self, operation: str, container: Container[Any] | None = None, batch: int | None = None
    ) -> Iterator[SpanAttributes]:
        attributes: SpanAttributes = {
            "db.system.name": SYSTEMS[self.kind],
            "db.operation.name": operation,
        }
        where: SpanAttributes = {} if container is None else {"db.collection.name": container.name}
        # By the convention, a single document isn't a batch.
        size: SpanAttributes = (
            {} if batch is None or batch == 1 else {"db.operation.batch.size": batch}
        )
        name = operation if container is None else f"{operation} {container.name}"
        given = {**attributes, **where, **size}
        with span(name, given, kind="client") as recorded, track() as costs:
            try:
                yield recorded
            finally:
                self._tell_charge(recorded, costs.request_units, operation, where)

    def _tell_charge(
        self, recorded: SpanAttributes, request_units: float, operation: str, where: SpanAttributes
    ) -> None:
        if self.kind == "cosmos":
            recorded["azure.cosmosdb.operation.request_charge"] = round(request_units, 2)
            container = where.get("db.collection.name", "none")
            labels = {"operation": operation, "container": container}
            measure(STORE_REQUEST_UNITS, request_units, labels)
