"""Finds the trending topics of many communities: several workers, a group of communities each.

The result is that of `Trends.topics_of` over all communities at the same moment. It takes steps,
each a round of its own whose groups are done before the next one begins:

1. sketch: each group counts its recent posts by a hash of their terms
2. filter: the sum of the sketches says which terms may be used by enough people
3. posts: each group stores its recent posts with these terms, and their use in the week before
4. topics: one worker finds the topics among all of these
5. comments: each group that has posts of a topic reads the comments about them
6. keep: one worker stores the topics, without posts that were removed meanwhile

What a step finds are parts, which the next ones read. Nothing else is written before the end, so
that collection goes on meanwhile, and no lease of a shard is needed.
"""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import ceil
from typing import Any, Final, Literal, cast

from collector.rounds.documents import (
    candidates,
    change_round,
    is_active,
    new_round,
    read_round,
)
from collector.rounds.journal import reading_claim
from collector.rounds.worker import RoundWorker, TurnEnd
from collector.trending.finder import (
    BEFORE,
    MAX_POST_IDS,
    RECENT_HOURS,
    Places,
    TopicComment,
    Trends,
    places_of,
    recent_usage,
    topics_from,
)
from collector.trending.parts import Parts, json_of
from collector.trending.sketch import Sketch, SketchSum, TermFilter
from collector.trending.snapshots import forget_posts, keep_topics
from collector.trending.topics import RecentPost, TopicCandidate, find_topics
from collector.writers.lease import LOOK_AGAIN_SECONDS, HeldLease
from shared.errors import RoundFailed
from shared.logs import event
from shared.models import RoundName, ShardRound, Topic, Topics
from shared.shards import SHARDING
from shared.stats.cells import Scored
from shared.store import CURRENT, POSTS
from shared.times import Window, iso, parse_iso
from shared.topics.grouping import TermGroup
from shared.topics.keyness import Usage
from shared.topics.variants import key_of
from shared.trending import MAX_ROUND

log = logging.getLogger(__name__)

TRENDING: Final = "trending"
ALL_GROUPS: Final = "all"
"""The group of a step that one worker does."""

Step = Literal["sketch", "filter", "posts", "topics", "comments", "keep", "done"]
FOLLOWING: Mapping[Step, Step] = {
    "sketch": "filter",
    "filter": "posts",
    "posts": "topics",
    "topics": "comments",
    "comments": "keep",
    "keep": "done",
}
OF_ALL: frozenset[Step] = frozenset({"filter", "topics", "keep"})
# Characters of what a part has, before it is compressed to a fifth.
MAX_PART = 8_000_000
KEY_CHARACTERS = 20
PLAN, BEFORE_POSTS, PLACES, TOPICS = "plan", "before", "places", "topics"


@dataclass(frozen=True)
class TrendingEnd:
    """The end of a worker's run: the number of messages to send, and whether all is done."""

    messages: int = 0
    is_done: bool = False
    failed: tuple[str, ...] = ()
    is_other: bool = False


@dataclass(frozen=True)
class _Plan:
    """The plan of a round, for all its steps: communities in their order, in groups of a size."""

    until: datetime
    names: Sequence[str]
    size: int

    def groups(self) -> dict[str, Sequence[str]]:
        """Return the communities of each group; neighbours, which may all be busy, are apart."""
        count = ceil(len(self.names) / self.size)
        return {f"group_{number:04}": self.names[number::count] for number in range(count)}


