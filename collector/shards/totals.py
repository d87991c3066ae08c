"""The totals of shards: `all` and the subjects, brought up to date by one writer for all shards.

A shard writes its communities' own cells, and leaves a note of the hours that changed. The holder
of the lease `totals` recounts the shares of these hours, and puts them into `all` and the subjects.
Notes are removed last: after a kill they are added up again, with the same result. Items may have
changed since, so a mark says that a writer of totals was killed, or stopped by an error. It may be
alive, too, where a clock that is ahead took its lease over, and write late what it read before. So
notes are then kept for a while, and added up once more.
"""

import logging
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from collector.rollups.hours import Shares, read_shares, rebuild_all
from collector.writers.deadline import Check
from collector.writers.lease import HeldLease, lease
from collector.writers.shared_lease import shared_lease
from shared.errors import (
    CycleRunning,
    DeadlineReached,
    DocumentChanged,
    DocumentExists,
    LeaseLost,
    StoreError,
)
from shared.logs import event
from shared.models import TotalsNote, TotalsState
from shared.store import LEASES, TOTALS_NOTES, TOTALS_STATES, Query, Store
from shared.store.scan import after
from shared.times import Clock, iso, parse_iso

log = logging.getLogger(__name__)

TOTALS: Final = "totals"
NOTES = 100
# Cells whose shares are in memory at a time.
MAX_CELLS = 2000
# A writer that is overtaken learns it within a term, and the store retries a write for two minutes.
LATE_WRITES = timedelta(minutes=5)


async def leave_note(store: Store, shard: str, shares: Shares, clock: Clock) -> None:
    """Note the hours of these communities for the totals."""
    cells = {name: sorted(hours) for name, hours in shares.items() if hours}
    if cells:
        # Several notes of a shard may be left in one second.
        note_id = f"{iso(clock())}_{shard}_{secrets.token_hex(8)}"
        await store.create(TOTALS_NOTES, TotalsNote(id=note_id, kind=TOTALS, ttl=-1, cells=cells))


async def waiting_notes(store: Store, at_least: str = "") -> list[TotalsNote]:
    """Return the oldest notes, 100 at most, whose id is at least this."""
    return await store.query(Query(TOTALS_NOTES, TOTALS, NOTES, order_by="id", at_least=at_least))


async def add_up_notes(store: Store, check: Check, clock: Clock) -> int:
    """Add up all notes that wait, and return the number of hours; no shard may write totals.

    check raises where another writer may be writing, or where no time is left: the notes that
    aren't done then wait on. Raises LeaseLost where another writer has begun.
    """
    done = 0
    notes = await waiting_notes(store)
    if not notes:
        return done
    adding = await Adding.begin(store, clock)
    try:
        while notes:
            done += await _add_up(store, notes, check, adding)
            # New notes sort before others where clocks differ.
            last = after(notes[-1]["id"]) if adding.keeps_notes else ""
            notes = await waiting_notes(store, last)
    except DeadlineReached:
        # It ended between two portions, of which each is whole.
        await adding.end(is_whole=False)
        raise
    await adding.end(is_whole=True)
    return done


@dataclass
class Adding:
    """One time that notes are added up. Its mark says so, and shows whether another has begun.

    The writer before may not have come to its end: it was killed, or a clock that is ahead took its
    lease over. A living one may write for a while yet what it read before. So the notes stay for
    that time, and are added up again after it.
    """

    store: Store
    mark: TotalsState
    etag: str
    keeps_notes: bool

    @classmethod
    async def begin(cls, store: Store, clock: Clock) -> "Adding":
        """Write the mark. Raises LeaseLost where another writer does so, too."""
        found = await store.read(TOTALS_STATES, "totals_state", TOTALS)
        now = clock()
        since = _unsure_since(found, iso(now))
        mark = _mark(since, is_under_way=True)
        try:
            if found is None:
                etag = await store.create(TOTALS_STATES, mark)
            else:
                etag = await store.replace(TOTALS_STATES, mark, found["_etag"])
        except (DocumentExists, DocumentChanged) as error:
            raise _overtaken() from error
        return cls(store, mark, etag, since > iso(now - LATE_WRITES))

    @property
    def is_sure(self) -> bool:
        """Return whether the writer before came to its end."""
        return "unsure_since" not in self.mark

    async def remove(self, notes: Sequence[TotalsNote]) -> None:
        """Remove notes that are added up. Raises LeaseLost where another writer has begun."""
        found = await self.store.read(TOTALS_STATES, "totals_state", TOTALS)
        if found is None or found["_etag"] != self.etag:
            raise _overtaken()
        if not self.keeps_notes:
            await self.store.delete(TOTALS_NOTES, [(TOTALS, note["id"]) for note in notes])

    async def end(self, *, is_whole: bool) -> None:
        """Mark the end; is_whole says that no note is left to be added up. Raises LeaseLost."""
        since = self.mark.get("unsure_since", "")
        is_done = is_whole and not self.keeps_notes
        mark = _mark("" if is_done else since, is_under_way=False)
        try:
            await self.store.replace(TOTALS_STATES, mark, self.etag)
        except DocumentChanged as error:
            raise _overtaken() from error


