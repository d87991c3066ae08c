"""Lists every document of a store, in an order that all databases have in common."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, Literal, NamedTuple, cast

from shared.store import (
    COMMENTS,
    CONTAINERS,
    DAYS,
    NOT_EXPORTED,
    POSTS,
    Container,
    PartitionedStore,
    Query,
)
from shared.store.scan import after

Document = Mapping[str, Any]

# Days and hours of `all` may have 2 MB each, cycles about as much, so fewer are read at a time.
PAGE = 50
PAGE_OF_ITEMS = 500
LAST = (POSTS, COMMENTS, DAYS)
"""Read after all else: an item is at least as new as the watermark that says it was read."""
IN_ORDER = (
    *(each for each in CONTAINERS if each.name not in {last.name for last in LAST}),
    *LAST,
)
"""Every container, in the order of an export."""
# Whole numbers beyond it aren't exact as floats.
MAX_EXACT = 2**53


class Place(NamedTuple):
    """The place of a document in the order of its container: partition, then key."""

    partition: str
    key: str


async def documents_after(
    store: PartitionedStore, container: Container[Any], place: Place | None
) -> AsyncIterator[tuple[Place, Document]]:
    """Return the documents after a place, or all, ordered by partition and key.

    What NOT_EXPORTED names is left out. Raises StoreUnavailable.
    """
    partition = place.partition if place else await store.next_partition(container, "")
    first = after(place.key) if place else ""
    while partition is not None:
        if (container.name, partition) not in NOT_EXPORTED:
            async for document in _of_partition(store, container, partition, first):
                yield Place(partition, document[order_of(container)]), document
        first = ""
        partition = await store.next_partition(container, partition)


async def holds_data(store: PartitionedStore) -> bool:
    """Return whether a store has any document that an export would contain."""
    for container in IN_ORDER:
        async for _ in documents_after(store, container, None):
            return True
    return False


async def partitions(store: PartitionedStore, *containers: Container[Any]) -> list[str]:
    """Return the partitions of these containers, each once, sorted."""
    found: set[str] = set()
    for container in containers:
        partition = await store.next_partition(container, "")
        while partition is not None:
            found.add(partition)
            partition = await store.next_partition(container, partition)
    return sorted(found)


def line_of(document: Document) -> bytes:
    """Return the document as a line of JSON, which is the same for equal documents.

    Keys are sorted, properties of the database are left out, and whole numbers have no point:
    Cosmos DB returns 1 where 1.0 was written.
    """
    kept = {name: value for name, value in document.items() if not name.startswith("_")}
    text = json.dumps(kept, allow_nan=False)
    if "." in text or "e" in text:
        kept = json.loads(text, parse_float=_number)
    return json.dumps(kept, sort_keys=True, separators=(",", ":")).encode() + b"\n"


async def _of_partition(
    store: PartitionedStore, container: Container[Any], partition: str, first: str
) -> AsyncIterator[Document]:
    if not container.indexes:
        # The partition key is the id, so a partition has one document.
        only = await store.read(container, partition, partition)
        if only is not None and first <= partition:
            yield only
        return
    order, limit = order_of(container), PAGE if container.name not in ITEMS else PAGE_OF_ITEMS
    while True:
        query = Query(container, partition, limit, order, at_least=first)
        page = cast("list[Document]", await store.query(query))
        for document in page:
            yield document
        # Unreadable rows of SQLite are left out of a page, so only an empty one is the last.
        if not page:
            return
        first = after(page[-1][order])


ITEMS = frozenset({POSTS.name, COMMENTS.name})


def order_of(container: Container[Any]) -> Literal["order_key", "id"]:
    """Return the property that orders a whole partition: no other index holds every document."""
    return "order_key" if container.name in ITEMS else "id"


def _number(text: str) -> float:
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < MAX_EXACT else number
