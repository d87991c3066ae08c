"""The document of an import."""

from collections.abc import Mapping, Sequence

from collector.collection.journal import note_degraded
from collector.sources.base import Seen
from collector.writers.journal import Journal, begun
from collector.writers.lease import HeldLease
from shared.models import Import, Interval
from shared.store import WORK, Store
from shared.times import Clock, iso_from_epoch


class ImportJournal(Journal[Import]):
    """An import's document."""

    def __init__(
        self, store: Store, held: HeldLease, clock: Clock, document: Import, etag: str
    ) -> None:
        super().__init__(store, held, clock, document, etag)
        self._spans: dict[str, Interval] = {}

    @classmethod
    async def begin(
        cls, store: Store, held: HeldLease, clock: Clock, *, what: str
    ) -> "ImportJournal":
        """Write the document of an import that starts now; its id is the lease's holder."""
        document: Import = {
            **begun("import", held, clock),
            "what": what,
            "new": 0,
            "edited": 0,
            "moved": 0,
            "removed": 0,
            "unchanged": 0,
        }
        return cls(store, held, clock, document, await store.create(WORK, document))

    def spans_with(self, items: Mapping[str, Sequence[Seen]]) -> dict[str, Interval]:
        """Return for each of these communities the span of its items so far, from first to last.

        What stands between two items of an import is as complete as who wrote the file has it.
        """
        spans: dict[str, Interval] = {}
        for name, seen in items.items():
            times = [iso_from_epoch(each.created_utc) for each in seen]
            known = self._spans.get(name, times[:1])
            if times:
                spans[name] = [min(*known, *times), max(*known, *times)]
        self._spans.update(spans)
        return spans

    async def go_on(self, held: HeldLease) -> None:
        """Reopen the document under a newly taken lease."""
        self._held = held
        self.document["status"], self.document["reconciled"] = "running", "no"
        self.document["end_time"] = None
        await self.save()

    async def note_degraded(self, reason: str) -> None:
        """Store that a fallback method scores items, and why, before they are written."""
        await note_degraded(self, self._store, reason)