def _unsure_since(found: TotalsState | None, now: str) -> str:
    """Return since when a writer is followed that didn't come to its end; empty if none is."""
    if found is None:
        return ""
    if found["is_under_way"]:
        return now
    # A time in the future is another machine's error.
    return min(found.get("unsure_since", ""), now)


def _mark(since: str, *, is_under_way: bool) -> TotalsState:
    mark = TotalsState(id=TOTALS, kind="totals_state", ttl=-1, is_under_way=is_under_way)
    if since:
        mark["unsure_since"] = since
    return mark


def _overtaken() -> LeaseLost:
    return LeaseLost("another writer adds up totals")


async def _add_up(store: Store, notes: Sequence[TotalsNote], check: Check, adding: Adding) -> int:
    """Add up notes, remove them, and return the number of their hours."""
    cells: dict[str, set[str]] = defaultdict(set)
    for note in notes:
        for name, hours in note["cells"].items():
            cells[name].update(hours)
    for some in _some(cells):
        check()
        shares = {name: await read_shares(store, name, hours) for name, hours in some.items()}
        check()
        await rebuild_all(store, shares, is_sure=adding.is_sure)
    check()
    await adding.remove(notes)
    return sum(map(len, cells.values()))


@dataclass(frozen=True)
class Totals:
    """The writer of totals beside shards."""

    store: Store
    clock: Clock
    lease_seconds: int

    @asynccontextmanager
    async def session(self, cycle: str) -> AsyncIterator[HeldLease]:
        """Hold the lease `totals`, beside shards and before other writers. Raises CycleRunning."""
        store, seconds, clock = self.store, self.lease_seconds, self.clock
        async with (
            lease(store, TOTALS, seconds=seconds, clock=clock, name=TOTALS) as held,
            shared_lease(store, cycle, TOTALS, seconds=seconds, clock=clock) as part,
        ):
            held.others = (part,)
            yield held

    async def are_fresh(self, lag: timedelta) -> bool:
        """Return whether totals were added up within this time: what waits may wait on."""
        found = await self.store.read(LEASES, "lease", TOTALS)
        if found is None:
            return False
        now, term = self.clock(), timedelta(seconds=self.lease_seconds)
        # The last holder took or renewed the lease a term before its end.
        return now - lag < parse_iso(found["expires_at"]) - term <= now

    async def add_up(self, cycle: str, has_time: Check) -> int:
        """Add up what waits, also what other shards leave meanwhile. Raises CycleRunning."""
        async with self.session(cycle) as held:

            def check() -> None:
                held.check()
                has_time()

            return await add_up_notes(self.store, check, self.clock)

    async def add_up_late(self, cycle: str, lag: timedelta, has_time: Check) -> None:
        """Add up what waits for this time, unless another worker does, or waits to be let in.

        What fails is logged, since the notes wait on for the next writer: the work whose notes they
        are has ended, and its messages must be sent.
        """
        try:
            if not await self.are_fresh(lag):
                await self.add_up(cycle, has_time)
        except (CycleRunning, LeaseLost, DeadlineReached) as error:
            event(log, "totals.left", reason=str(error))
        except StoreError as error:
            event(log, "totals.left", logging.WARNING, reason=str(error))
        except Exception:
            log.exception("totals.broke cycle=%s", cycle)


def _some(cells: Mapping[str, set[str]]) -> Iterator[dict[str, Sequence[str]]]:
    """Yield the cells in portions, newest hours first."""
    by_hour = [(hour, name) for name, hours in cells.items() for hour in hours]
    by_hour.sort(reverse=True)
    for start in range(0, len(by_hour), MAX_CELLS):
        some: dict[str, list[str]] = defaultdict(list)
        for hour, name in by_hour[start : start + MAX_CELLS]:
            some[name].append(hour)
        yield dict(some)
