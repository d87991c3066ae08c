"""Walks a repository's lists of issues and of comments by the time of their last update.

A list that is sorted by its updates, the oldest first, only grows at its end, so nothing is missed
between two pages: each begins a minute before the last object of the page before it. The numbers of
pages serve only where a minute holds more than a page. GitHub refuses them from page 100 on.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from collector.sources.base import Seen
from collector.sources.github.client import GitHubClient, Listed
from collector.sources.github.names import Repository
from collector.sources.github.objects import Issue, IssueComment, LeaveOut, moment_of, read
from shared.errors import SourceUnavailable
from shared.models import Watermark
from shared.times import iso, parse_iso

StreamName = Literal["issues", "comments"]

STREAMS: tuple[StreamName, ...] = ("issues", "comments")
PATHS: Mapping[StreamName, str] = {"issues": "/issues", "comments": "/issues/comments"}
# https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
PER_PAGE = 100
# Copies of GitHub's database may be behind by seconds.
OVERLAP = timedelta(minutes=1)
# Where more than a page was updated within the overlap: the last second may go on behind the page.
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Spot:
    """A place in a list: its objects were updated at `since` or later.

    more are the parameters of a further page of the same `since`, and etag the version of the list.
    """

    since: str
    more: Mapping[str, str] | None = None
    etag: str | None = None

    @classmethod
    def of(cls, watermark: Watermark, stream: str) -> "Spot | None":
        """Return the place that a watermark names; None if it names none."""
        since = watermark.get(stream)
        more = watermark.get(f"{stream}_more")
        if since is None:
            return None
        return cls(since, json.loads(more) if more else None, watermark.get(f"{stream}_etag"))

    def written(self, stream: str) -> Watermark:
        """Return the place as a part of a watermark."""
        parts = {stream: self.since, f"{stream}_etag": self.etag or ""}
        parts[f"{stream}_more"] = json.dumps(dict(self.more)) if self.more else ""
        return {name: value for name, value in parts.items() if value}


@dataclass(frozen=True)
class Step:
    """A page of a list, and where to go on. latest is the last object's update.

    is_last: the list had nothing more.
    """

    items: Sequence[Seen]
    spot: Spot
    latest: str | None
    is_last: bool


class Walker:
    """Reads the lists of one repository."""

    def __init__(self, client: GitHubClient, repository: Repository, leave_out: LeaveOut) -> None:
        self._client = client
        self._repository = repository
        self._leave_out = leave_out

    def step(self, stream: StreamName, spot: Spot) -> Step:
        """Return the objects at a place, the oldest update first."""
        params = {**_params(stream, spot.since, "asc"), **(spot.more or {})}
        etag = None if spot.more else spot.etag
        listed = self._client.listed(self._repository, PATHS[stream], params, etag)
        if listed.is_unchanged:
            return Step([], spot, None, is_last=True)
        items = self._items(stream, listed.objects)
        updates = _updates(listed.objects)
        if updates != sorted(updates):
            raise SourceUnavailable("unreadable", "GitHub's list isn't sorted by its updates")
        latest = updates[-1] if updates else None
        if listed.following is None and len(listed.objects) < PER_PAGE:
            is_first = spot.more is None
            kept = listed.etag if self._client.has_token and is_first else None
            return Step(items, replace(spot, etag=kept), latest, is_last=True)
        return Step(items, _next(spot, latest, listed), latest, is_last=False)

    def newest(
        self, stream: StreamName, since: str, more: Mapping[str, str] | None
    ) -> tuple[Step, Mapping[str, str] | None]:
        """Return the objects that were updated last, and the parameters of the page behind.

        The step's place is before the newest of them, and latest is the oldest one's update.
        """
        params = {**_params(stream, since, "desc"), **(more or {})}
        listed = self._client.listed(self._repository, PATHS[stream], params)
        updates = _updates(listed.objects)
        newest = max(since, _before(max(updates))) if updates else since
        step = Step(
            self._items(stream, listed.objects),
            Spot(newest),
            min(updates, default=None),
            is_last=listed.following is None,
        )
        return step, listed.following

    def _items(self, stream: StreamName, objects: Sequence[object]) -> list[Seen]:
        found = (
            self._issue(each) if stream == "issues" else self._comment(each) for each in objects
        )
        return [item for item in found if item is not None]

    def _issue(self, value: object) -> Seen | None:
        issue = read(Issue, value, self._leave_out)
        return None if issue is None or issue.is_pull_request else issue.seen(self._repository)

    def _comment(self, value: object) -> Seen | None:
        comment = read(IssueComment, value, self._leave_out)
        if comment is None:
            return None
        if comment.thread is None:
            self._leave_out("no usable issue_url", ("IssueComment", str(comment.id)))
            return None
        kind, number = comment.thread
        return comment.seen(self._repository, number) if kind == "issues" else None


def _params(stream: StreamName, since: str, direction: str) -> dict[str, str]:
    return {
        **({"state": "all"} if stream == "issues" else {}),
        "since": since,
        "sort": "updated",
        "direction": direction,
        "per_page": str(PER_PAGE),
    }


def _updates(objects: Sequence[object]) -> list[str]:
    """Return the times of the objects' updates, without what is no time."""
    moments = (moment_of(each.get("updated_at")) for each in objects if isinstance(each, dict))
    return [iso(moment) for moment in moments if moment is not None]


def _before(moment: str, span: timedelta = OVERLAP) -> str:
    return iso(parse_iso(moment) - span)


def _next(spot: Spot, latest: str | None, listed: Listed) -> Spot:
    """Return the place of the next page, which is always another one."""
    for span in (OVERLAP, SECOND):
        if latest is not None and (since := _before(latest, span)) > spot.since:
            return Spot(since)
    if listed.following is not None:
        return Spot(spot.since, listed.following)
    page = int((spot.more or {}).get("page", "1")) + 1
    return Spot(spot.since, {"page": str(page)})
