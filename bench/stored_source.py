"""A source that lists the items of a SQLite file as Reddit would, with some new items first."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bench.fill import ONE_POST_IN, Maker
from collector.sources.base import Seen, SeenComment, SeenPost
from shared.models import Comment, Post
from shared.settings import Settings
from shared.times import parse_iso

T = TypeVar("T")

PAGE = 100
NEWEST = (
    "SELECT body FROM {} WHERE partition = ? AND json_extract(body, '$.order_key') IS NOT NULL"
    " ORDER BY json_extract(body, '$.order_key') DESC LIMIT ?"
)


class StoredSource:
    """Lists the stored items as Reddit would; nothing has changed except the items new at `at`.

    `seconds`, and of them `cpu_seconds`, are the source's own time, which would be Reddit's.
    """

    def __init__(self, settings: Settings, at: datetime, new: int) -> None:
        self.requests_used = 0
        self.requests_left = None
        self.seconds = self.cpu_seconds = 0.0
        self._names = settings.subreddits
        self._files = sqlite3.connect(settings.sqlite_path, check_same_thread=False)
        self._made = Maker(seed=1)
        self._at = at
        self._new = new
        self._posts: dict[str, list[Post]] = {}

    def new_posts(self, subreddit: str) -> Iterator[list[SeenPost]]:
        """Return the newest posts, a page at a time."""
        return self._pages(self._timed(lambda: self._listed_posts(subreddit)))

    def new_comments(self, subreddit: str) -> Iterator[list[SeenComment]]:
        """Return the newest comments, a page at a time."""
        return self._pages(self._timed(lambda: self._listed_comments(subreddit)))

    def info(self, fullnames: Sequence[str]) -> list[Seen]:
        """Return the things of these fullnames; an id ends with its subreddit's index."""
        self.requests_used += 1
        return self._timed(lambda: [self._find(fullname) for fullname in fullnames])

    def close(self) -> None:
        """Close the file."""
        self._files.close()

    def _listed_posts(self, subreddit: str) -> list[SeenPost]:
        posts = [
            self._made.post(subreddit, f"pn{number:x}s{self._place(subreddit)}", self._moment())
            for number in range(self._share(subreddit, self._new // ONE_POST_IN))
        ]
        self._posts[subreddit] = posts or self._newest("posts", subreddit, 1)
        listed = [*posts[::-1], *self._newest("posts", subreddit, PAGE)]
        return [seen_post(post) for post in listed]

    def _listed_comments(self, subreddit: str) -> list[SeenComment]:
        parent = self._posts[subreddit][0]
        comments = []
        for number in range(self._share(subreddit, self._new - self._new // ONE_POST_IN)):
            made = self._made.comment(subreddit, f"cn{number:x}s{self._place(subreddit)}", parent)
            created = self._moment().strftime("%Y-%m-%dT%H:%M:%SZ")
            comments.append(Comment(**{**made, "created_utc": created}))
        listed = [*comments[::-1], *self._newest("comments", subreddit, PAGE)]
        return [seen_comment(comment) for comment in listed]

    def _find(self, fullname: str) -> Seen:
        name = self._names[int(fullname.rpartition("s")[2])]
        table = "posts" if fullname.startswith("t3_") else "comments"
        rows = self._files.execute(
            f"SELECT body FROM {table} WHERE partition = ? AND id = ?",  # noqa: S608 - a constant
            (name, fullname[3:]),
        )
        body = json.loads(rows.fetchone()[0])
        return seen_post(body) if table == "posts" else seen_comment(body)

    def _pages(self, things: list[T]) -> Iterator[list[T]]:
        for start in range(0, len(things), PAGE):
            self.requests_used += 1
            yield things[start : start + PAGE]

    def _newest(self, table: str, subreddit: str, count: int) -> list[Any]:
        rows = self._files.execute(NEWEST.format(table), (subreddit, count)).fetchall()
        return [json.loads(body) for (body,) in rows]

    def _place(self, subreddit: str) -> int:
        return self._names.index(subreddit)

    def _share(self, subreddit: str, total: int) -> int:
        place, count = self._place(subreddit), len(self._names)
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
