"""The rematch by shard: each shard's hours are matched in turns of its own, beside other shards.

The document of the rematch is the truth, and the round follows it: it belongs to the run that the
document names. A worker that finds another round begins that of the document. Several workers
change the document, each time under its ETag. It never has pending cells: the parts have them.
"""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from collector.maintenance.journals import RematchJournal
from collector.maintenance.rematch import (
    BATCH_ITEMS,
    Matcher,
    Progress,
    count_items,
    log_begin,
    no_progress,
    recount_pending,
    stored_hours,
)
from collector.maintenance.stale import span_of_days
from collector.rollups.hours import Shares, rebuild_all, rebuild_cells
from collector.rounds.documents import (
    AGAIN_SECONDS,
    change_round,
    new_round,
    read_round,
    resumed,
)
from collector.rounds.journal import PartJournal, shard_claim, shards_of
from collector.rounds.worker import TurnEnd
from collector.shards.collecting import MAX_MEMBERS
from collector.shards.totals import Totals, leave_note
from collector.watchlist.mentions import MentionRules
from collector.writers.deadline import Check, no_check
from collector.writers.journal import unreconciled_work
from collector.writers.lease import LOOK_AGAIN_SECONDS, NO_WAIT, HeldLease, LeaseWait
from collector.writers.session import Writer, closing_journal
from shared.errors import CycleRunning, DocumentChanged, DocumentExists, UndertoneError
from shared.models import Rematch, RoundName, ShardRound, Watchlist, Work
from shared.rematches import ID, changed_since, is_active, is_done, read_rematch, renewed
from shared.settings import Settings
from shared.shards import has_shards
from shared.store import REMATCH, SHARD_PARTS, SHARDS, Query, Store
from shared.store.community_states import states_of_shard
from shared.store.scan import after
from shared.subjects.watchlist import read_watchlist
from shared.telemetry import span
from shared.times import Clock, iso, utc_now

NAME: Final = "rematch"
PAGE = 100


class UnassignedError(CycleRunning):
    """Communities wait for the next cycle, which assigns them to shards."""


class ReplacedError(UndertoneError):
    """The rematch has begun again, or has ended: what a turn of this run notes doesn't count."""


class Begun(NamedTuple):
    """The rematch that is due: is_new says that its workers are still to be sent."""

    document: Rematch
    is_new: bool


class RematchPart(PartJournal):
    """A shard's part of the rematch; known are the subjects that the rematch names already."""

    known: set[str]

    async def will_change(self, subjects: set[str]) -> None:
        """Name these subjects in the document of the rematch. Raises ReplacedError."""
        fresh = subjects - self.known
        if not fresh:
            return
        run = self.document["run"]

        def named(known: Rematch) -> Rematch:
            names = dict.fromkeys([*known["subjects"], *sorted(fresh)])
            return {**known, "subjects": list(names)}

        if await change_rematch(self._store, run, named, self._clock) is None:
            raise ReplacedError(f"another rematch than {run} is under way")
        self.known |= fresh

    async def matched(self, cursor: str, *, items: int, changed: int) -> None:
        """Store that a batch is matched that ends at this cursor, and that its cells agree."""
        part = self.document
        part["cursor"] = cursor
        part["counts"] = {
            "matched": part["counts"].get("matched", 0) + items,
            "changed": part["counts"].get("changed", 0) + changed,
        }
        await self.reconciled()


def _no_limit() -> bool:
    return False


