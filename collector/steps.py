"""The steps of a cycle: read each subreddit, compare, write ahead, write, rebuild, sweep."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import TypeVar

from collector import sweep
from collector.cells import Shares, rebuild_all, rebuild_cells
from collector.changes import Changes, Comparer
from collector.record import CycleRecord, no_counts
from collector.sentiment import Scorer
from collector.source import Seen, SeenComment, SeenPost, Source
from shared.errors import DeadlineReached, RedditError, RedditRefused, UndertoneError
from shared.logs import event
from shared.models import Item, SubredditCounts, SubredditState, Watermark, WorkStatus
from shared.settings import Settings
from shared.store import COMMENTS, POSTS, SUBREDDITS, SWEEPS, Key, Store
from shared.times import Clock, iso, iso_from_epoch

log = logging.getLogger(__name__)

S = TypeVar("S", SeenPost, SeenComment)

# A cycle document stays small (2 MB is Cosmos DB's end): with more pending, `all` is rebuilt early.
MOST_PENDING = 5000

Progress = Callable[[str, SubredditCounts], None]


def no_progress(_subreddit: str, _counts: SubredditCounts) -> None:
    """Show nothing."""


class Steps:
    """The steps of one cycle, whose record says how far they have come."""

    def __init__(
        self,
        store: Store,
        source: Source,
        score: Scorer,
        settings: Settings,
        record: CycleRecord,
        *,
        clock: Clock,
        progress: Progress,
    ) -> None:
        self.record = record
        self._store = store
        self._source = source
        self._settings = settings
        self._clock = clock
        self._progress = progress
        self._comparer = Comparer(
            score=score,
            method=settings.sentiment_method,
            now=iso(clock()),
            oldest=iso(clock() - timedelta(days=settings.retention_days)),
        )
        self._shares: Shares = defaultdict(dict)
        self._looked_at: set[str] = set()

    async def collect(self) -> WorkStatus:
        """Collect every subreddit, sweep, and bring all statistics up to date."""
        states = await self._states()
        names = sorted(
            self._settings.subreddits,
            key=lambda name: states[name]["last_attempt_at"],
        )
        collected = 0
        try:
            for name in names:
                collected += await self._subreddit(states[name])
                if sum(map(len, self.record.pending.values())) > MOST_PENDING:
                    await self.rebuild_pending()
            await self._sweep()
        except DeadlineReached as error:
            left = len(names) - len(self.record.document["subreddits_processed"])
            self.record.fail(None, "deadline", f"{error}; {left} subreddits wait for the next")
        except RedditRefused as error:
            self.record.fail(None, error.kind, error)
        await self.rebuild_pending()
        return "completed" if collected else "failed"

    async def rebuild_pending(self) -> None:
        """Make every pending cell, and `all`, agree with the items again."""
        for name, hours in self.record.pending.items():
            if missing := hours - self._shares[name].keys():
                self._shares[name].update(await rebuild_cells(self._store, name, missing))
        if any(self._shares.values()):
            await rebuild_all(self._store, self._shares)
            self._shares.clear()
            await self.record.settled()

    async def _states(self) -> dict[str, SubredditState]:
        keys: list[Key] = [("subreddit", name) for name in self._settings.subreddits]
        found = await self._store.read_many(SUBREDDITS, keys)
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
        return {key[1]: found[key] if key in found else {**never, "id": key[1]} for key in keys}

    async def _subreddit(self, state: SubredditState) -> bool:
        """Collect one subreddit; an error in it is its own. Say whether it was collected."""
        name = state["id"]
        try:
            after = await self._collect_subreddit(state)
        except (DeadlineReached, RedditRefused):
            raise
        except RedditError as error:
            after = self._failed(state, error.kind, str(error))
        except UndertoneError:
            raise
        except Exception as error:
            # A fault of ours, in one subreddit's data: the others mustn't suffer from it.
            log.exception("cycle.subreddit_broke subreddit=%s", name)
            after = self._failed(state, "internal", f"{type(error).__name__} while collecting")
        after["last_attempt_at"] = iso(self._clock())
        cycle = self.record.document
        cycle["subreddits_processed"].append(name)
        self._count_requests()
        await self._store.upsert(SUBREDDITS, [after])
        await self.record.save()
        self._progress(name, cycle["subreddits"][name])
        return after["last_error"] is None

    def _count_requests(self) -> None:
        self.record.document["reddit_requests"] = self._source.requests_used
        self.record.document["reddit_requests_left"] = self._source.requests_left

    def _failed(self, state: SubredditState, kind: str, message: str) -> SubredditState:
        noted = self.record.fail(state["id"], kind, message)
        event(log, "cycle.subreddit_failed", logging.WARNING, **noted)
        return {**state, "last_error": noted}

    async def _collect_subreddit(self, state: SubredditState) -> SubredditState:
        name = state["id"]
        self.record.document["subreddits"].setdefault(name, no_counts())
        posts = await self._read_new(name, self._source.new_posts(name), state["posts_watermark"])
        comments = await self._read_new(
            name, self._source.new_comments(name), state["comments_watermark"]
        )
        changes = await self._ingest(name, [*posts, *comments])
        self.record.count(name, changes, posts=len(posts), comments=len(comments))
        return {
            **state,
            "posts_watermark": self._watermark(posts, state["posts_watermark"]),
            "comments_watermark": self._watermark(comments, state["comments_watermark"]),
            "last_collected_at": iso(self._clock()),
            "last_error": None,
        }

    async def _read_new(
        self, name: str, pages: Iterator[list[S]], watermark: Watermark | None
    ) -> list[S]:
        """Read a listing down to the newest item already stored, at least a page."""
        seen: dict[str, S] = {}
        oldest = max(self._comparer.oldest, watermark["created_utc"] if watermark else "")
        while (page := await asyncio.to_thread(next, pages, None)) is not None:
            seen.update((thing.fullname, thing) for thing in page)
            # Strictly older, because several can be of one second; the newest itself may be gone.
            if any(iso_from_epoch(thing.created_utc) < oldest for thing in page):
                break
        else:
            if watermark and seen and watermark["fullname"] not in seen:
                event(log, "listing.ended_early", logging.WARNING, subreddit=name, seen=len(seen))
        self._looked_at.update(seen)
        return list(seen.values())

    def _watermark(
        self, seen: Sequence[SeenPost | SeenComment], known: Watermark | None
    ) -> Watermark | None:
        if not seen:
            return known
        newest = max(seen, key=lambda thing: thing.created_utc)
        # An item from the future mustn't hide those that are written until then.
        created = min(iso_from_epoch(newest.created_utc), iso(self._clock()))
        if known and created <= known["created_utc"]:
            return known
        return Watermark(fullname=newest.fullname, created_utc=created)

    async def _ingest(self, name: str, seen: Sequence[Seen]) -> Changes:
        """Compare, write ahead, write, rebuild: steps 3 to 6 for one subreddit's items."""
        stored = await self._stored(name, seen)
        changes = await asyncio.to_thread(self._comparer.compare, name, seen, stored)
        await self._write({name: changes})
        return changes

    async def _stored(self, name: str, seen: Iterable[Seen]) -> dict[str, Item]:
        posts: list[Key] = [(name, s.id) for s in seen if isinstance(s, SeenPost)]
        comments: list[Key] = [(name, s.id) for s in seen if isinstance(s, SeenComment)]
        found: dict[str, Item] = {}
        for key, post in (await self._store.read_many(POSTS, posts)).items():
            found[f"t3_{key[1]}"] = post
        for key, comment in (await self._store.read_many(COMMENTS, comments)).items():
            found[f"t1_{key[1]}"] = comment
        return found

    async def _write(self, changes: dict[str, Changes]) -> None:
        hours = {name: found.hours for name, found in changes.items()}
        # What was rebuilt before is about to change again.
        for name, changing in hours.items():
            for hour in changing:
                self._shares[name].pop(hour, None)
        await self.record.write_ahead(hours)
        for name, found in changes.items():
            await self._store.upsert(POSTS, found.posts)
            await self._store.upsert(COMMENTS, found.comments)
            await self._store.delete(POSTS, [(name, post) for post in found.removed_posts])
            await self._store.delete(COMMENTS, [(name, one) for one in found.removed_comments])
            if found.hours:
                shares = await rebuild_cells(self._store, name, found.hours)
                self._shares[name].update(shares)

    async def _sweep(self) -> None:
        """Spend the sweep's requests: the recent ring first, then the older one, each once."""
        started = self._source.requests_used
        cursors = await sweep.read_cursors(self._store)
        walked: set[sweep.Ring] = set()
        try:
            for ring, allowed in sweep.budgets(self._settings.sweep_requests):
                if ring in walked:
                    continue
                limits = sweep.bounds(ring, self._clock())
                walk = sweep.batches(
                    self._store,
                    self._settings.subreddits,
                    cursors[ring],
                    limits,
                    skip=self._looked_at,
                )
                while self._source.requests_used - started < allowed:
                    batch = await anext(walk, None)
                    if batch is None:
                        cursors[ring] = []
                        walked.add(ring)
                        break
                    await self._look_again(batch)
                    cursors[ring] = batch[-1].cursor
        except RedditRefused:
            raise
        except RedditError as error:
            event(log, "sweep.failed", logging.WARNING, kind=error.kind, reason=str(error))
            self.record.fail(None, error.kind, f"the sweep ended early: {error}")
        finally:
            self._count_requests()
            await self._store.upsert(SWEEPS, [cursors])

    async def _look_again(self, batch: Sequence[sweep.Stored]) -> None:
        names = [stored.fullname for stored in batch]
        found = {s.fullname: s for s in await asyncio.to_thread(self._source.info, names)}
        self._looked_at.update(names)
        by_subreddit: dict[str, dict[str, Item]] = defaultdict(dict)
        for stored in batch:
            if stored.fullname in found:
                by_subreddit[stored.item["subreddit"]][stored.fullname] = stored.item
        changes: dict[str, Changes] = {}
        for name, items in by_subreddit.items():
            seen = [found[fullname] for fullname in items]
            changes[name] = await asyncio.to_thread(self._comparer.compare, name, seen, items)
            self.record.count(name, changes[name])
        await self._write(changes)
