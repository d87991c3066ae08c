"""Translates objects of Hacker News' two APIs into items.

A hit of the search, a node of a story's tree (both https://hn.algolia.com/api) and an item of
Firebase (https://github.com/HackerNews/API) are the same thing under different names. Only the
essential fields are required; an invalid value of any other field counts as missing.
"""

import html
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Annotated, TypeVar

from pydantic import AliasChoices, BaseModel, BeforeValidator, Field, ValidationError

from collector.sources.base import SeenComment, SeenPost
from collector.text.html import to_markdown
from shared.logs import event
from shared.text.notices import is_notice
from shared.tidy import tidy
from shared.times import EARLIEST, LATEST

log = logging.getLogger(__name__)

T = TypeVar("T")

PREFIX = "hn."
PAGE = "https://news.ycombinator.com/item?id="
# JSON readers of every language can read this as a whole number.
MAX_COUNT = 2**31 - 1
# Ids are below 100 million; a longer number is none.
WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,12}")
OUR_ID = re.compile(r"hn\.([0-9]{1,12})", re.ASCII)
WEB_ADDRESS = re.compile(r"https?://[^\s\\]+", re.IGNORECASE)
# Their marks are a part of the title, by Hacker News' own rules.
FLAIRS = re.compile(r"(ask|show|tell|launch) hn\b", re.IGNORECASE)
# Texts that stand in place of a comment's words.
HIDDEN = frozenset({"[flagged]", "[dead]", "[deleted]", "[delayed]"})
STORY, COMMENT, POLL, JOB, OPTION = "story", "comment", "poll", "job", "pollopt"
KINDS = (COMMENT, OPTION, POLL, JOB, STORY)


def _whole_number(value: object) -> object:
    """Return the number, also of a text that is one; anything else as it is."""
    if isinstance(value, str) and WHOLE_NUMBER.fullmatch(value.strip()):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return None if isinstance(value, bool) else value


def _count(value: object) -> int | None:
    number = _whole_number(value)
    return number if isinstance(number, int) and abs(number) <= MAX_COUNT else None


def _id(value: object) -> int | None:
    number = _whole_number(value)
    return number if isinstance(number, int) and 0 < number < 10**12 else None


def _text(value: object) -> str:
    return tidy(value) if isinstance(value, str) else ""


def _tags(value: object) -> tuple[str, ...]:
    return tuple(tag for tag in value if isinstance(tag, str)) if isinstance(value, list) else ()


def _yes(value: object) -> bool:
    return value is True


Text = Annotated[str, BeforeValidator(_text)]
Count = Annotated[int | None, BeforeValidator(_count)]
OptionalId = Annotated[int | None, BeforeValidator(_id)]
Yes = Annotated[bool, BeforeValidator(_yes)]
Id = Annotated[int, BeforeValidator(_whole_number), Field(gt=0, lt=10**12, strict=True)]
Time = Annotated[
    int,
    BeforeValidator(_whole_number),
    Field(ge=EARLIEST.timestamp(), lt=LATEST.timestamp(), strict=True),
]


