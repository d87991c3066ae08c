"""A part in the lease that guards every writer: the shards of a cycle hold it together.

Each shard writes only what no other one does, and so they may run at once. All other writers need
the lease for themselves: they wait until the shards under way have ended, and no other one begins
meanwhile. A killed shard stops renewing its part. Once no part is renewed, the lease has expired.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from collector.writers.lease import (
    LOOK_AGAIN_SECONDS,
    NO_WAIT,
    WANTED,
    HeldLease,
    LeaseWait,
    end_of_term,
    renewed,
)
from collector.writers.shutdown import to_its_end
from shared.cycles import EVERY_WRITER, lease_holder
from shared.errors import CycleRunning, DocumentChanged, DocumentExists, StoreUnavailable
from shared.logs import event
from shared.models import Lease
from shared.store import LEASES, Store
from shared.times import Clock, iso

log = logging.getLogger(__name__)

CYCLE = "cycle_"


@asynccontextmanager
async def shared_lease(
    store: Store,
    holder: str,
    member: str,
    *,
    seconds: int,
    clock: Clock,
    lease_wait: LeaseWait = NO_WAIT,
) -> AsyncIterator[HeldLease]:
    """Take part in the lease while the block runs; holder is the cycle, and member the shard.

    The caller holds the shard's own lease, so that it takes part once. Raises CycleRunning if
    another writer holds the lease, or waits for it.
    """
    held = await _join_in_turn(
        store, holder, member, seconds=seconds, clock=clock, lease_wait=lease_wait
    )

    async def renew(expires_at: str) -> str:
        return await _renew(store, member, held.expires_at, expires_at)

    try:
        async with renewed(held, renew, seconds=seconds, clock=clock):
            yield held
    finally:
        await to_its_end(_leave(store, member, held))


async def _join_in_turn(
    store: Store, holder: str, member: str, *, seconds: int, clock: Clock, lease_wait: LeaseWait
) -> HeldLease:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + lease_wait.seconds
    while True:
        found = await store.read(LEASES, "lease", EVERY_WRITER)
        other = _first(found, clock())
        if other is None:
            expires_at = end_of_term(seconds, clock)
            mine = _with_member(found, holder, member, expires_at)
            try:
                etag = await _write(store, mine, found)
            except (DocumentExists, DocumentChanged):
                continue
            return HeldLease(member, etag, expires_at)
        if loop.time() >= deadline:
            raise CycleRunning(other)
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


def _first(found: Lease | None, now: datetime) -> str | None:
    """Return the writer that comes before another shard: the holder, or one that waits."""
    if found is None:
        return None
    if iso(now) <= found.get("wanted_until", "") <= iso(now + WANTED):
        return found["wanted_by"]
    return None if found.get("members") else lease_holder(found, now)


def _with_member(found: Lease | None, holder: str, member: str, expires_at: str) -> Lease:
    """Return the lease with another part; those that have expired are left to other writers."""
    others = found.get("members", {}) if found else {}
    # Other work may take part beside the shards of a cycle, which is what people ask for.
    if found is not None and others and not holder.startswith(CYCLE):
        holder = found["holder"] or holder
    return _shared(found, holder, {**others, member: expires_at})


def _shared(found: Lease | None, holder: str | None, members: dict[str, str]) -> Lease:
    shared = Lease(
        id=EVERY_WRITER,
        kind="lease",
        ttl=-1,
        holder=holder if members else None,
        expires_at=max(members.values(), default=found["expires_at"] if found else ""),
    )
    if members:
        shared["members"] = members
    if found is not None and "wanted_by" in found:
        shared["wanted_by"], shared["wanted_until"] = found["wanted_by"], found["wanted_until"]
    return shared


async def _write(store: Store, lease: Lease, found: Lease | None) -> str:
    if found is None:
        return await store.create(LEASES, lease)
    return await store.replace(LEASES, lease, found["_etag"])


async def _renew(store: Store, member: str, before: str, expires_at: str) -> str:
    """Renew a part. Raises DocumentChanged if another writer has taken the lease since."""
    while True:
        found = await store.read(LEASES, "lease", EVERY_WRITER)
        members = found.get("members", {}) if found else {}
        if found is None or members.get(member) not in {before, expires_at}:
            raise DocumentChanged(f"{member} has no part in the lease any more")
        mine = _shared(found, found["holder"], {**members, member: expires_at})
        try:
            return await store.replace(LEASES, mine, found["_etag"])
        except DocumentChanged:
            continue  # Another shard began, renewed or ended.


async def _leave(store: Store, member: str, held: HeldLease) -> None:
    if held.lost:
        return
    try:
        while (found := await store.read(LEASES, "lease", EVERY_WRITER)) is not None:
            members = dict(found.get("members", {}))
            if members.pop(member, None) is None:
                return
            try:
                left = _shared(found, found["holder"], members)
                await store.replace(LEASES, left, found["_etag"])
            except DocumentChanged:
                continue
            return
    except StoreUnavailable as error:
        event(log, "lease.not_released", logging.WARNING, holder=member, reason=str(error))
