"""Ends a cycle that was collected in shards: the totals that are left, and copies among posts."""

from dataclasses import dataclass

from collector.collection.context import CycleContext
from collector.collection.journal import CycleJournal
from collector.collection.pipeline import mark_copies
from collector.collection.recount import Recount
from collector.sentiment.base import Method
from collector.shards.totals import add_up_notes
from collector.watchlist.mentions import MentionRules
from collector.writers.lease import NO_WAIT, HeldLease, LeaseWait
from collector.writers.session import Writer
from shared.communities import SOURCES
from shared.errors import CycleEnded
from shared.models import Cycle, WorkStatus
from shared.settings import Settings
from shared.store import COLLECTION, CYCLES, SHARD_QUEUES, Store
from shared.subjects.watchlist import read_watchlist
from shared.times import Clock, utc_now


class EndJournal(CycleJournal):
    """The document of a cycle whose shards have all ended."""

    @classmethod
    async def reopen(
        cls, store: Store, held: HeldLease, clock: Clock, known: Cycle
    ) -> "EndJournal":
        """Reopen the document under the lease of every writer, so that a kill is recovered.

        Cells that a killed end left pending stay so.
        """
        known["reconciled"] = "no"
        journal = cls(store, held, clock, known, known["_etag"])
        for name, hours in known["pending_cells"].items():
            journal._pending[name].update(hours)
        await journal.save()
        return journal

    async def closed(self) -> None:
        """Count the cycle, log how it ended, and note which shards have failed."""
        await super().closed()
        state = await self._store.read(COLLECTION, "collection", "collection")
        if state is not None and "shards" in state:
            failed = await failed_shards(self._store)
            if failed != state["shards"]["failed"]:
                state["shards"]["failed"] = failed
                await self._store.upsert(COLLECTION, [state])


@dataclass(frozen=True)
class CycleCloser:
    """Ends cycles with these dependencies."""

    store: Store
    method: Method
    settings: Settings
    clock: Clock = utc_now

    async def run(self, cycle_id: str, *, lease_wait: LeaseWait = NO_WAIT) -> Cycle:
        """End a cycle, and return its document. A killed end is recovered by the next writer.

        Raises CycleEnded if it has ended already, or a shard of it is open; CycleRunning, LeaseLost
        and StoreError.
        """

        async def begin(held: HeldLease) -> EndJournal:
            known = await self.store.read(CYCLES, "cycle", cycle_id)
            if known is None or known["status"] != "running" or known.get("open_shards", [""]):
                raise CycleEnded(f"{cycle_id} has ended, or goes on")
            return await EndJournal.reopen(self.store, held, self.clock, known)

        writer = Writer(self.store, self.clock, self.settings.lease_seconds, lease_wait)
        async with writer.session("cycle", begin, work_id=cycle_id) as journal:
            watchlist = await read_watchlist(self.store)
            context = CycleContext(
                store=self.store,
                sources={},
                method=self.method,
                rules=MentionRules.of(watchlist, self.settings.watched),
                settings=self.settings,
                journal=journal,
                recount=Recount(self.store, journal, self.clock),
                clock=self.clock,
            )
            await context.recount.finish(is_sure=False)
            await add_up_notes(self.store, journal.check, self.clock)
            await mark_copies(context, journal.document.get("oldest_new"))
            journal.outcome = outcome_of(journal.document)
            if unlisted := journal.document.get("unlisted"):
                reason = f"{unlisted} other communities failed, which this cycle doesn't list"
                journal.fail(None, "internal", reason)
        return journal.document


async def failed_shards(store: Store) -> dict[str, str]:
    """Return the shards that have failed in all their attempts, each with its reason."""
    queues = await store.read_many(SHARD_QUEUES, [("shard_queue", source) for source in SOURCES])
    return {
        shard: f"since {each['since']}: {each['reason']}"
        for queue in queues.values()
        for shard, each in queue["failed"].items()
    }


def outcome_of(cycle: Cycle) -> WorkStatus:
    """Return how a cycle has ended: it failed if something went wrong and no community was read."""
    tried = [cycle["communities"][name] for name in cycle["communities_processed"]]
    is_read = any(not counts["error"] for counts in tried)
    return "completed" if is_read or not (tried or cycle["errors"]) else "failed"
