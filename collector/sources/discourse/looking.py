"""Looks up stored items of one forum: by topic, and by pages of /posts.json.

A topic's answer shows some 20 posts around a number, so it says for certain what is gone. A page of
/posts.json shows 50 posts of all topics, which are most of a batch that the sweep asks for, because
the sweep walks in the order of time.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from collector.sources.base import ItemReference, Looked, Seen
from collector.sources.discourse.forum import Forum, Json
from collector.sources.discourse.objects import FIRST, ForumPost, Place
from collector.sources.discourse.pages import ObjectReader

# A page that shows fewer of the items that are looked for isn't worth another one.
MIN_HITS = 3

Numbers = tuple[int, int]
"""A topic, and a number in it."""


class ForumLookup:
    """One look at stored items of a forum, with at most one request for each."""

    def __init__(self, forum: Forum, place: Place, left_out: Counter[str]) -> None:
        self._forum = forum
        self._place = place
        self._reader = ObjectReader(forum.community, left_out)
        self._wanted: dict[Numbers, ItemReference] = {}
        self._found: list[Seen] = []
        self._gone: set[str] = set()

    def look(self, items: Sequence[ItemReference]) -> Looked:
        """Return what is found and what is gone."""
        for item in items:
            numbers = self._place.numbers_of(item.id)
            if numbers is not None and (numbers[1] == FIRST) == (item.kind == "post"):
                self._wanted[numbers] = item
        allowed = len(self._wanted)
        while self._wanted and allowed > 0:
            # The newest of a batch, which are in the order of time.
            before = self._ask_topic(*next(reversed(self._wanted)))
            allowed -= 1
            while before is not None and allowed > 0 and self._count_comments() >= MIN_HITS:
                before = self._ask_page(before)
                allowed -= 1
        return Looked(self._found, frozenset(self._gone))

    def _count_comments(self) -> int:
        return sum(number != FIRST for _, number in self._wanted)

    def _ask_topic(self, topic_id: int, number: int) -> int | None:
        """Look into a topic, around a number; return the id of the post there, or before it."""
        answer = self._forum.topic(topic_id, number)
        if answer is None:
            for numbers in [each for each in self._wanted if each[0] == topic_id]:
                self._gone.add(self._wanted.pop(numbers).key)
            return None
        topic, posts = self._reader.topic(answer)
        shown = {post.post_number: post for post in posts if post.topic_id == topic_id}
        item = self._wanted.pop((topic_id, number))
        if not shown:
            # A topic has a post, so this isn't one: what it doesn't show isn't known.
            return None
        if number not in shown and _is_missing(number, shown, answer):
            self._gone.add(item.key)
        own = [n for n in (number, *(n for t, n in self._wanted if t == topic_id)) if n in shown]
        for each in own:
            self._wanted.pop((topic_id, each), None)
            if shown[each].is_regular:
                self._found.append(self._place.seen(shown[each], topic))
        earlier = [post.id for n, post in shown.items() if n <= number]
        return max(earlier) if earlier else None

    def _ask_page(self, before: int) -> int | None:
        """Look at a page of posts; return where to go on, if it was worth it."""
        page = self._reader.page(self._forum, before)
        hits = [post for post in page.posts if self._is_wanted(post)]
        for post in hits:
            del self._wanted[post.topic_id, post.post_number]
            self._found.append(self._place.seen(post))
        return page.next_before(before) if len(hits) >= MIN_HITS else None

    def _is_wanted(self, post: ForumPost) -> bool:
        # A page doesn't say a first post's number of comments.
        return post.post_number != FIRST and (post.topic_id, post.post_number) in self._wanted


def _is_missing(number: int, shown: Mapping[int, ForumPost], answer: Json) -> bool:
    """Return whether a topic has no such number: it shows those around it, or ends before it."""
    if min(shown) < number < max(shown):
        return True
    stream = answer.get("post_stream")
    ids = stream.get("stream") if isinstance(stream, dict) else None
    last = shown[max(shown)]
    return number > max(shown) and isinstance(ids, list) and bool(ids) and ids[-1] == last.id
