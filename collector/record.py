"""The cycle document: what a cycle does, written down before and while it does it."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import cast

from collector.changes import Changes
from collector.lease import Held
from shared.errors import DocumentChanged, LeaseLost, UndertoneError
from shared.models import Cycle, CycleError, CycleStatus, SubredditCounts, Trigger
from shared.store import CYCLES, Query, Store
from shared.times import Clock, iso

KIND = "cycle"
# More than one cycle can only have died since the last one that lived if their takers died too.
DEAD_AT_ONCE = 100


async def free_cycle_id(store: Store, clock: Clock) -> str:
    """Give an id of the form cycle_YYYYMMDD_HHMMSS that no cycle has yet."""
    moment = clock()
    while True:
        cycle_id = moment.strftime("cycle_%Y%m%d_%H%M%S")
        if await store.read(CYCLES, KIND, cycle_id) is None:
            return cycle_id
        moment += timedelta(seconds=1)


async def unsettled_cycles(store: Store) -> list[Cycle]:
    """List the cycles that left something: whoever holds the lease knows that none of them runs."""
    return await store.query(
        Query(CYCLES, KIND, DEAD_AT_ONCE, order_by="id", equals={"settled": "no"})
    )


def no_counts() -> SubredditCounts:
    """Give a subreddit's counts before anything was counted."""
    return SubredditCounts(
        posts_seen=0, comments_seen=0, new=0, edited=0, moved=0, removed=0, error=None
    )


class CycleRecord:
    """One cycle's document, kept by its one writer, who holds the lease."""

    def __init__(self, store: Store, held: Held, clock: Clock, cycle: Cycle, etag: str) -> None:
        self.cycle = cycle
        self._store = store
        self._held = held
        self._clock = clock
        self._etag = etag
        self._pending: dict[str, set[str]] = defaultdict(set)

    @classmethod
    async def begin(
        cls, store: Store, held: Held, clock: Clock, *, trigger: Trigger, feed: str
    ) -> "CycleRecord":
        """Write the document of a cycle that starts now; its id is the lease's holder."""
        cycle = Cycle(
            id=held.holder,
            kind="cycle",
            trigger=trigger,
            feed=feed,
            status="running",
            start_time=iso(clock()),
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
            errors=[],
            pending_cells={},
            settled="no",
        )
        return cls(store, held, clock, cycle, await store.create(CYCLES, cycle))

    @property
    def pending(self) -> Mapping[str, set[str]]:
        """Give the hours of each subreddit that may not agree with their items."""
        return self._pending

    async def write_ahead(self, hours: Mapping[str, set[str]]) -> None:
        """Write down which hours of which subreddits are about to change, before they do."""
        fresh = {name: found - self._pending[name] for name, found in hours.items()}
        for name, found in fresh.items():
            self._pending[name] |= found
        if any(fresh.values()):
            await self.save()
        else:
            self._held.check()

    async def settled(self) -> None:
        """Write down that every pending cell agrees with its items again."""
        self._pending.clear()
        await self.save()

    def count(self, subreddit: str, changes: Changes, *, posts: int = 0, comments: int = 0) -> None:
        """Count what was seen and changed in a subreddit."""
        cycle = self.cycle
        counts = cycle["subreddits"].setdefault(subreddit, no_counts())
        for target in (cast("dict[str, int]", counts), cast("dict[str, int]", cycle)):
            target["posts_seen"] += posts
            target["comments_seen"] += comments
            for change, count in changes.counts.items():
                if change != "unchanged":
                    target[change] += count
        cycle["posts_collected"] += changes.new_posts
        cycle["comments_collected"] += changes.new_comments

    def fail(self, subreddit: str | None, kind: str, error: UndertoneError | str) -> CycleError:
        """Note an error of a subreddit, or of the whole cycle, and give it."""
        noted = CycleError(subreddit=subreddit, kind=kind, message=str(error))
        self.cycle["errors"].append(noted)
        if subreddit is not None:
            counts = self.cycle["subreddits"].setdefault(subreddit, no_counts())
            counts["error"] = noted["message"]
        return noted

    async def end(self, status: CycleStatus) -> None:
        """Close the document; with cells pending the next cycle still finds it."""
        self.cycle["status"] = status
        self.cycle["settled"] = "no" if any(self._pending.values()) else "yes"
        self.cycle["end_time"] = iso(self._clock())
        await self.save()

    async def save(self) -> None:
        """Write the document as it is now. Raises LeaseLost when another writer closed it."""
        self._held.check()
        self.cycle["pending_cells"] = {
            name: sorted(hours) for name, hours in self._pending.items() if hours
        }
        try:
            self._etag = await self._store.replace(CYCLES, self.cycle, self._etag)
        except DocumentChanged as error:
            raise LeaseLost(f"{self.cycle['id']} was closed by another writer") from error
