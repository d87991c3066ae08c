"""Runs a collection cycle, every community and then the sweep, in a writer's session.

Each step is safe to repeat. If a cycle is killed, the next one recounts the cells of its
write-ahead, and reads the listings again from the stored watermarks.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from collector.collection.context import CycleContext, Progress, no_progress
from collector.collection.journal import CycleJournal
from collector.collection.pipeline import collect
from collector.collection.recount import Recount
from collector.collection.requested import forget_request
from collector.collection.state import collection_state
from collector.sentiment.base import Method
from collector.sources.base import Source
from collector.watchlist.mentions import MentionRules
from collector.writers.lease import NO_WAIT, HeldLease, LeaseWait
from collector.writers.recovery import with_uncounted
from collector.writers.session import Writer
from shared.communities import SourceName
from shared.errors import CycleEnded
from shared.logs import event
from shared.models import Cycle, Trigger
from shared.rematches import begin_matched
from shared.settings import Settings
from shared.store import CYCLES, Store
from shared.subjects.watchlist import keep_watchlist
from shared.times import Clock, utc_now

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Collector:
    """Runs cycles with these dependencies."""

    store: Store
    sources: Mapping[SourceName, Source]
    method: Method
    settings: Settings
    clock: Clock = utc_now
    progress: Progress = no_progress

    async def run(
        self, trigger: Trigger, *, cycle_id: str | None = None, lease_wait: LeaseWait = NO_WAIT
    ) -> Cycle:
        """Run one cycle and return its document, completed or failed.

        cycle_id is the id of a requested cycle; if its process was killed, the cycle is resumed.
        Raises CycleRunning if another writer holds the lease, CycleEnded if the requested cycle has
        already run, SettingsError if the store has data of another origin, LeaseLost and
        StoreUnavailable. After an error the next cycle recovers this one.
        """

        async def begin(held: HeldLease) -> CycleJournal:
            return await self._begin(held, trigger, is_request=cycle_id is not None)

        writer = Writer(self.store, self.clock, self.settings.lease_seconds, lease_wait)
        async with writer.session("cycle", begin, work_id=cycle_id) as journal:
            await forget_request(self.store, journal.document["id"])
            cycle = journal.document
            event(
                log,
                "cycle.started",
                cycle=cycle["id"],
                trigger=cycle["trigger"],
                origin=cycle["origin"],
            )
            watchlist = await keep_watchlist(self.store, self.clock())
            await begin_matched(self.store, watchlist, self.clock())
            context = CycleContext(
                store=self.store,
                sources=self.sources,
                method=self.method,
                rules=MentionRules.of(watchlist, self.settings.watched),
                settings=self.settings,
                journal=journal,
                recount=Recount(
                    self.store,
                    journal,
                    self.clock,
                    is_first=journal.is_first,
                ),
                clock=self.clock,
                progress=self.progress,
            )
            journal.outcome = await collect(context)
        return journal.document

    async def _begin(self, held: HeldLease, trigger: Trigger, *, is_request: bool) -> CycleJournal:
        """Begin a cycle, or resume the requested one; its id is the holder of the lease."""
        known = await self.store.read(CYCLES, "cycle", held.holder) if is_request else None
        if known is not None and known["status"] != "running":
            await forget_request(self.store, held.holder)
            raise CycleEnded(f"{held.holder} has run already: it {known['status']}")
        origin = self.settings.origin
        state = await collection_state(self.store, origin)
        if known is None:
            journal = await CycleJournal.begin(
                self.store, held, self.clock, trigger=trigger, origin=origin
            )
        else:
            known = await with_uncounted(self.store, known)
            journal = await CycleJournal.resume(self.store, held, self.clock, known)
        journal.is_first = state["last_collection_at"] is None
        return journal
