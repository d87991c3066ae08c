"""Cycles in shards by the settings: planning them, and working on their messages."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial

from collector.collection.context import Progress, no_progress
from collector.runs import LEASE_WAIT_SECONDS, chosen_method
from collector.sentiment.base import light
from collector.shards.beside import OneCommunity
from collector.shards.collecting import ShardCollector
from collector.shards.planner import Planned, Planner
from collector.shards.totals import Totals
from collector.shards.worker import ShardWorker
from collector.sources.base import Source
from collector.sources.registry import open_sources
from collector.sources.waiting import wait_from_first_use
from collector.turns import MESSAGE_WAIT_SECONDS
from collector.writers.deadline import no_check
from collector.writers.lease import NO_WAIT, LeaseWait
from collector.writers.shutdown import stopping
from shared.communities import SourceName
from shared.errors import CycleRunning
from shared.models import Trigger
from shared.schedule import interval
from shared.settings import Settings
from shared.shards import SHARDING
from shared.store import Store
from shared.store.community_states import read_states
from shared.times import utc_now

# A shard is collected within two minutes: its sources may read for this time, a request may then
# take another 16 s, and the rest is for writing.
READ_SECONDS = 75.0
# It adds up totals until this time; what is left is for the next shard, or the end of the cycle.
SHARD_SECONDS = 110.0
# A source may read for this part of CYCLE_SECONDS where a community takes longer than that.
SOURCE_SHARE = 0.5


def is_sharded(settings: Settings) -> bool:
    """Return whether the watched communities are collected in shards."""
    return SHARDING.applies_to(len(settings.watched))


async def plan_cycle(
    store: Store,
    settings: Settings,
    trigger: Trigger,
    *,
    cycle_id: str | None = None,
    lease_wait: LeaseWait = NO_WAIT,
) -> Planned:
    """Plan a cycle; its messages are then to be sent. Raises what `Planner.plan` raises."""
    planner = Planner(store, settings, light(chosen_method(settings)), sharding=SHARDING)
    return await planner.plan(trigger, cycle_id=cycle_id, lease_wait=lease_wait)


def worker_of(
    store: Store, settings: Settings, *, progress: Progress = no_progress, has_limit: bool = True
) -> ShardWorker:
    """Return what works on the messages of cycles; has_limit: on one of them, for two minutes."""
    collector = ShardCollector(
        store,
        partial(_open_sources, settings.cycle_seconds),
        light(chosen_method(settings)),
        settings,
        interval(settings.collect_schedule, utc_now()),
        progress=progress,
        lease_wait=LeaseWait(max(MESSAGE_WAIT_SECONDS, 1.5 * settings.lease_seconds)),
    )
    until = time.monotonic() + SHARD_SECONDS if has_limit else float("inf")
    return ShardWorker(collector, LeaseWait(LEASE_WAIT_SECONDS), totals_until=until)


async def beside_shards(
    store: Store,
    settings: Settings,
    community: str,
    client: SourceName,
    lease_wait: LeaseWait,
) -> OneCommunity | None:
    """Return what works on a community beside shards; None where it has none."""
    if not is_sharded(settings):
        return None
    states = await read_states(store, [community])
    shard = states[community]["shard"] if community in states else ""
    if not shard:
        return None
    seconds = settings.lease_seconds
    return OneCommunity(store, shard, client, seconds, lease_wait=lease_wait)


async def add_up_beside(store: Store, settings: Settings, beside: OneCommunity | None) -> None:
    """Add up what work beside shards left to the totals, unless another writer does or waits."""
    if beside is not None:
        totals = Totals(store, utc_now, settings.lease_seconds)
        with suppress(CycleRunning):
            await totals.add_up(beside.shard, no_check)


@contextmanager
def _open_sources(
    cycle_seconds: float, settings: Settings, stalled: int
) -> Iterator[Mapping[SourceName, Source]]:
    """Open the sources of a shard, with twice the time for each turn before that read nothing."""
    seconds = min(READ_SECONDS * 2.0**stalled, SOURCE_SHARE * cycle_seconds)
    over = threading.Event()
    deadline = time.monotonic() + seconds
    waits = partial(wait_from_first_use, seconds, deadline, stopping, over)
    with open_sources(settings, waits=waits) as sources:
        try:
            yield sources
        finally:
            # A source may wait in its thread when another, or the store, has ended the turn.
            over.set()
