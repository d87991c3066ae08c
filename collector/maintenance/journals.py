"""The documents of a cleanup and of a rescore."""

from collector.writers.journal import Journal, begun
from collector.writers.lease import HeldLease
from shared.models import Cleanup, Removed, Rescore
from shared.store import WORK, Store
from shared.times import Clock


class CleanupJournal(Journal[Cleanup]):
    """A cleanup's document."""

    @classmethod
    async def begin(
        cls, store: Store, held: HeldLease, clock: Clock, *, before: str
    ) -> "CleanupJournal":
        """Write the document of a cleanup that starts now; its id is the lease's holder."""
        cleanup: Cleanup = {
            **begun("cleanup", held, clock),
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
            "complete": False,
        }
        return cls(store, held, clock, rescore, await store.create(WORK, rescore))

    async def go_on(self, held: HeldLease) -> None:
        """Reopen the document under a newly taken lease."""
        self._held = held
        self.document["status"], self.document["reconciled"] = "running", "no"
        self.document["end_time"] = None
        await self.save()
