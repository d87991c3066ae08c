"""Reads the pages of /posts.json, and tells where the next one begins.

Discourse has served `before` in three ways: without that post, with it, and, the oldest one, as a
window of the 50 ids up to it, which may be empty in the middle of a forum.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from collector.sources.discourse.forum import Forum, Json
from collector.sources.discourse.objects import ForumPost, ForumTopic, whole_number
from shared.logs import event

log = logging.getLogger(__name__)

M = TypeVar("M", bound=BaseModel)

# The posts of one page, and the ids of the oldest version's window.
PAGE = 50
# If none of this number of objects can be read, Discourse's fields have changed.
MIN_UNREADABLE = 5


@dataclass(frozen=True)
class PostsPage:
    """The posts of a page below where it begins, and the ids of all its objects there."""

    ids: Sequence[int]
    posts: Sequence[ForumPost]

    @property
    def is_no_window(self) -> bool:
        """Return whether its ids are too far apart for a window of 50 ids."""
        return bool(self.ids) and max(self.ids) - min(self.ids) >= PAGE

    def next_before(self, before: int | None) -> int | None:
        """Return where the next page begins, given where this one did; None after id 1.

        A page without a lower id isn't the end, as it may be an empty window.
        """
        if self.ids:
            return min(self.ids) if min(self.ids) > 1 else None
        if before is None or before <= PAGE:
            return None
        # One less than the window, so that both readings of `before` leave no gap.
        return before - PAGE + 1


class ObjectReader:
    """Reads objects; what can't be read is counted by its reason in left_out, once each."""

    def __init__(self, community: str, left_out: Counter[str]) -> None:
        self._community = community
        self._left_out = left_out
        self._counted: set[int] = set()

    def page(self, forum: Forum, before: int | None) -> PostsPage:
        """Return a page of the forum's posts. Raises SourceUnavailable if it isn't one."""
        answer = forum.posts(before)
        objects = answer.get("latest_posts", answer.get("posts"))
        if not isinstance(objects, list):
            raise forum.unreadable("its /posts.json has no list of posts any more")
        ids = [_id_of(each) for each in objects]
        posts = self._read(ForumPost, objects)
        if len(objects) >= MIN_UNREADABLE and not posts:
            raise forum.unreadable("no post of its /posts.json can be read any more")
        numbers = [number for number in ids if number]
        if before is None:
            return PostsPage(numbers, [post for post in posts if post.is_regular])
        if any(number > before for number in numbers):
            raise forum.unreadable("its /posts.json doesn't go back to earlier posts")
        # Earlier versions show that post once more.
        lower = [number for number in numbers if number < before]
        regular = [post for post in posts if post.is_regular and post.id < before]
        return PostsPage(lower, regular)

    def topics(self, forum: Forum) -> list[ForumTopic]:
        """Return the topics of the forum's /latest.json, each once."""
        listed = forum.latest().get("topic_list")
        objects = listed.get("topics") if isinstance(listed, dict) else None
        if not isinstance(objects, list):
            raise forum.unreadable("its /latest.json has no list of topics any more")
        found: dict[int, ForumTopic] = {}
        for topic in self._read(ForumTopic, objects):
            found.setdefault(topic.id, topic)
        return list(found.values())

    def topic(self, answer: Json) -> tuple[ForumTopic | None, list[ForumPost]]:
        """Return a topic and its posts, notices included; None where it can't be read."""
        stream = answer.get("post_stream")
        objects = stream.get("posts") if isinstance(stream, dict) else None
        found = self._read(ForumTopic, [answer])
        posts = self._read(ForumPost, objects if isinstance(objects, list) else [])
        return (found[0] if found else None), posts

    def _read(self, model: type[M], objects: Sequence[object]) -> list[M]:
        found: list[M] = []
        for each in objects:
            try:
                found.append(model.model_validate(each))
            except ValidationError as error:
                self._leave_out(each, _reason(error))
        return found

    def _leave_out(self, each: object, reason: str) -> None:
        number = _id_of(each)
        if number in self._counted:
            return
        if number is not None:
            self._counted.add(number)
        self._left_out[reason] += 1
        event(
            log,
            "discourse.object_left_out",
            logging.WARNING,
            community=self._community,
            reason=reason,
        )


def _id_of(each: object) -> int | None:
    return whole_number(each.get("id")) if isinstance(each, dict) else None


def _reason(error: ValidationError) -> str:
    fields = dict.fromkeys(str(e["loc"][0]) for e in error.errors() if e["loc"])
    return f"no usable {', '.join(fields)}" if fields else "no object"
