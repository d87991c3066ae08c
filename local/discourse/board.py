"""The topics and posts of a forum of the stand-in.

A board may have any number of generated posts, which are made from their ids when they are read.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Generation = Literal["exclusive", "inclusive", "window"]
"""The behaviour of /posts.json?before=ID over the years: the 50 posts before ID; the 50 up to ID;
those among the 50 ids up to ID."""

REGULAR, SMALL_ACTION, WHISPER = 1, 3, 4
GENERAL, SUPPORT, PRIVATE = 1, 2, 9
POSTS_A_TOPIC = 8
SECONDS_A_POST = 150.0
PAGE = 50
TOPICS_PAGE = 30
MOODS = (
    "I love this update, great work by everybody.",
    "It is broken again and I hate that it loses my changes.",
    "Does anybody know where the setting for tabs is?",
    "The new model is **much** faster for me:\n\n```\nmake test\n```\n\nThanks!",
    "Same here. The last version was fine.",
    "This is on the table for next week.",
)


@dataclass
class BoardTopic:
    """A topic."""

    id: int
    title: str
    category: int = GENERAL
    tags: tuple[str, ...] = ()
    is_visible: bool = True
    is_deleted: bool = False
    post_ids: list[int] = field(default_factory=list)

    @property
    def slug(self) -> str:
        """Return the words of the title as they stand in an address."""
        return "-".join(self.title.lower().split()) or "topic"


@dataclass
class BoardPost:
    """A post. `more` replaces fields of its JSON."""

    id: int
    topic_id: int
    number: int
    username: str | None
    raw: str
    created: float
    post_type: int = REGULAR
    likes: int = 0
    version: int = 1
    reply_to: int | None = None
    is_hidden: bool = False
    is_user_deleted: bool = False
    is_deleted: bool = False
    more: dict[str, object] = field(default_factory=dict)


@dataclass
class Board:
    """A forum. `generated` is the number of generated posts, which have the first ids.

    newest_generated is the time of the last one of them, in Unix seconds.
    """

    generated: int = 0
    newest_generated: float = field(default_factory=time.time)
    generation: Generation = "exclusive"
    needs_login: bool = False
    is_detailed: bool = False
    """Whether a private topic answers 403 rather than 404."""
    topics: dict[int, BoardTopic] = field(default_factory=dict)
    posts: dict[int, BoardPost] = field(default_factory=dict)

    @property
    def newest_id(self) -> int:
        """Return the id of the newest post; 0 if there is none."""
        return max([self.generated, *self.posts])

    def topic(self, topic_id: int) -> BoardTopic | None:
        """Return a topic."""
        if topic_id in self.topics:
            return self.topics[topic_id]
        first = (topic_id - 1) * POSTS_A_TOPIC + 1
        if not 1 <= first <= self.generated:
            return None
        ids = range(first, min(first + POSTS_A_TOPIC, self.generated + 1))
        category = SUPPORT if topic_id % 3 else GENERAL
        return BoardTopic(topic_id, f"Question {topic_id} of many", category, post_ids=list(ids))

    def post(self, post_id: int) -> BoardPost | None:
        """Return a post."""
        if post_id in self.posts:
            return self.posts[post_id]
        if not 1 <= post_id <= self.generated:
            return None
        topic, place = divmod(post_id - 1, POSTS_A_TOPIC)
        return BoardPost(
            post_id,
            topic + 1,
            place + 1,
            f"user{post_id % 997}",
            f"{MOODS[post_id % len(MOODS)]} ({post_id})",
            self.newest_generated - (self.generated - post_id) * SECONDS_A_POST,
            likes=post_id % 5,
            reply_to=place if place > 1 and post_id % 2 else None,
        )

    def changed(self, post_id: int) -> BoardPost:
        """Return a post to change. Raises KeyError if there is none."""
        post = self.post(post_id)
        if post is None:
            raise KeyError(post_id)
        return self.posts.setdefault(post_id, post)

    def changed_topic(self, topic_id: int) -> BoardTopic:
        """Return a topic to change. Raises KeyError if there is none."""
        topic = self.topic(topic_id)
        if topic is None:
            raise KeyError(topic_id)
        return self.topics.setdefault(topic_id, topic)

    def start(
        self,
        title: str,
        raw: str,
        *,
        created: float,
        category: int = GENERAL,
        post_id: int | None = None,
        more: dict[str, object] | None = None,
    ) -> BoardPost:
        """Start a topic, and return its first post; `more` replaces fields of its JSON."""
        last = -(-self.generated // POSTS_A_TOPIC)
        topic = BoardTopic(max([last, *self.topics]) + 1, title, category)
        self.topics[topic.id] = topic
        return self.reply(topic.id, raw, created=created, post_id=post_id, more=more)

    def reply(
        self,
        topic_id: int,
        raw: str,
        *,
        created: float,
        reply_to: int | None = None,
        post_type: int = REGULAR,
        post_id: int | None = None,
        more: dict[str, object] | None = None,
    ) -> BoardPost:
        """Add a post by ada to a topic; `more` replaces fields of its JSON."""
        topic = self.changed_topic(topic_id)
        numbers = [post.number for each in topic.post_ids if (post := self.post(each))]
        number = max(numbers, default=0) + 1
        found = BoardPost(
            post_id or self.newest_id + 1,
            topic_id,
            number,
            "ada",
            raw,
            created,
            post_type=post_type,
            reply_to=reply_to,
            more=dict(more or {}),
        )
        topic.post_ids.append(found.id)
        self.posts[found.id] = found
        return found

    def edit(self, post_id: int, raw: str) -> None:
        """Change the text of a post."""
        post = self.changed(post_id)
        post.raw, post.version = raw, post.version + 1

    def delete(self, post_id: int) -> None:
        """Delete a post, and its topic with the first one."""
        post = self.changed(post_id)
        post.is_deleted = True
        if post.number == 1:
            self.changed_topic(post.topic_id).is_deleted = True

    def is_public(self, topic: BoardTopic) -> bool:
        """Return whether everybody may see a topic."""
        return not topic.is_deleted and topic.category != PRIVATE

    def visible_posts(self, topic: BoardTopic) -> list[BoardPost]:
        """Return the posts of a topic that everybody may see, small actions included."""
        posts = [post for each in topic.post_ids if (post := self.post(each))]
        return [post for post in posts if not post.is_deleted and post.post_type != WHISPER]

    def listed(self, before: int | None) -> list[BoardPost]:
        """Return the page of /posts.json for `before`, newest first."""
        top = self.newest_id if before is None else before
        if self.generation == "exclusive" and before is not None:
            top -= 1
        lowest = top - PAGE + 1 if self.generation == "window" else 1
        found: list[BoardPost] = []
        for post in self._downwards(top, max(1, lowest)):
            topic = self.topic(post.topic_id)
            is_listed = topic is not None and topic.is_visible and self.is_public(topic)
            if is_listed and not post.is_deleted and post.post_type == REGULAR:
                found.append(post)
            if len(found) == PAGE:
                break
        return found

    def _downwards(self, top: int, lowest: int) -> Iterator[BoardPost]:
        for post_id in sorted((each for each in self.posts if each > self.generated), reverse=True):
            if lowest <= post_id <= top:
                yield self.posts[post_id]
        for post_id in range(min(top, self.generated), lowest - 1, -1):
            if post := self.post(post_id):
                yield post

    def latest_topics(self, page: int) -> list[BoardTopic]:
        """Return a page of /latest.json, the topics with the newest posts first."""
        last = -(-self.generated // POSTS_A_TOPIC)
        reach = TOPICS_PAGE * (page + 1)
        ids = {*self.topics, *range(max(1, last - reach), last + 1)}
        topics = [topic for each in ids if (topic := self.topic(each))]
        public = [topic for topic in topics if topic.is_visible and self.is_public(topic)]
        shown = [topic for topic in public if self.visible_posts(topic)]
        shown.sort(key=lambda topic: self.visible_posts(topic)[-1].created, reverse=True)
        return shown[reach - TOPICS_PAGE : reach]
