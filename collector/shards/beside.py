"""Other work on a shard, beside the shards of a cycle: it holds the leases of its shard."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from collector.rollups.hours import Shares
from collector.shards.queue import SIDE_BY_SIDE
from collector.shards.totals import leave_note
from collector.writers.journal import Journal, Kind
from collector.writers.lease import NO_WAIT, HeldLease, LeaseWait, lease
from collector.writers.session import Begin, closing_journal
from collector.writers.shared_lease import shared_lease
from shared.communities import SourceName
from shared.errors import CycleRunning, DocumentChanged
from shared.shards import has_shards
from shared.store import WORK, Store
from shared.times import Clock, utc_now

J = TypeVar("J", bound=Journal[Any])

PARTS: Final[tuple[Kind, ...]] = ("rematch", "rescore", "cleanup")
"""The kinds of work whose rounds leave a part for each shard that writes cells."""


class ShardAtWorkError(CycleRunning):
    """Another worker holds the shard's own lease; `holder` is the shard, or other work on it."""


@asynccontextmanager
async def shard_leases(
    store: Store,
    holder: str,
    shard: str,
    client: SourceName | None,
    *,
    cycle: str,
    seconds: int,
    clock: Clock,
    shard_wait: LeaseWait = NO_WAIT,
    lease_wait: LeaseWait = NO_WAIT,
) -> AsyncIterator[HeldLease]:
    """Hold the lease of a shard, that of the source's client, and a part in that of every writer.

    The part is in the name of the cycle, or of other work. Without a client, the work asks no
    source. Raises ShardAtWorkError, and
    CycleRunning for the other leases.
    """
    async with AsyncExitStack() as stack:
        own = lease(store, holder, seconds=seconds, clock=clock, lease_wait=shard_wait, name=shard)
        try:
            held = await stack.enter_async_context(own)
        except CycleRunning as error:
            raise ShardAtWorkError(error.holder) from None
        if client is not None and client not in SIDE_BY_SIDE:
            # Its requests have one pace, in whatever process.
            name = f"client_{client}"
            of_client = await stack.enter_async_context(
                lease(store, holder, seconds=seconds, clock=clock, lease_wait=lease_wait, name=name)
            )
            held.others = (of_client,)
        part = await stack.enter_async_context(
            shared_lease(store, cycle, holder, seconds=seconds, clock=clock, lease_wait=lease_wait)
        )
        held.others = (*held.others, part)
        if held.taken_over is not None:
            await fence(store, shard, held.taken_over)
        yield held


async def fence(store: Store, shard: str, holder: str) -> None:
    """Have the next write of the journals of a shard fail that the holder may still write.

    By a clock that is ahead a shard is taken over from a worker that lives. What that counts may
    miss what is written now, so its journal must not say that its cells agree.
    """
    keys = [("shard", shard), ("backfill", holder)]
    keys += [(kind, f"{kind}_{shard}") for kind in PARTS]
    found = await store.read_many(WORK, keys)
    for work in found.values():
        if work["reconciled"] == "no":
            with suppress(DocumentChanged):  # It has ended, or has another worker.
                await store.replace(WORK, work, work["_etag"])


@dataclass(frozen=True)
class OneCommunity:
    """A turn of other work on one community of a shard, read from a source."""

    store: Store
    shard: str
    client: SourceName
    lease_seconds: int
    clock: Clock = utc_now
    lease_wait: LeaseWait = NO_WAIT

    @asynccontextmanager
    async def session(self, begin: Begin[J], work_id: str) -> AsyncIterator[J]:
        """Do one piece of work, and close its document however the block ends.

        Cells that it left pending before are its own to recount. Raises CycleRunning, LeaseLost,
        StoreError, and what `begin` and the block raise.
        """
        async with shard_leases(
            self.store,
            work_id,
            self.shard,
            self.client,
            cycle=work_id,
            seconds=self.lease_seconds,
            clock=self.clock,
            shard_wait=self.lease_wait,
            lease_wait=self.lease_wait,
        ) as held:
            if not await has_shards(self.store):
                # One cycle collects all again, and no cycle would add up what this leaves.
                raise CycleRunning("the cycle of all communities")
            journal = await begin(held)
            async with closing_journal(journal):
                yield journal

    async def add_up(self, shares: Shares) -> None:
        """Leave these shares to the totals."""
        await leave_note(self.store, self.shard, shares, self.clock)