class HackerNewsItem(BaseModel):
    """A story, poll, job or comment, in any of the three shapes."""

    id: Id = Field(validation_alias=AliasChoices("objectID", "id"))
    created: Time = Field(validation_alias=AliasChoices("created_at_i", "time"))
    author: Text = Field("", validation_alias=AliasChoices("author", "by"))
    title: Text = ""
    url: Text = ""
    text: Text = ""
    story_text: Text = ""
    comment_text: Text = ""
    points: Count = Field(None, validation_alias=AliasChoices("points", "score"))
    comments: Count = Field(None, validation_alias=AliasChoices("num_comments", "descendants"))
    story_id: OptionalId = None
    parent: OptionalId = Field(None, validation_alias=AliasChoices("parent_id", "parent"))
    type: Text = ""
    tags: Annotated[tuple[str, ...], BeforeValidator(_tags)] = Field((), validation_alias="_tags")
    deleted: Yes = False
    dead: Yes = False

    @property
    def kind(self) -> str:
        """Return the kind: that of `type`, or the first that the tags have."""
        return self.type or next((kind for kind in KINDS if kind in self.tags), "")

    @property
    def markdown(self) -> str:
        """Return the text, which is HTML, as Markdown."""
        return tidy(to_markdown(self.comment_text or self.story_text or self.text)).strip()

    @property
    def is_hidden(self) -> bool:
        """Return whether it was taken back or hidden."""
        words = self.comment_text or self.story_text or self.text
        return self.deleted or self.dead or words.strip() in HIDDEN or is_notice(words)

    def post(self) -> SeenPost:
        """Return it as a post. Raises Unusable for what is none."""
        if self.kind not in {STORY, POLL}:
            raise Unusable("a job" if self.kind == JOB else "no story")
        title = tidy(html.unescape(self.title)).strip()
        content = self.markdown
        if not (title or content):
            raise Unusable("no words")
        permalink = f"{PAGE}{self.id}"
        return SeenPost(
            id=f"{PREFIX}{self.id}",
            author=self.author or None,
            title=title,
            content=content,
            url=self.url if WEB_ADDRESS.fullmatch(self.url) else permalink,
            permalink=permalink,
            created_utc=self.created,
            upvotes=self.points,
            upvote_ratio=None,
            comment_count=self.comments,
            flair=self._flair(title),
            deleted=self.is_hidden,
        )

    def comment(self, post: int | None = None, parent: int | None = None) -> SeenComment:
        """Return it as a comment on a story, if that is known. Raises Unusable for what is none."""
        if self.kind != COMMENT:
            raise Unusable("no comment")
        post = post or self.story_id
        if post is None or post == self.id:
            raise Unusable("no usable story_id")
        content = self.markdown
        if not content:
            raise Unusable("no words")
        parent = parent or self.parent
        return SeenComment(
            id=f"{PREFIX}{self.id}",
            author=self.author or None,
            content=content,
            permalink=f"{PAGE}{self.id}",
            created_utc=self.created,
            upvotes=None,
            deleted=self.is_hidden,
            post_id=f"{PREFIX}{post}",
            parent_id=f"{PREFIX}{parent if parent not in {None, self.id} else post}",
        )

    def _flair(self, title: str) -> str | None:
        """Return its sort, as both APIs tell it: Firebase has no tags."""
        if self.kind == POLL:
            return "Poll"
        found = FLAIRS.match(title)
        return f"{found[1].capitalize()} HN" if found else None


class Unusable(Exception):
    """An object that is no item; the message is the reason."""


def number_of(item_id: str) -> int | None:
    """Return Hacker News' own number of an item's id; None for an id of something else."""
    found = OUR_ID.fullmatch(item_id)
    return int(found[1]) if found else None


def read_object(
    data: object, translate: Callable[[HackerNewsItem], T], left_out: Counter[str]
) -> T | None:
    """Return an object's item; None for one that is left out, logged and counted by its reason."""
    try:
        return translate(HackerNewsItem.model_validate(data))
    except Unusable as error:
        reason = str(error)
    except ValidationError as error:
        fields = dict.fromkeys(str(each["loc"][0]) for each in error.errors() if each["loc"])
        reason = f"no usable {', '.join(fields)}" if fields else "no object"
    left_out[reason] += 1
    event(log, "hackernews.object_left_out", logging.INFO, reason=reason)
    return None


def read_tree(root: object, left_out: Counter[str]) -> list[SeenComment]:
    """Return the comments of a story's tree.

    Of what was deleted or hidden the tree has a node without words, and what answers it.
    """
    story = _id(root.get("id")) if isinstance(root, dict) else None
    if not isinstance(root, dict) or story is None:
        left_out["no usable tree"] += 1
        return []
    found: list[SeenComment] = []
    waiting = [(child, story) for child in _children(root)]
    while waiting:
        node, parent = waiting.pop()
        if not isinstance(node, dict):
            left_out["no object"] += 1
            continue
        waiting += [(child, _id(node.get("id")) or parent) for child in _children(node)]
        if _is_empty(node):
            continue
        comment = read_object(node, _comment_on(story, parent), left_out)
        if comment is not None and not comment.deleted:
            found.append(comment)
    return found


def _comment_on(story: int, parent: int) -> Callable[[HackerNewsItem], SeenComment]:
    return lambda item: item.comment(story, parent)


def _is_empty(node: dict[str, object]) -> bool:
    return node.get("type") == OPTION or not (node.get("text") or node.get("author"))


def _children(node: dict[str, object]) -> Iterable[object]:
    children = node.get("children")
    return children if isinstance(children, list) else []
