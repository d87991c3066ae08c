"""Messages about a collection that was requested and hasn't begun."""

from datetime import datetime, timedelta

from shared.cycles import lease_holder
from shared.models import CollectRequest, Lease
from shared.on_demand import HIDDEN, WORKER_START, lost_after, may_be_lost, taken_up_by
from shared.schedule import next_tick
from shared.times import iso

MINUTE = timedelta(minutes=1)


def promise(lease: Lease | None, now: datetime, poll: timedelta) -> str:
    """Return the message for a new request."""
    if holder := lease_holder(lease, now):
        return f"The collection begins when {holder} has ended."
    start = f"if none is running, starting one may take {seconds_in_words(WORKER_START)} more"
    return f"A running worker starts it within about {seconds_in_words(poll)}; {start}."


def how_it_waits(
    request: CollectRequest, lease: Lease | None, now: datetime, *, poll: timedelta, schedule: str
) -> str:
    """Return the message for a request whose cycle hasn't begun.

    schedule is the schedule of collections.
    """
    asked = f"requested at {request['asked_at']}"
    if holder := lease_holder(lease, now):
        mine = holder == request["cycle"]
        return f"{asked}; " + ("it begins now" if mine else f"it begins when {holder} has ended")
    looks = f"a running worker looks for requests at least every {seconds_in_words(poll)}"
    if now <= taken_up_by(request, poll):
        return f"{asked}; no worker has started it yet; {looks}"
    anyway = f"the scheduled collection at {iso(next_tick(schedule, now))} runs anyway"
    if may_be_lost(request, lease, now, poll):
        return f"{asked}; no worker has started it yet, and it may be lost: ask again; {anyway}"
    again = f"it can be requested again from {iso(lost_after(request, poll))} on"
    back = f"returns to the queue after up to {_minutes(HIDDEN + poll)} minutes"
    looks = f"{looks}, and a request whose worker was killed {back}"
    return f"{asked}; no worker has started it yet; {looks}; {anyway}, and {again}"


def seconds_in_words(time: timedelta) -> str:
    """Return a time such as "2 seconds"."""
    seconds = f"{time.total_seconds():g}"
    return f"{seconds} second" if seconds == "1" else f"{seconds} seconds"


def _minutes(time: timedelta) -> int:
    return -(-time // MINUTE)
