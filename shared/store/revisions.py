"""Revisions of a document: a change stores the one that it replaces first, so that none is lost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from shared.store.base import Container, Store

D = TypeVar("D", bound=Mapping[str, Any])
R = TypeVar("R", bound=Mapping[str, Any])

# What was removed can be brought back from a revision.
KEPT_REVISIONS: Final = 200


@dataclass(frozen=True)
class Revisions(Generic[D, R]):
    """Where a document and its earlier revisions are; kind is the partition of these."""

    current: Container[D]
    earlier: Container[R]
    kind: str

    async def write(
        self, store: Store, after: D, replaced: R, *, number: int, etag: str | None
    ) -> str:
        """Write revision `number` over the one with this ETag, None if none is stored.

        Return the new ETag. The oldest revision is removed where more than KEPT_REVISIONS are kept.
        Raises DocumentChanged and DocumentExists if another writer was first, and StoreError.
        """
        if etag is None:
            return await store.create(self.current, after)
        await store.upsert(self.earlier, [replaced])
        written = await store.replace(self.current, after, etag)
        expired = number - KEPT_REVISIONS
        if expired > 0:
            await store.delete(self.earlier, [(self.kind, revision_id(expired))])
        return written

    async def read(self, store: Store, numbers: Iterable[int]) -> list[R]:
        """Return those of the revisions that are kept, in this order. Raises StoreError."""
        keys = [(self.kind, revision_id(each)) for each in numbers]
        found = await store.read_many(self.earlier, keys)
        return [found[key] for key in keys if key in found]


def revision_id(number: int) -> str:
    """Return the id of a revision's document."""
    return f"{number:08}"


def newest_revisions(current: int, *, below: int | None, limit: int) -> range:
    """Return the numbers of revisions, the newest first: those before `below`, or the newest."""
    top = current if below is None else min(below - 1, current)
    return range(top, max(0, top - limit), -1)
