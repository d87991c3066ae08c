"""The steps of a cycle: read, compare, score, write ahead, write, recount, sweep.

docs/architecture.md shows the way of an item through them.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from collector.collection import respelled
from collector.collection.context import CycleContext, comparer_of
from collector.collection.diff import MAX_AHEAD, Changes, remove
from collector.collection.faults import Failure
from collector.collection.groups import BROKE, Group, Read, broke, groups_of
from collector.collection.kept import give_back, keep
from collector.collection.observed import after_failure, begins
from collector.collection.outages import log_recoveries, outcome_of, states_of_waiting
from collector.collection.rereading import SLICES, reread
from collector.collection.side_by_side import side_by_side
from collector.collection.sweep import Swept, sweep
from collector.collection.writing import write_changes
from collector.rollups.copies import earliest_compared, unmarked_posts
from collector.sources.base import Source
from shared.communities import SourceName
from shared.errors import (
    DeadlineReached,
    SourceError,
    SourceRefused,
    UndertoneError,
)
from shared.logs import event
from shared.models import CommunityState, CycleError, SourceRequests, WorkStatus
from shared.store import COMMUNITIES
from shared.store.community_states import mark_left, move_earlier_states, read_states
from shared.telemetry import span
from shared.times import hour_of, iso

log = logging.getLogger(__name__)

SWEEP_BROKE = "sweep.broke source=%s"


@dataclass
class Collected:
    """The progress of a cycle so far."""

    communities: int = 0
    looked_at: set[str] = field(default_factory=set)
    """The keys of the items that sources listed."""
    failed: set[str] = field(default_factory=set)
    """The communities that couldn't be read."""
    fresh: set[str] = field(default_factory=set)
    """The communities that were read for the first time."""
    oldest_new: str | None = None
    """The oldest hour with a new post."""
    ended_by: dict[SourceName, UndertoneError] = field(default_factory=dict)
    """By source, the error that ended it before it was fully read and swept."""
    recovered: set[SourceName] = field(default_factory=set)
    """The sources that had failed as a whole, and work again."""


async def collect(cycle: CycleContext) -> WorkStatus:
    """Collect every community, sweep, and bring all statistics up to date."""
    # A cycle that is begun again has pending cells; they are recounted before their items change.
    await cycle.recount.finish()
    stored, states = await move_respelled(cycle)
    done = await collect_part(cycle, stored, states)
    await mark_copies(cycle, done.oldest_new)
    return "completed" if done.communities else "failed"


async def collect_part(
    cycle: CycleContext, stored: Sequence[str], states: Mapping[str, CommunityState]
) -> Collected:
    """Collect the communities of the cycle's settings, and sweep the stored ones.

    states are those of the stored communities that have one. What a killed run of it left is
    recounted first.
    """
    await cycle.recount.finish()
    await give_back(cycle.store, cycle.sources, cycle.shard)
    done = Collected()
    await _collect_communities(cycle, done, states)
    await _sweep(cycle, stored, done)
    count_requests(cycle)
    await keep(cycle.store, cycle.sources, cycle.shard)
    _note_end(cycle, done)
    await cycle.recount.finish()
    return done


async def _collect_communities(
    cycle: CycleContext, done: Collected, states: Mapping[str, CommunityState]
) -> None:
    """Read and write all communities, group by group."""
    async with aclosing(groups_of(cycle, states)) as groups:
        async for group in groups:
            await _collect_group(cycle, group, done)


async def _collect_group(cycle: CycleContext, group: Group, done: Collected) -> None:
    for read in group.reads:
        done.looked_at.update(each.key for each in read.reading.seen)
    written, states = await _write_group(cycle, group.reads)
    log_recoveries(cycle, written, done.recovered)
    states += [_note_failure(cycle, failure) for failure in group.failures]
    done.failed.update(failure.state["id"] for failure in group.failures)
    done.fresh.update(read.name for read in written if not read.before["last_collected_at"])
    for read in written:
        done.communities += 1
        if read.changes.new_posts:
            done.oldest_new = min({*read.changes.hours, done.oldest_new or "~"})
    if states:
        await _end_communities(cycle, states)
    if waiting := states_of_waiting(cycle, group):
        await cycle.store.upsert(COMMUNITIES, waiting)
    await cycle.recount.finish_when_due(is_idle=group.is_idle)
    done.ended_by.update(group.ended_by)


