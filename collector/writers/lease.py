"""The one lease that lets a single writer work at a time, on whatever machine.

A document taken with an ETag condition and renewed while the work goes on. A holder that dies
stops renewing, and the next one takes the lease when it has run out. Writers of different kinds
wait for one another. One that finds its own kind of work being done leaves as soon as it has seen
that the holder lives; the lease of one that was killed it waits for.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from collector.writers.shutdown import to_its_end
from shared.cycles import lease_holder
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
# Clocks differ: another machine's lease may seem to last longer than a term.
LONGEST_TERMS = 2
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class LeaseWait:
    """Maximum wait, in seconds, for the writer that runs.

    A holder's kind is how its name begins (cycle, trending, cleanup); a writer leaves to one of the
    kind `yields_to` that lives.
    """

    seconds: float = 0.0
    yields_to: str | None = None

    def waits_for(self, holder: str) -> bool:
        """Return whether this holder is waited for."""
        return self.yields_to is None or holder.partition("_")[0] != self.yields_to


NO_WAIT = LeaseWait()


@dataclass
class HeldLease:
    """A lease that is held, as long as `check` doesn't raise."""

    holder: str
    etag: str
    expires_at: str
    lost: bool = False

    def check(self) -> None:
        """Raise LeaseLost when somebody else may be writing."""
        if self.lost:
            raise LeaseLost(f"{self.holder} has lost its lease")


@asynccontextmanager
async def lease(
    store: Store, holder: str, *, seconds: int, clock: Clock, lease_wait: LeaseWait = NO_WAIT
) -> AsyncIterator[HeldLease]:
    """Hold the lease while the block runs. Raises CycleRunning when another keeps it.

    A holder that lives renews every third of its term, so that is how long leaving may take.
    """
    held = await _take_in_turn(store, holder, seconds=seconds, clock=clock, lease_wait=lease_wait)
    renewal = asyncio.create_task(_keep_renewing(store, held, seconds=seconds, clock=clock))
    try:
        yield held
    finally:
        renewal.cancel()
        with suppress(asyncio.CancelledError):
            await renewal
        await to_its_end(_release(store, held))


def _document(holder: str | None, expires_at: str) -> Lease:
    return Lease(id="lease", kind="lease", ttl=-1, holder=holder, expires_at=expires_at)


def _end(seconds: int, clock: Clock) -> str:
    return iso(clock() + timedelta(seconds=seconds))


@dataclass
class _Watch:
    """Tells a holder of the writer's own kind that works from one that was killed.

    One that works renews its lease or frees it; that of one that was killed runs out unchanged.
    """

    lease_wait: LeaseWait
    seconds: int
    seen: Lease | None = None

    def yields_to(self, found: Lease | None, now: datetime) -> str | None:
        """Return who is, or was, at the writer's own kind of work, if it leaves to them."""
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
        # A lease longer than any that a writer takes isn't worth waiting for.
        longest = iso(now + LONGEST_TERMS * timedelta(seconds=self.seconds))
        if self.seen is None and found["expires_at"] <= longest:
            self.seen = found
        is_unchanged = self.seen is not None and self.seen["_etag"] == found["_etag"]
        return None if is_unchanged else holder


async def _take_in_turn(
    store: Store, holder: str, *, seconds: int, clock: Clock, lease_wait: LeaseWait
) -> HeldLease:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + lease_wait.seconds
    waited_for: str | None = None
    watch = _Watch(lease_wait, seconds)
    while True:
        found = await store.read(LEASES, "lease", "lease")
        now = clock()
        if left_to := watch.yields_to(found, now):
            raise CycleRunning(left_to)
        other = lease_holder(found, now)
        if other is None:
            try:
                return await _take(store, holder, found, seconds=seconds, clock=clock)
            except (DocumentExists, DocumentChanged):
                found = await store.read(LEASES, "lease", "lease")
                other = (found and found["holder"]) or "another writer"
        if loop.time() >= deadline:
            raise CycleRunning(other)
        if other != waited_for:
            event(log, "lease.waiting", holder=holder, of=other)
        waited_for = other
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def _take(
    store: Store, holder: str, found: Lease | None, *, seconds: int, clock: Clock
) -> HeldLease:
    """Take a lease that is free or has run out. Raises DocumentExists and DocumentChanged."""
    mine = _document(holder, _end(seconds, clock))
    if found is None:
        etag = await store.create(LEASES, mine)
    else:
        if found["holder"] is not None:
            event(log, "lease.taken_over", logging.WARNING, holder=holder, of=found["holder"])
        etag = await store.replace(LEASES, mine, found["_etag"])
    return HeldLease(holder, etag, mine["expires_at"])


async def _keep_renewing(store: Store, held: HeldLease, *, seconds: int, clock: Clock) -> None:
    while not held.lost:
        await asyncio.sleep(seconds / RENEWALS_PER_TERM)
        renewed = _document(held.holder, _end(seconds, clock))
        # Nobody takes it within the second that it ends in.
        left = (parse_iso(held.expires_at) + SECOND - clock()).total_seconds()
        try:
            # The store is patient for longer than a lease lasts.
            async with asyncio.timeout(left):
                held.etag = await store.replace(LEASES, renewed, held.etag)
            held.expires_at = renewed["expires_at"]
        except (DocumentChanged, TimeoutError):
            held.lost = True
        except StoreUnavailable:
            # The next renewal may still come in time.
            held.lost = iso(clock()) > held.expires_at
    event(log, "lease.lost", logging.ERROR, holder=held.holder)


async def _release(store: Store, held: HeldLease) -> None:
    if held.lost:
        return
    free = _document(None, held.expires_at)
    try:
        found = await store.read(LEASES, "lease", "lease")
        # A renewal cut short may have changed the ETag, but the holder is still us.
        if found is not None and found["holder"] == held.holder:
            await store.replace(LEASES, free, found["_etag"])
    except DocumentChanged:
        pass  # Somebody took it over: it isn't ours to free.
    except StoreUnavailable as error:
        event(log, "lease.not_released", logging.WARNING, holder=held.holder, reason=str(error))
