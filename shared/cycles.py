"""What collector and api both know of a cycle: its id, how its document begins, which one runs."""

from datetime import datetime

from shared.models import Cycle, Lease, Trigger
from shared.times import iso


def cycle_id_of(moment: datetime) -> str:
    """Give the id of a cycle that begins, or is asked for, at this moment."""
    return moment.strftime("cycle_%Y%m%d_%H%M%S")


def running_cycle(lease: Lease | None, now: datetime) -> str | None:
    """Give the id of the cycle that holds the lease, if one does."""
    if lease is None or lease["holder"] is None or lease["expires_at"] < iso(now):
        return None
    return lease["holder"] if lease["holder"].startswith("cycle_") else None


def new_cycle(cycle_id: str, start_time: str, trigger: Trigger, feed: str) -> Cycle:
    """Give the document of a cycle that has done nothing yet."""
    return Cycle(
        id=cycle_id,
        kind="cycle",
        trigger=trigger,
        feed=feed,
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
        subreddits_processed=[],
        subreddits={},
        reddit_requests=0,
        reddit_requests_left=None,
        errors=[],
        pending_cells={},
        settled="no",
    )
