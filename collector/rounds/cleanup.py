"""A cleanup in shards: each removes what is expired of its communities, and the end all the rest.

The cleanup's document and its round are written under the lease of every writer. Each shard then
has turns until nothing is expired there. The end needs that lease again, for a moment: the totals
of what was removed, and what no shard has.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final, cast

from collector.collection.recount import MAX_LAG
from collector.maintenance.cleanup import first_kept
from collector.maintenance.expired_communities import ExpiredCommunities
from collector.maintenance.expired_shared import ExpiredShared
from collector.maintenance.journals import CleanupJournal
from collector.rollups.hours import rebuild_all
from collector.rounds.documents import (
    candidates,
    change_round,
    given_up,
    is_active,
    new_round,
    read_round,
    resumed,
)
from collector.rounds.journal import PartJournal, shard_claim
from collector.rounds.worker import RoundEnd, RoundWorker, TurnEnd
from collector.shards.totals import Totals, add_up_notes, leave_note
from collector.writers.deadline import Check
from collector.writers.lease import LOOK_AGAIN_SECONDS, NO_WAIT, HeldLease, LeaseWait
from collector.writers.session import Writer, closing_journal
from shared.errors import CycleRunning, DeadlineReached, StoreUnavailable
from shared.logs import event
from shared.models import Cleanup, CycleError, Removed, RoundName, ShardRound, WorkStatus
from shared.settings import Settings
from shared.shards import MAX_ATTEMPTS, NEVER
from shared.store import CLEANUPS, Store
from shared.store.community_states import all_states, states_of_shard
from shared.times import Clock, iso, parse_iso, utc_now

log = logging.getLogger(__name__)

NAME: Final = "cleanup"
# Up to this age a cleanup that hasn't ended is resumed. The next day's replaces it, and removes
# what it left, too: a shard that breaks each time keeps nothing else from expiring.
RESUMED_FOR = timedelta(hours=20)
# A shard has 100 communities at most, half of them watched.
MAX_MEMBERS = 1000

IsOver = Callable[[], bool]


def never() -> bool:
    """Return that the time isn't used up."""
    return False


@dataclass(frozen=True)
class Limits:
    """The time of a worker: that of its run, and what begins the time of a turn, or of the end."""

    is_over: IsOver = never
    turn: Callable[[], IsOver] = lambda: never
    end: Callable[[], IsOver] = lambda: never


class CleanupEnded(Exception):
    """A cleanup has ended, or goes on with a shard, or another one has taken its place."""


class ShardedCleanupJournal(CleanupJournal):
    """The document of a cleanup in shards: it is `running` between its begin and its end."""

    has_ended = False

    @classmethod
    async def reopen(
        cls,
        store: Store,
        held: HeldLease,
        clock: Clock,
        known: Cleanup,
        counts: Mapping[str, int],
    ) -> "ShardedCleanupJournal":
        """Reopen the document for its end, with what shards have counted.

        Cells that a killed end left pending stay so.
        """
        document = with_counts(known, counts)
        document["status"], document["reconciled"], document["end_time"] = "running", "no", None
        journal = cls(store, held, clock, document, known["_etag"])
        for name, hours in known["pending_cells"].items():
            journal._pending[name].update(hours)
        await journal.save()
        return journal

    async def end(self, status: WorkStatus) -> None:
        """Close the document if the cleanup has ended or failed; else leave it to the shards."""
        if status == "failed" or self.has_ended:
            await super().end(status)
            return
        self.document["reconciled"] = "yes"
        await self.save()


@dataclass(frozen=True)
class ShardCleanup:
    """The work of a shard: to remove what is expired of its communities."""

    store: Store
    settings: Settings
    before: datetime
    clock: Clock
    new_turn: Callable[[], IsOver]
    name: RoundName = NAME

    def claim(self, shard: str) -> AbstractAsyncContextManager[HeldLease]:
        """Hold a shard. Raises ShardAtWorkError and CycleRunning."""
        seconds = self.settings.lease_seconds
        return shard_claim(self.store, NAME, shard, seconds=seconds, clock=self.clock)

    async def turn(self, found: ShardRound, shard: str, held: HeldLease) -> TurnEnd:
        """Remove the oldest days first, until nothing is expired or the turn's time is used up."""
        journal = await PartJournal.reopen(
            self.store, held, self.clock, kind=NAME, shard=shard, run=found["run"]
        )
        part = journal.document
        async with closing_journal(journal):
            expired = ExpiredCommunities(
                self.store,
                journal,
                part["counts"],
                check_of(self.new_turn()),
                partial(leave_note, self.store, shard, clock=self.clock),
                self.clock,
            )
            await expired.recount_pending()
            try:
                if not part["is_done"]:
                    await self._remove(expired, shard)
                part["is_done"] = True
            except DeadlineReached:
                await expired.recount_removed()
        return TurnEnd(part["is_done"], part["counts"])

    async def _remove(self, expired: ExpiredCommunities, shard: str) -> None:
        members = await states_of_shard(self.store, shard, MAX_MEMBERS)
        names = [state["id"] for state in members]
        watched = frozenset(self.settings.watched)
        # One that was added meanwhile is due, and a plan counts on its state.
        unwatched = [
            state["id"]
            for state in members
            if state["id"] not in watched and state["due_at"] == NEVER
        ]
        await expired.remove(names, self.before, unwatched=unwatched)


