"""The jobs of the timer and queue functions, put together from the settings."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import partial

from collector.cleanup_runs import clean_up_in_shards, cleanup_report
from collector.collection.context import Progress, no_progress
from collector.collection.cycle import Collector
from collector.correct_jobs import write_corrections
from collector.ingest_jobs import write_batches
from collector.maintenance.cleanup import Cleaner
from collector.rounds.trending import TrendingEnd, TrendingRound
from collector.rounds.worker import workers_of_round
from collector.runs import (
    LEASE_WAIT_SECONDS,
    chosen_method,
    opened,
    reported,
    skipped_if_busy,
    working_seconds,
)
from collector.sentiment.base import light
from collector.shard_runs import is_sharded, plan_cycle, worker_of
from collector.shards.planner import Planned
from collector.shards.retiring import retire_shards
from collector.sources.registry import open_sources
from collector.sources.waiting import wait_from_first_use, wait_until
from collector.trending.finder import Trends
from collector.turns import RUN_SECONDS, Messages, RunTime, send, send_due_messages
from collector.writers.lease import NO_WAIT, LeaseWait
from collector.writers.shutdown import run_until_stopped, stopping
from shared.errors import (
    CycleEnded,
    CycleRunning,
    LeaseLost,
    RoundFailed,
    Stopped,
    StoreError,
    StoreUnavailable,
)
from shared.logs import event
from shared.models import (
    Cleanup,
    CollectionState,
    Cycle,
    SourceRequests,
    Topics,
    Trigger,
)
from shared.on_demand import read_message
from shared.schedule import interval, last_tick
from shared.settings import Settings
from shared.shards import has_shards
from shared.spellings import SpelledStore, Spellings
from shared.store import COLLECTION, CURRENT, CYCLES, TOPICS, Store
from shared.subjects.watchlist import keep_watchlist
from shared.telemetry import span
from shared.text.forms import FORMS
from shared.times import iso, parse_iso, utc_now
from shared.trending import TrendingMessage
from shared.trending import read_message as read_trending_message

log = logging.getLogger(__name__)

# The host may run a tick's function some milliseconds early.
TICK_EARLY = timedelta(seconds=1)
# A collection that began up to 5 s before a tick counts as that tick's, because clocks differ and
# stored times are whole seconds.
TICK_TOLERANCE = timedelta(seconds=5)
# A collection that began further in the future than this has a wrong time.
CLOCKS_APART = timedelta(seconds=60)
# A source may read for this part of CYCLE_SECONDS.
SOURCE_SHARE = 0.5


async def collect(
    settings: Settings,
    trigger: Trigger,
    *,
    cycle_id: str | None = None,
    lease_wait: LeaseWait = NO_WAIT,
    progress: Progress = no_progress,
    output: Messages | None = None,
) -> Cycle:
    """Run one cycle, and then find the trending topics if they are late.

    Many communities are collected in shards. With an output, the cycle is then only begun: the
    messages of its shards go there. The wait for the lease is part of CYCLE_SECONDS. Raises what
    `Collector.run` raises.
    """
    deadline = time.monotonic() + working_seconds(settings)
    over = threading.Event()
    async with opened(settings) as (store, watched):
        settings = watched
        if is_sharded(settings):
            planned = await plan_cycle(
                store, settings, trigger, cycle_id=cycle_id, lease_wait=lease_wait
            )
            return await _begun_in_shards(store, settings, planned, progress, output)
        await retire_shards(store, settings, lease_wait=lease_wait)
        await keep_watchlist(store, utc_now())
        with ExitStack() as stack:
            # One that hangs until its deadline leaves the others their time, and the sweep its own.
            own = SOURCE_SHARE * settings.cycle_seconds
            waits = partial(wait_from_first_use, own, deadline, stopping, over)
            sources = stack.enter_context(open_sources(settings, waits=waits))
            # A source may wait in its thread when another, or the store, has ended the cycle.
            stack.callback(over.set)
            method = light(chosen_method(settings))
            collector = Collector(store, sources, method, settings, progress=progress)
            with span("cycle", {"undertone.trigger": trigger}) as attributes:
                cycle = await collector.run(trigger, cycle_id=cycle_id, lease_wait=lease_wait)
                attributes.update(
                    {"undertone.cycle": cycle["id"], "undertone.outcome": cycle["status"]}
                )
            is_complete = cycle["status"] == "completed"
            await after_cycle(store, settings, deadline, finds_trends=is_complete)
            return cycle


async def _begun_in_shards(
    store: Store,
    settings: Settings,
    planned: Planned,
    progress: Progress,
    output: Messages | None,
) -> Cycle:
    """Send the messages of a cycle in shards, or work on all of them here without an output."""
    if output is not None:
        send(output, [message.model_dump_json() for message in planned.messages])
    else:
        worker = worker_of(store, settings, progress=progress, has_limit=False)
        await worker.work_through(planned.messages)
        await after_cycle(store, settings, time.monotonic() + working_seconds(settings))
    cycle = await store.read(CYCLES, "cycle", planned.cycle)
    if cycle is None:
        raise StoreUnavailable(f"the document of {planned.cycle} is gone")
    return cycle


async def after_cycle(
    store: Store, settings: Settings, deadline: float, *, finds_trends: bool = True
) -> None:
    """Do what waits for the end of a cycle, until the deadline, in `time.monotonic` seconds."""
    await write_batches(store, settings, deadline)
    await write_corrections(store, settings, deadline)
    if finds_trends:
        await _find_late_trends(store, settings, deadline)


def collect_on_timer(settings: Settings, *, past_due: bool, output: Messages | None = None) -> None:
    """Run the timer's cycle in this thread's own event loop, apart from that of requests.

    output takes the messages of a cycle in shards.
    """
    with _timer_run("collect", settings, past_due=past_due) as report:
        work = _collect_when_due(settings, past_due=past_due, output=output)
        if cycle := run_until_stopped(work, seconds=settings.cycle_seconds):
            report.update(_cycle_report(cycle))
        else:
            report.update(outcome="skipped", reason="a collection has begun since the last tick")


async def _collect_when_due(
    settings: Settings, *, past_due: bool, output: Messages | None
) -> Cycle | None:
    if not past_due and not await _is_due(settings):
        return None
    lease_wait = LeaseWait(LEASE_WAIT_SECONDS, yields_to="cycle")
    return await collect(settings, "timer", lease_wait=lease_wait, output=output)


def collect_on_request(settings: Settings, body: bytes, output: Messages | None = None) -> None:
    """Run the cycle that a queue message requests, after the running work has ended.

    output takes the messages of a cycle in shards. Raises BadMessage, and what `collect` raises, so
    that the message returns to the queue.
    """
    with reported("collect_now", settings) as report:
        message = read_message(body)
        report.update(cycle=message.cycle)
        try:
            lease_wait = LeaseWait(LEASE_WAIT_SECONDS)
            work = collect(
                settings, "request", cycle_id=message.cycle, lease_wait=lease_wait, output=output
            )
            report.update(_cycle_report(run_until_stopped(work, seconds=settings.cycle_seconds)))
        except CycleEnded as error:
            report.update(outcome="skipped", reason=str(error))


def find_trends_on_timer(
    settings: Settings, *, past_due: bool, output: Messages | None = None
) -> bool:
    """Recompute the trending topics in this thread's own event loop.

    output takes the messages of workers on many communities: return False where they find them.
    """
    is_planned = False
    with _timer_run("trending", settings, past_due=past_due) as report:
        work = _find_trends(settings, output)
        found, messages = run_until_stopped(work, seconds=settings.cycle_seconds)
        if found is not None:
            report.update(topics=len(found["topics"]), snapshots=len(found["snapshots"]))
        elif output is not None:
            is_planned = True
            report.update(outcome="planned", messages=len(messages))
            send(output, messages)
    return not is_planned


async def _find_trends(
    settings: Settings, output: Messages | None
) -> tuple[Topics | None, list[str]]:
    """Return the topics, or the messages of the workers who are to find them."""
    async with opened(settings) as (store, watched):
        if output is not None and is_sharded(watched):
            return None, await begin_trends(store, watched)
        return await trends_in(store, watched), []


def find_topics_on_message(settings: Settings, body: bytes, output: Messages) -> bool:
    """Work on the topics of many communities for less than a minute, and send the next messages.

    Return whether the topics are found. Raises BadMessage, and what ends a turn early, so that the
    message returns to the queue.
    """
    with reported("find_topics_of_shards", settings) as report:
        message = read_trending_message(body)
        report.update(moment=message.moment)
        work = _work_on_trends(settings, message.moment)
        try:
            end = run_until_stopped(work, seconds=settings.cycle_seconds)
        except RoundFailed as error:
            report.update(outcome="failed", reason=str(error))
            return False
        if end.failed:
            report.update(outcome="failed", groups=",".join(end.failed))
        elif end.is_other:
            report.update(outcome="skipped", reason="these topics are found, or later ones")
        elif not end.is_done:
            report.update(outcome="goes_on" if end.messages else "left_to_others")
        send(output, [message.model_dump_json()] * end.messages)
    return end.is_done


async def _work_on_trends(settings: Settings, moment: str) -> TrendingEnd:
    run_time = RunTime.of(RUN_SECONDS)
    async with opened(settings) as (store, watched):
        trending = TrendingRound(trends_of(store, watched), lambda: run_time.turn().is_over)
        workers = workers_of_round(watched)
        return await trending.work(moment, run_time.is_over, workers=workers)


async def begin_trends(store: Store, settings: Settings) -> list[str]:
    """Begin to find the topics of many communities; return the messages of the workers on it.

    There are none while such work is under way. Raises StoreError.
    """
    moment = iso(utc_now())
    trending = TrendingRound(trends_of(store, settings), no_turn)
    begun = await trending.begin(moment)
    if begun is None:
        return []
    workers = min(workers_of_round(settings), len(begun["open"]))
    return [TrendingMessage(moment=moment).model_dump_json()] * workers


def send_late_trends(settings: Settings, output: Messages) -> None:
    """Put the messages on the queue that find the topics of many communities, if these are late.

    So a first start needn't wait for the timer.
    """
    send_due_messages("trending", _late_trends(settings), output)


async def _late_trends(settings: Settings) -> list[str]:
    async with opened(settings) as (store, watched):
        if not is_sharded(watched) or not await _trends_are_late(store, watched):
            return []
        return await begin_trends(store, watched)


def no_turn() -> Callable[[], bool]:
    """Begin a turn without an end."""
    return lambda: False


async def find_trends(settings: Settings) -> Topics:
    """Recompute the trending topics. Raises CycleRunning if the lease isn't free in time."""
    async with opened(settings) as (store, watched):
        return await trends_in(store, watched)


