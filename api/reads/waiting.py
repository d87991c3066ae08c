"""What is known of a collection that was asked for and hasn't begun, in words."""

from datetime import datetime, timedelta

from shared.cycles import lease_holder
from shared.models import CollectRequest, Lease
from shared.on_demand import HIDDEN, WORKER_START, lost_after, may_be_lost, taken_up_by
from shared.schedule import next_tick
from shared.times import iso

MINUTE = timedelta(minutes=1)


def promise(lease: Lease | None, now: datetime, poll: timedelta) -> str:
    """Return what happens to a request that was just made."""
    if holder := lease_holder(lease, now):
        return f"The collection begins when {holder} has ended."
    start = f"one that has to start first may take {seconds_in_words(WORKER_START)} more"
    return f"A worker takes it up within about {seconds_in_words(poll)} while one is up; {start}."


def how_it_waits(
    request: CollectRequest, lease: Lease | None, now: datetime, *, poll: timedelta, schedule: str
) -> str:
    """Return what is known of a request whose cycle hasn't begun; schedule is the collection's."""
    asked = f"asked for at {request['asked_at']}"
    if holder := lease_holder(lease, now):
        mine = holder == request["cycle"]
        return f"{asked}; " + ("it begins now" if mine else f"it begins when {holder} has ended")
    looks = f"a worker that is up looks at least every {seconds_in_words(poll)}"
    if now <= taken_up_by(request, poll):
        return f"{asked}; no worker has taken it up yet; {looks}"
    anyway = f"the collection by schedule at {iso(next_tick(schedule, now))} comes anyway"
    if may_be_lost(request, lease, now, poll):
        return f"{asked}; no worker has taken it up yet, and it may be lost: ask again; {anyway}"
    again = f"from {iso(lost_after(request, poll))} on it may be asked for again"
    back = f"comes back after up to {_minutes(HIDDEN + poll)} minutes"
    looks = f"{looks}, and a request whose worker was killed {back}"
    return f"{asked}; no worker has taken it up yet; {looks}; {anyway}, and {again}"


def seconds_in_words(time: timedelta) -> str:
    """Return a time such as "2 seconds"."""
    seconds = f"{time.total_seconds():g}"
    return f"{seconds} second" if seconds == "1" else f"{seconds} seconds"


def _minutes(time: timedelta) -> int:
    return -(-time // MINUTE)