def _note_end(cycle: CycleContext, done: Collected) -> None:
    """Add to the journal how each source ended, and the errors that ended some early."""
    journal = cycle.journal
    for name, requests in journal.document["requests"].items():
        found = outcome_of(cycle, name, done.ended_by.get(name))
        requests["outcome"], requests["reason"] = found
    late: dict[SourceName, DeadlineReached] = {}
    for name, error in done.ended_by.items():
        match error:
            case DeadlineReached():
                late[name] = error
            case SourceRefused():
                journal.fail(None, error.kind, error)
    if late:
        read = set(journal.document["communities_processed"])
        settings = cycle.settings
        own = [each for each in settings.watched if settings.source_of(each) in late]
        reason = f"{next(iter(late.values()))}; {len(set(own) - read)} communities wait"
        journal.fail(None, "deadline", f"{reason} for the next")


async def move_respelled(
    cycle: CycleContext,
) -> tuple[list[str], Mapping[str, CommunityState]]:
    """Move communities that are stored in another spelling.

    Return the names of all stored ones, and the states of those that have one.
    """
    watched = cycle.settings.watched
    states = await mark_left(cycle.store, watched)
    states |= await move_earlier_states(cycle.store, watched, states)
    ever = list(dict.fromkeys((*watched, *states)))
    spellings = respelled.spellings(ever, watched)
    for old, new in spellings.items():
        await respelled.move(cycle.store, cycle.journal, old, new, cycle.recount.finish)
    if spellings:
        states = await read_states(cycle.store, watched)
    return [name for name in ever if name not in spellings], states


async def _write_group(
    cycle: CycleContext, reads: Sequence[Read]
) -> tuple[list[Read], list[CommunityState]]:
    """Score and write these communities. A failure of one doesn't stop the others.

    Return those that were written, and the states of all.
    """
    if not reads:
        return [], []
    try:
        await write_changes(cycle, {read.name: read.changes for read in reads})
    except UndertoneError:
        raise
    except Exception as error:
        if len(reads) == 1:
            log.exception(BROKE, reads[0].name)
            failure = broke(reads[0].before, error)
            return [], [_note_failure(cycle, failure)]
        each_alone = [await _write_group(cycle, [read]) for read in reads]
        return (
            [read for written, _ in each_alone for read in written],
            [state for _, states in each_alone for state in states],
        )
    for read in reads:
        cycle.journal.count(
            read.name,
            read.changes,
            posts=read.reading.posts,
            comments=read.reading.comments,
        )
    return list(reads), [read.after for read in reads]


def _note_failure(cycle: CycleContext, failure: Failure) -> CommunityState:
    """Add a community's failure to the journal, and return its new state."""
    name = failure.state["id"]
    if failure.is_shared:
        noted = CycleError(community=name, kind=failure.kind, message=failure.message)
        cycle.journal.document["communities"][name]["error"] = failure.message
    else:
        noted = cycle.journal.fail(name, failure.kind, failure.message)
        if begins(failure.state, noted):
            event(log, "cycle.community_failed", logging.WARNING, **noted)
    now = iso(cycle.clock())
    return after_failure(failure.state, noted, now, is_shared=failure.is_shared)


async def _end_communities(cycle: CycleContext, states: Sequence[CommunityState]) -> None:
    """Store the states of finished communities, and report the progress."""
    document = cycle.journal.document
    for state in states:
        now = cycle.clock()
        state["last_attempt_at"], state["due_at"] = iso(now), cycle.next_poll(state, now)
        document["communities_processed"].append(state["id"])
    count_requests(cycle)
    await keep(cycle.store, cycle.sources, cycle.shard)
    await cycle.store.upsert(COMMUNITIES, states)
    await cycle.journal.save()
    for state in states:
        cycle.progress(state["id"], document["communities"][state["id"]])