async def trends_in(store: Store, settings: Settings) -> Topics:
    """Recompute the trending topics of a store, in this process.

    Those of many communities may be found together with other processes, which began before. Raises
    CycleRunning, LeaseLost, StoreError and RoundFailed.
    """
    trends = trends_of(store, settings)
    if not is_sharded(settings):
        lease_wait = LeaseWait(LEASE_WAIT_SECONDS, yields_to="trending")
        return await trends.find(lease_wait=lease_wait)
    await TrendingRound(trends, no_turn).to_the_end()
    found = await store.read(TOPICS, CURRENT, CURRENT)
    if found is None:
        raise RoundFailed("the topics that were found are gone")
    return found


def trends_of(store: Store, settings: Settings) -> Trends:
    """Return what finds the topics of a store, in whatever spelling its communities are stored."""
    spelled = SpelledStore(store, settings.watched, Spellings(looks=True))
    return Trends(spelled, settings, forms=FORMS)


def clean_up_on_timer(
    settings: Settings, *, past_due: bool, output: Messages | None = None
) -> None:
    """Clean up in this thread's own event loop; output takes the messages of one in shards."""
    with _timer_run("cleanup", settings, past_due=past_due) as report:
        done = run_until_stopped(clean_up(settings, output), seconds=settings.cycle_seconds)
        report.update(cleanup_report(done))


