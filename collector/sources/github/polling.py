"""Polls a repository: its issues, their comments, and with a token its discussions."""

import math
from collections.abc import Iterator, Mapping
from datetime import timedelta

from collector.sources.base import Page
from collector.sources.github.client import GitHubClient
from collector.sources.github.discussions import read_discussions
from collector.sources.github.names import Repository
from collector.sources.github.objects import LeaveOut
from collector.sources.github.walking import OVERLAP, STREAMS, Spot, StreamName, Walker
from shared.errors import SourceUnavailable
from shared.models import Watermark
from shared.times import iso, parse_iso

# A first poll reads what was updated since; the past before it is the backfill's.
FIRST_SPAN = timedelta(days=2)
# Pages of ten discussions.
DISCUSSION_PAGES = 50
DISCUSSIONS = "discussions"


class Poll:
    """One poll of a repository. `floor` is where a first one ends (an ISO time)."""

    def __init__(
        self,
        client: GitHubClient,
        repository: Repository,
        watermark: Watermark | None,
        *,
        floor: str,
        leave_out: LeaveOut,
    ) -> None:
        self._client = client
        self._repository = repository
        self._leave_out = leave_out
        self._floor = floor
        self._walker = Walker(client, repository, leave_out)
        self._reached: Watermark = dict(watermark or {})
        self._is_whole = True

    def pages(self, allowed: int) -> Iterator[Page]:
        """Yield what is new, with so many requests at most; the next poll reads the rest."""
        begun, pages = self._client.http.requests_used, 0
        try:
            for number, stream in enumerate(STREAMS):
                left = allowed - (self._client.http.requests_used - begun)
                for page in self._stream(stream, math.ceil(left / (len(STREAMS) - number))):
                    yield page
                    pages += 1
            if self._client.has_token:
                yield from self._discussions()
        except SourceUnavailable as error:
            # What was read is kept, and the next poll goes on behind it.
            if not pages or error.kind != "rate_limited":
                raise
            self._is_whole = False
        yield self._end()

    def _stream(self, stream: StreamName, allowed: int) -> Iterator[Page]:
        begun = self._client.http.requests_used
        spot = Spot.of(self._reached, stream)
        if spot is None:
            yield from self._newest(stream, allowed)
            if not self._client.has_token:
                return
            # One request more gives the ETag of the list that the next poll asks for.
            spot = Spot.of(self._reached, stream)
        else:
            self._reached.setdefault(_from(stream), spot.since)
        while spot is not None and self._client.http.requests_used - begun < allowed:
            step = self._walker.step(stream, spot)
            spot = step.spot
            self._move(stream, spot)
            yield Page(step.items, dict(self._reached))
            if step.is_last:
                return
        self._is_whole = False

    def _newest(self, stream: StreamName, allowed: int) -> Iterator[Page]:
        """Yield what was updated last, the newest first: a first poll may not get far."""
        begun = self._client.http.requests_used
        more: Mapping[str, str] | None = None
        is_last = False
        while not is_last and (self._client.http.requests_used - begun < allowed or more is None):
            step, following = self._walker.newest(stream, self._floor, more)
            if more is None:
                self._move(stream, step.spot)
            is_last = step.is_last or following is None
            more = following
            reached = self._floor if is_last else step.latest or self._floor
            self._reached[_from(stream)] = reached
            yield Page(step.items, dict(self._reached))

    def _discussions(self) -> Iterator[Page]:
        known = self._reached.get(DISCUSSIONS)
        end = iso(parse_iso(known) - OVERLAP) if known else self._floor
        self._reached.setdefault(_from(DISCUSSIONS), end)
        newest, after = known, None
        for _ in range(DISCUSSION_PAGES):
            page = read_discussions(self._client, self._repository, after, self._leave_out)
            newest = max(newest or end, page.newest or end)
            after = page.after
            yield Page(page.items)
            if after is None or (page.oldest or end) < end:
                break
        else:
            # Older ones than these are lost to polls.
            self._reached[_from(DISCUSSIONS)] = page.oldest or end
        self._reached[DISCUSSIONS] = newest or end

    def _move(self, stream: StreamName, spot: Spot) -> None:
        others = {stream, f"{stream}_etag", f"{stream}_more"}
        kept = {name: value for name, value in self._reached.items() if name not in others}
        self._reached = {**kept, **spot.written(stream)}

    def _end(self) -> Page:
        """Return the last page, which says since when all is read, if all is."""
        if not self._is_whole:
            return Page([], self._reached)
        begins = [self._reached.pop(_from(each), "") for each in (*STREAMS, DISCUSSIONS)]
        return Page([], self._reached, max(begins))


def _from(stream: str) -> str:
    """Return the name of the time since which a list is read without a gap."""
    return f"{stream}_from"