@dataclass(frozen=True)
class TrendingRound:
    """The steps of a round. begin_turn begins the time of a turn, and returns when it is over."""

    trends: Trends
    begin_turn: Callable[[], Callable[[], bool]]
    size: int = SHARDING.size
    name: RoundName = TRENDING

    async def begin(self, moment: str) -> ShardRound | None:
        """Begin a round of this moment, which is now; return it, or None if one is under way."""
        store, now = self.trends.store, parse_iso(moment)
        if (found := await read_round(store, TRENDING)) and is_under_way(found, now):
            return None
        until = await self.trends.collected_until(now)
        plan = _Plan(until, self.trends.settings.watched, self.size)
        content = json_of({"until": iso(until), "names": plan.names, "size": plan.size})
        await Parts(store, moment).write(PLAN, ALL_GROUPS, content)

        begun: ShardRound | None = None

        def fresh(known: ShardRound | None) -> ShardRound | None:
            nonlocal begun
            is_wanted = known is None or not is_under_way(known, now)
            run = run_of(moment, "sketch")
            begun = new_round(TRENDING, run, plan.groups(), now) if is_wanted else None
            return begun

        await change_round(store, TRENDING, fresh)
        if begun is not None:
            await Parts(store, moment).remove_others()
        return begun

    async def work(
        self, moment: str, is_over: Callable[[], bool], *, workers: int = 1
    ) -> TrendingEnd:
        """Work on the round of a moment until nothing is left for this worker, or its time is over.

        It also ends where a step begins that more workers share, since messages are sent at the end
        of a run. Raises what `RoundWorker.run` raises.
        """
        store, clock = self.trends.store, self.trends.clock
        while True:
            found = await read_round(store, TRENDING)
            if found is None or moment_of(found) != moment or step_of(found) == "done":
                return TrendingEnd(is_other=True)
            end = await RoundWorker(store, self, clock, is_over).run(found["run"])
            if end.is_done:
                following = await self._advance(found["run"])
                if following is None:
                    continue
                if step_of(following) == "done":
                    return TrendingEnd(is_done=True)
                if workers > 1 and len(following["open"]) > 1:
                    return TrendingEnd(messages=min(workers, len(following["open"])))
                if is_over():
                    return TrendingEnd(messages=1)
            elif not end.is_other:
                if end.failed:
                    event(log, "trending.failed", logging.ERROR, groups=",".join(end.failed))
                return TrendingEnd(messages=int(end.goes_on), failed=end.failed)

    async def to_the_end(self) -> None:
        """Work on a round in this process until the topics are found, also by other workers.

        Raises RoundFailed, and what `work` raises.
        """
        await self.begin(iso(self.trends.clock()))
        found = await read_round(self.trends.store, TRENDING)
        moment = moment_of(found) if found else ""
        while True:
            end = await self.work(moment, lambda: False)
            if end.is_done or end.is_other:
                return
            if end.failed:
                raise RoundFailed(f"the topics of {moment}: {', '.join(end.failed)} failed")
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    def claim(self, shard: str) -> AbstractAsyncContextManager[HeldLease]:
        """Hold a group for this worker while the block runs. Raises ShardAtWorkError."""
        trends = self.trends
        seconds = trends.settings.lease_seconds
        return reading_claim(trends.store, TRENDING, shard, seconds=seconds, clock=trends.clock)

    async def turn(self, found: ShardRound, shard: str, held: HeldLease) -> TurnEnd:
        """Do a step for a group, or go on with it where the turn before ended."""
        turn = _Turn(self.trends, moment_of(found), shard, held, self.begin_turn())
        works: Mapping[Step, Callable[[], Awaitable[bool]]] = {
            "sketch": turn.sketch,
            "filter": turn.filter,
            "posts": turn.posts,
            "topics": turn.topics,
            "comments": turn.comments,
            "keep": turn.keep,
        }
        return TurnEnd(is_done=await works[step_of(found)]())

    async def _advance(self, run: str) -> ShardRound | None:
        """Begin the step after one whose groups are done, and return the round.

        None if another worker did. Raises RoundFailed where the parts are gone.
        """
        moment, _, step = run.rpartition("_")
        following = FOLLOWING[cast("Step", step)]
        parts = Parts(self.trends.store, moment)
        groups: list[str] = []
        if following == "done":
            await parts.remove()
        else:
            groups = await _groups_of(parts, following)
        fresh = new_round(TRENDING, run_of(moment, following), groups, self.trends.clock())
        begun: ShardRound | None = None

        def change(known: ShardRound | None) -> ShardRound | None:
            nonlocal begun
            is_left = known is not None and known["run"] == run and not known["open"]
            begun = fresh if is_left else None
            return begun

        await change_round(self.trends.store, TRENDING, change)
        return begun