def count_requests(cycle: CycleContext) -> None:
    """Update the number of requests to each source in the journal."""
    requests = cycle.journal.document["requests"]
    for name, source in cycle.sources.items():
        requests[name] = SourceRequests(
            used=source.requests_used,
            left=source.requests_left,
            waited=round(source.waits.seconds, 1) if source.waits else 0.0,
            outcome="waiting",
            reason=None,
        )


async def _sweep(cycle: CycleContext, stored: Sequence[str], done: Collected) -> None:
    """Sweep all sources side by side: check stored items that they no longer list."""
    writing = asyncio.Lock()
    streams = [
        _sweep_source(cycle, name, stored, done, writing)
        for name in cycle.sources
        if name not in done.ended_by
    ]
    with span("sweep"):
        async with aclosing(side_by_side(streams)) as steps:
            async for _ in steps:
                count_requests(cycle)


async def _sweep_source(
    cycle: CycleContext,
    name: SourceName,
    stored: Sequence[str],
    done: Collected,
    writing: asyncio.Lock,
) -> AsyncGenerator[None]:
    """Sweep one source, a request a step, until an error ends it, which is its own."""
    source = cycle.sources[name]
    own = [each for each in stored if cycle.settings.source_of(each) == name]
    if set(own) <= done.fresh:
        # All that is stored was read just now, and a first cycle should end soon.
        return
    if source.own_servers:
        own = [each for each in own if each not in done.failed]
    skip = set() if source.lists_deleted else done.looked_at
    try:
        async with aclosing(_swept(cycle, source, own, skip)) as results:
            async for swept in results:
                async with writing:
                    await _take(cycle, swept)
                yield
    except (DeadlineReached, SourceRefused) as error:
        done.ended_by[name] = error
    except SourceError as error:
        event(log, "sweep.failed", logging.WARNING, kind=error.kind, reason=str(error))
        cycle.journal.fail(None, error.kind, f"the sweep ended early: {error}")
    except UndertoneError:
        raise
    except Exception as error:
        log.exception(SWEEP_BROKE, name)
        reason = f"the sweep of {name} ended early: {type(error).__name__}"
        cycle.journal.fail(None, "internal", reason)
    finally:
        count_requests(cycle)


async def _swept(
    cycle: CycleContext, source: Source, names: Sequence[str], skip: set[str]
) -> AsyncGenerator[Swept]:
    """Return what the sweep of a source finds: by lookups, and then by rereading the past."""
    asked = cycle.settings.sweep_requests
    requests = round(asked * source.sweep_factor)
    oldest = comparer_of(cycle).oldest
    store, clock, state_id = cycle.store, cycle.clock, cycle.shard or source.name
    slices = round(asked * SLICES)
    steps = [
        sweep(store, source, names, requests=requests, skip=skip, clock=clock, state_id=state_id),
        reread(store, source, names, slices=slices, oldest=oldest, clock=clock, state_id=state_id),
    ]
    for each in steps:
        async with aclosing(each) as results:
            async for swept in results:
                yield swept


async def _take(cycle: CycleContext, swept: Swept) -> None:
    """Compare and write what a request of the sweep found."""
    cycle.journal.count_left_out(swept.left_out)
    comparer = comparer_of(cycle)
    changes: dict[str, Changes] = {}
    for name in swept.communities:
        seen, known = swept.found.get(name, []), swept.stored.get(name, {})
        found = await asyncio.to_thread(comparer.compare, name, seen, known)
        remove(found, swept.gone.get(name, []))
        cycle.journal.count(name if name in cycle.settings.watched else None, found)
        changes[name] = found
    await write_changes(cycle, changes)
    await cycle.recount.finish_when_due()


async def mark_copies(cycle: CycleContext, oldest_new: str | None) -> None:
    """Mark copies among posts, once all posts of the cycle are stored.

    oldest_new is the oldest hour with a new post.
    """
    now = cycle.clock()
    since = earliest_compared(now, oldest_new)
    with span("mark copies"):
        found = await unmarked_posts(cycle.store, cycle.settings.watched, since, now + MAX_AHEAD)
    changes = {
        name: Changes(posts=posts, hours={hour_of(post["order_key"]) for post in posts})
        for name, posts in found.items()
    }
    if changes:
        await write_changes(cycle, changes)
        await cycle.recount.finish()
