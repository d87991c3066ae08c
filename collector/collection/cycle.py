"""One collection cycle: every subreddit in turn, then the sweep, all under the lease.

Each step is safe to repeat: a cycle that dies anywhere leaves its write-ahead, and the next one
rebuilds those cells and reads the listings again from where the stored items end.
"""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass

from collector.collection.journal import CycleJournal
from collector.collection.pipeline import CyclePipeline, Progress, no_progress
from collector.sentiment.base import Method
from collector.sources.base import Source
from collector.writers.journal import free_id, unsettled_work
from collector.writers.lease import NO_WAIT, LeaseWait, lease
from collector.writers.recovery import settle, with_uncounted
from collector.writers.shutdown import ended_early
from shared.errors import (
    CycleEnded,
    DocumentChanged,
    DocumentExists,
    LeaseLost,
    SettingsError,
    StoreError,
)
from shared.logs import event
from shared.models import CollectionState, CollectRequest, Cycle, CycleError, Trigger
from shared.settings import Settings
from shared.store import COLLECTION, CYCLES, REQUESTS, Store
from shared.times import Clock, utc_now

log = logging.getLogger(__name__)

# Of the line that ends a cycle; its document and `cycle.subreddit_failed` have all of them.
MAX_REASONS = 8
MAX_NAMES = 20
MAX_REASON_CHARACTERS = 400


@dataclass(frozen=True)
class Collector:
    """What a cycle works with."""

    store: Store
    source: Source
    method: Method
    settings: Settings
    clock: Clock = utc_now
    progress: Progress = no_progress

    async def run(
        self, trigger: Trigger, *, cycle_id: str | None = None, lease_wait: LeaseWait = NO_WAIT
    ) -> Cycle:
        """Run one cycle and give its document, completed or failed.

        A cycle_id is that of a cycle which was asked for; if its process died, it is begun again.
        Raises CycleRunning when another writer keeps the lease, CycleEnded when the cycle asked for
        has run already, SettingsError when the store holds another feed's data, LeaseLost, and
        StoreUnavailable: what the store can't be told, the next cycle finds out.
        """
        while True:
            try:
                return await self._run(trigger, cycle_id, lease_wait)
            except DocumentExists:
                # Another cycle took this second's id, and has ended since.
                continue

    async def _run(self, trigger: Trigger, cycle_id: str | None, lease_wait: LeaseWait) -> Cycle:
        seconds = self.settings.lease_seconds
        holder = cycle_id or await free_id(self.store, "cycle", self.clock)
        async with lease(
            self.store, holder, seconds=seconds, clock=self.clock, lease_wait=lease_wait
        ) as held:
            known = await self.store.read(CYCLES, "cycle", holder) if cycle_id else None
            if known is not None and known["status"] != "running":
                await self._forget_request(holder)
                raise CycleEnded(f"{holder} has run already: it {known['status']}")
            state = await self._collection_state()
            dead = [work for work in await unsettled_work(self.store) if work["id"] != holder]
            feed = self.settings.feed
            if known is None:
                journal = await CycleJournal.begin(
                    self.store, held, self.clock, trigger=trigger, feed=feed
                )
            else:
                known = await with_uncounted(self.store, known)
                journal = await CycleJournal.resume(self.store, held, self.clock, known)
            await self._forget_request(holder)
            event(log, "cycle.started", cycle=holder, trigger=trigger, feed=feed)
            pipeline = CyclePipeline(
                self.store,
                self.source,
                self.method,
                self.settings,
                journal,
                clock=self.clock,
                progress=self.progress,
            )
            try:
                died = await settle(self.store, journal, dead, self.clock)
                state = {**state, "collections_failed": state["collections_failed"] + died}
                await journal.end(await pipeline.collect())
            except LeaseLost:
                raise
            except (Exception, asyncio.CancelledError) as error:
                await self._close_broken(journal, state, error)
                raise
            await self._remember(state, journal.document)
        _log_end(journal.document)
        return journal.document

    async def _close_broken(
        self, journal: CycleJournal, state: CollectionState, error: BaseException
    ) -> None:
        if early := ended_early(error):
            kind, reason = early[0], f"{early[1]}; the next cycle goes on"
        else:
            kind = "store" if isinstance(error, StoreError) else "internal"
            reason = f"{type(error).__name__}: {error}"
        journal.fail(None, kind, reason)
        cycle = journal.document
        try:
            await journal.end("failed")
            await self._remember(state, cycle)
        except (StoreError, LeaseLost):
            # It stays `running`, unsettled, for the next cycle to find.
            event(log, "cycle.not_closed", logging.ERROR, cycle=cycle["id"], reason=reason)
        else:
            _log_end(cycle)

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

    async def _forget_request(self, cycle_id: str) -> None:
        """Let the next cycle be asked for: this one has been taken up."""
        found = await self.store.read(REQUESTS, "lease", "request")
        if found is None or found["cycle"] != cycle_id:
            return
        with suppress(DocumentChanged):  # Another one was asked for meanwhile.
            taken_up: CollectRequest = {**found, "cycle": None}
            await self.store.replace(REQUESTS, taken_up, found["_etag"])

    async def _remember(self, state: CollectionState, cycle: Cycle) -> None:
        completed = cycle["status"] == "completed"
        state = {**state, "last_cycle": cycle["id"], "last_started_at": cycle["start_time"]}
        if completed:
            state["last_collection_at"] = cycle["end_time"]
        state["collections_succeeded"] += completed
        state["collections_failed"] += not completed
        await self.store.upsert(COLLECTION, [state])


def _log_end(cycle: Cycle) -> None:
    event(
        log,
        f"cycle.{cycle['status']}",
        logging.INFO if cycle["status"] == "completed" else logging.ERROR,
        cycle=cycle["id"],
        errors=summarise(cycle["errors"]) or "none",
    )


def summarise(errors: list[CycleError]) -> str:
    """Return each reason once, after the names of its subreddits; about 8,000 characters at most.

    A reason without names is one of the whole cycle. Reasons keep the order of the errors.
    """
    names: dict[str, list[str]] = {}
    for error in errors:
        of_reason = names.setdefault(error["message"], [])
        if error["subreddit"] and error["subreddit"] not in of_reason:
            of_reason.append(error["subreddit"])
    parts = [
        f"{_listed(of_reason)}: {_shorten(reason)}" if of_reason else _shorten(reason)
        for reason, of_reason in list(names.items())[:MAX_REASONS]
    ]
    if (more := len(names) - MAX_REASONS) > 0:
        parts.append(f"and {more} more reasons")
    return "; ".join(parts)


def _listed(names: list[str]) -> str:
    more = len(names) - MAX_NAMES
    return ", ".join(names[:MAX_NAMES]) + (f" and {more} more" if more > 0 else "")


def _shorten(reason: str) -> str:
    cut = len(reason) > MAX_REASON_CHARACTERS
    return reason[: MAX_REASON_CHARACTERS - 1] + "…" if cut else reason