async def clean_up(settings: Settings, output: Messages | None = None) -> Cleanup:
    """Remove expired data. Raises CycleRunning if the lease isn't free in time.

    Many communities are cleaned up in shards. With an output, that is then only begun: the messages
    of its workers go there.
    """
    wait = wait_until(time.monotonic() + working_seconds(settings), stopping)
    async with opened(settings) as (store, watched):
        if is_sharded(watched) and await has_shards(store):
            return await clean_up_in_shards(store, watched, output)
        lease_wait = LeaseWait(LEASE_WAIT_SECONDS, yields_to="cleanup")
        return await Cleaner(store, watched, check=lambda: wait(0)).run(lease_wait=lease_wait)


def _cycle_report(cycle: Cycle) -> dict[str, object]:
    # Only Reddit has a limit that collection comes close to.
    reddit = cycle["requests"].get("reddit", SourceRequests(used=0, left=None))
    names = ("posts_seen", "comments_seen", "new", "edited", "moved", "removed")
    return {
        "outcome": "planned" if cycle["status"] == "running" else cycle["status"],
        "cycle": cycle["id"],
        **{name: cycle[name] for name in names},  # type: ignore[literal-required]
        "errors": len(cycle["errors"]),
        "reddit_requests": reddit["used"],
        "reddit_requests_left": reddit["left"],
    }


