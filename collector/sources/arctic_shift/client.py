"""Arctic Shift as a Source: subreddits by time, from a copy that a volunteer keeps of Reddit.

Ids are Reddit's own, so a post that both sources show is one item. Nothing of PRAW is used.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from collector.sources.arctic_shift.api import (
    BASE_URL,
    KINDS,
    MAX_IDS,
    PACE,
    ArcticShiftApi,
    Batch,
)
from collector.sources.arctic_shift.objects import read_objects
from collector.sources.base import ItemReference, Looked, Page, Seen, Slice, SourceBase
from collector.sources.http import user_agent
from collector.sources.waiting import Backoff, Wait
from shared.communities import Kind, SourceName
from shared.errors import CommunityUnavailable, SourceRefused, SourceUnavailable
from shared.models import Watermark
from shared.settings import Settings
from shared.times import iso_from_epoch, parse_iso

# What a first poll reads; backfill reads what is older.
FIRST_POLL = timedelta(hours=48)
# The archive gets some objects late, so a poll reads this much again.
OVERLAP = int(timedelta(hours=2).total_seconds())
DAY = int(timedelta(days=1).total_seconds())
# A few odd objects are left out. If this number of them is all that there is, their form changed.
MIN_OF_ANOTHER_FORM = 5
PROMOTED = "promoted"
ONE_SECOND = "written in a second of which the archive shows only a part"


class ArcticShiftSource(SourceBase):
    """The archive, or a server with its API at ARCTIC_SHIFT_BASE_URL.

    A watermark is the second of the newest post and of the newest comment. Their names aren't those
    of Reddit's watermarks: a community may go from one source to the other.
    """

    name: SourceName = "arctic_shift"
    keys_at_once = MAX_IDS
    has_past = True

    def __init__(
        self, settings: Settings, *, wait: Wait, backoff: Backoff | None = None, pace: float = PACE
    ) -> None:
        if settings.arctic_shift == "off":
            raise SourceRefused("refused", "ARCTIC_SHIFT is off: set it to backfill or poll")
        super().__init__()
        self._api = ArcticShiftApi(
            settings.arctic_shift_base_url or BASE_URL,
            agent=user_agent(settings.contact),
            wait=wait,
            backoff=backoff,
            pace=pace,
        )

    @property
    def requests_used(self) -> int:
        """Return the number of requests so far, including retries."""
        return self._api.client.requests_used

    @property
    def requests_left(self) -> int | None:
        """Return the requests left in the current window, by the last answer."""
        return self._api.left

    def poll(
        self, community: str, watermark: Watermark | None, *, oldest: str, now: datetime
    ) -> Iterator[Page]:
        """Yield the posts, then the comments, oldest first, a little of the known ones again."""
        reached = {name: each for name, each in (watermark or {}).items() if each.isdecimal()}
        latest = int(now.timestamp())
        first = max(_seconds(oldest), latest - int(FIRST_POLL.total_seconds()))
        starts, is_empty = [], True
        for kind in KINDS:
            name = _place(kind)
            known = int(reached[name]) if name in reached else None
            start = first if known is None else max(_seconds(oldest), known - OVERLAP)
            starts.append(start)
            is_empty = is_empty and known is None
            newest = start if known is None else known
            for batch in self._since(kind, community, start):
                is_empty = is_empty and not batch.things
                # An object that is dated ahead must not hide those that come before its time.
                newest = max([newest, *(each for each in batch.seconds if each <= latest)])
                # A poll that stopped among the known ones would begin with them again.
                may_stop = known is None or newest > known
                reached = {**reached, name: str(newest)}
                yield Page(self._read(kind, batch), reached if may_stop else None)
        if is_empty and not self._api.has_any(community):
            raise CommunityUnavailable(
                "missing", f"Arctic Shift has nothing of r/{community}: check its name"
            )
        yield Page([], reached, complete_since=iso_from_epoch(max(starts)))

    def look_again(self, items: Sequence[ItemReference]) -> Looked:
        """Return those of at most MAX_IDS items that the archive has; the others are unknown.

        About 36 hours after an item was written its counts are real, and its text is gone if it was
        taken back until then. The archive never looks at it again.
        """
        if len(items) > self.keys_at_once:
            raise ValueError(f"a lookup takes at most {self.keys_at_once} ids")
        found: list[Seen] = []
        for kind in KINDS:
            ids = [item.id for item in items if item.kind == kind]
            if ids:
                found += self._read(kind, Batch(self._api.by_ids(kind, ids), is_whole=True))
        return Looked(found)

    def backfill(
        self, community: str, start: str, end: str, cursor: Watermark | None
    ) -> Iterator[Slice]:
        """Yield posts and comments from start to end, newest first, of about the same times."""
        first, last = _seconds(start), _seconds(end)
        given = cursor or {}
        before = {kind: int(given.get(_place(kind), last)) for kind in KINDS}
        while max(before.values()) > first:
            kind = max(before, key=lambda each: before[each])
            batch = self._search(
                kind, community, after=first - 1, before=before[kind], newest_first=True
            )
            end_of_next = first if batch.is_whole else _end_of_next(batch.seconds)
            if end_of_next >= before[kind]:
                raise _unmoved()
            before[kind] = end_of_next
            reached = max(before.values())
            places = {_place(each): str(second) for each, second in before.items()}
            yield Slice(
                self._read(kind, batch),
                places if reached > first else None,
                iso_from_epoch(reached),
            )

    def count(self, community: str, start: str, end: str) -> int:
        """Return about how many items the archive has of the days from start to end.

        It takes two requests. The archive counts whole days, and the latest with a delay.
        """
        first = _seconds(start) // DAY * DAY
        return sum(
            self._api.count(kind, community, after=first - 1, before=_seconds(end))
            for kind in KINDS
        )

    def close(self) -> None:
        """Close the connections."""
        self._api.client.close()

    def _since(self, kind: Kind, community: str, start: int) -> Iterator[Batch]:
        """Yield what was created from this second on, oldest first, each object once."""
        after, known = start - 1, set[object]()
        while True:
            batch = self._search(kind, community, after=after)
            fresh = [thing for thing in batch.things if _id(thing) not in known]
            known.update(_id(thing) for thing in fresh if _id(thing) is not None)
            yield Batch(fresh, batch.is_whole)
            if batch.is_whole:
                return
            # A second may go on after the page: it is read again, unless the page has nothing else.
            end = max(batch.seconds) - (min(batch.seconds) != max(batch.seconds))
            if end <= after:
                raise _unmoved()
            after = end

    def _search(
        self,
        kind: Kind,
        community: str,
        *,
        after: int,
        before: int | None = None,
        newest_first: bool = False,
    ) -> Batch:
        batch = self._api.search(
            kind, community, after=after, before=before, newest_first=newest_first
        )
        if not batch.is_whole and len(set(batch.seconds)) == 1:
            self.left_out[ONE_SECOND] += 1
        return batch

    def _read(self, kind: Kind, batch: Batch) -> list[Seen]:
        promoted = self.left_out[PROMOTED]
        found = read_objects(kind, batch.things, self.left_out)
        others = len(batch.things) - (self.left_out[PROMOTED] - promoted)
        if not found and others >= MIN_OF_ANOTHER_FORM:
            raise SourceUnavailable("unreadable", "Arctic Shift's objects have another form")
        return found


def _unmoved() -> SourceUnavailable:
    reason = "Arctic Shift shows other times than asked for"
    return SourceUnavailable("unreadable", reason)


def _place(kind: Kind) -> str:
    """Return the name of a kind in watermarks and cursors."""
    return f"archived_{KINDS[kind]}"


def _seconds(moment: str) -> int:
    return int(parse_iso(moment).timestamp())


def _end_of_next(seconds: Sequence[int]) -> int:
    """Return the second before which an older page ends; a page may end within a second."""
    return min(seconds) + (min(seconds) != max(seconds))


def _id(thing: object) -> object:
    found = thing.get("id") if isinstance(thing, dict) else None
    return found if isinstance(found, str) else None
