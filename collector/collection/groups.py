"""Reads the communities of a cycle, and returns them in groups that are written together."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from collector.collection.context import CycleContext, comparer_of
from collector.collection.diff import Changes
from collector.collection.faults import Failure, FaultStreak
from collector.collection.reading import Reading, read_community
from collector.rollups.months import fill_months
from collector.sources.base import Seen, SeenPost
from shared.cycles import no_counts
from shared.errors import DeadlineReached, RedditError, RedditRefused, UndertoneError
from shared.models import Item, SubredditState
from shared.store import COMMENTS, POSTS, SUBREDDITS, Key, Store
from shared.telemetry import span
from shared.times import iso

log = logging.getLogger(__name__)

# The cycle's document names every subreddit, so it isn't written for each of very many: flush in
# at least 50 groups, or every 1,000 items.
GROUPS = 50
MAX_WAITING = 1000

BROKE = "cycle.subreddit_broke subreddit=%s"


@dataclass(frozen=True)
class Read:
    """A community that was read and compared, and waits to be scored and written."""

    before: SubredditState
    after: SubredditState
    reading: Reading
    changes: Changes

    @property
    def name(self) -> str:
        """Return the community's name."""
        return self.before["id"]

    @property
    def items(self) -> int:
        """Count the items that are to be written."""
        found = self.changes
        waiting = len(found.draft_posts) + len(found.draft_comments)
        return waiting + len(found.posts) + len(found.comments)


@dataclass
class Group:
    """Communities that are written together, and those that failed meanwhile.

    ended_by is what ended the reading for all that are left.
    """

    reads: list[Read] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    ended_by: UndertoneError | None = None

    def is_full(self, communities: int) -> bool:
        """Return whether it is time to write it."""
        items = sum(read.items for read in self.reads)
        return len(self.reads) + len(self.failures) >= communities or items >= MAX_WAITING


async def groups_of(cycle: CycleContext) -> AsyncIterator[Group]:
    """Read the communities, and return them in groups that are to be written.

    An error in a community is its own, until some in a row have the same cause.
    """
    states = await _states(cycle)
    communities = max(1, len(states) // GROUPS)
    group, streak = Group(), FaultStreak()
    for state in states:
        try:
            read = await _read(cycle, state)
        except (DeadlineReached, RedditRefused) as error:
            group.ended_by = error
            break
        except RedditError as error:
            group.failures += streak.add(state, error)
            if refusal := streak.refusal():
                group.failures += refusal[0]
                group.ended_by = refusal[1]
                break
        except UndertoneError:
            raise
        except Exception as error:
            log.exception(BROKE, state["id"])
            group.failures.append(broke(state, error))
        else:
            group.failures += streak.end()
            group.reads.append(read)
        if group.is_full(communities):
            yield group
            group = Group()
    group.failures += streak.end()
    yield group


async def _states(cycle: CycleContext) -> list[SubredditState]:
    """Return the states of the watched communities, the longest waiting first."""
    keys: list[Key] = [("subreddit", name) for name in cycle.settings.subreddits]
    found = await cycle.store.read_many(SUBREDDITS, keys)
    never = SubredditState(
        id="",
        kind="subreddit",
        ttl=-1,
        posts_watermark=None,
        comments_watermark=None,
        last_attempt_at="",
        last_collected_at=None,
        last_error=None,
    )
    states = [
        found[key] if key in found else SubredditState(**{**never, "id": key[1]}) for key in keys
    ]
    return sorted(states, key=lambda state: state["last_attempt_at"])


async def _read(cycle: CycleContext, state: SubredditState) -> Read:
    """Read one community, and compare it with what is stored."""
    name = state["id"]
    with span("read subreddit", {"undertone.subreddit": name}):
        cycle.journal.document["subreddits"].setdefault(name, no_counts())
        state = await _with_months(cycle, state)
        comparer = comparer_of(cycle)
        reading = await read_community(
            cycle.source, state, oldest=comparer.oldest, now=cycle.clock()
        )
        stored = await _stored(cycle.store, name, reading.seen)
        changes = await asyncio.to_thread(comparer.compare, name, reading.seen, stored, listed=True)
        changes.left_out += reading.left_out
        after: SubredditState = {
            **state,
            "posts_watermark": reading.posts.watermark,
            "comments_watermark": reading.comments.watermark,
            "last_collected_at": iso(cycle.clock()),
            "last_error": None,
        }
        return Read(state, after, reading, changes)


async def _with_months(cycle: CycleContext, state: SubredditState) -> SubredditState:
    """Make the months of a community that an earlier version has collected."""
    if state.get("has_months"):
        return state
    await fill_months(cycle.store, state["id"])
    return {**state, "has_months": True}


async def _stored(store: Store, name: str, seen: Sequence[Seen]) -> dict[str, Item]:
    posts: list[Key] = [(name, each.id) for each in seen if isinstance(each, SeenPost)]
    comments: list[Key] = [(name, each.id) for each in seen if not isinstance(each, SeenPost)]
    found: dict[str, Item] = {}
    for key, post in (await store.read_many(POSTS, posts)).items():
        found[f"t3_{key[1]}"] = post
    for key, comment in (await store.read_many(COMMENTS, comments)).items():
        found[f"t1_{key[1]}"] = comment
    return found


def broke(state: SubredditState, error: Exception) -> Failure:
    """Return the failure of a community on whose data this program has a defect."""
    return Failure(state, "internal", f"{type(error).__name__} while collecting")
