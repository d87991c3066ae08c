"""One collection cycle: every subreddit in turn, then the sweep, all under the lease.

Each step is safe to repeat: a cycle that dies anywhere leaves its write-ahead, and the next one
rebuilds those cells and reads the listings again from where the stored items end.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from collector.lease import lease
from collector.record import CycleRecord, free_cycle_id, unsettled_cycles
from collector.sentiment import Scorer
from collector.source import Source
from collector.steps import Progress, Steps, no_progress
from shared.errors import DocumentExists, LeaseLost, SettingsError, StoreError
from shared.logs import event
from shared.models import CollectionState, Cycle, CycleError, Trigger
from shared.settings import Settings
from shared.store import COLLECTION, CYCLES, Store
from shared.times import Clock, iso, utc_now

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Collector:
    """What a cycle works with."""

    store: Store
    source: Source
    score: Scorer
    settings: Settings
    clock: Clock = utc_now
    progress: Progress = no_progress

    async def run(self, trigger: Trigger) -> Cycle:
        """Run one cycle and give its document, completed or failed.

        Raises CycleRunning when another writer holds the lease, SettingsError when the store
        holds another feed's data, LeaseLost, and StoreUnavailable: what the store can't be told,
        the next cycle finds out.
        """
        while True:
            try:
                return await self._run(trigger)
            except DocumentExists:
                # Another cycle took this second's id, and has ended since.
                continue

    async def _run(self, trigger: Trigger) -> Cycle:
        seconds = self.settings.lease_seconds
        holder = await free_cycle_id(self.store, self.clock)
        async with lease(self.store, holder, seconds=seconds, clock=self.clock) as held:
            state = await self._collection_state()
            dead = await unsettled_cycles(self.store)
            feed = self.settings.feed
            record = await CycleRecord.begin(
                self.store, held, self.clock, trigger=trigger, feed=feed
            )
            event(log, "cycle.started", cycle=holder, trigger=trigger, feed=feed)
            steps = Steps(
                self.store,
                self.source,
                self.score,
                self.settings,
                record,
                clock=self.clock,
                progress=self.progress,
            )
            try:
                state = await self._settle(dead, steps, state)
                await record.end(await steps.collect())
            except LeaseLost:
                raise
            except (Exception, asyncio.CancelledError) as error:
                await self._close_broken(record, state, error)
                raise
            await self._remember(state, record.cycle)
        _log_end(record.cycle, self.source.requests_left)
        return record.cycle

    async def _close_broken(
        self, record: CycleRecord, state: CollectionState, error: BaseException
    ) -> None:
        stopped = isinstance(error, asyncio.CancelledError)
        reason = "the cycle was stopped" if stopped else f"{type(error).__name__}: {error}"
        record.fail(None, "store" if isinstance(error, StoreError) else "internal", reason)
        try:
            await record.end("failed")
            await self._remember(state, record.cycle)
        except (StoreError, LeaseLost):
            # It stays `running`, unsettled, for the next cycle to find.
            event(log, "cycle.not_closed", logging.ERROR, cycle=record.cycle["id"], reason=reason)
        else:
            _log_end(record.cycle, self.source.requests_left)

    async def _collection_state(self) -> CollectionState:
        feed = self.settings.feed
        found = await self.store.read(COLLECTION, "collection", "collection")
        if found is None:
            # Written before the first item, so that no two feeds are ever mixed.
            found = CollectionState(
                id="collection",
                kind="collection",
                ttl=-1,
                feed=feed,
                last_cycle=None,
                last_started_at=None,
                last_collection_at=None,
                collections_succeeded=0,
                collections_failed=0,
            )
            await self.store.upsert(COLLECTION, [found])
        if found["feed"] != feed:
            raise SettingsError(
                f"FEED: this database holds data of the feed {found['feed']}, and {feed} would mix"
                " with it; name another SQLITE_PATH or COSMOS_DATABASE, or delete the old one"
            )
        return found

    async def _settle(
        self, dead: Sequence[Cycle], steps: Steps, state: CollectionState
    ) -> CollectionState:
        """Finish what dead cycles left: rebuild their cells, then mark them failed."""
        if not dead:
            return state
        hours: dict[str, set[str]] = defaultdict(set)
        for cycle in dead:
            for name, pending in cycle["pending_cells"].items():
                hours[name].update(pending)
        await steps.record.write_ahead(hours)
        await steps.rebuild_pending()
        failed = 0
        for cycle in dead:
            closed: Cycle = {**cycle, "settled": "yes", "pending_cells": {}}
            if cycle["status"] == "running":
                failed += 1
                closed["status"] = "failed"
                closed["end_time"] = iso(self.clock())
                died = CycleError(subreddit=None, kind="internal", message="its lease ran out")
                closed["errors"] = [*cycle["errors"], died]
            await self.store.upsert(CYCLES, [closed])
            event(log, "cycle.settled_dead", logging.WARNING, cycle=cycle["id"])
        return {**state, "collections_failed": state["collections_failed"] + failed}

    async def _remember(self, state: CollectionState, cycle: Cycle) -> None:
        completed = cycle["status"] == "completed"
        state = {**state, "last_cycle": cycle["id"], "last_started_at": cycle["start_time"]}
        if completed:
            state["last_collection_at"] = cycle["end_time"]
        state["collections_succeeded"] += completed
        state["collections_failed"] += not completed
        await self.store.upsert(COLLECTION, [state])


def _log_end(cycle: Cycle, requests_left: int | None) -> None:
    event(
        log,
        f"cycle.{cycle['status']}",
        logging.INFO if cycle["status"] == "completed" else logging.ERROR,
        cycle=cycle["id"],
        posts_seen=cycle["posts_seen"],
        comments_seen=cycle["comments_seen"],
        new=cycle["new"],
        edited=cycle["edited"],
        moved=cycle["moved"],
        removed=cycle["removed"],
        errors=len(cycle["errors"]),
        reddit_requests=cycle["reddit_requests"],
        reddit_requests_left=requests_left,
    )
