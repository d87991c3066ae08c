"""The lease: it allows one writer at a time, across all machines.

The lease is a document, which a writer takes under an ETag condition and renews while it works. A
killed writer stops renewing, and the next one takes the lease once it has expired. Writers of
different kinds wait for each other. A writer that finds its own kind of work running gives up once
it has seen that the holder is alive; if the holder was killed, it waits for the lease to expire.

Each lease has a name. The one that guards every writer may also be held by the shards of a cycle
together (shared_lease.py); the others guard one shard, one client of a source, or the totals.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from collector.writers.shutdown import to_its_end
from shared.cycles import EVERY_WRITER, lease_holder
from shared.errors import (
    CycleRunning,
    DocumentChanged,
    DocumentExists,
    LeaseLost,
    StoreUnavailable,
)
from shared.logs import event
from shared.models import Lease
from shared.store import LEASES, Store
from shared.times import Clock, iso, parse_iso

log = logging.getLogger(__name__)

RENEWALS_PER_TERM = 3
LOOK_AGAIN_SECONDS = 0.5
# Between two turns at the lease: a waiting writer takes it within this time.
LET_GO_SECONDS = 2 * LOOK_AGAIN_SECONDS
# Clocks differ, so another machine's lease may seem to last longer than a term.
LONGEST_TERMS = 2
SECOND = timedelta(seconds=1)
# While a writer waits for shards it says so for this long at a time: no other shard begins.
WANTED = timedelta(seconds=30)


@dataclass(frozen=True)
class LeaseWait:
    """Maximum wait, in seconds, for the running writer.

    A holder's kind is the beginning of its name (cycle, trending, cleanup). A writer doesn't wait
    for a live holder of the kind `yields_to`.
    """

    seconds: float = 0.0
    yields_to: str | None = None

    def waits_for(self, holder: str) -> bool:
        """Return whether to wait for this holder."""
        return self.yields_to is None or holder.partition("_")[0] != self.yields_to


NO_WAIT = LeaseWait()


@dataclass
class HeldLease:
    """A lease that this process holds until `check` raises; others are held with it.

    taken_over is the holder that let it expire, which may have been killed, or may still write.
    """

    holder: str
    etag: str
    expires_at: str
    lost: bool = False
    others: Sequence["HeldLease"] = ()
    taken_over: str | None = None

    def check(self) -> None:
        """Raise LeaseLost if another writer may be writing."""
        if self.lost:
            raise LeaseLost(f"{self.holder} has lost its lease")
        for other in self.others:
            other.check()


@asynccontextmanager
async def lease(
    store: Store,
    holder: str,
    *,
    seconds: int,
    clock: Clock,
    lease_wait: LeaseWait = NO_WAIT,
    name: str = EVERY_WRITER,
) -> AsyncIterator[HeldLease]:
    """Hold a lease while the block runs. Raises CycleRunning if another writer holds it.

    A live holder renews every third of its term, so giving up takes up to that long.
    """
    held = await _take_in_turn(
        store, name, holder, seconds=seconds, clock=clock, lease_wait=lease_wait
    )

    async def renew(expires_at: str) -> str:
        return await store.replace(LEASES, _document(name, holder, expires_at), held.etag)

    try:
        async with renewed(held, renew, seconds=seconds, clock=clock):
            yield held
    finally:
        await to_its_end(_release(store, name, held))


Renew = Callable[[str], Awaitable[str]]
"""Writes that a lease expires at this ISO time, and returns its ETag. Raises DocumentChanged."""


@asynccontextmanager
async def renewed(
    held: HeldLease, renew: Renew, *, seconds: int, clock: Clock
) -> AsyncIterator[None]:
    """Renew a lease in the background while the block runs, unless another writer takes it."""
    renewal = asyncio.create_task(_keep_renewing(held, renew, seconds=seconds, clock=clock))
    try:
        yield
    finally:
        renewal.cancel()
        with suppress(asyncio.CancelledError):
            await renewal


def _document(name: str, holder: str | None, expires_at: str) -> Lease:
    return Lease(id=name, kind="lease", ttl=-1, holder=holder, expires_at=expires_at)


def end_of_term(seconds: int, clock: Clock) -> str:
    """Return the ISO time at which a lease expires that is taken or renewed now."""
    return iso(clock() + timedelta(seconds=seconds))


@dataclass
class _Watch:
    """Finds out whether a holder of the writer's own kind is alive or was killed.

    A live holder renews or frees its lease; the lease of a killed one expires unchanged.
    """

    lease_wait: LeaseWait
    seconds: int
    seen: Lease | None = None

    def yields_to(self, found: Lease | None, now: datetime) -> str | None:
        """Return the holder of the writer's own kind that works, or just ended; None to go on."""
        if found is None:
            return None
        if self.seen is not None and found["holder"] is None:
            return self.seen["holder"]
        holder = lease_holder(found, now)
        if holder is None:
            return None
        if self.lease_wait.waits_for(holder):
            self.seen = None
            return None
        # A lease longer than any writer takes has a wrong time: don't wait for it.
        longest = iso(now + LONGEST_TERMS * timedelta(seconds=self.seconds))
        if self.seen is None and found["expires_at"] <= longest:
            self.seen = found
        is_unchanged = self.seen is not None and self.seen["_etag"] == found["_etag"]
        return None if is_unchanged else holder


