"""The steps of a cycle: read each subreddit, compare, write ahead, write, rebuild, sweep."""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from collector.collection import respelled as renamed
from collector.collection import sweep
from collector.collection.diff import MAX_AHEAD, Changes, Comparer
from collector.collection.journal import CycleJournal
from collector.rollups.copies import earliest_compared, unmarked_posts
from collector.rollups.hours import Shares, rebuild_all, rebuild_cells
from collector.rollups.months import fill_months
from collector.sentiment.base import Method
from collector.sources.base import ACCOUNT_WIDE, CountsLeftOut, Seen, SeenComment, SeenPost, Source
from collector.trending.snapshots import forget_posts
from shared.cycles import no_counts
from shared.errors import (
    DeadlineReached,
    ErrorKind,
    ListingCut,
    RedditError,
    RedditRefused,
    UndertoneError,
)
from shared.logs import event
from shared.models import CycleError, Item, SubredditCounts, SubredditState, Watermark, WorkStatus
from shared.settings import Settings
from shared.stats.watched import names_ever
from shared.store import COMMENTS, POSTS, SUBREDDITS, SWEEPS, Key, Store
from shared.telemetry import span
from shared.times import Clock, hour_of, iso, iso_from_epoch

log = logging.getLogger(__name__)

S = TypeVar("S", SeenPost, SeenComment)

# A cycle document stays small (2 MB is Cosmos DB's end): with more pending, `all` is rebuilt early.
MAX_PENDING = 5000
# That document names every subreddit, so it isn't written for each of very many: what they have new
# is written in so many groups at least, and no more than so many items wait for theirs.
GROUPS = 50
MAX_WAITING = 1000

# Reddit lists days-old items among new ones. As many in a row show that the rest is old.
OLD_IN_A_ROW = 20

# So far may `all` lag behind its parts. A cycle of 957 subreddits takes 20 minutes, and costs a
# tenth more request units by this.
ALL_LAGS = timedelta(seconds=60)

BROKE = "cycle.subreddit_broke subreddit=%s"

Progress = Callable[[str, SubredditCounts], None]


def no_progress(_subreddit: str, _counts: SubredditCounts) -> None:
    """Show nothing."""


@dataclass(frozen=True)
class Read:
    """What was read of a subreddit and waits to be written: its state before and after that."""

    before: SubredditState
    after: SubredditState
    changes: Changes
    posts: int
    comments: int

    @property
    def name(self) -> str:
        """Name the subreddit."""
        return self.before["id"]

    @property
    def items(self) -> int:
        """Count the items that are to be written."""
        return len(self.changes.posts) + len(self.changes.comments)


