"""Reads a repository's past, a request at a time, from the newest days back.

GitHub lists by the time of the last update and from a time on alone. So the past is cut into spans
of days, the newest first, and each is walked from its begin. What was written in a span and updated
after it stands in a later span, which was read before.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import cast

from collector.sources.base import Seen, Slice
from collector.sources.github.budget import RESERVE_OF_BACKFILL
from collector.sources.github.client import GitHubClient
from collector.sources.github.discussions import read_discussions
from collector.sources.github.names import Repository
from collector.sources.github.objects import LeaveOut
from collector.sources.github.walking import Spot, StreamName, Walker
from shared.models import Watermark
from shared.times import iso, iso_from_epoch, parse_iso

# A span that takes few requests makes the next one longer, one that takes many makes it shorter.
FEW_PAGES, MANY_PAGES = 3, 12
MAX_DAYS = 32


class Past:
    """The past of a repository from start to end (ISO times)."""

    def __init__(
        self,
        client: GitHubClient,
        repository: Repository,
        span: tuple[str, str],
        leave_out: LeaveOut,
    ) -> None:
        self._client = client
        self._repository = repository
        self._start, self._end = span
        self._leave_out = leave_out
        self._walker = Walker(client, repository, leave_out)

    def slices(self, cursor: Watermark | None) -> Iterator[Slice]:
        """Yield slices of one request each."""
        place: Watermark | None = dict(cursor) if cursor is not None else self._begin()
        while place is not None:
            with self._client.budget.keeping(RESERVE_OF_BACKFILL):
                part = self._slice(place)
            yield part
            place = part.cursor

    def _begin(self) -> Watermark:
        first = self._span_before("", 1, "")
        return {**first, "stage": "discussions"} if self._client.has_token else first

    def _span_before(self, top: str, days: int, complete: str) -> Watermark:
        """Return the cursor of the span that ends at `top`; "" is the present."""
        low = iso(parse_iso(top or self._end) - timedelta(days=days))
        return {
            "stage": "issues",
            "top": top,
            "low": max(self._start, low),
            "days": str(days),
            "pages": "0",
            "complete": complete,
        }

    def _slice(self, cursor: Watermark) -> Slice:
        if cursor["stage"] == "discussions":
            return self._discussions(cursor)
        stream = cast("StreamName", cursor["stage"])
        spot = Spot.of(cursor, stream) or Spot(cursor["low"])
        step = self._walker.step(stream, replace(spot, etag=None))
        top, pages = cursor["top"], int(cursor["pages"]) + 1
        plain = {name: cursor[name] for name in ("stage", "top", "low", "days", "complete")}
        following: Watermark | None = {**plain, "pages": str(pages)}
        complete = cursor["complete"]
        if not step.is_last and not (top and step.latest is not None and step.latest >= top):
            following = {**(following or {}), **replace(step.spot, etag=None).written(stream)}
        elif stream == "issues":
            following = {**(following or {}), "stage": "comments"}
        else:
            complete = cursor["low"]
            following = self._next_span(cursor, pages)
        return Slice(self._in_span(step.items), following, complete or None)

    def _next_span(self, cursor: Watermark, pages: int) -> Watermark | None:
        low, days = cursor["low"], int(cursor["days"])
        if low <= self._start:
            return None
        if pages <= FEW_PAGES:
            days = min(MAX_DAYS, days * 2)
        elif pages >= MANY_PAGES:
            days = max(1, days // 2)
        return self._span_before(low, days, low)

    def _discussions(self, cursor: Watermark) -> Slice:
        page = read_discussions(
            self._client, self._repository, cursor.get("after") or None, self._leave_out
        )
        is_last = page.after is None or (page.oldest or self._start) < self._start
        following = {**cursor, "stage": "issues"} if is_last else {**cursor, "after": page.after}
        return Slice(self._in_span(page.items), cast("Watermark", following))

    def _in_span(self, items: Sequence[Seen]) -> list[Seen]:
        return [
            item for item in items if self._start <= iso_from_epoch(item.created_utc) < self._end
        ]