def run_of(moment: str, step: Step) -> str:
    """Return the name of a step's run."""
    return f"{moment}_{step}"


def moment_of(found: ShardRound) -> str:
    """Return the ISO time whose topics a round finds."""
    return found["run"].rpartition("_")[0]


def step_of(found: ShardRound) -> Step:
    """Return the step that a round is at."""
    return cast("Step", found["run"].rpartition("_")[2])


def is_under_way(found: ShardRound, now: datetime) -> bool:
    """Return whether a round is being worked on, so that no other one is to begin."""
    is_left = not found["open"] or bool(candidates(found))
    is_late = now - parse_iso(moment_of(found)) > MAX_ROUND
    return step_of(found) != "done" and is_left and is_active(found, now) and not is_late


async def _plan_of(parts: Parts) -> _Plan:
    data = (await parts.only(PLAN)).data()
    return _Plan(parse_iso(data["until"]), data["names"], data["size"])


async def _places_of(parts: Parts) -> Places:
    data = (await parts.only(PLACES)).data()
    return Places({own_id: tuple(known) for own_id, known in data["of"].items()}, data["names"])


async def _groups_of(parts: Parts, step: Step) -> list[str]:
    """Return the groups that have something to do in a step."""
    if step in OF_ALL:
        return [ALL_GROUPS]
    groups = (await _plan_of(parts)).groups()
    if step != "comments":
        return list(groups)
    names = frozenset((await _places_of(parts)).names)
    return [group for group, own in groups.items() if names.intersection(own)]


@dataclass
class _Batch:
    """The content that was read of some communities, by their names, until it is written as a part.

    posts are rows of JSON. before has by the community that posts name their number, and how many
    have each term by the term's key.
    """

    names: list[str] = field(default_factory=list)
    sketch: Sketch = field(default_factory=Sketch)
    posts: dict[str, list[str]] = field(default_factory=dict)
    before: dict[str, dict[str, tuple[int, Counter[str]]]] = field(default_factory=dict)
    comments: dict[str, list[TopicComment]] = field(default_factory=dict)

    def size(self) -> int:
        """Return about how many characters its content has."""
        rows = sum(len(row) for rows in self.posts.values() for row in rows)
        uses = sum(len(u) for named in self.before.values() for _, u in named.values())
        return rows + KEY_CHARACTERS * uses


