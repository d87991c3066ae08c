"""A source that lists the items of a SQLite file as Reddit would, with some new items first."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from bench.fill import ONE_POST_IN, Maker
from collector.sources.base import (
    ItemReference,
    Looked,
    Page,
    Seen,
    SeenComment,
    SeenPost,
    SourceBase,
)
from collector.sources.reddit.listing import read_listing
from shared.communities import SourceName
from shared.models import Comment, Post, Subject, Watermark
from shared.settings import Settings
from shared.times import parse_iso

T = TypeVar("T")

PAGE = 100
NEWEST = (
    "SELECT body FROM {} WHERE partition = ? AND json_extract(body, '$.order_key') IS NOT NULL"
    " ORDER BY json_extract(body, '$.order_key') DESC LIMIT ?"
)


class StoredSource(SourceBase):
    """Lists the stored items as Reddit would; nothing has changed except the items new at `at`.

    `seconds`, and of them `cpu_seconds`, are the source's own time, which would be Reddit's.
    """

    name: SourceName = "reddit"
    keys_at_once = 100

    def __init__(
        self, settings: Settings, at: datetime, new: int, subjects: Sequence[Subject] = ()
    ) -> None:
        super().__init__()
        self.requests_used = 0
        self.seconds = self.cpu_seconds = 0.0
        self._names = settings.watched
        self._files = sqlite3.connect(settings.sqlite_path, check_same_thread=False)
        self._made = Maker(seed=1, subjects=subjects)
        self._at = at
        self._new = new
        self._posts: dict[str, list[Post]] = {}

    def poll(
        self, community: str, watermark: Watermark | None, *, oldest: str, now: datetime
    ) -> Iterator[Page]:
        """Return the newest posts, then the newest comments, a page at a time."""
        known, reached = watermark or {}, Watermark()
        for name, listed in (("posts", self._listed_posts), ("comments", self._listed_comments)):
            pages = self._pages(self._timed(partial(listed, community)))
            end = yield from read_listing(pages, community, known.get(name), oldest=oldest, now=now)
            reached[name] = str(end.watermark)
        yield Page([], reached)

    def look_again(self, items: Sequence[ItemReference]) -> Looked:
        """Return these items as they are stored."""
        self.requests_used += 1
        return Looked(self._timed(lambda: [self._find(item) for item in items]))

    def close(self) -> None:
        """Close the file."""
        self._files.close()

    def _listed_posts(self, community: str) -> list[Seen]:
        posts = [
            self._made.post(community, f"pn{number:x}s{self._place(community)}", self._moment())
            for number in range(self._share(community, self._new // ONE_POST_IN))
        ]
        self._posts[community] = posts or self._newest("posts", community, 1)
        listed = [*posts[::-1], *self._newest("posts", community, PAGE)]
        return [seen_post(post) for post in listed]

    def _listed_comments(self, community: str) -> list[Seen]:
        parent = self._posts[community][0]
        comments = []
        for number in range(self._share(community, self._new - self._new // ONE_POST_IN)):
            made = self._made.comment(community, f"cn{number:x}s{self._place(community)}", parent)
            created = self._moment().strftime("%Y-%m-%dT%H:%M:%SZ")
            comments.append(Comment(**{**made, "created_utc": created}))
        listed = [*comments[::-1], *self._newest("comments", community, PAGE)]
        return [seen_comment(comment) for comment in listed]

    def _find(self, item: ItemReference) -> Seen:
        table = "posts" if item.kind == "post" else "comments"
        rows = self._files.execute(
            f"SELECT body FROM {table} WHERE partition = ? AND id = ?",  # noqa: S608 - a constant
            (item.community, item.id),
        )
        body = json.loads(rows.fetchone()[0])
        return seen_post(body) if table == "posts" else seen_comment(body)

    def _pages(self, things: list[T]) -> Iterator[list[T]]:
        for start in range(0, len(things), PAGE):
            self.requests_used += 1
            yield things[start : start + PAGE]

    def _newest(self, table: str, community: str, count: int) -> list[Any]:
        rows = self._files.execute(NEWEST.format(table), (community, count)).fetchall()
        return [json.loads(body) for (body,) in rows]

    def _place(self, community: str) -> int:
        return self._names.index(community)

    def _share(self, community: str, total: int) -> int:
        place, count = self._place(community), len(self._names)
        return (place + 1) * total // count - place * total // count

    def _moment(self) -> datetime:
        return self._at - timedelta(seconds=1)

    def _timed(self, work: Callable[[], T]) -> T:
        began, used = time.perf_counter(), time.process_time()
        try:
            return work()
        finally:
            self.seconds += time.perf_counter() - began
            self.cpu_seconds += time.process_time() - used


def seen_post(post: Post) -> SeenPost:
    """Return a stored post as Reddit shows it."""
    return SeenPost(
        id=post["id"],
        author=post["author"],
        title=post["title"],
        content=post["content"],
        url=post["url"],
        permalink=post["permalink"],
        created_utc=parse_iso(post["created_utc"]).timestamp(),
        upvotes=post["upvotes"],
        upvote_ratio=post["upvote_ratio"],
        comment_count=post["comment_count"],
        flair=post["flair"],
        deleted=False,
    )


def seen_comment(comment: Comment) -> SeenComment:
    """Return a stored comment as Reddit shows it."""
    return SeenComment(
        id=comment["id"],
        post_id=comment["post_id"],
        parent_id=comment["parent_id"],
        author=comment["author"],
        content=comment["content"],
        permalink=comment["permalink"],
        created_utc=parse_iso(comment["created_utc"]).timestamp(),
        upvotes=comment["upvotes"],
        deleted=False,
    )
