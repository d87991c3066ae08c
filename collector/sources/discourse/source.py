"""Discourse as a Source: each community is a forum at an address of its own.

Ids are made of a topic's id and a post's number in it: `forum.NAME.TOPIC` is the topic's first
post, `forum.NAME.TOPIC.NUMBER` a reply. Discourse names the post that a reply answers by its number
alone, so a parent's id follows from the reply, without a request. A post that a moderator moves to
another topic has another id there: the old one is removed by the sweep.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from collector.sources.base import ItemReference, Looked, Page, Seen, Slice, SourceBase
from collector.sources.discourse.categories import read_categories, to_names, to_text
from collector.sources.discourse.forum import PACE_SECONDS, Forum, fault_of
from collector.sources.discourse.looking import ForumLookup
from collector.sources.discourse.objects import Place
from collector.sources.discourse.past import CATEGORIES, ForumPast
from collector.sources.discourse.polling import ForumPoll, Known
from collector.sources.http import HttpClient, user_agent
from collector.sources.waiting import Backoff, Wait
from shared.communities import SourceName, name_in_source
from shared.errors import SourceError
from shared.logs import event
from shared.models import Watermark
from shared.settings import Settings
from shared.times import DAY_CHARS, iso

log = logging.getLogger(__name__)


class DiscourseSource(SourceBase):
    """The forums whose addresses the settings have."""

    name: SourceName = "discourse"
    # A first post takes a request and so a second; the sweep counts them after each batch.
    keys_at_once = 10
    own_servers = True
    has_past = True

    def __init__(
        self,
        settings: Settings,
        *,
        wait: Wait,
        backoff: Backoff | None = None,
        pace: float = PACE_SECONDS,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._addresses = settings.addresses_of_forums
        self._agent = user_agent(settings.contact)
        self._wait = wait
        self._backoff = backoff
        self._pace = pace
        self._seconds = seconds
        self._forums: dict[str, Forum] = {}
        self._failed: set[str] = set()

    @property
    def requests_used(self) -> int:
        """Return the number of requests to all forums so far, including retries."""
        return sum(forum.requests_used for forum in self._forums.values())

    def poll(
        self, community: str, watermark: Watermark | None, *, oldest: str, now: datetime
    ) -> Iterator[Page]:
        """Yield a forum's new posts, and topics whose figures have moved.

        The first poll yields the posts of the last 48 hours; what was before is the past's.
        """
        forum = self._forum(community)
        place = self._place(forum, day=iso(now)[:DAY_CHARS])
        known = Known.of(watermark)
        poll = ForumPoll(forum, place, self.left_out, known=known, oldest=oldest, now=now)
        yield from poll.pages()

    def look_again(self, items: Sequence[ItemReference]) -> Looked:
        """Look up items; those of a forum that fails are unknown until the next cycle."""
        by_forum: dict[str, list[ItemReference]] = defaultdict(list)
        for item in items:
            by_forum[item.community].append(item)
        found: list[Seen] = []
        gone: set[str] = set()
        for community, own in by_forum.items():
            if community in self._failed or name_in_source(community) not in self._addresses:
                continue
            try:
                looked = self._look(community, own)
            except SourceError as error:
                self._failed.add(community)
                event(
                    log,
                    "discourse.look_failed",
                    logging.WARNING,
                    community=community,
                    kind=error.kind,
                    reason=str(error),
                )
                continue
            found += looked.found
            gone |= looked.gone
        return Looked(found, frozenset(gone))

    def backfill(
        self, community: str, start: str, end: str, cursor: Watermark | None
    ) -> Iterator[Slice]:
        """Yield the posts of a forum from start to end, newest first, a request a slice."""
        kept = self.kept.get(community, "")
        if kept:
            # Those of a cursor may be older.
            cursor = {**(cursor or {}), CATEGORIES: kept[DAY_CHARS:]}
        return ForumPast(self._forum(community), self.left_out, start, end).slices(cursor)

    def rereads_past(self, community: str) -> bool:
        """Return True, unless the forum failed or its address isn't known any more."""
        return community not in self._failed and name_in_source(community) in self._addresses

    def close(self) -> None:
        """Close the connections."""
        for forum in self._forums.values():
            forum.close()

    def _look(self, community: str, items: Sequence[ItemReference]) -> Looked:
        forum = self._forum(community)
        return ForumLookup(forum, self._place(forum), self.left_out).look(items)

    def _place(self, forum: Forum, day: str | None = None) -> Place:
        """Return a forum's place, with the names of its categories as they are kept.

        Given a day, the names are read again if they are of another one.
        """
        kept = self.kept.get(forum.community, "")
        if day is not None and kept[:DAY_CHARS] != day:
            kept = day + to_text(read_categories(forum))
            self.kept[forum.community] = kept
        return Place(forum.community, forum.address, to_names(kept[DAY_CHARS:] or "{}"))

    def _forum(self, community: str) -> Forum:
        if community not in self._forums:
            address = self._addresses[name_in_source(community)]
            http = HttpClient(
                address,
                source=self.name,
                agent=self._agent,
                wait=self._wait,
                pace=self._pace,
                backoff=self._backoff,
                fault_of=fault_of,
                headers={"Accept": "application/json"},
                seconds=self._seconds,
            )
            self._forums[community] = Forum(community, address, http)
        return self._forums[community]
