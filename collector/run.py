"""Puts a cycle together from this process's settings, and runs it to its end."""

import asyncio
import logging
import time
from datetime import datetime, timedelta

from collector.cycle import Collector
from collector.reddit.client import RedditSource
from collector.reddit.requestor import wait_until
from collector.sentiment import scorer
from collector.steps import Progress, no_progress
from shared.errors import CycleRunning
from shared.logs import event, set_levels
from shared.models import CollectionState, Cycle, Trigger
from shared.schedule import interval, last_tick
from shared.settings import Settings
from shared.store import COLLECTION, open_store
from shared.times import parse_iso, utc_now

log = logging.getLogger(__name__)

# A throttled cycle slows down rather than fails.
PATIENCE_SECONDS = 120.0
# A tick's function starts within this time, or is told that it is past due.
TICK_TOLERANCE = timedelta(seconds=60)


async def collect(
    settings: Settings, trigger: Trigger, *, progress: Progress = no_progress
) -> Cycle:
    """Run one cycle. Raises what `Collector.run` does, and RedditRefused without credentials."""
    source = RedditSource(settings, wait=wait_until(time.monotonic() + settings.cycle_seconds))
    store = await open_store(settings, patience=PATIENCE_SECONDS)
    try:
        score = scorer(settings.sentiment_method)
        return await Collector(store, source, score, settings, progress=progress).run(trigger)
    finally:
        source.close()
        await store.close()


def collect_on_timer(settings: Settings, *, past_due: bool) -> None:
    """Run the timer's cycle, in a loop of this thread's own, away from every request's."""
    set_levels(settings.log_level)
    if past_due:
        event(log, "collect.past_due", logging.WARNING)
    asyncio.run(_collect_when_due(settings, past_due=past_due))


async def _collect_when_due(settings: Settings, *, past_due: bool) -> None:
    if not past_due and await _is_fresh(settings):
        return
    try:
        await collect(settings, "timer")
    except CycleRunning as error:
        event(log, "collect.skipped", reason="another writer runs", holder=error.holder)


async def _is_fresh(settings: Settings) -> bool:
    now = utc_now()
    if is_tick(settings.collect_schedule, now):
        return False
    store = await open_store(settings, patience=PATIENCE_SECONDS)
    try:
        state = await store.read(COLLECTION, "collection", "collection")
    finally:
        await store.close()
    if is_stale(state, settings.collect_schedule, now):
        return False
    event(log, "collect.skipped", reason="the data is younger than one interval")
    return True


def is_tick(schedule: str, now: datetime) -> bool:
    """Say whether the schedule has a tick now; otherwise the function was run at start-up."""
    return now - last_tick(schedule, now + timedelta(seconds=1)) <= TICK_TOLERANCE


def is_stale(state: CollectionState | None, schedule: str, now: datetime) -> bool:
    """Say whether the data is older than one interval of the schedule."""
    if state is None or state["last_collection_at"] is None:
        return True
    return now - parse_iso(state["last_collection_at"]) >= interval(schedule, now)