class CyclePipeline:
    """The steps of one cycle, whose journal says how far they have come."""

    def __init__(
        self,
        store: Store,
        source: Source,
        method: Method,
        settings: Settings,
        journal: CycleJournal,
        *,
        clock: Clock,
        progress: Progress,
    ) -> None:
        self.journal = journal
        self._store = store
        self._source = source
        self._settings = settings
        self._clock = clock
        self._progress = progress
        self._comparer = Comparer(
            method=method,
            now=iso(clock()),
            oldest=iso(clock() - timedelta(days=settings.retention_days)),
        )
        self._shares: Shares = defaultdict(dict)
        self._looked_at: set[str] = set()
        self._waiting: list[Read] = []
        self._ended: list[SubredditState] = []
        self._faults: list[tuple[SubredditState, RedditError]] = []
        self._collected = 0
        self._oldest_new: str | None = None
        self._all_is_of = clock()

    async def collect(self) -> WorkStatus:
        """Collect every subreddit, sweep, and bring all statistics up to date."""
        ever = await names_ever(self._store, self._settings.subreddits)
        respelled = renamed.spellings(ever, self._settings.subreddits)
        for old, new in respelled.items():
            await renamed.move(self._store, self.journal, old, new, self.rebuild_pending)
        stored = [name for name in ever if name not in respelled]
        states = await self._states()
        names = sorted(
            self._settings.subreddits,
            key=lambda name: states[name]["last_attempt_at"],
        )
        at_once = max(1, len(names) // GROUPS)
        try:
            for name in names:
                await self._subreddit(await self._with_months(states[name]))
                if self._waiting and self._waiting[-1].name == name:
                    self._end_faults()
                items = sum(read.items for read in self._waiting)
                if len(self._waiting) + len(self._ended) >= at_once or items >= MAX_WAITING:
                    await self._write_waiting()
            self._end_faults()
            await self._write_waiting()
            with span("sweep"):
                await self._sweep(stored)
        except DeadlineReached as error:
            self._end_faults()
            await self._write_waiting()
            left = len(names) - len(self.journal.document["subreddits_processed"])
            self.journal.fail(None, "deadline", f"{error}; {left} subreddits wait for the next")
        except RedditRefused as error:
            self._end_faults()
            await self._write_waiting()
            self.journal.fail(None, error.kind, error)
        await self.rebuild_pending()
        await self._mark_copies()
        return "completed" if self._collected else "failed"

    async def rebuild_pending(self) -> None:
        """Make every pending cell, and `all`, agree with the items again."""
        for name, hours in self.journal.pending.items():
            if missing := hours - self._shares[name].keys():
                self._shares[name].update(await rebuild_cells(self._store, name, missing))
        if any(self._shares.values()):
            await rebuild_all(self._store, self._shares)
            self._shares.clear()
            await self.journal.reconciled()
        self._all_is_of = self._clock()

    async def _rebuild_when_due(self) -> None:
        pending = sum(map(len, self.journal.pending.values()))
        is_late = self._clock() - self._all_is_of >= ALL_LAGS
        if pending > MAX_PENDING or (pending and is_late):
            await self.rebuild_pending()

    async def _mark_copies(self) -> None:
        """Mark which posts are copies of others, now that all of this cycle are stored."""
        now = self._clock()
        since = earliest_compared(now, self._oldest_new)
        names = self._settings.subreddits
        with span("mark copies"):
            found = await unmarked_posts(self._store, names, since, now + MAX_AHEAD)
        changes = {
            name: Changes(posts=posts, hours={hour_of(post["order_key"]) for post in posts})
            for name, posts in found.items()
        }
        if changes:
            await self._write(changes)
            await self.rebuild_pending()

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

    async def _with_months(self, state: SubredditState) -> SubredditState:
        """Make the months of a subreddit that an earlier version has collected."""
        if state.get("has_months"):
            return state
        await fill_months(self._store, state["id"])
        return {**state, "has_months": True}

    async def _subreddit(self, state: SubredditState) -> None:
        """Read one subreddit; an error in it is its own."""
        try:
            with span("read subreddit", {"undertone.subreddit": state["id"]}):
                self._waiting.append(await self._read_subreddit(state))
        except (DeadlineReached, RedditRefused):
            raise
        except RedditError as error:
            self._note_fault(state, error)
        except UndertoneError:
            raise
        except Exception as error:
            log.exception(BROKE, state["id"])
            self._ended.append(self._broke(state, error))

    def _note_fault(self, state: SubredditState, error: RedditError) -> None:
        """Note a subreddit's error. Raise RedditRefused when a few in a row have the same cause,
        and it can't be theirs: one line then says so for all of them.
        """
        if self._faults and self._faults[-1][1].kind != error.kind:
            self._end_faults()
        self._faults.append((state, error))
        enough = ACCOUNT_WIDE.get(error.kind)
        if enough is None:
            self._end_faults()
        elif len(self._faults) >= enough:
            for each, fault in self._faults:
                own = CycleError(subreddit=each["id"], kind=fault.kind, message=str(fault))
                self.journal.document["subreddits"][each["id"]]["error"] = own["message"]
                self._ended.append({**each, "last_error": own})
            self._faults = []
            raise RedditRefused(
                error.kind, f"{error} ({enough} subreddits in a row; the others wait for the next)"
            )

    def _end_faults(self) -> None:
        """Note the errors of subreddits that no others have shared."""
        for state, error in self._faults:
            self._ended.append(self._failed(state, error.kind, str(error)))
        self._faults = []

    async def _write_waiting(self) -> None:
        """Write what was read of the subreddits that wait: write ahead, items, statistics."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._ended += await self._written(waiting)
        if self._ended:
            await self._end_subreddits()
        await self._rebuild_when_due()

    async def _written(self, waiting: Sequence[Read]) -> list[SubredditState]:
        """Write these subreddits, and give their states; one that can't be, keeps off no other."""
        try:
            await self._write({read.name: read.changes for read in waiting})
        except UndertoneError:
            raise
        except Exception as error:
            if len(waiting) == 1:
                log.exception(BROKE, waiting[0].name)
                return [self._broke(waiting[0].before, error)]
            return [state for read in waiting for state in await self._written([read])]
        for read in waiting:
            self.journal.count(read.name, read.changes, posts=read.posts, comments=read.comments)
            self._collected += 1
        return [read.after for read in waiting]

    async def _end_subreddits(self) -> None:
        """Keep the states of those that are done, and show how far the cycle has come."""
        states, self._ended = self._ended, []
        cycle = self.journal.document
        for state in states:
            state["last_attempt_at"] = iso(self._clock())
            cycle["subreddits_processed"].append(state["id"])
        self._count_requests()
        await self._store.upsert(SUBREDDITS, states)
        await self.journal.save()
        for state in states:
            self._progress(state["id"], cycle["subreddits"][state["id"]])

    def _count_requests(self) -> None:
        self.journal.document["reddit_requests"] = self._source.requests_used
        self.journal.document["reddit_requests_left"] = self._source.requests_left

    def _failed(self, state: SubredditState, kind: ErrorKind, message: str) -> SubredditState:
        noted = self.journal.fail(state["id"], kind, message)
        event(log, "cycle.subreddit_failed", logging.WARNING, **noted)
        return {**state, "last_error": noted}

    def _broke(self, state: SubredditState, error: Exception) -> SubredditState:
        """Note a fault of ours, in one subreddit's data: the others mustn't suffer from it."""
        return self._failed(state, "internal", f"{type(error).__name__} while collecting")

    async def _read_subreddit(self, state: SubredditState) -> Read:
        name = state["id"]
        self.journal.document["subreddits"].setdefault(name, no_counts())
        left_out = self._left_out()
        posts, posts_watermark = await self._read_new(
            name, self._source.new_posts(name), state["posts_watermark"]
        )
        comments, comments_watermark = await self._read_new(
            name, self._source.new_comments(name), state["comments_watermark"]
        )
        seen: list[Seen] = [*posts, *comments]
        stored = await self._stored(name, seen)
        changes = await asyncio.to_thread(self._comparer.compare, name, seen, stored, listed=True)
        changes.left_out += self._left_out() - left_out
        after: SubredditState = {
            **state,
            "posts_watermark": posts_watermark,
            "comments_watermark": comments_watermark,
            "last_collected_at": iso(self._clock()),
            "last_error": None,
        }
        return Read(state, after, changes, len(posts), len(comments))

    def _left_out(self) -> Counter[str]:
        source = self._source
        return Counter(source.left_out) if isinstance(source, CountsLeftOut) else Counter()

    async def _read_new(
        self, name: str, pages: Iterator[list[S]], watermark: Watermark | None
    ) -> tuple[list[S], Watermark | None]:
        """Read a listing down to where everything is stored, at least a page.

        Return what it shows, and the watermark afterwards: that of before when the listing broke
        off, so that the next cycle reads the rest.
        """
        seen: dict[str, S] = {}
        oldest = max(self._comparer.oldest, watermark["created_utc"] if watermark else "")
        old_in_a_row = 0
        reached = is_cut = False
        try:
            while not reached and (page := await asyncio.to_thread(next, pages, None)) is not None:
                seen.update((thing.fullname, thing) for thing in page)
                # Strictly older, because several can be of one second; the newest may be gone.
                are_old = [iso_from_epoch(thing.created_utc) < oldest for thing in page]
                for is_old in are_old:
                    old_in_a_row = old_in_a_row + 1 if is_old else 0
                reached = bool(page) and (all(are_old) or old_in_a_row >= OLD_IN_A_ROW)
        except ListingCut:
            is_cut = True
        if is_cut or (not reached and watermark and seen and watermark["fullname"] not in seen):
            event(log, "listing.ended_early", logging.WARNING, subreddit=name, seen=len(seen))
        self._looked_at.update(seen)
        listed = list(seen.values())
        return listed, watermark if is_cut else self._watermark(listed, watermark)

    def _watermark(
        self, seen: Sequence[SeenPost | SeenComment], known: Watermark | None
    ) -> Watermark | None:
        # An item from the future mustn't hide those that are written until then.
        now = self._clock().timestamp()
        past = [thing for thing in seen if thing.created_utc <= now]
        if not past:
            return known
        newest = max(past, key=lambda thing: thing.created_utc)
        created = iso_from_epoch(newest.created_utc)
        if known and created <= known["created_utc"]:
            return known
        return Watermark(fullname=newest.fullname, created_utc=created)

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
        self.journal.will_write(changes, self._comparer.now)
        await self.journal.write_ahead(hours)
        for name, found in changes.items():
            if found.new_posts:
                self._oldest_new = min(found.hours | {self._oldest_new or "~"})
            await self._store.upsert(POSTS, found.posts)
            await self._store.upsert(COMMENTS, found.comments)
            await self._store.delete(POSTS, [(name, post) for post in found.removed_posts])
            await self._store.delete(COMMENTS, [(name, one) for one in found.removed_comments])
            await forget_posts(self._store, found.removed_posts)
            if found.hours:
                shares = await rebuild_cells(self._store, name, found.hours)
                self._shares[name].update(shares)

    async def _sweep(self, names: Sequence[str]) -> None:
        """Spend the sweep's requests: the recent ring first, then the older one, each once.

        names are those of all that is stored: what is deleted on Reddit goes, watched or not.
        """
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
                    names,
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
                    await self._rebuild_when_due()
                    cursors[ring] = batch[-1].cursor
        except RedditRefused:
            raise
        except RedditError as error:
            event(log, "sweep.failed", logging.WARNING, kind=error.kind, reason=str(error))
            self.journal.fail(None, error.kind, f"the sweep ended early: {error}")
        finally:
            self._count_requests()
            await self._store.upsert(SWEEPS, [cursors])

    async def _look_again(self, batch: Sequence[sweep.Stored]) -> None:
        names = [stored.fullname for stored in batch]
        before = self._left_out()
        found = {s.fullname: s for s in await asyncio.to_thread(self._source.info, names)}
        self._looked_at.update(names)
        self.journal.count_left_out(self._left_out() - before)
        by_subreddit: dict[str, dict[str, Item]] = defaultdict(dict)
        for stored in batch:
            if stored.fullname in found:
                by_subreddit[stored.item["subreddit"]][stored.fullname] = stored.item
        changes: dict[str, Changes] = {}
        for name, items in by_subreddit.items():
            seen = [found[fullname] for fullname in items]
            changes[name] = await asyncio.to_thread(self._comparer.compare, name, seen, items)
            is_watched = name in self._settings.subreddits
            self.journal.count(name if is_watched else None, changes[name])
        await self._write(changes)
