"""Finds the trending topics: reads the posts of eight days, and stores the topics."""

import asyncio
import logging
from collections import Counter
from collections.abc import (
    AsyncIterator,
    Callable,
    Container,
    Iterable,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from collector.text.cleaning import clean
from collector.text.recurring import is_recurring
from collector.trending.snapshots import keep_topics
from collector.trending.states import state_of
from collector.trending.topics import (
    RecentPost,
    TopicCandidate,
    find_topics,
    usage_of,
)
from collector.trending.velocity import as_it_stood, velocity
from collector.writers.lease import NO_WAIT, LeaseWait
from collector.writers.session import Writer
from shared.communities import SourceName
from shared.logs import event
from shared.models import Cell, OtherLanguages, Post, Topic, Topics
from shared.settings import Settings
from shared.stats.cell_threads import with_threads
from shared.stats.cells import LABELS, Scored, Totals, count, scored, totals
from shared.stats.means import sample_of, spread_of
from shared.store import COLLECTION, COMMENTS, CURRENT, POSTS, Store
from shared.store.keys import key_of_place
from shared.store.scan import items_between, pages_between
from shared.text.form import MARKDOWN, Form
from shared.times import Clock, Window, hour_of, iso, parse_iso, utc_now
from shared.topics.grouping import free_slug, name_of
from shared.topics.keyness import Usage
from shared.topics.near_copies import authors_of, said_words
from shared.topics.terms import terms_in
from shared.topics.variants import Variants

log = logging.getLogger(__name__)

RECENT_HOURS = 24
BEFORE = timedelta(days=7)
MAX_POST_IDS = 100
VELOCITY_DIGITS = 2
# Terms of posts that are kept in memory, 10 to 20 KB each.
MAX_KNOWN = 4000

Count = Callable[[str, Mapping[str, str]], None]
"""Counts a post, by its community and its terms."""


@dataclass
class Discussion:
    """The posts and comments about a topic: their thread and sentiment, and their hours."""

    items: list[tuple[str, Scored]] = field(default_factory=list)
    hours: Counter[str] = field(default_factory=Counter)

    def add(self, thread: str, scored: Scored, hour: str) -> None:
        """Count a post or a comment."""
        self.items.append((thread, scored))
        self.hours[hour] += 1

    def cell(self, posts: int) -> Cell:
        """Return what they count, of which this number are posts."""
        counted = count([scored for _, scored in self.items], posts=posts)
        return with_threads(counted, self.items)


class TopicComment(NamedTuple):
    """A comment about a topic, by the topic's number, and the thread that it counts in."""

    topic: int
    thread: str
    hour: str
    scored: Scored


@dataclass(frozen=True)
class Places:
    """Where the comments about topics are: under these posts, in these communities.

    topic_of has by post the number of its topic, and the thread that its comments count in: a
    copy's comments count in the original's.
    """

    topic_of: Mapping[str, tuple[int, str]]
    names: Sequence[str]


@dataclass(frozen=True)
class Trends:
    """Finds the trending topics of the configured communities."""

    store: Store
    settings: Settings
    clock: Clock = utc_now
    forms: Mapping[SourceName, Form] = field(default_factory=dict)
    """The form of the texts of each source; another source's are plain Markdown."""
    is_past: bool = False
    """Whether posts count with what was known of them at the moment whose topics are computed."""
    known_terms: dict[str, dict[str, str]] | None = None
    """Terms of posts by id, for those who compute the topics of many hours."""

    async def find(self, *, lease_wait: LeaseWait = NO_WAIT) -> Topics:
        """Compute the topics and make them the current ones.

        Raises CycleRunning if another writer holds the lease, LeaseLost and StoreUnavailable. After
        an error the topics that were current stay current.
        """
        holder = self.clock().strftime("trending_%Y%m%d_%H%M%S")
        writer = Writer(self.store, self.clock, self.settings.lease_seconds, lease_wait)
        async with writer.lease(holder) as held:
            now = self.clock()
            topics = await self.topics_of(now)
            held.check()
            fresh = Topics(
                id=CURRENT,
                created_at=iso(now),
                topics=topics,
                snapshots=[],
            )
            kept = await keep_topics(self.store, fresh, self.settings.retention_days)
        event(
            log, "trending.found", run=holder, topics=len(topics), snapshots=len(kept["snapshots"])
        )
        return kept

    async def topics_of(self, moment: datetime) -> list[Topic]:
        """Compute the topics of the 24 hours before a moment. Raises StoreUnavailable."""
        window = Window.of_hours(RECENT_HOURS, moment)
        watched = self.settings.watched
        read = await self._recent(window)
        variants, recent, now = await asyncio.to_thread(recent_usage, read)
        before = await self._usage_before(window, variants, known=now.uses.keys())
        found = await asyncio.to_thread(find_topics, recent, now, before)
        places = places_of(found, frozenset(watched))
        said = {name: await self.comments(name, window, places) for name in places.names}
        return topics_from(found, said, window, self.settings.other_languages)

    async def _recent(self, window: Window) -> list[RecentPost]:
        """Read the posts of the window that count."""
        until = window.end if self.is_past else await self.collected_until(window.end)
        recent: list[RecentPost] = []
        for name in self.settings.watched:
            async for page in self.recent_posts(name, window, until):
                recent += page
        return recent

    async def recent_posts(
        self, name: str, window: Window, until: datetime
    ) -> AsyncIterator[list[RecentPost]]:
        """Return the posts of a community that count, oldest first, a page at a time.

        Their counts are those of the last collection before `until`.
        """
        start, end = iso(window.start), iso(window.end)
        async for page in pages_between(self.store, POSTS, name, start, end):
            said = [post for post in page if _counts(post)]
            yield await asyncio.to_thread(self._recent_posts, said, until)

    async def collected_until(self, end: datetime) -> datetime:
        """Return the begin of the last collection, or `end` if that is earlier."""
        state = await self.store.read(COLLECTION, "collection", "collection")
        seen_at = state["last_started_at"] if state else None
        return min(end, parse_iso(seen_at)) if seen_at else end

    def _recent_posts(self, posts: Sequence[Post], until: datetime) -> list[RecentPost]:
        return [self._recent_post(post, until) for post in posts]

    def _recent_post(self, post: Post, until: datetime) -> RecentPost:
        form = self.forms.get(post["source"], MARKDOWN)
        if self.is_past:
            post = as_it_stood(post, until)
        return _recent_post(post, self._terms_of(post, form), form, until)

    def _terms_of(self, post: Post, form: Form) -> dict[str, str]:
        known = self.known_terms
        if known is None:
            return _terms_of(post, self.settings, form)
        if (found := known.get(post["id"])) is None:
            found = _terms_of(post, self.settings, form)
            if len(known) < MAX_KNOWN:
                known[post["id"]] = found
        return found

    async def count_terms(self, name: str, start: datetime, end: datetime, count: Count) -> None:
        """Have the terms of each post of a time that counts counted, in a thread."""

        def count_page(posts: Sequence[Post]) -> None:
            for post in posts:
                form = self.forms.get(post["source"], MARKDOWN)
                count(post["community"], self._terms_of(post, form))

        async for page in pages_between(self.store, POSTS, name, iso(start), iso(end)):
            await asyncio.to_thread(count_page, [post for post in page if _counts(post)])

    async def _usage_before(
        self, window: Window, variants: Variants, *, known: Iterable[str]
    ) -> Usage:
        """Count these terms in the posts of the week before, page by page."""
        wanted = frozenset(known)
        usage = Usage()

        def count(community: str, terms: Mapping[str, str]) -> None:
            usage.add_among(wanted, community, variants.united(terms))

        for name in self.settings.watched:
            await self.count_terms(name, window.start - BEFORE, window.start, count)
        return usage

    async def comments(self, name: str, window: Window, places: Places) -> list[TopicComment]:
        """Return the comments of a community about the topics."""
        found: list[TopicComment] = []
        # A comment is younger than its post, so all comments lie in the window.
        start, end = iso(window.start), iso(window.end)
        async for comment in items_between(self.store, COMMENTS, name, start, end):
            if known := places.topic_of.get(comment["post_id"]):
                hour = hour_of(comment["created_utc"])
                found.append(TopicComment(*known, hour, scored(comment)))
        return found


def recent_usage(read: Sequence[RecentPost]) -> tuple[Variants, list[RecentPost], Usage]:
    """Return the variants of the posts' terms, the posts with these united, and the terms' usage.

    A copy's author is that of the first one.
    """
    variants = Variants([post.terms for post in read])
    recent = _as_one(read, variants)
    return variants, recent, usage_of(recent)


def places_of(found: Sequence[TopicCandidate], watched: Container[str]) -> Places:
    """Return where the comments about these topics are."""
    topic_of: dict[str, tuple[int, str]] = {}
    names: set[str] = set()
    for number, topic in enumerate(found):
        for post in topic.posts:
            places = [(post.community, post.id), *map(key_of_place, post.copies)]
            topic_of.update((own_id, (number, post.id)) for _, own_id in places)
            names.update(name for name, _ in places if name in watched)
    return Places(topic_of, sorted(names))


def topics_from(
    found: Sequence[TopicCandidate],
    said: Mapping[str, Iterable[TopicComment]],
    window: Window,
    languages: OtherLanguages,
) -> list[Topic]:
    """Return the topics with what was said about them: the comments by community, by its name."""
    discussions = [Discussion() for _ in found]
    for topic, discussion in zip(found, discussions, strict=True):
        for post in topic.posts:
            discussion.add(post.id, post.scored, post.hour)
    for name in sorted(said):
        for each in said[name]:
            discussions[each.topic].add(each.thread, each.scored, each.hour)
    ids: set[str] = set()
    topics: list[Topic] = []
    for topic, discussion in zip(found, discussions, strict=True):
        cells = [discussion.cell(len(topic.posts))]
        means, spread = totals(cells, languages), spread_of(sample_of(cells, languages))
        topics.append({**_topic(topic, discussion, means, window, ids), **spread})
    return topics


def _counts(post: Post) -> bool:
    """Return whether a post counts: it isn't deleted, a copy, or a recurring thread."""
    return not post["deleted"] and "copy_of" not in post and not is_recurring(post)


def _terms_of(post: Post, settings: Settings, form: Form) -> dict[str, str]:
    """Return a post's terms; none if its language is left out, or a program wrote it."""
    if post.get("language") == "other" and settings.other_languages == "leave_out":
        return {}
    if form.is_bot(post["author"]):
        return {}
    return terms_in(_cleaned(post, form))


def _as_one(posts: Sequence[RecentPost], variants: Variants) -> list[RecentPost]:
    united = [replace(post, terms=variants.united(post.terms)) for post in posts]
    # A copy counts as its first author's.
    return [
        replace(post, author=author)
        for post, author in zip(united, authors_of(united), strict=True)
    ]


def _cleaned(post: Post, form: Form) -> tuple[str, str]:
    """Return the author's own words in the title and in the text."""
    return clean(post["title"], form), clean(post["content"], form)


def _recent_post(post: Post, terms: Mapping[str, str], form: Form, until: datetime) -> RecentPost:
    # Deleted authors are indistinguishable; count each separately.
    author = post["author"] or post["id"]
    return RecentPost(
        id=post["id"],
        community=post["community"],
        author=author,
        hour=hour_of(post["created_utc"]),
        velocity=velocity(post, until),
        scored=scored(post),
        terms=terms,
        words=said_words(*_cleaned(post, form)),
        upvotes=post["upvotes"],
        comments=post["comment_count"],
        copies=post.get("copies", ()),
    )


def _sum_known(counts: Iterable[int | None]) -> int | None:
    """Add up the counts that are known; None where none is."""
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, VELOCITY_DIGITS)