@dataclass(frozen=True)
class RematchRound:
    """The rematch of a store in shards. begin_turn returns what says that a turn is over."""

    store: Store
    settings: Settings
    clock: Clock = utc_now
    begin_turn: Callable[[], Callable[[], bool]] = lambda: _no_limit
    progress: Progress = no_progress
    batch_items: int = BATCH_ITEMS
    name: RoundName = field(default=NAME, init=False)

    def claim(self, shard: str) -> AbstractAsyncContextManager[HeldLease]:
        """Hold a shard for this worker. Raises ShardAtWorkError and CycleRunning."""
        seconds = self.settings.lease_seconds
        return shard_claim(self.store, self.name, shard, seconds=seconds, clock=self.clock)

    async def turn(self, found: ShardRound, shard: str, held: HeldLease) -> TurnEnd:
        """Match a claimed shard's hours for one turn."""
        # Read under the shard's lease: what is collected later goes by these rules, or newer ones.
        watchlist, document = await read_watchlist(self.store), await read_rematch(self.store)
        if document is None or not _is_of(document, found["run"]):
            # The round is void, and the worker that finds it without open shards replaces it.
            return TurnEnd(is_done=True)
        journal = await RematchPart.reopen(
            self.store, held, self.clock, kind=NAME, shard=shard, run=found["run"]
        )
        journal.known = set(document["subjects"])
        try:
            async with closing_journal(journal):
                with span("rematch", {"undertone.revision": watchlist["revision"]}):
                    await self._match(journal, shard, watchlist)
        except ReplacedError:
            return TurnEnd(is_done=True)
        return TurnEnd(journal.document["is_done"], journal.document["counts"])

    async def _match(self, journal: RematchPart, shard: str, watchlist: Watchlist) -> None:
        async def add_up(shares: Shares) -> None:
            await leave_note(self.store, shard, shares, self.clock)

        is_over = self.begin_turn()
        await recount_pending(self.store, journal, add_up)
        part = journal.document
        if part["is_done"]:
            return
        names = [state["id"] for state in await states_of_shard(self.store, shard, MAX_MEMBERS)]
        await _recount_others(self.store, shard, names)
        rules = MentionRules.of(watchlist, self.settings.watched)
        matcher = Matcher(self.store, journal, rules, add_up, self.batch_items)
        # The days of `all` may still lack what shards have left to the totals.
        own_days = await span_of_days(self.store, names)
        async for _ in matcher.batches(stored_hours(self.store, names, part["cursor"], own_days)):
            if is_over():
                return
        part["is_done"] = True

    async def begin(
        self, *, begins_again: bool = False, lease_wait: LeaseWait = NO_WAIT
    ) -> Begun | None:
        """Begin the rematch if it is due, or find the one under way; None if nothing is to do.

        The document is written before the round: a kill between them is repeated. One that gave no
        sign for a while is resumed. Raises UnassignedError; CycleRunning where totals are added up,
        or a turn of before there were shards is to be recovered, for longer than lease_wait;
        StoreError.
        """
        while True:
            known, watchlist = await read_rematch(self.store), await read_watchlist(self.store)
            if not begins_again and is_done(known, watchlist):
                return None
            if known is not None and known["reconciled"] == "no":
                await self._recover(lease_wait)
                continue
            changed = None if begins_again else await changed_since(self.store, known, watchlist)
            fresh = renewed(known, watchlist, changed, self.clock())
            if (begun := await self._begun(known, fresh, lease_wait)) is not None:
                return begun

    async def _begun(
        self, known: Rematch | None, fresh: Rematch, lease_wait: LeaseWait
    ) -> Begun | None:
        """Store a document that is renewed, and its round; None if another worker was first."""
        if fresh["ended_at"] is not None:
            return Begun(fresh, is_new=False) if await self._write(known, fresh) else None
        shards: list[str] | None = None
        is_new = "run" not in fresh
        if is_new:
            # Nothing begins before all communities have a shard.
            shards = await self._shards()
            await self._add_up(lease_wait)
            fresh = await self._with_run(fresh)
        is_lost = not is_new and not is_active(fresh, self.clock())
        if (is_lost or fresh != known) and not await self._write(known, fresh):
            return None
        if is_new:
            log_begin(fresh)
        is_replaced = await self._follow(fresh["run"], shards)
        if is_lost:
            await self.resume()
        return Begun(fresh, is_new=is_new or is_replaced or is_lost)

    async def resume(self) -> None:
        """Allow the shards that are open new attempts."""
        await change_round(self.store, NAME, lambda found: found and resumed(found, self.clock()))

    async def end(self, run: str, check: Check) -> Rematch | None:
        """End the rematch of this run, none of whose shards is open, and return its document.

        None where it has begun again, or is to: the rules have changed meanwhile. Raises
        CycleRunning where another worker adds up totals, and StoreError.
        """
        is_added_up = False
        while True:
            document = await read_rematch(self.store)
            if document is None or document.get("run") != run:
                return None
            if document["ended_at"] is not None:
                return document
            if not is_added_up:
                totals = Totals(self.store, self.clock, self.settings.lease_seconds)
                await totals.add_up(NAME, check)
                is_added_up = True
            # Read after the last turn: no turn has matched by a later one.
            watchlist = await read_watchlist(self.store)
            if await changed_since(self.store, document, watchlist) != []:
                return None
            ended = _with_counts(document, await self._counts(run))
            ended["revision"], ended["ended_at"] = watchlist["revision"], iso(self.clock())
            if await self._write(document, ended):
                self.progress(ended)
                return ended

    async def note_progress(self, run: str) -> None:
        """Store how far the shards have come, and that the rematch is worked on."""
        counts = await self._counts(run)
        fresh = await change_rematch(
            self.store, run, lambda known: _with_counts(known, counts), self.clock
        )
        if fresh is not None:
            self.progress(fresh)

    async def _counts(self, run: str) -> dict[str, int]:
        """Return how many items all shards have matched and changed in this run."""
        counts = {"matched": 0, "changed": 0}
        last = f"{NAME}_shard_"
        while page := await self.store.query(
            Query(SHARD_PARTS, NAME, PAGE, order_by="id", at_least=last)
        ):
            for part in page:
                if part["run"] == run:
                    for name in counts:
                        counts[name] += part["counts"].get(name, 0)
            last = after(page[-1]["id"])
        return counts

    async def _recover(self, lease_wait: LeaseWait) -> None:
        """Recount what a turn left pending that was killed before there were shards."""

        async def begin(held: HeldLease) -> RematchJournal:
            return await RematchJournal.reopen(self.store, held, self.clock)

        async def add_up(shares: Shares) -> None:
            await rebuild_all(self.store, shares)

        writer = Writer(self.store, self.clock, self.settings.lease_seconds, lease_wait)
        async with writer.session("rematch", begin, work_id=ID) as journal:
            await recount_pending(self.store, journal, add_up)

    async def _add_up(self, lease_wait: LeaseWait) -> None:
        """Add up what the run before left to the totals, while its items are as it left them.

        Statistics of subjects are written where they differ from the hashes of their hour. Where a
        killed writer had written some but no hash, and items then changed back, none would differ.
        """
        totals = Totals(self.store, self.clock, self.settings.lease_seconds)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + lease_wait.seconds
        while True:
            try:
                await totals.add_up(NAME, no_check)
            except CycleRunning:
                if loop.time() >= deadline:
                    raise
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
            else:
                return

    async def _shards(self) -> list[str]:
        if not await has_shards(self.store):
            raise UnassignedError("the next cycle, which assigns communities to shards")
        try:
            return await shards_of(self.store)
        except CycleRunning as error:
            raise UnassignedError(error.holder) from None

    async def _with_run(self, begun: Rematch) -> Rematch:
        """Return a rematch that all shards begin."""
        fresh: Rematch = {
            **begun,
            "run": f"{begun['revision']}_{secrets.token_hex(8)}",
            "cursor": None,
            "matched": 0,
            "changed": 0,
            "items": await count_items(self.store),
        }
        return fresh

    async def _follow(self, run: str, shards: list[str] | None) -> bool:
        """Have the round be that of this run; return whether it wasn't."""
        found = await read_round(self.store, NAME)
        if found is not None and found["run"] == run:
            return False
        if shards is None:
            shards = await self._shards()
        fresh = new_round(NAME, run, shards, self.clock())
        await change_round(
            self.store, NAME, lambda now: None if now is not None and now["run"] == run else fresh
        )
        return True

    async def _write(self, known: Rematch | None, fresh: Rematch) -> bool:
        """Store the document over the known one; return False if another worker was first."""
        fresh["updated_at"] = iso(self.clock())
        try:
            if known is None:
                await self.store.create(REMATCH, fresh)
            else:
                await self.store.replace(REMATCH, fresh, known["_etag"])
        except (DocumentExists, DocumentChanged):
            await asyncio.sleep(AGAIN_SECONDS)
            return False
        return True