@dataclass(frozen=True)
class CleanupRound:
    """A cleanup in shards, for one worker. lease_wait is for the lease of every writer."""

    store: Store
    settings: Settings
    clock: Clock = utc_now
    limits: Limits = field(default_factory=Limits)
    lease_wait: LeaseWait = NO_WAIT
    totals_lag: timedelta = MAX_LAG

    async def begin(self) -> Cleanup:
        """Begin a cleanup, and return its document; one that is under way is resumed.

        All its shards then have new attempts. Raises CycleRunning if another writer holds the
        lease, LeaseLost and StoreError.
        """
        while (known := await self._under_way()) is None:
            with suppress(CleanupEnded):
                return await self._begin()
        run = known["id"]
        await self._change(run, lambda found: resumed(found, self.clock()))
        return known

    async def lost(self) -> str | None:
        """Return the id of a cleanup that hasn't ended and has no message any more, or None.

        The caller sends messages: until these are lost, too, None is returned.
        """
        found = await read_round(self.store, NAME)
        if found is None or is_active(found, self.clock()):
            return None
        known = await read_cleanup(self.store, found["run"])
        if known is None or is_ended(known):
            return None
        now = iso(self.clock())
        await self._change(found["run"], lambda current: {**current, "updated_at": now})
        return found["run"]

    async def work(self, run: str) -> RoundEnd:
        """Take turns of shards, and do the end of the cleanup once all have ended.

        Raises LeaseLost, StoreError and Stopped.
        """
        known = await read_cleanup(self.store, run)
        if known is None or is_ended(known):
            return RoundEnd(is_other=True)
        before = parse_iso(known["before"])
        work = ShardCleanup(self.store, self.settings, before, self.clock, self.limits.turn)
        worker = RoundWorker(
            self.store, work, self.clock, self.limits.is_over, partial(self._add_up_late, run)
        )
        end = await worker.run(run)
        return await self._end(run) if end.is_done or end.failed else end

    async def to_its_end(self, run: str) -> Cleanup:
        """Work until the cleanup has ended, also where other workers have its last shards.

        Raises LeaseLost, StoreError and Stopped.
        """
        while True:
            await self.work(run)
            done = await read_cleanup(self.store, run)
            if done is None:
                raise StoreUnavailable(f"the document of {run} is gone")
            if is_ended(done):
                return done
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def _under_way(self) -> Cleanup | None:
        found = await read_round(self.store, NAME)
        known = await read_cleanup(self.store, found["run"]) if found is not None else None
        if known is None or is_ended(known):
            return None
        age = self.clock() - parse_iso(known["start_time"])
        return known if abs(age) < RESUMED_FOR else None

    async def _begin(self) -> Cleanup:
        """Write the document and the round. Raises CleanupEnded if another process does."""

        async def begin(held: HeldLease) -> ShardedCleanupJournal:
            if await self._under_way() is not None:
                raise CleanupEnded
            before = iso(first_kept(self.settings, self.clock()))
            return await ShardedCleanupJournal.begin(self.store, held, self.clock, before=before)

        async with self._writer().session(NAME, begin) as journal:
            document = journal.document
            document["cycles_closed"] = journal.cycles_closed
            await self._close_replaced(document["id"])
            # What no cycle has assigned to a shard yet was collected after the cleanup began.
            shards = {state["shard"] async for state in all_states(self.store)} - {""}
            journal.check()
            fresh = new_round(NAME, document["id"], sorted(shards), self.clock())
            await change_round(self.store, NAME, lambda _: fresh)
        return document

    async def _close_replaced(self, run: str) -> None:
        """Close the document of the cleanup before, if it didn't end."""
        found = await read_round(self.store, NAME)
        known = await read_cleanup(self.store, found["run"]) if found is not None else None
        if found is None or known is None or is_ended(known):
            return
        closed = with_counts(known, found["counts"])
        closed["status"], closed["end_time"] = "completed", iso(self.clock())
        closed["errors"] = [*known["errors"], _error(f"{run} has taken its place")]
        await self.store.upsert(CLEANUPS, [closed])
        event(log, "cleanup.incomplete", logging.WARNING, reason=f"{run} takes its place")

    async def _end(self, run: str) -> RoundEnd:
        """Do the end of a cleanup whose shards have ended, in as many turns as it needs."""
        check = check_of(self.limits.end())
        try:
            with suppress(CycleRunning):  # Then what waits is added up under the lease of all.
                await self._totals().add_up(run, check)
            async with self._writer().session(
                NAME, partial(self._reopen, run), work_id=run
            ) as journal:
                journal.document["cycles_closed"] += journal.cycles_closed
                await self._remove_shared(journal, check)
        except CleanupEnded:
            return RoundEnd(is_done=True)
        except DeadlineReached:
            return RoundEnd(goes_on=True)
        except CycleRunning as error:
            # Another worker at the end of this cleanup goes on.
            return RoundEnd(goes_on=error.holder != run, holder=error.holder)
        return RoundEnd(goes_on=not journal.has_ended, is_done=journal.has_ended)

    async def _reopen(self, run: str, held: HeldLease) -> ShardedCleanupJournal:
        """Reopen the document. Raises CleanupEnded where there is no end to be done."""
        known, found = await read_cleanup(self.store, run), await read_round(self.store, NAME)
        if known is None or is_ended(known):
            raise CleanupEnded
        if found is None or found["run"] != run or candidates(found):
            raise CleanupEnded
        return await ShardedCleanupJournal.reopen(
            self.store, held, self.clock, known, found["counts"]
        )

    async def _remove_shared(self, journal: ShardedCleanupJournal, has_time: Check) -> None:
        document = journal.document

        def check() -> None:
            has_time()
            journal.check()

        found = await read_round(self.store, NAME)
        failed = given_up(found) if found is not None else []
        before = parse_iso(document["before"])
        shared = ExpiredShared(self.store, self.settings, journal, check, self.clock)
        communities = ExpiredCommunities(
            self.store, journal, {}, check, partial(rebuild_all, self.store), self.clock
        )
        try:
            await communities.recount_pending()
            await add_up_notes(self.store, check, self.clock)
            if not failed:  # Otherwise items are left that the totals count.
                await shared.remove_totals(before)
            await shared.remove_others(before)
        except DeadlineReached as error:
            event(log, "cleanup.goes_on", reason=str(error))
            return
        document["complete"], journal.has_ended = not failed, True
        for shard in failed:
            reason = found["reasons"].get(shard, "its process was killed") if found else ""
            why = f"{shard} failed {MAX_ATTEMPTS} times: {reason}; the next cleanup tries it again"
            document["errors"].append(_error(why))
            event(log, "cleanup.incomplete", logging.WARNING, reason=why)

    async def _change(self, run: str, change: Callable[[ShardRound], ShardRound]) -> None:
        def of_run(found: ShardRound | None) -> ShardRound | None:
            return change(found) if found is not None and found["run"] == run else None

        await change_round(self.store, NAME, of_run)

    async def _add_up_late(self, run: str) -> None:
        await self._totals().add_up_late(run, self.totals_lag, check_of(self.limits.end()))

    def _totals(self) -> Totals:
        return Totals(self.store, self.clock, self.settings.lease_seconds)

    def _writer(self) -> Writer:
        return Writer(self.store, self.clock, self.settings.lease_seconds, self.lease_wait)


async def read_cleanup(store: Store, run: str) -> Cleanup | None:
    """Return the document of a cleanup. Raises StoreError."""
    return await store.read(CLEANUPS, "cleanup", run)


def is_ended(cleanup: Cleanup) -> bool:
    """Return whether nothing more is done for a cleanup; one whose process was killed goes on."""
    return cleanup["status"] == "completed"


def with_counts(cleanup: Cleanup, counts: Mapping[str, int]) -> Cleanup:
    """Return a cleanup with what its shards counted, which is added once."""
    fresh: Cleanup = {**cleanup, "errors": [*cleanup["errors"]]}
    if not cleanup.get("has_shards", False):
        removed = cast("dict[str, int]", {**cleanup["removed"]})
        for what, count in counts.items():
            removed[what] += count
        fresh["removed"] = cast("Removed", removed)
    fresh["has_shards"] = True
    return fresh


def check_of(is_over: IsOver) -> Check:
    """Return what raises DeadlineReached once the time is over."""

    def check() -> None:
        if is_over():
            raise DeadlineReached("the turn's time is used up")

    return check


def _error(message: str) -> CycleError:
    return CycleError(community=None, kind="internal", message=message)
