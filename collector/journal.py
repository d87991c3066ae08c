"""The documents of a cycle, a cleanup and a rescore: what is done, written down before it is."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import Generic, Literal, TypeVar, cast

from collector.diff import Changes
from collector.lease import HeldLease
from shared.cycles import new_cycle
from shared.errors import DocumentChanged, LeaseLost, UndertoneError
from shared.models import (
    Cleanup,
    Cycle,
    CycleError,
    Removed,
    Rescore,
    SubredditCounts,
    Trigger,
    Work,
    WorkStatus,
)
from shared.store import CYCLES, WORK, Query, Store
from shared.times import Clock, iso

W = TypeVar("W", bound=Work)

Kind = Literal["cycle", "cleanup", "rescore"]
KINDS: tuple[Kind, ...] = ("cycle", "cleanup", "rescore")
# More than one can only have died since the last one that lived if their takers died too.
DEAD_AT_ONCE = 100


async def free_id(store: Store, kind: Kind, clock: Clock) -> str:
    """Return an id of the form cycle_YYYYMMDD_HHMMSS that no work of this kind has yet."""
    moment = clock()
    while True:
        free = moment.strftime(f"{kind}_%Y%m%d_%H%M%S")
        if await store.read(WORK, kind, free) is None:
            return free
        moment += timedelta(seconds=1)


async def unsettled_work(store: Store) -> list[Work]:
    """List what left something: whoever holds the lease knows that none of it runs any more."""
    return [
        work
        for kind in KINDS
        for work in await store.query(
            Query(WORK, kind, DEAD_AT_ONCE, order_by="id", equals={"settled": "no"})
        )
    ]


def no_counts() -> SubredditCounts:
    """Return a subreddit's counts before anything was counted."""
    return SubredditCounts(
        posts_seen=0, comments_seen=0, new=0, edited=0, moved=0, removed=0, error=None
    )


class Journal(Generic[W]):
    """One document of work, kept by its one writer, who holds the lease."""

    def __init__(self, store: Store, held: HeldLease, clock: Clock, document: W, etag: str) -> None:
        self.document = document
        self._store = store
        self._held = held
        self._clock = clock
        self._etag = etag
        self._pending: dict[str, set[str]] = defaultdict(set)
        self._is_saved = True

    @property
    def pending(self) -> Mapping[str, set[str]]:
        """Return the hours of each subreddit that may not agree with their items."""
        return self._pending

    def check(self) -> None:
        """Raise LeaseLost when somebody else may be writing."""
        self._held.check()

    async def write_ahead(self, hours: Mapping[str, set[str]]) -> None:
        """Write down which hours of which subreddits are about to change, before they do."""
        fresh = {name: found - self._pending[name] for name, found in hours.items()}
        for name, found in fresh.items():
            self._pending[name] |= found
        if any(fresh.values()) or not self._is_saved:
            await self.save()
        else:
            self._held.check()

    async def settled(self) -> None:
        """Write down that every pending cell agrees with its items again."""
        self._pending.clear()
        await self.save()

    def fail(self, subreddit: str | None, kind: str, error: UndertoneError | str) -> CycleError:
        """Note an error of a subreddit, or of the whole, and give it."""
        noted = CycleError(subreddit=subreddit, kind=kind, message=str(error))
        self.document["errors"].append(noted)
        return noted

    async def end(self, status: WorkStatus) -> None:
        """Close the document; with cells pending whoever works next still finds it."""
        self.document["status"] = status
        self.document["settled"] = "no" if any(self._pending.values()) else "yes"
        self.document["end_time"] = iso(self._clock())
        await self.save()

    async def save(self) -> None:
        """Write the document as it is now. Raises LeaseLost when another writer closed it."""
        self._held.check()
        self.document["pending_cells"] = {
            name: sorted(hours) for name, hours in self._pending.items() if hours
        }
        work = cast("Work", self.document)
        try:
            self._etag = await self._store.replace(WORK, work, self._etag)
            self._is_saved = True
        except DocumentChanged as error:
            raise LeaseLost(f"{work['id']} was closed by another writer") from error


