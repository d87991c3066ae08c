"""Polls one forum: its newest posts down to those that are known, and topics that have moved."""

import json
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from collector.sources.base import Page, Seen
from collector.sources.discourse.forum import Forum
from collector.sources.discourse.objects import FIRST, ForumPost, ForumTopic, Place
from collector.sources.discourse.pages import PAGE, ObjectReader, PostsPage
from shared.models import Watermark
from shared.times import iso, parse_iso

# The first poll reads what was written since then; the rest is the past's.
FIRST_POLL = timedelta(hours=48)
# Ids before the newest known one that are read again: for edits, likes and late approvals.
OVERLAP = 100
# Topics that a poll looks at because they have moved; the next one looks at others.
MAX_TOPICS = 20
# Empty pages in a row after which a first poll ends: what is before isn't known.
MAX_EMPTY = 20


@dataclass(frozen=True)
class Known:
    """The end of the last poll: its newest post, since when all is read, topics' figures."""

    post: int = 0
    since: str | None = None
    topics: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, watermark: Watermark | None) -> "Known":
        """Read a watermark."""
        if not watermark:
            return cls()
        return cls(int(watermark["post"]), watermark["since"], json.loads(watermark["topics"]))

    @property
    def watermark(self) -> Watermark:
        """Return the watermark that says the same."""
        topics = json.dumps(self.topics, separators=(",", ":"), sort_keys=True)
        return {"post": str(self.post), "since": self.since or "", "topics": topics}


class ForumPoll:
    """One poll of one forum."""

    def __init__(
        self,
        forum: Forum,
        place: Place,
        left_out: Counter[str],
        *,
        known: Known,
        oldest: str,
        now: datetime,
    ) -> None:
        self._forum = forum
        self._place = place
        self._reader = ObjectReader(forum.community, left_out)
        self._known = known
        # Until a poll has seen a post, each one is the first.
        self._is_first = not known.post
        # ISO times compare as their moments do.
        self._since = known.since or max(oldest, iso(now - FIRST_POLL))
        # Nothing older is needed, nor, at first, what is the past's.
        self._until = parse_iso(self._since if self._is_first else oldest)
        self._oldest = oldest
        self._newest = known.post
        self._complete_since: str | None = None
        self._shown: set[int] = set()

    def pages(self) -> Iterator[Page]:
        """Yield the pages of the poll; the last one has the watermark."""
        topics = self._reader.topics(self._forum)
        yield from self._new_posts({topic.id: topic for topic in topics})
        figures = yield from self._moved_topics(topics)
        reached = Known(self._newest, self._since, figures)
        yield Page([], reached.watermark, self._complete_since)

    def _new_posts(self, topics: dict[int, ForumTopic]) -> Iterator[Page]:
        """Yield the newest posts, down to the known ones, or at first to FIRST_POLL ago."""
        floor = max(0, self._known.post - OVERLAP)
        before: int | None = None
        page = self._page(before)
        # Above an empty page there may be more.
        is_whole = bool(page.ids)
        if not is_whole and not self._is_first:
            before = self._known.post + PAGE
            page = self._page(before)
            if not page.ids:
                raise self._forum.unreadable("it shows no posts any more, where it had some")
        is_no_window, empty = page.is_no_window, 0
        while True:
            yield Page(self._items(page, topics))
            next_before = page.next_before(before)
            empty = 0 if page.ids else empty + 1
            if not page.ids and is_no_window:
                next_before = None
            if empty == MAX_EMPTY and self._is_first:
                return
            if self._is_at_end(page, next_before, floor):
                break
            before = next_before
            page = self._page(before)
            is_no_window = is_no_window or page.is_no_window
        if is_whole:
            self._complete_since = self._complete(page, next_before)

    def _page(self, before: int | None) -> PostsPage:
        """Return a page; an empty one is asked for again, because it may be empty by a fault."""
        page = self._reader.page(self._forum, before)
        return page if page.ids else self._reader.page(self._forum, before)

    def _is_at_end(self, page: PostsPage, next_before: int | None, floor: int) -> bool:
        if next_before is None or next_before <= floor + 1:
            return True
        return bool(page.posts) and all(post.created_at < self._until for post in page.posts)

    def _complete(self, page: PostsPage, next_before: int | None) -> str | None:
        """Return since when all is read, given the last page that was read."""
        if next_before is None:
            return self._oldest
        if self._is_first:
            return self._since
        return iso(min(page.posts, key=lambda post: post.id).created_at) if page.posts else None

    def _items(self, page: PostsPage, topics: dict[int, ForumTopic]) -> list[Seen]:
        self._newest = max([self._newest, *(post.id for post in page.posts)])
        self._shown.update(post.topic_id for post in page.posts if post.post_number == FIRST)
        return [self._place.seen(post, topics.get(post.topic_id)) for post in page.posts]

    def _moved_topics(self, topics: Sequence[ForumTopic]) -> Generator[Page, None, dict[str, str]]:
        """Yield topics whose figures have moved or aren't known; return the figures of all."""
        figures: dict[str, str] = {}
        looked_at = 0
        for topic in topics:
            known = self._known.topics.get(str(topic.id))
            if known != topic.figures and topic.id not in self._shown:
                if looked_at == MAX_TOPICS:
                    if known is not None:
                        figures[str(topic.id)] = known
                    continue
                looked_at += 1
                yield self._topic(topic)
            figures[str(topic.id)] = topic.figures
        return figures

    def _topic(self, listed: ForumTopic) -> Page:
        """Return a topic's first post, and those of its first replies that a poll has read."""
        answer = self._forum.topic(listed.id, FIRST)
        if answer is None:
            return Page([])
        topic, posts = self._reader.topic(answer)
        since = parse_iso(self._since)
        return Page(
            [
                self._place.seen(post, topic or listed)
                for post in posts
                if post.is_regular and (post.post_number == FIRST or _is_known(post, since))
            ]
        )


def _is_known(reply: ForumPost, since: datetime) -> bool:
    """Return whether polls have read a reply; without its raw text its words would seem edited."""
    return reply.created_at >= since and (bool(reply.raw) or reply.is_gone)