@dataclass(frozen=True)
class _Turn:
    """A turn of a group at a step of the round of a moment."""

    trends: Trends
    moment: str
    group: str
    held: HeldLease
    is_over: Callable[[], bool]

    @property
    def parts(self) -> Parts:
        """Return the parts of the moment."""
        return Parts(self.trends.store, self.moment)

    @property
    def window(self) -> Window:
        """Return the 24 hours."""
        return Window.of_hours(RECENT_HOURS, parse_iso(self.moment))

    async def sketch(self) -> bool:
        """Count the group's recent posts by their terms; return whether all are counted."""
        names, window = await self._names(), self.window

        async def read(name: str, batch: _Batch) -> None:
            def count(_community: str, terms: Mapping[str, str]) -> None:
                batch.sketch.add(terms)

            await self.trends.count_terms(name, window.start, window.end, count)

        async def write(batch: _Batch, number: int) -> None:
            await self._write("sketch", batch.sketch.content(), batch.names, number)

        return await self._by_community("sketch", names, read, write)

    async def filter(self) -> bool:
        """Add the sketches up."""
        total = SketchSum()
        async for part in self.parts.read("sketch"):
            await asyncio.to_thread(total.add, part.content)
        await self._write("filter", await asyncio.to_thread(total.enough))
        return True

    async def posts(self) -> bool:
        """Store the group's recent posts, and the week before; return whether all are stored."""
        plan = await _plan_of(self.parts)
        passes = TermFilter((await self.parts.only("filter")).content).passes
        window = self.window

        async def read(name: str, batch: _Batch) -> None:
            rows = batch.posts[name] = []
            before = batch.before[name] = {}

            def rows_of(page: Sequence[RecentPost]) -> list[str]:
                return [json_of(_row(post, filter(passes, post.terms))).decode() for post in page]

            def count(community: str, terms: Mapping[str, str]) -> None:
                posts, uses = before.get(community, (0, Counter[str]()))
                uses.update({key_of(term) for term in filter(passes, terms)})
                before[community] = posts + 1, uses

            async for page in self.trends.recent_posts(name, window, plan.until):
                rows += await asyncio.to_thread(rows_of, page)
            await self.trends.count_terms(name, window.start - BEFORE, window.start, count)

        async def write(batch: _Batch, number: int) -> None:
            # The posts are what a later turn looks for, so they come last.
            before = await asyncio.to_thread(json_of, batch.before)
            await self._write(BEFORE_POSTS, before, batch.names, number)
            named = (f"{json.dumps(name)}:[{','.join(rows)}]" for name, rows in batch.posts.items())
            content = f"{{{','.join(named)}}}".encode()
            await self._write("posts", content, batch.names, number)

        return await self._by_community("posts", plan.groups()[self.group], read, write)

    async def topics(self) -> bool:
        """Find the topics among the posts of all groups, and where comments about them are."""
        plan = await _plan_of(self.parts)
        read = await self._recent(plan)
        _, recent, now = await asyncio.to_thread(recent_usage, read)
        before = await self._before(plan, {key_of(term): term for term in now.uses})
        found = await asyncio.to_thread(find_topics, recent, now, before)
        places = places_of(found, frozenset(plan.names))
        await self._write(PLACES, json_of({"of": places.topic_of, "names": places.names}))
        await self._write(TOPICS, json_of([_topic_row(topic) for topic in found]))
        return True

    async def _recent(self, plan: _Plan) -> list[RecentPost]:
        """Return the recent posts in the order of the communities."""
        known: dict[str, str] = {}
        named: dict[str, list[RecentPost]] = {}
        async for part in self.parts.read("posts"):
            for name, rows in part.data().items():
                named[name] = await asyncio.to_thread(_posts_of, rows, known)
        return [post for name in plan.names for post in named.get(name, ())]

    async def _before(self, plan: _Plan, term_of: Mapping[str, str]) -> Usage:
        """Return the use of terms in the week before, by the terms' keys."""
        named: dict[str, dict[str, tuple[int, dict[str, int]]]] = {}
        async for part in self.parts.read(BEFORE_POSTS):
            for name, counted in part.data().items():
                named[name] = {
                    community: (posts, {term_of[key]: uses[key] for key in uses if key in term_of})
                    for community, (posts, uses) in counted.items()
                }
        usage = Usage()
        for name in plan.names:
            for community, (posts, uses) in named.get(name, {}).items():
                usage.posts[community] += posts
                for term, count in uses.items():
                    usage.uses[term][community] += count
        return usage

    async def comments(self) -> bool:
        """Store the group's comments about the topics; return whether all are stored."""
        places = await _places_of(self.parts)
        about = frozenset(places.names)
        names = [name for name in await self._names() if name in about]

        async def read(name: str, batch: _Batch) -> None:
            batch.comments[name] = await self.trends.comments(name, self.window, places)

        async def write(batch: _Batch, number: int) -> None:
            await self._write("comments", json_of(batch.comments), batch.names, number)

        return await self._by_community("comments", names, read, write)

    async def keep(self) -> bool:
        """Store the topics with what was said about them."""
        rows = (await self.parts.only(TOPICS)).data()
        found = [_topic_of(row) for row in rows]
        said: dict[str, list[TopicComment]] = {}
        async for part in self.parts.read("comments"):
            for name, comments in part.data().items():
                said[name] = [_comment_of(row) for row in comments]
        settings = self.trends.settings
        topics: list[Topic] = await asyncio.to_thread(
            topics_from, found, said, self.window, settings.other_languages
        )
        self.held.check()
        fresh = Topics(id=CURRENT, created_at=self.moment, topics=topics, snapshots=[])
        kept = await keep_topics(self.trends.store, fresh, settings.retention_days)
        await forget_posts(self.trends.store, await self._gone(found))
        count = len(kept["snapshots"])
        event(log, "trending.found", run=self.moment, topics=len(topics), snapshots=count)
        return True

    async def _gone(self, found: Sequence[TopicCandidate]) -> list[str]:
        """Return the listed posts that were removed while the topics were being found.

        What a collection removes after this read, it takes out of the current topics itself.
        """
        listed = [post for topic in found for post in topic.posts[:MAX_POST_IDS]]
        stored = await self.trends.store.read_many(POSTS, [(p.community, p.id) for p in listed])
        kept = {place for place, post in stored.items() if not post["deleted"]}
        return [post.id for post in listed if (post.community, post.id) not in kept]

    async def _names(self) -> Sequence[str]:
        return (await _plan_of(self.parts)).groups()[self.group]

    async def _by_community(
        self,
        step: Step,
        names: Sequence[str],
        read: Callable[[str, _Batch], Awaitable[None]],
        write: Callable[[_Batch, int], Awaitable[None]],
    ) -> bool:
        """Read the communities that no part covers yet, until the turn is over.

        Return whether all are covered. A part is written for those that were read, or for some of
        them where they have much.
        """
        covered: set[str] = set()
        number = 0
        async for part in self.parts.read(step, self.group):
            covered.update(part.names)
            number += 1
        left = [name for name in names if name not in covered]
        batch = _Batch()
        for place, name in enumerate(left):
            await read(name, batch)
            batch.names.append(name)
            is_last = place == len(left) - 1
            is_over = self.is_over()
            if is_over or is_last or batch.size() > MAX_PART:
                await write(batch, number)
                number, batch = number + 1, _Batch()
            if is_over and not is_last:
                return False
        return True

    async def _write(
        self, step: str, content: bytes, names: Sequence[str] = (), number: int = 0
    ) -> None:
        self.held.check()
        await self.parts.write(step, self.group, content, names, number=number)


