"""The documents of a cleanup, of a rescore, of written corrections and of a rematch."""

from typing import Self

from collector.writers.journal import Journal, begun
from collector.writers.lease import HeldLease
from shared.models import Cleanup, Correct, Rematch, Removed, Rescore, Watchlist
from shared.rematches import changed_since, read_rematch, renewed
from shared.store import WORK, Store
from shared.subjects.watchlist import read_watchlist
from shared.times import Clock, iso


class CleanupJournal(Journal[Cleanup]):
    """A cleanup's document."""

    @classmethod
    async def begin(cls, store: Store, held: HeldLease, clock: Clock, *, before: str) -> Self:
        """Write the document of a cleanup that starts now; its id is the lease's holder."""
        cleanup: Cleanup = {
            **begun("cleanup", held, clock),  # type: ignore[typeddict-item]
            "before": before,
            "removed": Removed(posts=0, comments=0, statistics=0, topics=0, cycles=0),
            "cycles_closed": 0,
            "complete": False,
        }
        return cls(store, held, clock, cleanup, await store.create(WORK, cleanup))


class RescoreJournal(Journal[Rescore]):
    """A rescore's document."""

    @classmethod
    async def begin(
        cls, store: Store, held: HeldLease, clock: Clock, *, method: str
    ) -> "RescoreJournal":
        """Write the document of a rescore that starts now; its id is the lease's holder."""
        rescore: Rescore = {
            **begun("rescore", held, clock),
            "method": method,
            "rescored": 0,
        }
        return cls(store, held, clock, rescore, await store.create(WORK, rescore))

    async def go_on(self, held: HeldLease) -> None:
        """Reopen the document under a newly taken lease."""
        self._held = held
        self.document["status"], self.document["reconciled"] = "running", "no"
        self.document["end_time"] = None
        await self.save()


class CorrectJournal(Journal[Correct]):
    """The document of a run that writes corrections."""

    @classmethod
    async def begin(cls, store: Store, held: HeldLease, clock: Clock) -> "CorrectJournal":
        """Write the document of a run that starts now; its id is the lease's holder."""
        document: Correct = {**begun("correct", held, clock), "corrected": 0}
        return cls(store, held, clock, document, await store.create(WORK, document))


class RematchJournal(Journal[Rematch]):
    """The document of the rematch, which is reopened for each turn at the lease.

    watchlist is the one whose rules apply in this turn.
    """

    watchlist: Watchlist

    @classmethod
    async def reopen(
        cls, store: Store, held: HeldLease, clock: Clock, *, begins_again: bool = False
    ) -> "RematchJournal":
        """Reopen the document; it begins again if the rules have changed, or if it should.

        Cells that a killed turn left pending stay so. Raises DocumentExists.
        """
        watchlist, known = await read_watchlist(store), await read_rematch(store)
        changed = None if begins_again else await changed_since(store, known, watchlist)
        document = renewed(known, watchlist, changed, clock())
        if document.pop("run", None) is not None and document["ended_at"] is None:
            # Shards have come so far, each by itself; now there are none.
            document["matched"], document["changed"] = 0, 0
        document["status"], document["reconciled"] = "running", "no"
        document["errors"], document["end_time"] = [], None
        if known is None:
            etag = await store.create(WORK, document)
            journal = cls(store, held, clock, document, etag)
        else:
            journal = cls(store, held, clock, document, known["_etag"])
            for name, hours in document["pending_cells"].items():
                journal._pending[name].update(hours)
            await journal.save()
        journal.watchlist = watchlist
        return journal

    async def will_change(self, subjects: set[str]) -> None:
        """Note whose mentions the next write changes; the write-ahead stores it."""
        if fresh := subjects.difference(self.document["subjects"]):
            self.document["subjects"] += sorted(fresh)
            self._is_saved = False

    async def matched(self, cursor: str, *, items: int, changed: int) -> None:
        """Store that a batch is matched that ends at this cursor, and that its cells agree."""
        self.document["cursor"] = cursor
        self.document["matched"] += items
        self.document["changed"] += changed
        await self.reconciled()

    async def save(self) -> None:
        """Store the document, with the time. Raises LeaseLost."""
        self.document["updated_at"] = iso(self._clock())
        await super().save()
