"""The past of a saved query, read a request at a time, newest first.

It is cut into spans of at most 200 stories. Of each span come the stories, their trees, the
comments that match under other stories, and the stories of these.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from collector.sources.base import Seen
from collector.sources.hackernews.objects import number_of
from collector.sources.hackernews.reading import Reader, has_comments, stories_of
from collector.sources.hackernews.search import (
    COMMENTS,
    STORIES,
    STORIES_AT_ONCE,
    older_than,
    second_of,
)
from collector.sources.hackernews.words import Words
from shared.models import Watermark

# The numbers of as many stories fit into a cursor.
HITS = 200
DONE = 0


@dataclass(frozen=True)
class Place:
    """The place where a walk goes on: the span before a second.

    first is the span's first second, None before its stories are read; trees are stories whose
    comments are to be read; comments is the second before which matching comments are to be read,
    DONE if none are; posts are stories of such comments, to be read.
    """

    before: int
    first: int | None = None
    trees: tuple[int, ...] = ()
    comments: int = DONE
    posts: tuple[int, ...] = ()

    @classmethod
    def of(cls, cursor: Watermark) -> "Place":
        """Return the place of a cursor."""
        first = cursor.get("first", "")
        return cls(
            int(cursor["before"]),
            int(first) if first else None,
            _numbers(cursor.get("trees", "")),
            int(cursor.get("comments", DONE)),
            _numbers(cursor.get("posts", "")),
        )

    @property
    def cursor(self) -> Watermark:
        """Return the cursor of this place."""
        return {
            "before": str(self.before),
            "first": "" if self.first is None else str(self.first),
            "trees": " ".join(map(str, self.trees)),
            "comments": str(self.comments),
            "posts": " ".join(map(str, self.posts)),
        }

    @property
    def next_span(self) -> "Place":
        """Return this place, or the span before if all of this one is read."""
        if self.first is None or self.trees or self.comments != DONE or self.posts:
            return self
        return Place(self.first)


def step(reader: Reader, words: Words, place: Place, start: int) -> tuple[Sequence[Seen], Place]:
    """Read one request's items, and return them with the next place. Raises SourceError."""
    if place.first is None:
        return _stories(reader, words, place, start)
    if place.trees:
        first, *others = place.trees
        return reader.tree(first), replace(place, trees=tuple(others)).next_span
    if place.comments != DONE:
        return _comments(reader, words, place, place.first)
    posts, later = place.posts[:STORIES_AT_ONCE], place.posts[STORIES_AT_ONCE:]
    return reader.stories(posts), replace(place, posts=later).next_span


def _stories(
    reader: Reader, words: Words, place: Place, start: int
) -> tuple[Sequence[Seen], Place]:
    found = reader.search.newest(STORIES, start, place.before, query=words.query, most=HITS)
    first = start if found.oldest is None else older_than(found.oldest, place.before)
    # The rest of the second in which the answer ends comes with the next span.
    hits = [hit for hit in found.hits if (second_of(hit) or first) >= first]
    posts = reader.posts(hits, words)
    trees = [number for post in posts if has_comments(post) and (number := number_of(post.id))]
    return posts, replace(place, first=first, trees=tuple(trees), comments=place.before)


def _comments(
    reader: Reader, words: Words, place: Place, first: int
) -> tuple[Sequence[Seen], Place]:
    found = reader.search.newest(COMMENTS, first, place.comments, query=words.query, most=HITS)
    before = DONE if found.oldest is None else older_than(found.oldest, place.comments)
    comments = reader.comments(found.hits, words)
    posts = dict.fromkeys([*place.posts, *stories_of(comments)])
    later = replace(place, comments=before if before > first else DONE, posts=tuple(posts))
    return comments, later.next_span


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split()))
