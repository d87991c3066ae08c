"""Reads the communities of a cycle, and returns them in groups to be written together."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field, replace

from collector.collection.context import CycleContext, comparer_of
from collector.collection.diff import Changes
from collector.collection.faults import Failure, FaultStreak
from collector.collection.observed import after_poll, are_tripped, is_tripped
from collector.collection.reading import Reading, read_community
from collector.collection.shared_items import Shared, stored_items
from collector.collection.side_by_side import Idle, side_by_side
from collector.collection.silence import check_silence
from collector.sources.base import Source
from shared.communities import SourceName
from shared.cycles import no_counts
from shared.errors import DeadlineReached, SourceError, SourceRefused, UndertoneError
from shared.models import CommunityState
from shared.store.community_states import never_read
from shared.telemetry import span
from shared.times import iso

log = logging.getLogger(__name__)

# The cycle's document names every community, so writing it for each of them would be slow: flush
# in at least 50 groups, or every 1,000 items.
GROUPS = 50
MAX_WAITING = 1000
# Nobody looks at the progress of a shard, which takes a minute.
IN_SHARD = 10
# In a first cycle, what was read shows after this time if no source yields more.
IDLE_SECONDS = 5.0

BROKE = "cycle.community_broke community=%s"


@dataclass(frozen=True)
class Read:
    """A community that was read and compared, and isn't scored and written yet."""

    before: CommunityState
    after: CommunityState
    reading: Reading
    changes: Changes

    @property
    def name(self) -> str:
        """Return the community's name."""
        return self.before["id"]

    @property
    def items(self) -> int:
        """Return the number of items to write."""
        found = self.changes
        waiting = len(found.draft_posts) + len(found.draft_comments)
        return waiting + len(found.posts) + len(found.comments)


@dataclass(frozen=True)
class Step:
    """A step of reading one source: a community that was read, and those that failed.

    ended_by is what ended the source, for all its communities that are left: `waiting`.
    """

    source: SourceName
    read: Read | None = None
    failures: Sequence[Failure] = ()
    ended_by: UndertoneError | None = None
    waiting: Sequence[CommunityState] = ()


@dataclass
class Group:
    """Communities that are written together, and those that failed meanwhile.

    ended_by is what ended sources, and waiting the communities that they left. is_idle says that
    all sources have yielded nothing for a while.
    """

    reads: list[Read] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    ended_by: dict[SourceName, UndertoneError] = field(default_factory=dict)
    waiting: dict[SourceName, Sequence[CommunityState]] = field(default_factory=dict)
    is_idle: bool = False

    def add(self, step: Step) -> None:
        """Add a step."""
        if step.read is not None:
            self.reads.append(step.read)
        self.failures += step.failures
        if step.ended_by is not None:
            self.ended_by[step.source] = step.ended_by
            self.waiting[step.source] = step.waiting

    def is_full(self, communities: int) -> bool:
        """Return whether the group is large enough to write."""
        items = sum(read.items for read in self.reads)
        return len(self.reads) + len(self.failures) >= communities or items >= MAX_WAITING


async def groups_of(
    cycle: CycleContext, known: Mapping[str, CommunityState]
) -> AsyncGenerator[Group]:
    """Read the communities, and return them in groups that are to be written.

    known are the states of those that have one.

    Sources are read side by side. An error in a community is its own, until some in a row have the
    same cause. One that ends a source leaves the others to go on; the deadline ends them all.
    """
    states = _states(cycle, known)
    communities = IN_SHARD if cycle.shard else max(1, len(states) // GROUPS)
    by_source: dict[SourceName, list[CommunityState]] = defaultdict(list)
    for state in states:
        by_source[cycle.settings.source_of(state["id"])].append(state)
    group = Group()
    streams: list[AsyncGenerator[Step | None]] = [
        _read_source(cycle, name, own) for name, own in by_source.items()
    ]
    # Nobody looks at a page that was full before.
    idle = Idle[Step | None](IDLE_SECONDS, None) if cycle.journal.is_first else None
    async with aclosing(side_by_side(streams, idle=idle)) as steps:
        async for step in steps:
            if step is not None:
                group.add(step)
            if step is None or group.is_full(communities):
                group.is_idle = step is None
                yield group
                group = Group()
    yield group


async def _read_source(
    cycle: CycleContext, name: SourceName, states: Sequence[CommunityState]
) -> AsyncGenerator[Step]:
    """Read the communities of one source, one after another, until an error ends it.

    A source, or a community, that failed in the last cycles is tried with one request; once that
    has an answer, the rest is read as usual.
    """
    source = cycle.sources[name]
    streak = FaultStreak({}) if source.own_servers else FaultStreak(is_probe=are_tripped(states))
    watched = cycle.rules.watched
    shared = Shared(
        cycle.store, [each for each in watched if cycle.settings.source_of(each) == name]
    )
    for number, state in enumerate(states):
        try:
            with _as_probe(source, is_probe=is_tripped(state)):
                read = await _read(cycle, source, state, shared)
        except (DeadlineReached, SourceRefused) as error:
            yield Step(name, failures=streak.end(), ended_by=error, waiting=states[number:])
            return
        except SourceError as error:
            failures = streak.add(state, error)
            refusal = streak.refusal()
            if refusal is not None:
                left = states[number + 1 :]
                failures = [*failures, *refusal[0]]
                yield Step(name, failures=failures, ended_by=refusal[1], waiting=left)
                return
            yield Step(name, failures=failures)
        except UndertoneError:
            raise
        except Exception as error:
            log.exception(BROKE, state["id"])
            yield Step(name, failures=[broke(state, error)])
        else:
            yield Step(name, read=read, failures=streak.end())
    yield Step(name, failures=streak.end())


@contextmanager
def _as_probe(source: Source, *, is_probe: bool) -> Iterator[None]:
    """Let the source repeat no request until one has an answer."""
    if source.waits is None:
        yield
        return
    source.waits.is_probing = is_probe
    try:
        yield
    finally:
        source.waits.is_probing = False


def _states(cycle: CycleContext, known: Mapping[str, CommunityState]) -> list[CommunityState]:
    """Return the states of the watched communities, the longest waiting first."""
    states = [known.get(name) or never_read(name) for name in cycle.settings.watched]
    for state in states:
        state.pop("left", None)
    return sorted(states, key=lambda state: state["last_attempt_at"])


async def _read(cycle: CycleContext, source: Source, state: CommunityState, shared: Shared) -> Read:
    """Read one community, and compare it with what is stored."""
    name = state["id"]
    with span("read community", {"undertone.community": name}):
        cycle.journal.document["communities"].setdefault(name, no_counts())
        comparer = comparer_of(cycle)
        now = cycle.clock()
        reading = await read_community(source, state, oldest=comparer.oldest, now=now)
        if cycle.settings.origin != "recorded":
            await check_silence(cycle.store, source, state, reading)
        stored = await stored_items(cycle.store, name, reading.seen)
        if source.shares_items:
            others = await shared.of_others(name, reading.seen, stored)
            reading = replace(reading, seen=[x for x in reading.seen if x.key not in others])
        changes = await asyncio.to_thread(comparer.compare, name, reading.seen, stored, listed=True)
        changes.left_out += reading.left_out
        after = after_poll(state, reading, oldest=comparer.oldest, now=iso(cycle.clock()))
        return Read(state, after, reading, changes)


def broke(state: CommunityState, error: Exception) -> Failure:
    """Return the failure for a defect of this program that a community's data shows."""
    return Failure(state, "internal", f"{type(error).__name__} while collecting")
