"""The journal of a shard's part of a round, and the shards that a round has."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Self

from collector.rounds.worker import holder_of
from collector.shards.beside import ShardAtWorkError, shard_leases
from collector.writers.journal import Journal, Kind
from collector.writers.lease import HeldLease, lease
from shared.errors import CycleRunning, DocumentExists, LeaseLost
from shared.models import RoundName, ShardPart
from shared.shards import has_shards
from shared.store import SHARD_PARTS, Store
from shared.store.community_states import all_states
from shared.times import Clock, iso


class PartJournal(Journal[ShardPart]):
    """The document of a shard's part of a round; only the holder of the shard's lease changes it.

    A writer of everything, which runs only while no shard is at work, recovers a killed one.
    """

    @classmethod
    async def reopen(
        cls, store: Store, held: HeldLease, clock: Clock, *, kind: Kind, shard: str, run: str
    ) -> Self:
        """Open the document for a turn; another run begins from the start.

        Cells that a killed turn left pending stay so. Raises LeaseLost.
        """
        key = f"{kind}_{shard}"
        known = await store.read(SHARD_PARTS, kind, key)
        part = _fresh(key, kind, run, iso(clock()))
        if known is None:
            try:
                etag = await store.create(SHARD_PARTS, part)
            except DocumentExists as error:
                raise LeaseLost(f"{key} was begun by another worker") from error
            return cls(store, held, clock, part, etag)
        if known["run"] == run:
            part = {**part, "cursor": known["cursor"], "counts": known["counts"]}
            part["is_done"], part["start_time"] = known["is_done"], known["start_time"]
        journal = cls(store, held, clock, part, known["_etag"])
        for name, hours in known["pending_cells"].items():
            journal._pending[name].update(hours)
        await journal.save()
        return journal


def _fresh(key: str, kind: Kind, run: str, now: str) -> ShardPart:
    return ShardPart(
        id=key,
        kind=kind,
        ttl=-1,
        status="running",
        start_time=now,
        end_time=None,
        errors=[],
        pending_cells={},
        reconciled="no",
        run=run,
        cursor=None,
        is_done=False,
        counts={},
    )


@asynccontextmanager
async def shard_claim(
    store: Store, work: RoundName, shard: str, *, seconds: int, clock: Clock
) -> AsyncIterator[HeldLease]:
    """Hold a shard's own lease and a part in that of every writer, for work that writes.

    Raises ShardAtWorkError and CycleRunning, also where one cycle collects all communities again.
    """
    holder = holder_of(work, shard)
    async with shard_leases(
        store, holder, shard, None, cycle=holder, seconds=seconds, clock=clock
    ) as held:
        if not await has_shards(store):
            # No cycle would add up what this leaves.
            raise CycleRunning("the cycle of all communities")
        yield held


@asynccontextmanager
async def reading_claim(
    store: Store, work: RoundName, shard: str, *, seconds: int, clock: Clock
) -> AsyncIterator[HeldLease]:
    """Hold a shard for this work alone, beside its collection. Raises ShardAtWorkError."""
    holder = holder_of(work, shard)
    async with AsyncExitStack() as stack:
        own = lease(store, holder, seconds=seconds, clock=clock, name=holder)
        try:
            held = await stack.enter_async_context(own)
        except CycleRunning as error:
            raise ShardAtWorkError(error.holder) from None
        yield held


async def shards_of(store: Store) -> list[str]:
    """Return all shards that communities are assigned to.

    Raises CycleRunning where a community has none yet: the next plan assigns it.
    """
    shards: set[str] = set()
    async for state in all_states(store):
        if not state["shard"]:
            raise CycleRunning(f"the next cycle, which assigns {state['id']} to a shard")
        shards.add(state["shard"])
    return sorted(shards)
