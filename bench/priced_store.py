"""A store that prices the requests which the Cosmos DB store would send for each operation."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic_core import PydanticSerializationError, to_json

from bench import request_units as ru
from shared.errors import DocumentChanged, DocumentExists
from shared.store import Container, Key, Query, Store
from shared.store.base import T
from shared.store.cosmos.documents import indexing_policy
from shared.store.cosmos.store import IDS_AT_ONCE, POINT_READS

# These paths are indexed whatever the policy says. A path of the policy is indexed even for a
# document that lacks it: https://learn.microsoft.com/azure/cosmos-db/index-policy
ALWAYS_INDEXED = ("id", "_ts")


@dataclass(frozen=True)
class Operation:
    """One request to the database: its kind, the number of documents, their bytes, the price."""

    kind: str
    container: str
    documents: int
    size: int
    request_units: float


@dataclass
class Bill:
    """The operations of a piece of work."""

    operations: list[Operation] = field(default_factory=list)

    @property
    def request_units(self) -> float:
        """Return the sum of the prices."""
        return sum(operation.request_units for operation in self.operations)

    def by_kind(self) -> dict[str, float]:
        """Return the request units by container and kind, most expensive first."""
        units: Counter[str] = Counter()
        for each in self.operations:
            units[f"{each.container} {each.kind}"] += each.request_units  # type: ignore[assignment]
        return dict(units.most_common())

    def written(self, *containers: str) -> int:
        """Return the number of documents written to, or deleted from, these containers."""
        writes = {"create", "replace", "delete"}
        return sum(
            o.documents for o in self.operations if o.kind in writes and o.container in containers
        )


@dataclass(frozen=True)
class _Kept:
    """The properties of a stored document that set the price of its replacement or deletion."""

    size: int
    terms: Mapping[str, Any]


class PricedStore:
    """A store that records each request that Cosmos DB would get for its operations.

    It knows only the documents that were written through it. An upsert counts as a create or as a
    replace. Requests for a container's own properties aren't charged, and aren't counted.
    """

    def __init__(self, inner: Store) -> None:
        self._inner = inner
        self._kept: dict[tuple[str, str, str], _Kept] = {}
        # By container, partition, id and ETag, because large documents are read again and again.
        self._read_sizes: dict[tuple[str, str, str, str], int] = {}
        self._bills: list[Bill] = []

    @property
    def kind(self) -> Literal["sqlite", "cosmos"]:
        """Return the kind of the database."""
        return self._inner.kind

    @contextmanager
    def counting(self) -> Iterator[Bill]:
        """Record the operations of the block."""
        bill = Bill()
        self._bills.append(bill)
        try:
            yield bill
        finally:
            self._bills.remove(bill)

    def sizes(self, container: str) -> list[int]:
        """Return the bytes of each document that a container holds."""
        return [kept.size for (name, _, _), kept in self._kept.items() if name == container]

    def places(self) -> Iterator[tuple[tuple[str, str, str], int]]:
        """Yield container, partition and id of each document, with its bytes."""
        for place, kept in self._kept.items():
            yield place, kept.size

    async def read(self, container: Container[T], partition: str, document_id: str) -> T | None:
        """Return one document, or None."""
        found = await self._inner.read(container, partition, document_id)
        self._point_read(container, found)
        return found

    async def read_many(self, container: Container[T], keys: Iterable[Key]) -> dict[Key, T]:
        """Return the documents that exist, with a request for each IDS_AT_ONCE of a partition."""
        wanted = list(dict.fromkeys(keys))
        found = await self._inner.read_many(container, wanted)
        by_partition: dict[str, list[Key]] = defaultdict(list)
        for key in wanted:
            by_partition[key[0]].append(key)
        for part in by_partition.values():
            for start in range(0, len(part), IDS_AT_ONCE):
                batch = part[start : start + IDS_AT_ONCE]
                if len(batch) <= POINT_READS:
                    for key in batch:
                        self._point_read(container, found.get(key))
                else:
                    sizes = [self._size_of(container, found[key]) for key in batch if key in found]
                    self._note("batched read", container.name, sizes, ru.query(sizes))
        return found

    async def query(self, query: Query[T]) -> list[T]:
        """Return the documents of the query, in its order."""
        found = await self._inner.query(query)
        sizes = [self._size_of(query.container, document) for document in found]
        self._note("query", query.container.name, sizes, ru.query(sizes))
        return found

    async def create(self, container: Container[T], document: T) -> str:
        """Write a new document and return its ETag. Raises DocumentExists."""
        try:
            etag = await self._inner.create(container, document)
        except DocumentExists:
            self._note("refused write", container.name, [], ru.NOTHING_THERE_RU)
            raise
        self._write(container, document)
        return etag

    async def replace(self, container: Container[T], document: T, etag: str) -> str:
        """Replace the document that has this ETag; return the new one. Raises DocumentChanged."""
        try:
            fresh = await self._inner.replace(container, document, etag)
        except DocumentChanged:
            self._note("refused write", container.name, [], ru.NOTHING_THERE_RU)
            raise
        self._write(container, document)
        return fresh

    async def upsert(self, container: Container[T], documents: Sequence[T]) -> None:
        """Create or replace the documents."""
        await self._inner.upsert(container, documents)
        for document in documents:
            self._write(container, document)

    async def delete(self, container: Container[T], keys: Iterable[Key]) -> None:
        """Delete the documents that exist."""
        wanted = list(keys)
        await self._inner.delete(container, wanted)
        for partition, document_id in wanted:
            kept = self._kept.pop((container.name, partition, document_id), None)
            if kept is None:
                self._note("refused write", container.name, [], ru.NOTHING_THERE_RU)
            else:
                price = ru.delete(kept.size, len(kept.terms))
                self._note("delete", container.name, [kept.size], price)

    async def close(self) -> None:
        """Close connections and files."""
        await self._inner.close()

    def _point_read(self, container: Container[Any], found: Mapping[str, Any] | None) -> None:
        sizes = [] if found is None else [self._size_of(container, found)]
        price = ru.point_read(sizes[0]) if sizes else ru.NOTHING_THERE_RU
        self._note("point read", container.name, sizes, price)

    def _size_of(self, container: Container[Any], document: Mapping[str, Any]) -> int:
        """Return the bytes of a document that was read."""
        partition, document_id = str(document[container.partition_key]), str(document["id"])
        version = (container.name, partition, document_id, str(document["_etag"]))
        if version not in self._read_sizes:
            self._read_sizes[version] = size_of(document)
        return self._read_sizes[version]

    def _write(self, container: Container[Any], document: Mapping[str, Any]) -> None:
        place = (container.name, str(document[container.partition_key]), str(document["id"]))
        known = self._kept.get(place)
        kept = self._kept[place] = _Kept(size_of(document), terms_of(container, document))
        if known is None:
            price = ru.create(kept.size, len(kept.terms))
            self._note("create", container.name, [kept.size], price)
            return
        # The time of writing always changes.
        changed = 1 + sum(known.terms[path] != value for path, value in kept.terms.items())
        price = ru.replace(known.size, kept.size, changed)
        self._note("replace", container.name, [kept.size], price)

    def _note(self, kind: str, container: str, sizes: Sequence[int], price: float) -> None:
        operation = Operation(kind, container, len(sizes), sum(sizes), price)
        for bill in self._bills:
            bill.operations.append(operation)


def size_of(document: Mapping[str, Any]) -> int:
    """Return a document's bytes in Cosmos DB: UTF-8 JSON, and Cosmos DB's own properties."""
    ours = {name: value for name, value in document.items() if not name.startswith("_")}
    try:
        # Several times as fast as json.dumps, of which a bill needs one for each document.
        size = len(to_json(ours))
    except PydanticSerializationError:
        # Half of a pair of surrogates, which only json.dumps takes.
        text = json.dumps(ours, ensure_ascii=False, separators=(",", ":"))
        size = len(text.encode("utf-8", "surrogatepass"))
    return size + len(ru.SYSTEM_PROPERTIES)


def terms_of(container: Container[Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value of each indexed path."""
    included = indexing_policy(container)["includedPaths"]
    paths = [each["path"].removesuffix("/?").strip("/") for each in included]
    return {path: _value(document, path) for path in dict.fromkeys((*paths, *ALWAYS_INDEXED))}


def _value(document: Mapping[str, Any], path: str) -> Any:
    value: Any = document
    for name in path.split("/"):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