def _topic(
    topic: TopicCandidate, discussion: Discussion, said: Totals, window: Window, ids: set[str]
) -> Topic:
    theme, keywords = name_of(topic.group)
    topic_id = free_slug(theme, ids)
    ids.add(topic_id)
    posts_in = Counter(post.community for post in topic.posts)
    by_hour = [discussion.hours[hour] for hour in window.hours()]
    peak = max(discussion.hours, key=lambda hour: (discussion.hours[hour], hour))
    return Topic(
        id=topic_id,
        theme=theme,
        keywords=keywords,
        post_ids=[post.id for post in topic.posts[:MAX_POST_IDS]],
        mentions=len(topic.posts),
        mentions_by_hour=by_hour,
        state=state_of(by_hour, window.end),
        upvotes=_sum_known(post.upvotes for post in topic.posts),
        comments=_sum_known(post.comments for post in topic.posts),
        growth=_rounded(topic.growth),
        communities=[name for name, _ in posts_in.most_common()],
        engagement_velocity=_rounded(topic.velocity),
        sentiment_distribution={label: said[label] for label in LABELS},
        sentiment_avg=said["avg_sentiment"],
        methods=said["methods"],
        left_out=said["left_out"],
        peak_time=f"{peak}:00:00Z",
        created_at=iso(window.end),
    )