async def _take_in_turn(
    store: Store, name: str, holder: str, *, seconds: int, clock: Clock, lease_wait: LeaseWait
) -> HeldLease:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + lease_wait.seconds
    waited_for: str | None = None
    watch = _Watch(lease_wait, seconds)
    while True:
        found = await store.read(LEASES, "lease", name)
        now = clock()
        if left_to := watch.yields_to(found, now):
            raise CycleRunning(left_to)
        other = lease_holder(found, now)
        if other is None:
            try:
                return await _take(store, name, holder, found, seconds=seconds, clock=clock)
            except (DocumentExists, DocumentChanged):
                found = await store.read(LEASES, "lease", name)
                other = (found and found["holder"]) or "another writer"
        if loop.time() >= deadline:
            raise CycleRunning(other)
        if found is not None and found.get("members"):
            await _ask_for(store, found, holder, now)
        if other != waited_for:
            event(log, "lease.waiting", holder=holder, of=other)
        waited_for = other
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def _ask_for(store: Store, found: Lease, holder: str, now: datetime) -> None:
    """Write into a shared lease who waits for it, so that no other shard takes part in it."""
    if iso(now + WANTED / 2) <= found.get("wanted_until", "") <= iso(now + WANTED):
        return
    wanted: Lease = {**found, "wanted_by": holder, "wanted_until": iso(now + WANTED)}
    with suppress(DocumentChanged):  # The next look asks again.
        await store.replace(LEASES, wanted, found["_etag"])


async def _take(
    store: Store, name: str, holder: str, found: Lease | None, *, seconds: int, clock: Clock
) -> HeldLease:
    """Take a free or expired lease. Raises DocumentExists and DocumentChanged."""
    mine = _document(name, holder, end_of_term(seconds, clock))
    if found is None:
        etag = await store.create(LEASES, mine)
    else:
        if found["holder"] is not None:
            event(log, "lease.taken_over", logging.WARNING, holder=holder, of=found["holder"])
        etag = await store.replace(LEASES, mine, found["_etag"])
    return HeldLease(holder, etag, mine["expires_at"], taken_over=found and found["holder"])


async def _keep_renewing(held: HeldLease, renew: Renew, *, seconds: int, clock: Clock) -> None:
    while not held.lost:
        await asyncio.sleep(seconds / RENEWALS_PER_TERM)
        expires_at = end_of_term(seconds, clock)
        # Other writers take it only after the second in which it expires.
        left = (parse_iso(held.expires_at) + SECOND - clock()).total_seconds()
        try:
            # The store retries for longer than a lease lasts.
            async with asyncio.timeout(left):
                held.etag = await renew(expires_at)
            held.expires_at = expires_at
        except (DocumentChanged, TimeoutError):
            held.lost = True
        except StoreUnavailable:
            # The next renewal may still come in time.
            held.lost = iso(clock()) > held.expires_at
    event(log, "lease.lost", logging.ERROR, holder=held.holder)


async def _release(store: Store, name: str, held: HeldLease) -> None:
    if held.lost:
        return
    free = _document(name, None, held.expires_at)
    try:
        found = await store.read(LEASES, "lease", name)
        # A cancelled renewal may have changed the ETag, but not the holder.
        if found is not None and found["holder"] == held.holder:
            await store.replace(LEASES, free, found["_etag"])
    except DocumentChanged:
        pass  # Another writer has taken it over.
    except StoreUnavailable as error:
        event(log, "lease.not_released", logging.WARNING, holder=held.holder, reason=str(error))
