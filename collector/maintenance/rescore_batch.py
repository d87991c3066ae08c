"""A batch of a rescore: stale items are read and scored without a lease, and written under one.

What was edited, removed or matched again meanwhile is left out, and comes with a later batch.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from collector.maintenance.stale import Hour
from collector.rollups.hours import Shares, rebuild_cells
from collector.sentiment.base import Method
from collector.sentiment.rescoring import Paused, Prepare, Rescored, rescored, with_score
from collector.sentiment.scoring import is_stale
from collector.threads.parents import Parents, read_parents
from collector.writers.journal import Journal
from shared.models import Comment, Item, Post
from shared.settings import Settings
from shared.store import COMMENTS, ITEMS, POSTS, Container, Store
from shared.store.scan import nearby, pages_between
from shared.times import Clock, hour_of, iso, next_hour

AddUp = Callable[[Shares], Awaitable[None]]
"""Brings `all` and the subjects up to date with the shares of communities, or has that done."""


@dataclass
class Batch:
    """The hours of a batch by community, and what came of their items.

    left are the hours with items that there was no time for, and `done` those without. paused says
    why nothing more can be scored now.
    """

    scored: Rescored = field(default_factory=Rescored)
    left: list[Hour] = field(default_factory=list)
    done: dict[str, set[str]] = field(default_factory=dict)
    paused: Paused | None = None

    @property
    def failed(self) -> dict[str, int]:
        """Return the number of items that couldn't be scored, by the names of their hours."""
        counts = Counter(map(place_of, self.scored.failed))
        return {f"{hour} {name}": items for (name, hour), items in counts.items()}

    @property
    def names_done(self) -> list[str]:
        """Return the names of the hours without items that there was no time for."""
        return [f"{hour} {name}" for name, hours in self.done.items() for hour in hours]

    @property
    def empty(self) -> set[tuple[str, str]]:
        """Return the communities and hours that have no stale item, though their cells say so.

        Recounted, they don't come again.
        """
        counted = {place_of(before) for before, _ in self.scored.pairs}
        counted |= {place_of(item) for item in self.scored.failed}
        return {(name, hour) for name, hours in self.done.items() for hour in hours} - counted

    @property
    def is_written(self) -> bool:
        """Return whether the batch changes anything that is stored."""
        return bool(self.scored.pairs or self.empty)


@dataclass(frozen=True)
class Batches:
    """Scores and writes batches of a store's items.

    prepare gets what the method needs before a slice is scored; None if it needs nothing. A batch
    ends with the slice of items that reaches batch_seconds.
    """

    store: Store
    method: Method
    settings: Settings
    clock: Clock
    batch_seconds: float
    slice_items: int
    prepare: Prepare | None = None

    async def scored(self, hours: Sequence[Hour]) -> Batch:
        """Read and score the stale items of these hours, newest first, without the lease."""
        items = await self._stale_items(hours)
        scored, taken = Rescored(), 0
        paused: Paused | None = None
        loop = asyncio.get_running_loop()
        until = loop.time() + self.batch_seconds
        while taken < len(items) and not scored.is_broken:
            part = items[taken : taken + self.slice_items]
            now = iso(self.clock())
            watched = self.settings.watched
            parents = await read_parents(self.store, cast("list[Post]", part), watched)
            try:
                scored.add(await self._slice(part, parents, now))
            except Paused as error:
                paused = error
                break
            taken += len(part)
            if loop.time() >= until:
                break
        left = Counter(map(place_of, items[taken:]))
        done: dict[str, set[str]] = defaultdict(set)
        for each in hours:
            if (each.community, each.hour) not in left:
                done[each.community].add(each.hour)
        return Batch(
            scored,
            [e._replace(stale=n) for e in hours if (n := left[e.community, e.hour])],
            done,
            paused,
        )

    async def write(
        self,
        journal: Journal[Any],
        batch: Batch,
        *,
        add_up: AddUp,
        note: Callable[[int], None],
    ) -> None:
        """Write the items that are still as they were read, and recount.

        Cells that the journal has pending are recounted, too. note puts the number of items into
        the journal's document.
        """
        changed = await self._still_as_read(batch.scored)
        hours: dict[str, set[str]] = defaultdict(set)
        for name, hour in (*map(place_of, changed), *batch.empty):
            hours[name].add(hour)
        for name, pending in journal.pending.items():
            hours[name] |= pending
        if any(hours.values()):
            await self._write_items(journal, hours, changed)
            shares: Shares = {
                name: await rebuild_cells(self.store, name, of_name)
                for name, of_name in hours.items()
            }
            await add_up(shares)
            note(len(changed))
            await journal.reconciled()

    async def _write_items(
        self, journal: Journal[Any], hours: Mapping[str, set[str]], items: Sequence[Item]
    ) -> None:
        await journal.write_ahead(hours)
        posts = [cast("Post", each) for each in items if each["kind"] == "post"]
        await self.store.upsert(POSTS, posts)
        journal.check()
        comments = [cast("Comment", each) for each in items if each["kind"] == "comment"]
        await self.store.upsert(COMMENTS, comments)

    async def _slice(self, items: Sequence[Item], parents: Parents, now: str) -> Rescored:
        """Score some items, with what the method needs for it. Raises Paused and StoreError."""
        failed = Rescored()
        if self.prepare is not None:
            prepared = await self.prepare(items, parents)
            items, parents = prepared.items, prepared.parents
            failed = Rescored(failed=list(prepared.failed), error=prepared.error)
        if items:
            failed.add(await asyncio.to_thread(rescored, items, parents, self.method, now))
        return failed

    async def _stale_items(self, hours: Sequence[Hour]) -> list[Item]:
        wanted: dict[str, set[str]] = defaultdict(set)
        for each in hours:
            wanted[each.community].add(each.hour)
        containers = cast("tuple[Container[Any], ...]", (POSTS, COMMENTS))
        items: list[Item] = []
        for name, of_name in wanted.items():
            for near in nearby(sorted(of_name)):
                for container in containers:
                    ends = near[0], next_hour(near[-1])
                    async for page in pages_between(self.store, container, name, *ends):
                        items += [
                            item
                            for item in page
                            if hour_of(item["order_key"]) in of_name
                            and is_stale(item, self.method.accepted)
                        ]
        return sorted(items, key=lambda item: item["order_key"], reverse=True)

    async def _still_as_read(self, scored: Rescored) -> list[Item]:
        """Return the items as they are stored now, with their new scores."""
        fresh: dict[tuple[str, str, str], Item] = {}
        for kind, container in ITEMS.items():
            keys = [(b["community"], b["id"]) for b, _ in scored.pairs if b["kind"] == kind]
            for key, item in (await self.store.read_many(container, keys)).items():
                fresh[kind, *key] = item
        found: list[Item] = []
        for before, after in scored.pairs:
            stored = fresh.get((before["kind"], before["community"], before["id"]))
            again = with_score(stored, before, after) if stored else None
            if again is not None:
                found.append(again)
        return found


def place_of(item: Item) -> tuple[str, str]:
    """Return the community and the hour of an item."""
    return item["community"], hour_of(item["order_key"])