class CycleJournal(Journal[Cycle]):
    """A cycle's document."""

    @classmethod
    async def begin(
        cls, store: Store, held: HeldLease, clock: Clock, *, trigger: Trigger, feed: str
    ) -> "CycleJournal":
        """Write the document of a cycle that starts now; its id is the lease's holder.

        Raises DocumentExists.
        """
        cycle = new_cycle(held.holder, iso(clock()), trigger, feed)
        return cls(store, held, clock, cycle, await store.create(CYCLES, cycle))

    @classmethod
    async def resume(
        cls, store: Store, held: HeldLease, clock: Clock, dead: Cycle
    ) -> "CycleJournal":
        """Begin a cycle again whose process died; what it left pending still is."""
        cycle = new_cycle(dead["id"], dead["start_time"], dead["trigger"], dead["feed"])
        _keep_counts(cycle, dead)
        journal = cls(store, held, clock, cycle, dead["_etag"])
        journal.fail(None, "internal", "its process died, and it was begun again")
        for name, hours in dead["pending_cells"].items():
            journal._pending[name].update(hours)
        await journal.save()
        return journal

    def will_write(self, changes: Mapping[str, Changes], collected_at: str) -> None:
        """Note whose new items are about to be written, for the write-ahead."""
        self.document["collected_at"] = collected_at
        uncounted = self.document.setdefault("uncounted", {})
        for name, found in changes.items():
            if found.new_posts or found.new_comments:
                uncounted[name] = found.rewritten
                self._is_saved = False

    def count(
        self, subreddit: str | None, changes: Changes, *, posts: int = 0, comments: int = 0
    ) -> None:
        """Count what was seen and changed in a subreddit, None for one that isn't watched."""
        cycle = self.document
        counts = no_counts()
        if subreddit is not None:
            counts = cycle["subreddits"].setdefault(subreddit, counts)
            cycle.get("uncounted", {}).pop(subreddit, None)
        for target in (cast("dict[str, int]", counts), cast("dict[str, int]", cycle)):
            target["posts_seen"] += posts
            target["comments_seen"] += comments
            for change, count in changes.counts.items():
                if change != "unchanged":
                    target[change] += count
        if changes.left_out:
            counts["left_out"] = counts.get("left_out", 0) + changes.left_out.total()
        self.count_left_out(changes.left_out)
        cycle["posts_collected"] += changes.new_posts
        cycle["comments_collected"] += changes.new_comments

    def count_left_out(self, reasons: Mapping[str, int]) -> None:
        """Count by the reason what the source showed and couldn't be kept."""
        left_out = self.document.setdefault("left_out", {})
        for reason, count in reasons.items():
            left_out[reason] = left_out.get(reason, 0) + count

    def fail(self, subreddit: str | None, kind: str, error: UndertoneError | str) -> CycleError:
        """Note an error, with the subreddit's counts too, and give it."""
        noted = super().fail(subreddit, kind, error)
        if subreddit is not None:
            counts = self.document["subreddits"].setdefault(subreddit, no_counts())
            counts["error"] = noted["message"]
        return noted


class CleanupJournal(Journal[Cleanup]):
    """A cleanup's document."""

    @classmethod
    async def begin(
        cls, store: Store, held: HeldLease, clock: Clock, *, before: str
    ) -> "CleanupJournal":
        """Write the document of a cleanup that starts now; its id is the lease's holder."""
        cleanup: Cleanup = {
            **_begun("cleanup", held, clock),
            "before": before,
            "removed": Removed(posts=0, comments=0, statistics=0, topics=0, cycles=0),
            "cycles_closed": 0,
            "complete": False,
        }
        return cls(store, held, clock, cleanup, await store.create(WORK, cleanup))


class RescoreJournal(Journal[Rescore]):
    """A rescore's document."""

    @classmethod
    async def begin(
        cls, store: Store, held: HeldLease, clock: Clock, *, method: str
    ) -> "RescoreJournal":
        """Write the document of a rescore that starts now; its id is the lease's holder."""
        rescore: Rescore = {
            **_begun("rescore", held, clock),
            "method": method,
            "rescored": 0,
            "complete": False,
        }
        return cls(store, held, clock, rescore, await store.create(WORK, rescore))

    async def go_on(self, held: HeldLease) -> None:
        """Open the document again, in another turn at the lease."""
        self._held = held
        self.document["status"], self.document["settled"] = "running", "no"
        self.document["end_time"] = None
        await self.save()


def _keep_counts(cycle: Cycle, dead: Cycle) -> None:
    """Keep what a cycle had changed before its process died; what it saw, it sees again."""
    for name in ("new", "edited", "moved", "removed", "posts_collected", "comments_collected"):
        cycle[name] = dead[name]
    for subreddit, counts in dead["subreddits"].items():
        kept = cycle["subreddits"].setdefault(subreddit, no_counts())
        for change in ("new", "edited", "moved", "removed"):
            kept[change] = counts[change]


def _begun(kind: Kind, held: HeldLease, clock: Clock) -> Work:
    return Work(
        id=held.holder,
        kind=kind,
        status="running",
        start_time=iso(clock()),
        end_time=None,
        errors=[],
        pending_cells={},
        settled="no",
    )
