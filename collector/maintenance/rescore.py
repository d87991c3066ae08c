"""Rescores stored items that another method than the current one scored.

Each cell counts its items by method, so the statistics tell which hours have such items. An
interrupted rescore needs no cursor, and one with nothing to do reads only days. It works in batches
(write-ahead, items, cells, `all`), newest hours first, and frees the lease every few seconds, so
that no collection waits for long.
"""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from collector.maintenance.journals import RescoreJournal
from collector.rollups.hours import Shares, rebuild_all, rebuild_cells
from collector.sentiment.base import Method
from collector.sentiment.rescoring import rescore_hours
from collector.writers.lease import LET_GO_SECONDS, NO_WAIT, HeldLease, LeaseWait
from collector.writers.session import Writer
from shared.logs import event
from shared.models import Comment, Post, Rescore
from shared.settings import Settings
from shared.stats.cells import cells_by_hour, items_in, method_name, methods_of
from shared.stats.watched import names_ever
from shared.store import DAYS, Query, Store
from shared.store.scan import after
from shared.times import Clock, iso, utc_now

log = logging.getLogger(__name__)

I = TypeVar("I", Post, Comment)  # noqa: E741 - an item

PAGE = 500
# Limits of a batch: other writers wait for it, and the document of pending cells must stay small.
BATCH_ITEMS = 1000
BATCH_HOURS = 1000
HELD_SECONDS = 10.0

Progress = Callable[[int, int], None]
"""Takes the number of items rescored, and the total."""


def no_progress(_done: int, _of: int) -> None:
    """Show nothing."""


class Hour(NamedTuple):
    """An hour of a community: `stale` of its `items` were scored by other methods."""

    hour: str
    community: str
    stale: int
    items: int


@dataclass(frozen=True)
class Plan:
    """The plan of a rescore: items by method, and the number not scored by `method`."""

    method: str
    methods: dict[str, int]
    stale: int


@dataclass(frozen=True)
class Rescorer:
    """Rescores a store.

    A batch ends with the hour that reaches batch_items. After at least one batch, and held_seconds
    with the lease, it frees the lease for let_go_seconds.
    """

    store: Store
    method: Method
    settings: Settings
    clock: Clock = utc_now
    progress: Progress = no_progress
    batch_items: int = BATCH_ITEMS
    held_seconds: float = HELD_SECONDS
    let_go_seconds: float = LET_GO_SECONDS

    @property
    def current(self) -> str:
        """Return the method's name as in statistics."""
        return method_name(self.method.name, self.method.version)

    async def plan(self) -> Plan:
        """Return what a rescore would do now; nothing is written, and no lease is needed."""
        methods, hours = await _look(self.store, self.settings, self.current)
        return Plan(self.current, dict(methods.most_common()), sum(each.stale for each in hours))

    async def run(self, *, lease_wait: LeaseWait = NO_WAIT) -> Rescore:
        """Rescore, and return the stored document of the rescore.

        It is complete if no item of another method is left; a collector with another method may
        meanwhile add some. Raises CycleRunning if another writer holds the lease for longer than
        lease_wait, LeaseLost and StoreUnavailable. Finished batches stay rescored.
        """
        writer = Writer(self.store, self.clock, self.settings.lease_seconds, lease_wait)
        work = _Work(self)
        while True:
            work_id = work.journal.document["id"] if work.journal else None
            async with writer.session("rescore", work.begin, work_id=work_id) as journal:
                await work.turn(journal)
            if not work.left:
                break
            await asyncio.sleep(self.let_go_seconds)
        document = journal.document
        fields = {name: document[name] for name in ("method", "rescored", "complete")}
        event(log, "rescore.ended", rescore=document["id"], **fields)
        return document


async def _look(store: Store, settings: Settings, current: str) -> tuple[Counter[str], list[Hour]]:
    """Count all items by method, and list the hours with items of others, newest first."""
    methods: Counter[str] = Counter()
    hours: list[Hour] = []
    for name in await names_ever(store, settings.watched):
        last = ""
        while page := await store.query(Query(DAYS, name, PAGE, order_by="id", at_least=last)):
            for hour, cell in cells_by_hour(page).items():
                found, items = methods_of(cell), items_in(cell)
                methods.update(found)
                if stale := items - found.get(current, 0):
                    hours.append(Hour(hour, name, stale, items))
            last = after(page[-1]["id"])
    return methods, sorted(hours, reverse=True)


class _Work:
    """The state of one rescore, which takes the lease several times."""

    def __init__(self, rescorer: Rescorer) -> None:
        self.journal: RescoreJournal | None = None
        self.left: list[Hour] = []
        self._rescorer = rescorer
        self._store = rescorer.store
        self._has_looked = False
        self._of = 0

    async def begin(self, held: HeldLease) -> RescoreJournal:
        """Begin the rescore or, with the lease taken again, continue it."""
        if self.journal is None:
            rescorer = self._rescorer
            self.journal = await RescoreJournal.begin(
                self._store, held, rescorer.clock, method=rescorer.current
            )
        else:
            await self.journal.go_on(held)
        return self.journal

    async def turn(self, journal: RescoreJournal) -> None:
        """Rescore batches until the time with the lease is over."""
        if not self._has_looked:
            # Orphaned work has been recovered, so all cells are correct.
            self.left = await self._look()
            self._of = sum(hour.stale for hour in self.left)
            self._has_looked = True
            self._tell(journal)
        loop = asyncio.get_running_loop()
        until = loop.time() + self._rescorer.held_seconds
        while self.left:
            batch = _batch(self.left, self._rescorer.batch_items)
            await self._rescore(journal, batch)
            del self.left[: len(batch)]
            self._tell(journal)
            if loop.time() >= until:
                break
        if not self.left:
            journal.document["complete"] = not await self._look()

    async def _look(self) -> list[Hour]:
        rescorer = self._rescorer
        return (await _look(self._store, rescorer.settings, rescorer.current))[1]

    def _tell(self, journal: RescoreJournal) -> None:
        self._rescorer.progress(journal.document["rescored"], self._of)

    async def _rescore(self, journal: RescoreJournal, batch: Sequence[Hour]) -> None:
        hours: dict[str, set[str]] = defaultdict(set)
        for each in batch:
            hours[each.community].add(each.hour)
        await journal.write_ahead(hours)
        shares: Shares = {}
        for name, of_name in hours.items():
            journal.document["rescored"] += await rescore_hours(
                self._store,
                name,
                of_name,
                self._rescorer.method,
                now=iso(self._rescorer.clock()),
                check=journal.check,
            )
            shares[name] = await rebuild_cells(self._store, name, of_name)
        await rebuild_all(self._store, shares)
        await journal.reconciled()


def _batch(left: Sequence[Hour], most: int) -> Sequence[Hour]:
    """Return the first of these hours, up to `most` items, and at least one hour."""
    items = 0
    for number, hour in enumerate(left[:BATCH_HOURS]):
        items += hour.items
        if items >= most:
            return left[: number + 1]
    return left[:BATCH_HOURS]
