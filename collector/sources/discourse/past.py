"""Walks through the past of one forum, newest first, a page of /posts.json a slice."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from collector.sources.base import Slice
from collector.sources.discourse.categories import read_categories, to_names, to_text
from collector.sources.discourse.forum import Forum
from collector.sources.discourse.objects import ForumPost, Place
from collector.sources.discourse.pages import ObjectReader, PostsPage
from shared.models import Watermark
from shared.times import iso, parse_iso

BEFORE, CATEGORIES, NO_WINDOW, EMPTY, REACHED = (
    "before", "categories", "no_window", "empty", "reached",
)  # fmt: skip
YES = "yes"


@dataclass(frozen=True)
class ForumPast:
    """The posts of a forum from `start` to `end` (ISO times)."""

    forum: Forum
    left_out: Counter[str]
    start: str
    end: str

    def slices(self, cursor: Watermark | None) -> Iterator[Slice]:
        """Yield slices from a cursor on. The names of categories are the first one's request."""
        reader = ObjectReader(self.forum.community, self.left_out)
        at = dict(cursor or {})
        if CATEGORIES not in at:
            at[CATEGORIES] = to_text(read_categories(self.forum))
            yield Slice([], dict(at))
        while True:
            found = self._slice(reader, at)
            yield found
            if found.cursor is None:
                return
            at = dict(found.cursor)

    def _slice(self, reader: ObjectReader, at: Watermark) -> Slice:
        before = int(at[BEFORE]) if BEFORE in at else None
        page = reader.page(self.forum, before)
        place = Place(self.forum.community, self.forum.address, to_names(at[CATEGORIES]))
        start, end = parse_iso(self.start), parse_iso(self.end)
        items = [place.seen(post) for post in page.posts if start <= post.created_at < end]
        cursor = self._next(at, before, page)
        if cursor is None:
            return Slice(items, None, self.start)
        return Slice(items, cursor, cursor.get(REACHED))

    def _next(self, at: Watermark, before: int | None, page: PostsPage) -> Watermark | None:
        """Return the cursor after a page; None if it was the last one."""
        if page.posts and all(self._is_too_old(post) for post in page.posts):
            return None
        following = {name: text for name, text in at.items() if name != EMPTY}
        if page.is_no_window:
            following[NO_WINDOW] = YES
        if not page.ids and EMPTY not in at:
            # Ask again, because an answer may be empty by a fault.
            return {**following, EMPTY: YES}
        next_before = page.next_before(before)
        if next_before is None or (not page.ids and NO_WINDOW in at):
            return None
        following[BEFORE] = str(next_before)
        if page.posts:
            lowest = iso(min(page.posts, key=lambda post: post.id).created_at)
            if lowest < self.end:
                following[REACHED] = max(lowest, self.start)
        return following

    def _is_too_old(self, post: ForumPost) -> bool:
        return iso(post.created_at) < self.start
