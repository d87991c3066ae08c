"""Scores stored items again that another method than the current one scored, beside all writers.

Each cell counts its items by method, so the statistics tell which hours have such items. An
interrupted run needs no cursor, and one with nothing to do reads only days and open work. It works
in batches, newest hours first. A batch is read and scored without the lease. The lease is taken to
write it: what was edited, removed or matched again meanwhile is left out, and comes with a later
batch.
"""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

from collector.maintenance.backlog import Backlog, Progress, TakenOver
from collector.maintenance.journals import RescoreJournal
from collector.maintenance.stale import Hour, HourQueue
from collector.rollups.hours import Shares, rebuild_all, rebuild_cells
from collector.sentiment.base import Method
from collector.sentiment.rescoring import Paused, Prepare, Rescored, rescored, with_score
from collector.sentiment.scoring import is_stale
from collector.threads.parents import Parents, read_parents
from collector.writers.journal import unreconciled_work
from collector.writers.lease import LET_GO_SECONDS, NO_WAIT, HeldLease, LeaseWait
from collector.writers.session import Writer
from shared.errors import CycleRunning
from shared.logs import event
from shared.models import Comment, Item, Post, ScoringId
from shared.settings import Settings
from shared.store import COMMENTS, ITEMS, POSTS, Container, Store
from shared.store.scan import nearby, pages_between
from shared.telemetry import span
from shared.times import Clock, hour_of, iso, next_hour, utc_now

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
    language model scores nothing more.
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


