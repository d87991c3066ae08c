"""The journals of work that writes items, and of a cycle: write-ahead and counts."""

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from collector.collection.diff import Changes
from collector.collection.summary import log_end
from collector.writers.journal import Journal
from collector.writers.lease import HeldLease
from shared.cycles import new_cycle, no_counts
from shared.errors import ErrorKind, UndertoneError
from shared.models import Cycle, CycleError, Origin, Trigger, Work
from shared.scoring import uncounted
from shared.store import COLLECTION, CYCLES, Store
from shared.times import Clock, iso

W = TypeVar("W", bound=Work)


class ItemsJournal(Journal[W]):
    """The document of work that writes items; began_at is when the new ones were collected."""

    def __init__(self, store: Store, held: HeldLease, clock: Clock, document: W, etag: str) -> None:
        super().__init__(store, held, clock, document, etag)
        self.began_at = clock()

    def will_write(self, changes: Mapping[str, Changes], collected_at: str) -> None:
        """Note which changes will be written; subclasses override it."""

    async def note_degraded(self, reason: str) -> None:
        """Store that a fallback method scores items, and why, before they are written."""
        await note_degraded(self, self._store, reason)


async def note_degraded(journal: Journal[Any], store: Store, reason: str) -> None:
    """Add to the journal why a fallback method scores items, which then wait for their own."""
    await uncounted(store)
    if all(error["message"] != reason for error in journal.document["errors"]):
        journal.fail(None, "scoring", reason)


class CycleJournal(ItemsJournal[Cycle]):
    """A cycle's document, and its part of the state of collection.

    is_first says that no cycle has been completed before.
    """

    is_first = False

    @classmethod
    async def begin(
        cls, store: Store, held: HeldLease, clock: Clock, *, trigger: Trigger, origin: Origin
    ) -> "CycleJournal":
        """Write the document of a cycle that starts now; its id is the lease's holder.

        Raises DocumentExists.
        """
        cycle = new_cycle(held.holder, iso(clock()), trigger, origin)
        return cls(store, held, clock, cycle, await store.create(CYCLES, cycle))

    @classmethod
    async def resume(
        cls, store: Store, held: HeldLease, clock: Clock, orphaned: Cycle
    ) -> "CycleJournal":
        """Resume a cycle whose process was killed; its pending cells stay pending."""
        cycle = new_cycle(
            orphaned["id"], orphaned["start_time"], orphaned["trigger"], orphaned["origin"]
        )
        keep_counts(cycle, orphaned)
        journal = cls(store, held, clock, cycle, orphaned["_etag"])
        journal.fail(None, "internal", "its process was killed, and it was begun again")
        for name, hours in orphaned["pending_cells"].items():
            journal._pending[name].update(hours)
        await journal.save()
        return journal

    def will_write(self, changes: Mapping[str, Changes], collected_at: str) -> None:
        """Add the communities whose new items will be written to the write-ahead."""
        self.document["collected_at"] = collected_at
        uncounted = self.document.setdefault("uncounted", {})
        for name, found in changes.items():
            if found.new_posts or found.new_comments:
                uncounted[name] = found.rewritten
                self._is_saved = False

    def count(
        self, community: str | None, changes: Changes, *, posts: int = 0, comments: int = 0
    ) -> None:
        """Add the counts of a community; None stands for one that isn't watched."""
        cycle = self.document
        counts = no_counts()
        if community is not None:
            counts = cycle["communities"].setdefault(community, counts)
            cycle.get("uncounted", {}).pop(community, None)
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
        """Add the numbers of objects that can't be stored, by reason."""
        left_out = self.document.setdefault("left_out", {})
        for reason, count in reasons.items():
            left_out[reason] = left_out.get(reason, 0) + count

    def fail(
        self, community: str | None, kind: ErrorKind, error: UndertoneError | str
    ) -> CycleError:
        """Add an error, also to the community's counts, and return it."""
        noted = super().fail(community, kind, error)
        if community is not None:
            counts = self.document["communities"].setdefault(community, no_counts())
            counts["error"] = noted["message"]
        return noted

    async def closed(self) -> None:
        """Count the cycle among those that succeeded or failed, and log how it ended."""
        cycle = self.document
        completed = cycle["status"] == "completed"
        state = await self._store.read(COLLECTION, "collection", "collection")
        if state is not None:
            state["last_cycle"], state["last_started_at"] = cycle["id"], cycle["start_time"]
            if completed:
                state["last_collection_at"] = cycle["end_time"]
            state["collections_succeeded"] += completed
            state["collections_failed"] += not completed
            await self._store.upsert(COLLECTION, [state])
        log_end(cycle)


def keep_counts(cycle: Cycle, orphaned: Cycle) -> None:
    """Copy the counts of changes to a cycle that is begun again. Seen items are counted again."""
    for name in ("new", "edited", "moved", "removed", "posts_collected", "comments_collected"):
        cycle[name] = orphaned[name]
    for community, counts in orphaned["communities"].items():
        kept = cycle["communities"].setdefault(community, no_counts())
        for change in ("new", "edited", "moved", "removed"):
            kept[change] = counts[change]
