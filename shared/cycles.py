"""Cycles, as collector and api know them: ids, how documents begin, whether one runs."""

from datetime import datetime, timedelta
from typing import cast

from shared.models import CommunityCounts, Cycle, CycleError, Lease, Origin, Trigger, Work
from shared.times import iso

# The name of the lease that guards every writer.
EVERY_WRITER = "lease"
# LEASE_SECONDS is 600 at most, and another machine's clock may be ahead by the rest.
LONGEST_LEASE = timedelta(hours=1)


def cycle_id_of(moment: datetime) -> str:
    """Return the id of a cycle that begins, or is asked for, at this moment."""
    return moment.strftime("cycle_%Y%m%d_%H%M%S")


def lease_holder(lease: Lease | None, now: datetime) -> str | None:
    """Return who holds the lease, of whatever kind; None where it is free or has run out.

    A shared one has run out once the parts of all its shards have. One that ends later than it
    possibly could was taken by a clock that ran ahead, and counts as run out: its holder, if it
    lives, finds it taken and stops before its next write.
    """
    if lease is None or lease["holder"] is None:
        return None
    first, last = iso(now), iso(now + LONGEST_LEASE)
    ends = lease.get("members", {}).values() or [lease["expires_at"]]
    return lease["holder"] if any(first <= end <= last for end in ends) else None


def running_cycle(lease: Lease | None, now: datetime) -> str | None:
    """Return the id of the cycle that holds the lease, if one does."""
    holder = lease_holder(lease, now)
    return holder if holder is not None and holder.startswith("cycle_") else None


def is_orphaned(cycle: Work, lease: Lease | None, now: datetime) -> bool:
    """Return whether a cycle's worker is gone: it is `running`, and its lease isn't renewed.

    The document must have been read after the lease: a cycle closes it before it frees the lease.
    One that is collected in shards says itself until when a sign of one may come.
    """
    alive_until = cast("Cycle", cycle).get("alive_until")
    if alive_until is not None:
        return cycle["status"] == "running" and alive_until < iso(now)
    return cycle["status"] == "running" and running_cycle(lease, now) != cycle["id"]


def orphaned(cycle: Cycle, lease: Lease | None) -> Cycle:
    """Return an orphaned cycle as it is shown until another writer closes its document: failed.

    It ended when its lease did; where another writer has taken that since, the time is unknown.
    """
    own = lease is not None and lease["holder"] == cycle["id"]
    ended = lease["expires_at"] if lease is not None and own else None
    when = f"its worker stopped answering: its lease ran out{f' at {ended}' if ended else ''}"
    died = CycleError(community=None, kind="internal", message=f"{when}; {_what_follows(cycle)}")
    return {**cycle, "status": "failed", "end_time": ended, "errors": [*cycle["errors"], died]}


def _what_follows(cycle: Cycle) -> str:
    recount = "the next collection recounts what it left"
    if cycle["trigger"] != "request":
        return recount
    return f"its request may come back and begin it again, or else {recount}"


def new_cycle(cycle_id: str, start_time: str, trigger: Trigger, origin: Origin) -> Cycle:
    """Return the document of a cycle that has done nothing yet."""
    return Cycle(
        id=cycle_id,
        kind="cycle",
        trigger=trigger,
        origin=origin,
        status="running",
        start_time=start_time,
        end_time=None,
        posts_collected=0,
        comments_collected=0,
        posts_seen=0,
        comments_seen=0,
        new=0,
        edited=0,
        moved=0,
        removed=0,
        left_out={},
        communities_processed=[],
        communities={},
        requests={},
        errors=[],
        pending_cells={},
        reconciled="no",
    )


def no_counts() -> CommunityCounts:
    """Return a community's counts before anything was counted."""
    return CommunityCounts(
        posts_seen=0, comments_seen=0, new=0, edited=0, moved=0, removed=0, error=None
    )
