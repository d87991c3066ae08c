"""A poll of a saved query, or of the front page."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain

from collector.sources.base import Page, SeenComment, SeenPost
from collector.sources.hackernews.objects import number_of
from collector.sources.hackernews.reading import Reader, chunks, has_comments, stories_of
from collector.sources.hackernews.search import (
    COMMENTS,
    FRONT_PAGE,
    STORIES,
    any_of,
    second_of,
)
from collector.sources.hackernews.words import Words
from shared.models import Watermark
from shared.times import iso_from_epoch, parse_iso

# The search shows some items hours late.
OVERLAP = timedelta(hours=6)
# What a first poll reads; the past before it is read by backfill.
FIRST = timedelta(days=3)
# Stories that each poll shows again: their points change, and some are shown very late.
RECENT = timedelta(days=2)
# Stories whose new comments are read, the newest of them. Hacker News itself closes a story to
# comments after about two weeks.
MAX_FOLLOWED = 500
# Whoever looks at the front page this often sees every story that was on it for a while.
FRONT_SECONDS = 7200


@dataclass(frozen=True)
class Place:
    """The place where a poll goes on: a second, and the stories whose tree is read."""

    since: int
    stories: tuple[int, ...] = ()

    @classmethod
    def of(cls, watermark: Watermark | None, *, oldest: str, now: datetime) -> "Place":
        """Return the place of a watermark, or of a first poll."""
        if watermark is None:
            return cls(int(max(now - FIRST, parse_iso(oldest)).timestamp()))
        return cls(int(watermark["since"]), tuple(map(int, watermark.get("stories", "").split())))

    @property
    def watermark(self) -> Watermark:
        """Return the watermark of this place."""
        return {"since": str(self.since), "stories": " ".join(map(str, sorted(self.stories)))}


class Poll:
    """One poll. words are those of a saved query; without any it is one of the front page."""

    def __init__(self, reader: Reader, words: Words | None, place: Place, now: datetime) -> None:
        self._reader = reader
        self._words = words
        self._place = place
        self._now = int(now.timestamp())
        self._newest = 0

    def pages(self) -> Iterator[Page]:
        """Yield stories, the trees of new ones, new comments under the others, and the rest.

        The poll may stop after each tree.
        """
        posts: dict[int, SeenPost] = {}
        for hits in self._story_hits():
            found = self._reader.posts(self._read(hits), self._words)
            posts |= {number: each for each in found if (number := number_of(each.id))}
            yield Page(found)
        read = dict.fromkeys(self._place.stories)
        for number in [each for each in posts if each not in read]:
            read[number] = None
            if has_comments(posts[number]):
                place = replace(self._place, stories=tuple(read))
                yield Page(self._reader.tree(number), place.watermark)
        followed = _followed(posts, read)
        for numbers in chunks(followed):
            for hits in self._comment_hits(f"{COMMENTS},{any_of(numbers)}"):
                yield Page(self._reader.comments(self._read(hits)))
        if self._words is not None:
            yield from self._elsewhere(self._words, followed)
        yield Page([], self._end(followed).watermark, self._complete_since())

    def _story_hits(self) -> Iterator[list[object]]:
        search, words = self._reader.search, self._words
        if words is None:
            return search.all_of(f"{STORIES},{FRONT_PAGE}", 1)
        since = min(self._place.since, self._now - int(RECENT.total_seconds()))
        return search.all_of(STORIES, since, query=words.query)

    def _comment_hits(self, tags: str, query: str = "") -> Iterator[list[object]]:
        return self._reader.search.all_of(tags, self._place.since, query=query)

    def _elsewhere(self, words: Words, followed: Sequence[int]) -> Iterator[Page]:
        """Yield the comments under other stories in which the words stand, and those stories."""
        stories: dict[int, None] = {}
        for hits in self._comment_hits(COMMENTS, words.query):
            found: list[SeenComment] = self._reader.comments(self._read(hits), words)
            stories |= dict.fromkeys(stories_of(found))
            yield Page(found)
        others = sorted(stories.keys() - set(followed))
        for numbers in chunks(others):
            yield Page(self._reader.stories(numbers))

    def _read(self, hits: list[object]) -> list[object]:
        """Note the newest of the hits; times in the future don't count."""
        seconds = (second for hit in hits if (second := second_of(hit)) is not None)
        past = (second for second in seconds if second <= self._now)
        self._newest = max(chain([self._newest], past))
        return hits

    def _end(self, followed: Sequence[int]) -> Place:
        since = self._newest - int(OVERLAP.total_seconds())
        return Place(max(self._place.since, since), tuple(followed))

    def _complete_since(self) -> str:
        since = self._place.since
        overlap = int(OVERLAP.total_seconds())
        if self._words is None and since + overlap < self._now - FRONT_SECONDS:
            # What was on the front page meanwhile can't be read any more.
            return iso_from_epoch(self._now)
        return iso_from_epoch(since)


def _followed(shown: Iterable[int], read: Iterable[int]) -> list[int]:
    """Return the stories whose new comments the next poll reads: those shown, and the newest."""
    now = set(shown)
    earlier = sorted(set(read) - now, reverse=True)
    return sorted([*now, *earlier[: max(0, MAX_FOLLOWED - len(now))]])
