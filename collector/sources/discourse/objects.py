"""Translates Discourse's JSON objects, posts and topics, into items.

Forums run versions of many years, with plug-ins that add and change fields. So only the essential
fields are required, and an object without them is left out. An invalid value of any other field
becomes the field's default.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    Field,
    TypeAdapter,
    ValidationError,
)

from collector.sources.base import Seen, SeenComment, SeenPost
from collector.text.html import to_markdown
from shared.tidy import tidy
from shared.times import EARLIEST, LATEST

# JSON readers of every language can read this as a whole number.
MAX_COUNT = 2**31 - 1
MAX_ID = 2**53
WHOLE_NUMBER = re.compile(r"[0-9]{1,16}")
# https://github.com/discourse/discourse/blob/main/app/models/post.rb: the others are notices of
# what moderators did, and whispers among them.
REGULAR = 1
FIRST = 1
# https://github.com/discourse/discourse/blob/main/app/models/post_action_type.rb
LIKE = 2
# A change within minutes of its writing makes no new version.
GRACE = timedelta(minutes=5)
SLUG = re.compile(r"[^\s/?#\\]{1,255}")
NO_SLUG = "-"
QUOTE = re.compile(
    r"[ \t]*\[quote(?:=[^\]\n]{0,200})?\][ \t]*\n?"
    r"(?P<said>(?:(?!\[/?quote\b).)*+)"
    r"\[/quote\][ \t]*\n?",
    re.IGNORECASE | re.DOTALL,
)
MAX_QUOTES_DEEP = 10


def whole_number(value: object) -> int | None:
    """Return a whole number of 0 or more, also one that is written as text; None for the rest."""
    if isinstance(value, str) and WHOLE_NUMBER.fullmatch(value.strip()):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and 0 <= value <= MAX_ID else None  # type: ignore[operator, return-value]


def _count(value: object) -> int | None:
    number = whole_number(value)
    return number if number is not None and number <= MAX_COUNT else None


def _text(value: object) -> str:
    return tidy(value) if isinstance(value, str) else ""


def _author(value: object) -> str | None:
    return _text(value).strip() or None


def _yes(value: object) -> bool:
    return value is True


def _possible(moment: datetime) -> datetime:
    if not EARLIEST <= moment < LATEST:
        raise ValueError("it isn't between 2000 and 2100")
    return moment


ANY_TIME: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)


def _optional_time(value: object) -> datetime | None:
    try:
        return ANY_TIME.validate_python(value)
    except ValidationError:
        return None


Id = Annotated[int, BeforeValidator(whole_number), Field(ge=1)]
Number = Annotated[int | None, BeforeValidator(whole_number)]
Count = Annotated[int | None, BeforeValidator(_count)]
Text = Annotated[str, BeforeValidator(_text)]
Author = Annotated[str | None, BeforeValidator(_author)]
Yes = Annotated[bool, BeforeValidator(_yes)]
Time = Annotated[AwareDatetime, AfterValidator(_possible)]
OptionalTime = Annotated[datetime | None, BeforeValidator(_optional_time)]


class ForumTopic(BaseModel):
    """A topic, as /latest.json and /t/ID.json show it."""

    id: Id
    title: Text = ""
    slug: Text = ""
    posts_count: Count = None
    like_count: Count = None
    category_id: Number = None

    @property
    def figures(self) -> str:
        """Return the figures whose change says that something in the topic has moved."""
        return f"{self.posts_count}/{self.like_count}"


class ForumPost(BaseModel):
    """A post, as /posts.json and /t/ID.json show it; the first one of a topic has number 1."""

    id: Id
    topic_id: Id
    post_number: Id
    created_at: Time
    post_type: Number = REGULAR
    username: Author = None
    raw: Text = ""
    cooked: Text = ""
    reply_to_post_number: Number = None
    version: Number = None
    updated_at: OptionalTime = None
    topic_title: Text = ""
    topic_slug: Text = ""
    category_id: Number = None
    actions_summary: object = None
    like_count: Count = None
    reaction_users_count: Count = None
    hidden: Yes = False
    user_deleted: Yes = False
    deleted_at: object = None

    @property
    def is_regular(self) -> bool:
        """Return whether a user wrote it, rather than that it notes what a moderator did."""
        return self.post_type == REGULAR

    @property
    def is_gone(self) -> bool:
        """Return whether its author or a moderator took it back."""
        return self.hidden or self.user_deleted or bool(self.deleted_at)

    @property
    def content(self) -> str:
        """Return its text as Markdown."""
        return quotes_marked(self.raw) if self.raw.strip() else to_markdown(self.cooked)

    @property
    def likes(self) -> int | None:
        """Return the number of likes; None if the forum doesn't say it.

        Discourse leaves an action with a count of 0 out of actions_summary.
        """
        summary = self.actions_summary
        if isinstance(summary, list):
            for action in summary:
                if isinstance(action, dict) and action.get("id") == LIKE:
                    return _count(action.get("count")) or 0
        for other in (self.like_count, self.reaction_users_count):
            if other is not None:
                return other
        return 0 if isinstance(summary, list) else None

    @property
    def is_edited(self) -> bool:
        """Return whether it has been edited since it was written."""
        if self.version is not None:
            return self.version > 1
        return self.updated_at is not None and self.updated_at > self.created_at + GRACE


@dataclass(frozen=True)
class Place:
    """The forum that an object belongs to: its community, its address, its categories' names."""

    community: str
    address: str
    categories: Mapping[str, str]

    def seen(self, post: ForumPost, topic: ForumTopic | None = None) -> Seen:
        """Return a post as an item; `topic` is what is known of its topic."""
        post_id = f"{self.community}.{post.topic_id}"
        slug = post.topic_slug or (topic.slug if topic else "")
        # The slug has words of the title.
        slug = slug if SLUG.fullmatch(slug) and not post.is_gone else NO_SLUG
        permalink = f"{self.address}/t/{slug}/{post.topic_id}/{post.post_number}"
        if post.post_number == FIRST:
            category = post.category_id or (topic.category_id if topic else None)
            return SeenPost(
                id=post_id,
                author=post.username,
                title=post.topic_title or (topic.title if topic else ""),
                content=post.content,
                url=permalink,
                permalink=permalink,
                created_utc=post.created_at.astimezone(UTC).timestamp(),
                upvotes=post.likes,
                upvote_ratio=None,
                comment_count=_comments(topic),
                flair=self.categories.get(str(category)),
                deleted=post.is_gone,
                edited=post.is_edited,
            )
        answered = post.reply_to_post_number or FIRST
        answers_post = answered in {FIRST, post.post_number}
        return SeenComment(
            id=f"{post_id}.{post.post_number}",
            post_id=post_id,
            parent_id=post_id if answers_post else f"{post_id}.{answered}",
            author=post.username,
            content=post.content,
            permalink=permalink,
            created_utc=post.created_at.astimezone(UTC).timestamp(),
            upvotes=post.likes,
            deleted=post.is_gone,
            edited=post.is_edited,
        )

    def numbers_of(self, item_id: str) -> tuple[int, int] | None:
        """Return the topic and the number of a post with this item's id; None if it has none."""
        parts = item_id.removeprefix(f"{self.community}.").split(".")
        numbers = [int(part) for part in parts if WHOLE_NUMBER.fullmatch(part)]
        if len(numbers) != len(parts) or len(parts) not in {1, 2}:
            return None
        return numbers[0], numbers[1] if len(numbers) > 1 else FIRST


def _comments(topic: ForumTopic | None) -> int | None:
    if topic is None or topic.posts_count is None:
        return None
    return max(0, topic.posts_count - 1)


def quotes_marked(raw: str) -> str:
    """Return a raw text with its [quote] blocks as Markdown's quotes."""
    for _ in range(MAX_QUOTES_DEEP):
        raw, count = QUOTE.subn(_marked, raw)
        if not count:
            break
    return raw


def _marked(found: re.Match[str]) -> str:
    lines = found["said"].strip("\n").split("\n")
    return "\n" + "\n".join(f"> {line}".rstrip() for line in lines) + "\n\n"