def _row(post: RecentPost, terms: Iterable[str]) -> list[Any]:
    """Return a post as JSON has it, with these of its terms."""
    kept = {term: post.terms[term] for term in terms}
    fields = (post.id, post.community, post.author, post.hour, post.velocity, post.scored)
    return [*fields, kept, post.words, post.upvotes, post.comments, list(post.copies)]


def _post_of(row: Sequence[Any], known: dict[str, str]) -> RecentPost:
    """Return the post of a row; equal terms are one text in memory, as `known` has them."""
    terms = {
        known.setdefault(term, term): known.setdefault(spelling, spelling)
        for term, spelling in row[6].items()
    }
    return RecentPost(
        id=row[0],
        community=known.setdefault(row[1], row[1]),
        author=row[2],
        hour=known.setdefault(row[3], row[3]),
        velocity=row[4],
        scored=_scored_of(row[5]),
        terms=terms,
        words=row[7],
        upvotes=row[8],
        comments=row[9],
        copies=row[10],
    )


def _posts_of(rows: Sequence[Any], known: dict[str, str]) -> list[RecentPost]:
    return [_post_of(row, known) for row in rows]


def _scored_of(row: Sequence[Any]) -> Scored:
    found = Scored(*row)
    return found if found.kinds is None else found._replace(kinds=tuple(found.kinds))


def _comment_of(row: Sequence[Any]) -> TopicComment:
    return TopicComment(row[0], row[1], row[2], _scored_of(row[3]))


def _topic_row(topic: TopicCandidate) -> list[Any]:
    """Return a topic as JSON has it; its posts need their words no more."""
    terms = frozenset(topic.group.terms)
    rows = [_row(replace(each, words=""), terms.intersection(each.terms)) for each in topic.posts]
    return [topic.group.terms, rows, topic.growth]


def _topic_of(row: Sequence[Any]) -> TopicCandidate:
    terms, rows, growth = row
    return TopicCandidate(TermGroup(terms, _posts_of(rows, {})), growth)
