"""Reads answers of the search as items, without what is known to be taken back."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from collector.sources.base import SeenComment, SeenPost
from collector.sources.hackernews.objects import (
    HackerNewsItem,
    number_of,
    read_object,
    read_tree,
)
from collector.sources.hackernews.search import STORIES_AT_ONCE, Search
from collector.sources.hackernews.words import Words

# The search goes on showing what was deleted, so its numbers are kept, the newest of them.
GONE = "gone"
MAX_GONE = 2000


class Reader:
    """Requests to the search whose answers are items.

    `kept` is what the source keeps between cycles: the numbers of what is gone.
    """

    def __init__(self, search: Search, left_out: Counter[str], kept: Mapping[str, str]) -> None:
        self.search = search
        self._left_out = left_out
        self._kept = kept

    def posts(self, hits: Iterable[object], words: Words | None = None) -> list[SeenPost]:
        """Return the stories and polls among hits in which the words stand."""
        gone = gone_of(self._kept)
        found = (read_object(hit, HackerNewsItem.post, self._left_out) for hit in hits)
        return [
            post
            for post in found
            if post is not None
            and _is_there(post, gone)
            and (words is None or words.match(post.title, post.content, post.url))
        ]

    def comments(self, hits: Iterable[object], words: Words | None = None) -> list[SeenComment]:
        """Return the comments among hits in which the words stand."""
        gone = gone_of(self._kept)
        found = (read_object(hit, HackerNewsItem.comment, self._left_out) for hit in hits)
        return [
            comment
            for comment in found
            if comment is not None
            and _is_there(comment, gone)
            and (words is None or words.match(comment.content))
        ]

    def tree(self, story: int) -> list[SeenComment]:
        """Return all comments on a story, by one request."""
        tree = self.search.tree(story)
        if tree is None:
            return []
        gone = gone_of(self._kept)
        return [each for each in read_tree(tree, self._left_out) if _is_there(each, gone)]

    def stories(self, numbers: Sequence[int]) -> list[SeenPost]:
        """Return these stories, at most STORIES_AT_ONCE, by one request."""
        return self.posts(self.search.stories(numbers))


def gone_of(kept: Mapping[str, str]) -> set[str]:
    """Return the numbers of what is gone."""
    return set(kept.get(GONE, "").split())


def with_gone(kept: Mapping[str, str], numbers: Iterable[int]) -> str:
    """Return what to keep once these are gone too."""
    both = {*map(int, gone_of(kept)), *numbers}
    return " ".join(map(str, sorted(both)[-MAX_GONE:]))


def stories_of(comments: Iterable[SeenComment]) -> list[int]:
    """Return the numbers of the stories of these comments, each once."""
    numbers = (number_of(comment.post_id) for comment in comments)
    return list(dict.fromkeys(number for number in numbers if number is not None))


def chunks(numbers: Sequence[int]) -> Iterable[Sequence[int]]:
    """Cut a list of stories into lists for one request each."""
    return (
        numbers[start : start + STORIES_AT_ONCE]
        for start in range(0, len(numbers), STORIES_AT_ONCE)
    )


def has_comments(post: SeenPost) -> bool:
    """Return whether a story's tree is worth a request."""
    return post.comment_count != 0


def _is_there(item: SeenPost | SeenComment, gone: set[str]) -> bool:
    return not item.deleted and str(number_of(item.id)) not in gone
