"""The journal of a shard: its part of a cycle, with the write-ahead of its cells."""

import logging
from typing import cast

from collector.collection.journal import CycleJournal, keep_counts
from collector.writers.lease import HeldLease
from collector.writers.recovery import with_uncounted
from shared.cycles import new_cycle
from shared.errors import DocumentExists, LeaseLost
from shared.logs import event
from shared.models import Origin, ShardCycle, Trigger
from shared.shards import ShardMessage
from shared.store import SHARDS, Store
from shared.times import Clock, iso

log = logging.getLogger(__name__)


class ShardJournal(CycleJournal):
    """The document of a shard, which is reopened for each turn."""

    @property
    def part(self) -> ShardCycle:
        """Return the document."""
        return cast("ShardCycle", self.document)

    @classmethod
    async def open(
        cls,
        store: Store,
        held: HeldLease,
        clock: Clock,
        message: ShardMessage,
        *,
        trigger: Trigger,
        origin: Origin,
        known: ShardCycle | None,
    ) -> "ShardJournal":
        """Open the document for a turn; known is what is stored of the shard.

        A turn that was killed, or that failed, goes on with its counts. Cells that any earlier turn
        left pending stay so. Raises LeaseLost.
        """
        part = _fresh(message, iso(clock()), trigger, origin)
        if known is None:
            try:
                etag = await store.create(SHARDS, part)
            except DocumentExists as error:
                raise LeaseLost(f"{message.shard} was begun by another worker") from error
            return cls(store, held, clock, part, etag)
        part["stalled"] = known["stalled"] if known["cycle"] == message.cycle else 0
        if is_of(known, message):
            part["start_time"], part["stalled"] = known["start_time"], known["stalled"]
            keep_counts(part, known)
        journal = cls(store, held, clock, part, known["_etag"])
        if is_of(known, message):
            journal.fail(None, "internal", f"{message.shard} was begun again: {_why(known)}")
        for name, hours in known["pending_cells"].items():
            journal._pending[name].update(hours)
        await journal.save()
        return journal

    async def closed(self) -> None:
        """Log how the turn ended."""
        part = self.part
        event(
            log,
            "shard.ended",
            logging.INFO if part["status"] == "completed" else logging.WARNING,
            shard=part["id"],
            cycle=part["cycle"],
            turn=part["turn"],
            outcome=part["status"],
            communities=len(part["communities_processed"]),
            left=part["left"],
            new=part["new"],
        )


async def read_part(store: Store, shard: str) -> ShardCycle | None:
    """Return what is stored of a shard, with the items counted that a killed turn has written.

    The caller holds the shard's lease.
    """
    found = await store.read(SHARDS, "shard", shard)
    return None if found is None else await with_uncounted(store, found)


def is_of(part: ShardCycle, message: ShardMessage) -> bool:
    """Return whether a part is of the turn that a message asks for."""
    return (part["cycle"], part["turn"]) == (message.cycle, message.turn)


def _why(known: ShardCycle) -> str:
    if known["status"] == "running":
        return "its process was killed"
    return known["errors"][-1]["message"] if known["errors"] else "it had failed"


def _fresh(message: ShardMessage, now: str, trigger: Trigger, origin: Origin) -> ShardCycle:
    part: ShardCycle = {
        **new_cycle(message.shard, now, trigger, origin),
        "kind": "shard",
        "ttl": -1,
        "cycle": message.cycle,
        "turn": message.turn,
        "left": 0,
        "stalled": 0,
    }
    return part