async def change_rematch(
    store: Store, run: str, change: Callable[[Rematch], Rematch], clock: Clock
) -> Rematch | None:
    """Change the document of this run's rematch under its ETag, with the time, and return it.

    None where another one is under way, or it has ended. Raises StoreError.
    """
    while True:
        known = await read_rematch(store)
        if known is None or not _is_of(known, run):
            return None
        fresh: Rematch = {**change(known), "updated_at": iso(clock())}
        try:
            await store.replace(REMATCH, fresh, known["_etag"])
        except DocumentChanged:
            await asyncio.sleep(AGAIN_SECONDS)
            continue
        return fresh


def _with_counts(document: Rematch, counts: dict[str, int]) -> Rematch:
    fresh: Rematch = {**document, "matched": counts["matched"], "changed": counts["changed"]}
    return fresh


def _is_of(document: Rematch, run: str) -> bool:
    return document.get("run") == run and document["ended_at"] is None


async def _recount_others(store: Store, shard: str, names: list[str]) -> None:
    """Recount the cells that killed work left pending in these communities.

    Their hours may have items that no cell counts, and would not be matched. The work's own
    document still has them: its recovery brings the totals up to date.
    """
    part = await store.read(SHARDS, "shard", shard)
    killed: list[Work] = await unreconciled_work(store)
    pending: dict[str, set[str]] = defaultdict(set)
    for work in killed if part is None else [*killed, part]:
        for name, hours in work["pending_cells"].items():
            if name in names:
                pending[name].update(hours)
    for name, cells in pending.items():
        await rebuild_cells(store, name, cells)