@contextmanager
def _timer_run(function: str, settings: Settings, *, past_due: bool) -> Iterator[dict[str, object]]:
    """Log a timer's run. A busy lease or a stop isn't an error, since the next tick continues."""
    with reported(function, settings, past_due=past_due) as report:
        if past_due:
            event(log, f"{function}.past_due", logging.WARNING)
        try:
            with skipped_if_busy(report):
                yield report
        except Stopped as error:
            report.update(outcome="stopped", reason=str(error))


async def _is_due(settings: Settings) -> bool:
    async with opened(settings) as (store, _):
        state = await store.read(COLLECTION, "collection", "collection")
    return is_due(state, settings.collect_schedule, utc_now())


def is_due(state: CollectionState | None, schedule: str, now: datetime) -> bool:
    """Return whether the last collection failed, or began before the schedule's latest tick.

    So it doesn't matter why the timer's function runs: at a tick, some milliseconds early, late
    (after a long run, or because the host waited for a lock), or because a process has started.
    """
    if state is None or state["last_started_at"] is None or state["last_collection_at"] is None:
        return True
    tick = last_tick(schedule, now + TICK_EARLY)
    started = parse_iso(state["last_started_at"])
    completed = state["last_collection_at"] >= state["last_started_at"]
    # With ticks every few seconds, each tick must still have its own run.
    early = min(TICK_TOLERANCE, (tick - last_tick(schedule, tick)) / 2)
    return not (completed and tick - early <= started <= now + CLOCKS_APART)


async def _find_late_trends(store: Store, settings: Settings, deadline: float) -> None:
    """Find the trending topics if they are late; if that fails, their timer does it later.

    It ends at the deadline, in `time.monotonic` seconds, including its wait for the lease.
    """
    try:
        async with asyncio.timeout(deadline - time.monotonic()):
            if await _trends_are_late(store, settings):
                await trends_in(store, settings)
    except TimeoutError:
        event(log, "trending.left_to_timer", logging.WARNING, reason="the cycle's time is used up")
    except (CycleRunning, LeaseLost, RoundFailed, StoreError) as error:
        event(log, "trending.left_to_timer", logging.WARNING, reason=str(error))


async def _trends_are_late(store: Store, settings: Settings) -> bool:
    """Return whether there are no topics yet, or they are older than one interval."""
    now = utc_now()
    current = await store.read(TOPICS, CURRENT, CURRENT)
    if current is None:
        return True
    created = parse_iso(current["created_at"])
    return now - created > interval(settings.trending_schedule, created)
