"""Scores stored items again that another method than the current one scored, beside all writers.

Each cell counts its items by method, so the statistics tell which hours have such items. An
interrupted run needs no cursor, and one with nothing to do reads only days and open work. It works
in batches, newest hours first. A batch is read and scored without the lease. The lease is taken to
write it: what was edited, removed or matched again meanwhile is left out, and comes with a later
batch.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from collector.maintenance.backlog import Backlog, Progress, TakenOver
from collector.maintenance.journals import RescoreJournal
from collector.maintenance.rescore_batch import Batch, Batches
from collector.maintenance.stale import Hour, HourQueue, hours_of
from collector.rollups.hours import rebuild_all
from collector.sentiment.base import Method
from collector.sentiment.rescoring import Paused, Prepare
from collector.writers.journal import unreconciled_work
from collector.writers.lease import LET_GO_SECONDS, NO_WAIT, HeldLease, LeaseWait
from collector.writers.session import Writer
from shared.errors import CycleRunning
from shared.logs import event
from shared.models import ScoringId
from shared.settings import Settings
from shared.store import Store
from shared.telemetry import span
from shared.times import Clock, iso, utc_now

log = logging.getLogger(__name__)

# Other writers wait while a batch is written.
BATCH_ITEMS = 1000
# A slow method scores fewer items in a batch: what it has scored is lost if the process is killed.
BATCH_SECONDS = 10.0
# The items that are scored by one call, between two looks at the clock.
SLICE_ITEMS = 256

ShowProgress = Callable[[int, int], None]
"""Takes the number of items rescored, and the total."""


def no_progress(_done: int, _of: int) -> None:
    """Show nothing."""


@dataclass(frozen=True)
class Plan:
    """The plan of a rescore: items by method, and the number not scored by `method`."""

    method: str
    methods: dict[str, int]
    stale: int


@dataclass(frozen=True)
class RescoreEnd:
    """The end of a run: the id of its document (None if it wrote nothing), and its results.

    waiting counts the items that still wait, and failed those among them that couldn't be scored;
    error is that of the last one. goes_on says that more can be scored now, and paused why a
    language model scores nothing more. A round of shards has no such document; ticket is that of
    the message by which it goes on.
    """

    id: str | None
    method: str
    rescored: int
    waiting: int
    failed: int
    error: str | None
    goes_on: bool
    is_taken_over: bool = False
    paused: str | None = None
    ticket: str | None = None


@dataclass(frozen=True)
class Rescorer:
    """Rescores a store. `is_over` says that the run's time is used up.

    state is the id of the document of its state. prepare gets what the method needs before a slice
    is scored; None if it needs nothing.
    A batch ends with the hour that reaches batch_items, or with the slice of items that reaches
    batch_seconds. Between two batches the lease is free for let_go_seconds at least.
    """

    store: Store
    method: Method
    settings: Settings
    clock: Clock = utc_now
    progress: ShowProgress = no_progress
    is_over: Callable[[], bool] = lambda: False
    batch_items: int = BATCH_ITEMS
    batch_seconds: float = BATCH_SECONDS
    slice_items: int = SLICE_ITEMS
    let_go_seconds: float = LET_GO_SECONDS
    state: ScoringId = "scoring"
    prepare: Prepare | None = None

    @property
    def backlog(self) -> Backlog:
        """Return the state of scoring, as this method writes it."""
        settings = self.settings
        is_model = self.state == "model_scoring"
        wanted = settings.sentiment_method if is_model else settings.default_method
        return Backlog(self.store, self.method, wanted, self.clock, self.state)

    @property
    def batches(self) -> Batches:
        """Return what scores and writes its batches."""
        return Batches(
            self.store,
            self.method,
            self.settings,
            self.clock,
            self.batch_seconds,
            self.slice_items,
            self.prepare,
        )

    async def plan(self) -> Plan:
        """Return what a rescore would do now; nothing is written, and no lease is needed."""
        backlog = self.backlog
        stale = await backlog.find()
        return Plan(backlog.current, dict(stale.methods.most_common()), stale.items)

    async def run(
        self, ticket: str | None = None, *, lease_wait: LeaseWait = NO_WAIT
    ) -> RescoreEnd:
        """Rescore until nothing is left or the time is over.

        Without a ticket it takes over from any other run. It stops as soon as another one does so.
        Raises CycleRunning if another writer holds the lease for longer than lease_wait, LeaseLost
        and StoreUnavailable. Finished batches stay rescored.
        """
        backlog = self.backlog
        run = _Run(self, backlog, ticket or await backlog.take_over(), lease_wait)
        with span("rescore", {"undertone.method": backlog.current}):
            try:
                return await run.batches()
            except TakenOver:
                return run.end(waiting=0, goes_on=False, is_taken_over=True)


def log_paused(paused: Paused, method: str) -> None:
    """Log why and until when a language model scores nothing more."""
    event(
        log,
        "scoring.paused",
        logging.WARNING,
        method=method,
        until=paused.until,
        reason=paused.reason,
    )


@dataclass
class _Run:
    """The state of one run, which takes the lease once for each batch."""

    rescorer: Rescorer
    backlog: Backlog
    ticket: str
    lease_wait: LeaseWait
    failed: dict[str, int] = field(default_factory=dict)
    total: int = 0
    done: int = 0
    error: str | None = None
    is_broken: bool = False
    paused: Paused | None = None
    journal: RescoreJournal | None = None
    freed_at: float = float("-inf")

    async def batches(self) -> RescoreEnd:
        """Work until nothing is left or the time is over. Raises TakenOver."""
        state = await self.backlog.owned(self.ticket)
        stale = await self.backlog.find()
        is_retried = state["retry_at"] is None or state["retry_at"] <= iso(self.rescorer.clock())
        queue = HourQueue(
            self._find,
            hours=stale.hours,
            failed=dict(state["failed"]),
            is_retried=is_retried,
        )
        self.failed, self.total = queue.failed, stale.items
        self._show()
        while hours := await queue.next(self.rescorer.batch_items):
            batch = await self.rescorer.batches.scored(hours)
            await self._write(batch)
            queue.put_back(batch.left)
            self._note(batch)
            state = await self.backlog.note(self.ticket, self._progress(queue))
            self._show()
            if self.is_broken or self.paused:
                break
            if self.rescorer.is_over():
                return self.end(waiting=state["waiting"], goes_on=True)
        if self.journal is None:
            await self._recover()
        may_go_on = self.done > 0 and not (self.is_broken or self.paused)
        state = await self.backlog.end(self.ticket, self._progress(queue), may_go_on=may_go_on)
        event(
            log,
            "scoring.done",
            method=state["method"],
            rescored=self.done,
            waiting=state["waiting"],
            failed=sum(state["failed"].values()),
        )
        return self.end(waiting=state["waiting"], goes_on=state["ticket"] is not None)

    def end(self, *, waiting: int, goes_on: bool, is_taken_over: bool = False) -> RescoreEnd:
        """Return how the run ends."""
        return RescoreEnd(
            id=self.journal.document["id"] if self.journal else None,
            method=self.backlog.current,
            rescored=self.done,
            waiting=waiting,
            failed=sum(self.failed.values()),
            error=self.error,
            goes_on=goes_on,
            is_taken_over=is_taken_over,
            paused=self.paused.reason if self.paused else None,
        )

    async def _find(self, hours: Sequence[str]) -> list[Hour]:
        return await hours_of(self.rescorer.store, hours, self.rescorer.method.accepted)

    async def _write(self, batch: Batch) -> None:
        """Take the lease, write the items that are still as they were read, and recount."""
        if not batch.is_written:
            return
        loop = asyncio.get_running_loop()
        pause = self.freed_at + self.rescorer.let_go_seconds - loop.time()
        await asyncio.sleep(max(0.0, pause))
        work_id = self.journal.document["id"] if self.journal else None
        writer = self._writer(self.lease_wait)
        async with writer.session("rescore", self._begin, work_id=work_id) as journal:
            add_up = partial(rebuild_all, self.rescorer.store)
            await self.rescorer.batches.write(journal, batch, add_up=add_up, note=self._count)
        self.freed_at = loop.time()

    def _count(self, items: int) -> None:
        if self.journal is not None:
            self.journal.document["rescored"] += items
        self.done += items
        # Of items with stale mentions alone, one of an hour was counted.
        self.total = max(self.total, self.done)

    async def _recover(self) -> None:
        """Recover work that was killed; a run that writes something does so as it begins.

        A killed rescore may have left no hour that is stale, but totals that are.
        """
        if await unreconciled_work(self.rescorer.store):
            with suppress(CycleRunning):  # Who holds the lease has recovered it.
                async with self._writer(NO_WAIT).session("rescore", self._begin):
                    pass

    def _writer(self, lease_wait: LeaseWait) -> Writer:
        rescorer = self.rescorer
        seconds = rescorer.settings.lease_seconds
        return Writer(rescorer.store, rescorer.clock, seconds, lease_wait)

    async def _begin(self, held: HeldLease) -> RescoreJournal:
        """Begin the rescore or, with the lease taken again, continue it."""
        if self.journal is None:
            self.journal = await RescoreJournal.begin(
                self.rescorer.store, held, self.rescorer.clock, method=self.backlog.current
            )
        else:
            await self.journal.go_on(held)
        return self.journal

    def _note(self, batch: Batch) -> None:
        """Note what failed of a batch, and what failed before and doesn't any more."""
        for name in batch.names_done:
            self.failed.pop(name, None)
        self.failed.update(batch.failed)
        self.error = batch.scored.error or self.error
        self.is_broken = batch.scored.is_broken
        self.paused = batch.paused
        if batch.paused:
            log_paused(batch.paused, self.backlog.current)

    def _progress(self, queue: HourQueue) -> Progress:
        left = queue.left()
        return Progress(
            waiting=max(0, self.total - self.done),
            oldest=min(left, default=None),
            newest=max(left, default=None),
            failed=self.failed,
            last_error=self.error,
            paused=self.paused,
        )

    def _show(self) -> None:
        self.rescorer.progress(self.done, self.total)
