"""The lines of pushed files: an item each, as JSON, and how it becomes ours.

docs/push.md says what a line holds.
"""

import json
import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from collector.sources.base import Seen, SeenComment, SeenPost
from collector.text.tidy import tidy
from shared.communities import Kind
from shared.times import EARLIEST, LATEST

# JSON readers of every language can read this as a whole number.
MAX_COUNT = 2**31 - 1


HALF_OF_A_PAIR = re.compile(rb"\\u[dD][89a-fA-F]")
NO_OBJECT = {"json_invalid": "no JSON", "model_type": "no JSON object"}


def _possible(moment: datetime) -> datetime:
    if not EARLIEST <= moment < LATEST:
        raise ValueError("it isn't between 2000 and 2100")
    return moment


# Safe in a path, and as a document's id.
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Text = Annotated[str, AfterValidator(tidy)]
Time = Annotated[AwareDatetime, AfterValidator(_possible)]
Count = Annotated[int, Field(ge=0, le=MAX_COUNT, strict=True)]
Score = Annotated[int, Field(ge=-MAX_COUNT, le=MAX_COUNT, strict=True)]


class OtherCommunity(Exception):
    """A line names another community than that of its file."""


class PushedItem(BaseModel):
    """A post or a comment, as its line gives it. What is left out is unknown, or empty."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Id
    kind: Kind
    created: Time
    source: Literal["push"] | None = None
    community: str | None = None
    post_id: Id | None = None
    parent_id: Id | None = None
    author: Text | None = None
    title: Text = ""
    text: Text = ""
    url: Text = ""
    permalink: Text = ""
    edited: bool = False
    score: Score | None = None
    replies: Count | None = None
    flair: Text | None = None
    deleted: Literal["author", "moderator"] | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> "PushedItem":
        if (self.kind == "comment") != (self.post_id is not None):
            raise ValueError("a comment takes post_id, and a post none")
        if self.kind == "comment" and self.title.strip():
            raise ValueError("a comment takes no title: its words are its text")
        if not self.deleted and not (self.text.strip() or self.title.strip()):
            raise ValueError("it has no words")
        return self

    def seen(self, community: str) -> Seen:
        """Translate into our words; ids are made unique by the community's.

        Raises OtherCommunity where the line names another one.
        """
        if self.community not in {None, community}:
            raise OtherCommunity
        if self.kind == "post":
            return SeenPost(
                id=f"{community}.{self.id}",
                author=self.author or None,
                title=self.title,
                content=self.text,
                url=self.url or self.permalink,
                permalink=self.permalink,
                created_utc=self.created.timestamp(),
                upvotes=self.score,
                upvote_ratio=None,
                comment_count=self.replies,
                flair=self.flair or None,
                deleted=self.deleted is not None,
                edited=self.edited,
            )
        post_id = f"{community}.{self.post_id}"
        answers_post = self.parent_id in {None, self.post_id, self.id}
        return SeenComment(
            id=f"{community}.{self.id}",
            post_id=post_id,
            parent_id=post_id if answers_post else f"{community}.{self.parent_id}",
            author=self.author or None,
            content=self.text,
            permalink=self.permalink,
            created_utc=self.created.timestamp(),
            upvotes=self.score,
            deleted=self.deleted is not None,
            edited=self.edited,
        )


def read_line(text: bytes, community: str) -> Seen | str | None:
    """Return a line's item, or what is wrong with it; None for one that is empty."""
    if not text:
        return "longer than 1 MB"
    if not text.strip():
        return None
    try:
        return _item_of(text).seen(community)
    except ValidationError as error:
        return _reason_of(error)
    except OtherCommunity:
        return "of another community"


def _item_of(text: bytes) -> PushedItem:
    """Read an item. Raises ValidationError."""
    try:
        return PushedItem.model_validate_json(text)
    except ValidationError:
        if not HALF_OF_A_PAIR.search(text):
            raise
        # Where a program has cut a text within an emoji, half of it is left.
        try:
            whole = json.dumps(json.loads(text), ensure_ascii=False)
        except (ValueError, RecursionError):
            whole = ""
        return PushedItem.model_validate_json(whole.encode("utf-8", "replace"))


def _reason_of(error: ValidationError) -> str:
    """Return what is wrong with a line, in a few words."""
    first: Any = error.errors()[0]
    if first["type"] in NO_OBJECT:
        return NO_OBJECT[first["type"]]
    if not first["loc"]:
        return str(first["msg"]).removeprefix("Value error, ")
    name = str(first["loc"][0])
    return (
        f"unknown field {name[:40]}" if first["type"] == "extra_forbidden" else f"no usable {name}"
    )