@dataclass
class _Batch:
    """The hours of a batch by community, and what came of their items.

    left are the hours with items that there was no time for, and `done` those without. paused says
    why nothing more can be scored now.
    """

    scored: Rescored
    left: list[Hour]
    done: dict[str, set[str]]
    paused: Paused | None = None


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
            self.rescorer.store,
            self.rescorer.method.accepted,
            hours=stale.hours,
            failed=dict(state["failed"]),
            is_retried=is_retried,
        )
        self.failed, self.total = queue.failed, stale.items
        self._show()
        while hours := await queue.next(self.rescorer.batch_items):
            batch = await self._scored(hours)
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

    async def _scored(self, hours: Sequence[Hour]) -> _Batch:
        """Read and score the stale items of these hours, newest first, without the lease."""
        items = await self._stale_items(hours)
        rescorer, scored, taken = self.rescorer, Rescored(), 0
        paused: Paused | None = None
        loop = asyncio.get_running_loop()
        until = loop.time() + rescorer.batch_seconds
        while taken < len(items) and not scored.is_broken:
            part = items[taken : taken + rescorer.slice_items]
            now = iso(rescorer.clock())
            watched = rescorer.settings.watched
            parents = await read_parents(rescorer.store, cast("list[Post]", part), watched)
            try:
                scored.add(await self._slice(part, parents, now))
            except Paused as error:
                paused = error
                break
            taken += len(part)
            if loop.time() >= until:
                break
        left = Counter(map(_place, items[taken:]))
        done: dict[str, set[str]] = defaultdict(set)
        for each in hours:
            if (each.community, each.hour) not in left:
                done[each.community].add(each.hour)
        return _Batch(
            scored,
            [e._replace(stale=n) for e in hours if (n := left[e.community, e.hour])],
            done,
            paused,
        )

    async def _slice(self, items: Sequence[Item], parents: Parents, now: str) -> Rescored:
        """Score some items, with what the method needs for it. Raises Paused and StoreError."""
        method, failed = self.rescorer.method, Rescored()
        if self.rescorer.prepare is not None:
            prepared = await self.rescorer.prepare(items, parents)
            items, parents = prepared.items, prepared.parents
            failed = Rescored(failed=list(prepared.failed), error=prepared.error)
        if items:
            failed.add(await asyncio.to_thread(rescored, items, parents, method, now))
        return failed

    async def _stale_items(self, hours: Sequence[Hour]) -> list[Item]:
        wanted: dict[str, set[str]] = defaultdict(set)
        for each in hours:
            wanted[each.community].add(each.hour)
        containers = cast("tuple[Container[Any], ...]", (POSTS, COMMENTS))
        items: list[Item] = []
        for name, of_name in wanted.items():
            for near in nearby(sorted(of_name)):
                for container in containers:
                    ends = near[0], next_hour(near[-1])
                    async for page in pages_between(self.rescorer.store, container, name, *ends):
                        items += [
                            item
                            for item in page
                            if hour_of(item["order_key"]) in of_name
                            and is_stale(item, self.rescorer.method.accepted)
                        ]
        return sorted(items, key=lambda item: item["order_key"], reverse=True)

    async def _write(self, batch: _Batch) -> None:
        """Take the lease, write the items that are still as they were read, and recount."""
        failed = {_place(item) for item in batch.scored.failed}
        # An hour without stale items has a wrong cell: recounted, it doesn't come again.
        counted = {_place(before) for before, _ in batch.scored.pairs} | failed
        empty = {(n, h) for n, hours in batch.done.items() for h in hours} - counted
        if not batch.scored.pairs and not empty:
            return
        loop = asyncio.get_running_loop()
        pause = self.freed_at + self.rescorer.let_go_seconds - loop.time()
        await asyncio.sleep(max(0.0, pause))
        work_id = self.journal.document["id"] if self.journal else None
        writer = self._writer(self.lease_wait)
        async with writer.session("rescore", self._begin, work_id=work_id) as journal:
            changed = await self._still_as_read(batch.scored)
            hours: dict[str, set[str]] = defaultdict(set)
            for name, hour in (*map(_place, changed), *empty):
                hours[name].add(hour)
            if hours:
                await self._write_items(journal, hours, changed)
        self.freed_at = loop.time()

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

    async def _still_as_read(self, scored: Rescored) -> list[Item]:
        """Return the items as they are stored now, with their new scores."""
        fresh: dict[tuple[str, str, str], Item] = {}
        for kind, container in ITEMS.items():
            keys = [(b["community"], b["id"]) for b, _ in scored.pairs if b["kind"] == kind]
            for key, item in (await self.rescorer.store.read_many(container, keys)).items():
                fresh[kind, *key] = item
        found: list[Item] = []
        for before, after in scored.pairs:
            stored = fresh.get((before["kind"], before["community"], before["id"]))
            again = with_score(stored, before, after) if stored else None
            if again is not None:
                found.append(again)
        return found

    async def _write_items(
        self, journal: RescoreJournal, hours: Mapping[str, set[str]], items: Sequence[Item]
    ) -> None:
        store = self.rescorer.store
        await journal.write_ahead(hours)
        await store.upsert(POSTS, [cast("Post", i) for i in items if i["kind"] == "post"])
        journal.check()
        await store.upsert(COMMENTS, [cast("Comment", i) for i in items if i["kind"] == "comment"])
        shares: Shares = {
            name: await rebuild_cells(store, name, of_name) for name, of_name in hours.items()
        }
        await rebuild_all(store, shares)
        journal.document["rescored"] += len(items)
        self.done += len(items)
        # Of items with stale mentions alone, one of an hour was counted.
        self.total = max(self.total, self.done)
        await journal.reconciled()

    def _note(self, batch: _Batch) -> None:
        """Note what failed of a batch, and what failed before and doesn't any more."""
        for name, hours in batch.done.items():
            for hour in hours:
                self.failed.pop(f"{hour} {name}", None)
        for (name, hour), items in Counter(map(_place, batch.scored.failed)).items():
            self.failed[f"{hour} {name}"] = items
        self.error = batch.scored.error or self.error
        self.is_broken = batch.scored.is_broken
        self.paused = batch.paused
        if batch.paused:
            event(
                log,
                "scoring.paused",
                logging.WARNING,
                method=self.backlog.current,
                until=batch.paused.until,
                reason=batch.paused.reason,
            )

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


def _place(item: Item) -> tuple[str, str]:
    """Return the community and the hour of an item."""
    return item["community"], hour_of(item["order_key"])
