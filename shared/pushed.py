"""The lines of pushed items: an item each, as JSON. POST, files and imports all read them here.

docs/push.md says what a line holds, and docs/schemas/item.schema.json is made of this model.
"""

import hashlib
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

from shared.communities import Kind
from shared.models import REMOVED, Item
from shared.store.keys import item_key
from shared.tidy import tidy
from shared.times import EARLIEST, LATEST, iso

# JSON readers of every language can read this as a whole number.
MAX_COUNT = 2**31 - 1
# An item's text ends at 100,000 characters.
MAX_LINE_BYTES = 1_000_000
DIGEST_BYTES = 8

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


class PushedItem(BaseModel):
    """A post or a comment, as its line gives it. What is left out is unknown, or empty."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Id = Field(description="unique among the community's items of its kind")
    kind: Kind = Field(description="what it is")
    created: Time = Field(description="when it was written, with an offset; the first one counts")
    source: Literal["push"] | None = Field(None, description="always push")
    community: str | None = Field(None, description="the community's id, such as push.desk")
    post_id: Id | None = Field(None, description="a comment's post; a post has none")
    parent_id: Id | None = Field(None, description="the comment that it answers; else the post")
    author: Text | None = Field(None, description="who wrote it")
    title: Text = Field("", description="a post's title; a comment has none")
    text: Text = Field("", description="its words, as Markdown")
    url: Text = Field("", description="what a post links to")
    permalink: Text = Field("", description="where it can be seen")
    edited: bool = Field(default=False, description="whether it was edited")
    score: Score | None = Field(None, description="its votes; without it they are unknown")
    replies: Count | None = Field(None, description="its comments; without it unknown")
    flair: Text | None = Field(None, description="a tag of a post")
    deleted: Literal["author", "moderator"] | None = Field(None, description="who took it back")

    @model_validator(mode="after")
    def _is_whole(self) -> "PushedItem":
        if (self.kind == "comment") != (self.post_id is not None):
            raise ValueError("a comment takes post_id, and a post none")
        if self.kind == "comment" and self.title.strip():
            raise ValueError("a comment takes no title: its words are its text")
        if not self.deleted and not (self.text.strip() or self.title.strip()):
            raise ValueError("it has no words")
        return self

    def id_in(self, community: str) -> str:
        """Return its id among the items of all communities."""
        return f"{community}.{self.id}"

    def key_in(self, community: str) -> str:
        """Return its key among all items."""
        return item_key(self.kind, self.id_in(community))

    @property
    def created_utc(self) -> str:
        """Return the time as the store keeps it."""
        return iso(self.created)

    @property
    def digest(self) -> str:
        """Return what is the same for two lines that say the same of an item."""
        said = (self.deleted is not None, *_said(self))
        return hashlib.blake2b(repr(said).encode(), digest_size=DIGEST_BYTES).hexdigest()


def read_item(text: bytes) -> PushedItem | str | None:
    """Return a line's item, or what is wrong with it; None for a line that is blank."""
    if len(text) > MAX_LINE_BYTES:
        return "longer than 1 MB"
    if not text.strip():
        return None
    try:
        return _item_of(text)
    except ValidationError as error:
        return _reason_of(error)


def changes_nothing(item: PushedItem, known: Item | None) -> bool:
    """Return whether an item is stored as its line has it; also if it takes back an unknown one.

    It decides as collector/collection/diff.py does, which the API can't import.
    """
    if known is None:
        return item.deleted is not None
    if known["deleted"] != (item.deleted is not None):
        return False
    author, *said = _said(item)
    if author is None and known["author"] is not None:
        return False
    stored = (str(known.get("title", "")), known["content"], known["upvotes"])
    before = (*stored, known.get("comment_count"), known.get("flair"))
    # A count that a line leaves out stays as it is.
    counts = (item.score, item.replies if item.kind == "post" else None)
    merged = (_count_or_known(*pair) for pair in zip(counts, before[2:4], strict=True))
    return (said[0], said[1], *merged, said[4]) == before


def _count_or_known(count: object, known: object) -> object:
    return known if count is None else count


def _said(item: PushedItem) -> tuple[object, ...]:
    """Return author, title, text, score, replies and flair as they are stored."""
    is_post = item.kind == "post"
    replies = item.replies if is_post else None
    if item.deleted:
        return None, REMOVED if is_post else "", REMOVED, item.score, replies, None
    flair = (item.flair or None) if is_post else None
    title = item.title if is_post else ""
    return item.author or None, title, item.text, item.score, replies, flair


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
