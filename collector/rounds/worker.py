"""Takes the turns of a round: one open shard after another, until its time is used up.

Several workers take shards of the same round. A shard is claimed by a lease, so that one worker has
it at a time, and a killed worker's shard is free once its lease has expired.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from collector.rounds.documents import (
    begun,
    candidates,
    change_round,
    ended,
    given_up,
    gone_wrong,
    read_round,
)
from collector.shards.beside import ShardAtWorkError
from collector.writers.lease import LET_GO_SECONDS, LOOK_AGAIN_SECONDS, HeldLease
from shared.errors import CycleRunning, LeaseLost, Stopped, StoreError, UndertoneError
from shared.logs import event
from shared.models import RoundName, ShardRound
from shared.settings import Settings
from shared.shards import WORKERS_OF_ROUND
from shared.store import Store
from shared.times import Clock

log = logging.getLogger(__name__)


class ShardsFailedError(UndertoneError):
    """Shards that had all their attempts; the message has their reasons."""


@dataclass(frozen=True)
class TurnEnd:
    """The end of a shard's turn: whether the shard is done, and then what it counts in the run."""

    is_done: bool
    counts: Mapping[str, int] = field(default_factory=dict)


class RoundWork(Protocol):
    """The work of a round."""

    @property
    def name(self) -> RoundName:
        """Return the name of the work."""
        ...

    def claim(self, shard: str) -> AbstractAsyncContextManager[HeldLease]:
        """Hold a shard for this worker while the block runs.

        Raises ShardAtWorkError where another worker has it, and CycleRunning where a writer of
        everything doesn't let it begin.
        """
        ...

    async def turn(self, found: ShardRound, shard: str, held: HeldLease) -> TurnEnd:
        """Work on a claimed shard for one turn. A turn that was done before changes nothing."""
        ...


@dataclass(frozen=True)
class RoundEnd:
    """The end of a worker's run.

    goes_on says that its message is to be sent again. is_done says that no shard is open, and
    failed are those that had all their attempts. is_other says that the round has another run.
    holder is what the worker waited for last.
    """

    goes_on: bool = False
    is_done: bool = False
    failed: tuple[str, ...] = ()
    is_other: bool = False
    holder: str | None = None


async def no_totals() -> None:
    """Add nothing up: the work leaves no notes."""


@dataclass(frozen=True)
class RoundWorker:
    """A worker on a round. is_over says that its time is used up.

    after_turn adds up what turns left to the totals, where it is late.
    """

    store: Store
    work: RoundWork
    clock: Clock
    is_over: Callable[[], bool]
    after_turn: Callable[[], Awaitable[None]] = no_totals

    async def run(self, run: str) -> RoundEnd:
        """Take turns until nothing is left or the time is over.

        Where other workers have all open shards, it ends, since they go on. Raises LeaseLost,
        StoreError and Stopped; a shard whose worker is killed so each time is given up after five
        attempts, as one that breaks.
        """
        last: str | None = None
        waits: RoundEnd | None = None
        while True:
            found = await read_round(self.store, self.work.name)
            if found is None or found["run"] != run:
                return RoundEnd(is_other=True)
            waiting = candidates(found)
            if not waiting:
                failed = tuple(given_up(found))
                return RoundEnd(is_done=not failed, failed=failed)
            if waits is not None and (waits.holder is None or self.is_over()):
                return waits
            if self.is_over() and last is not None:
                return RoundEnd(goes_on=True)
            if waits is not None:
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
            elif waiting == [last]:
                # The shard's collection may wait for it.
                await asyncio.sleep(LET_GO_SECONDS)
            waits = await self._one(found, waiting)
            last = last if waits else waiting[0]

    async def _one(self, found: ShardRound, waiting: list[str]) -> RoundEnd | None:
        """Take a turn of the first of these shards that is free; return why there is none."""
        is_own = False
        holder: str | None = None
        for shard in waiting:
            try:
                async with self.work.claim(shard) as held:
                    await self._turn(found, shard, held)
            except ShardAtWorkError as error:
                is_own = is_own or error.holder == holder_of(self.work.name, shard)
                holder = error.holder
                continue
            except CycleRunning as error:
                return RoundEnd(goes_on=True, holder=error.holder)
            await self.after_turn()
            return None
        # Another worker of this round, which goes on, or the shards' collections, which end.
        return RoundEnd() if is_own else RoundEnd(goes_on=True, holder=holder)

    async def _turn(self, found: ShardRound, shard: str, held: HeldLease) -> None:
        run = found["run"]

        def noted(change: Callable[[ShardRound], ShardRound]) -> Callable[..., ShardRound | None]:
            def of_run(current: ShardRound | None) -> ShardRound | None:
                if current is None or current["run"] != run or shard not in current["open"]:
                    return None
                return change(current)

            return of_run

        name, clock = self.work.name, self.clock
        current = await change_round(self.store, name, noted(lambda r: begun(r, shard, clock())))
        if current is None or current["run"] != run or shard not in current["open"]:
            return
        if shard in given_up(current):
            # No worker has it, and its last attempt didn't end well.
            reason = current["reasons"].get(shard, "its worker was killed each time")
            event(log, "round.gave_up", logging.ERROR, work=name, shard=shard, reason=reason)
            return
        try:
            end = await self.work.turn(current, shard, held)
        except (LeaseLost, StoreError, Stopped):
            raise
        except CycleRunning:
            # What the turn writes is another writer's for now: it comes again.
            end = TurnEnd(is_done=False)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            log.exception("round.broke work=%s shard=%s", name, shard)
            await change_round(
                self.store, name, noted(lambda r: gone_wrong(r, shard, reason, clock()))
            )
            return
        await change_round(
            self.store,
            name,
            noted(lambda r: ended(r, shard, clock(), is_done=end.is_done, counts=end.counts)),
        )


def workers_of_round(settings: Settings) -> int:
    """Return the number of workers that a round has: SQLite has one writer at a time."""
    return WORKERS_OF_ROUND if settings.cosmos_endpoint else 1


def holder_of(work: RoundName, shard: str) -> str:
    """Return the holder's name in the lease by which a round's worker has claimed a shard."""
    return f"{work}_{shard}"
