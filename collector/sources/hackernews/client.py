"""Hacker News as a source: saved queries, and the front page."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from fractions import Fraction

from collector.sources.base import ItemReference, Looked, Page, Seen, Slice, SourceBase
from collector.sources.hackernews import past
from collector.sources.hackernews.lookups import Lookups
from collector.sources.hackernews.objects import HackerNewsItem, Unusable, number_of, read_object
from collector.sources.hackernews.poll import Place, Poll
from collector.sources.hackernews.reading import GONE, Reader, with_gone
from collector.sources.hackernews.search import Search
from collector.sources.hackernews.words import Words
from collector.sources.http import HttpClient, Pace, user_agent
from collector.sources.waiting import Backoff, Wait
from shared.communities import SHARING, SourceName, name_in_source
from shared.errors import CommunityUnavailable
from shared.models import Watermark
from shared.settings import Settings
from shared.times import iso_from_epoch, parse_iso

SEARCH = "https://hn.algolia.com"
ITEMS = "https://hacker-news.firebaseio.com"
FRONT = "front"
# Requests of the sweep for each of SWEEP_REQUESTS. With 30 of those they are 720 a cycle, in six
# batches. Of queries five of them are for all items, 57,600 in two days, and one for those of the
# last 48 hours. The front page has up to 20,000 of these: they get two, 23,040 in two days.
FACTOR = 24.0
OLDER_OF_QUERIES, OLDER_OF_FRONT = Fraction(5, 6), Fraction(2, 3)
# The search allows 10,000 requests an hour to an address. This is 3,600, so that the past can be
# read by another process at the same time. The other server states no limit.
SEARCH_PACE = 1.0
# "There is currently no rate limit": https://github.com/HackerNews/API. Azure bills the waiting.
ITEMS_PACE = 1 / 80

Before = Callable[[], None] | None


class HackerNewsSource(SourceBase):
    """The saved queries of HN_QUERIES, and the front page."""

    name: SourceName = "hackernews"
    # A request tells of one item. The sweep counts requests after each batch, and each batch ends
    # with the wait for its last answers.
    keys_at_once = 120
    shares_items = name in SHARING
    lists_deleted = True
    has_past = True

    def __init__(
        self,
        settings: Settings,
        *,
        wait: Wait,
        backoff: Backoff | None = None,
        paces: tuple[float, float] = (SEARCH_PACE, ITEMS_PACE),
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._queries = settings.hn_queries
        self._has_front = f"hn.{FRONT}" in settings.watched and FRONT not in self._queries

        def client(address: str, pace: float | Pace, before: Before = None) -> HttpClient:
            return HttpClient(
                settings.hn_base_url or address,
                source=self.name,
                agent=user_agent(settings.contact),
                wait=wait,
                pace=pace,
                before=before,
                backoff=backoff,
                seconds=seconds,
            )

        self._search = client(SEARCH, paces[0])
        shared = Pace(paces[1], wait, seconds)
        self._items = Lookups(lambda before: client(ITEMS, shared, before))
        self._reader = Reader(Search(self._search), self.left_out, self.kept)

    @property
    def requests_used(self) -> int:
        """Return the number of requests to both servers."""
        return self._search.requests_used + self._items.requests_used

    @property
    def sweep_factor(self) -> float:
        """Return what is enough for all items in two days: a request tells of one."""
        return FACTOR

    @property
    def share_of_older(self) -> Fraction:
        """Return what is enough for all items of queries in two days."""
        return OLDER_OF_FRONT if self._has_front else OLDER_OF_QUERIES

    def poll(
        self, community: str, watermark: Watermark | None, *, oldest: str, now: datetime
    ) -> Iterator[Page]:
        """Yield stories with their trees, and comments that match under other stories.

        Points and numbers of comments of the last two days' stories come with each poll.
        """
        place = Place.of(watermark, oldest=oldest, now=now)
        yield from Poll(self._reader, self._words_of(community), place, now).pages()

    def look_again(self, items: Sequence[ItemReference]) -> Looked:
        """Look each item up. What is deleted, dead or missing is gone, and isn't read again.

        The search has its items from this server, so one that the server lacks was taken away. But
        where it lacks more items than it has, the fault is the server's: that says nothing.
        """
        found: list[Seen] = []
        taken_back: dict[str, int] = {}
        missing: dict[str, int] = {}
        answered = 0
        numbered = [(item, number) for item in items if (number := number_of(item.id)) is not None]
        answers = self._items.answers([number for _, number in numbered])
        for (item, number), data in zip(numbered, answers, strict=True):
            if data is None:
                missing[item.key] = number
                continue
            answered += 1
            if _is_taken_back(data):
                taken_back[item.key] = number
            elif (seen := self._seen(item, data)) is not None:
                found.append(seen)
        gone = taken_back | (missing if answered >= len(missing) else {})
        if gone:
            self.kept[GONE] = with_gone(self.kept, gone.values())
        return Looked(found, frozenset(gone))

    def backfill(
        self, community: str, start: str, end: str, cursor: Watermark | None
    ) -> Iterator[Slice]:
        """Yield the stories and comments of a span; of the front page there is no past."""
        words = self._words_of(community)
        if words is None:
            yield Slice([], None)
            return
        first, before = (int(parse_iso(moment).timestamp()) for moment in (start, end))
        place = past.Place.of(cursor) if cursor else past.Place(before)
        while place.before > first:
            items, place = past.step(self._reader, words, place, first)
            is_end = place.before <= first
            complete = iso_from_epoch(place.before) if place.before < before else None
            yield Slice(items, None if is_end else place.cursor, complete)

    def close(self) -> None:
        """Close the connections."""
        self._search.close()
        self._items.close()

    def _words_of(self, community: str) -> Words | None:
        """Return a community's words; None for the front page. Raises CommunityUnavailable."""
        name = name_in_source(community)
        if name == FRONT and FRONT not in self._queries:
            return None
        words = Words.of(self._queries.get(name, name.replace("-", " ")))
        if not words.phrases:
            raise CommunityUnavailable(
                "missing", f"HN_QUERIES: {name} has no words to look for: give it some"
            )
        return words

    def _seen(self, item: ItemReference, data: object) -> Seen | None:
        """Return an item as it is now; None if that isn't known."""

        def translate(read: HackerNewsItem) -> Seen:
            if item.kind == "post":
                return read.post()
            post = number_of(item.post_id or "")
            if post is None:
                # Firebase's comments don't say it.
                raise Unusable("no known story")
            return read.comment(post)

        return read_object(data, translate, self.left_out)


def _is_taken_back(data: object) -> bool:
    return isinstance(data, dict) and (data.get("deleted") is True or data.get("dead") is True)
