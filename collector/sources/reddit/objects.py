"""Translates Reddit's JSON objects, t3 (submissions) and t1 (comments), into items.

Twenty years of API versions left many shapes. So only the essential fields are required, and an
object without them is left out. An invalid value of any other field becomes the field's default.
https://github.com/reddit-archive/reddit/wiki/JSON
"""

import logging
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from collector.sources.base import Seen, SeenComment, SeenPost
from shared.communities import Kind
from shared.logs import event
from shared.text.notices import is_notice, is_removed
from shared.tidy import tidy

log = logging.getLogger(__name__)

REDDIT = "https://www.reddit.com"

# 1 January 2000 to 1 January 2100; any other time is wrong.
EARLIEST, LATEST = 946_684_800, 4_102_444_800
# JSON readers of every language can read this as a whole number.
MAX_COUNT = 2**31 - 1
# https://www.reddit.com/dev/api#fullnames
PREFIXES: dict[Kind, str] = {"post": "t3_", "comment": "t1_"}
POST_NAME = re.compile(r"t3_([A-Za-z0-9_]{1,20})")
COMMENT_NAME = re.compile(r"t1_([A-Za-z0-9_]{1,20})")
WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,10}")
# A permalink may only lead to Reddit's own pages.
OWN_ADDRESS = re.compile(r"https://(?:[a-z]+\.)?reddit\.com/[^\s\\]*", re.IGNORECASE)
OWN_PATH = re.compile(r"/(?![/\\])[^\s\\]*")

# If any of these fields is true or has a value, Reddit, a filter, a moderator or the author removed
# the item. Some appear only to moderators.
REMOVED_MARKS = (
    "removed_by_category",
    "removed_by",
    "banned_by",
    "removal_reason",
    "removed",
    "spam",
    "filtered",
)
DELETED_REASON = "DELETED"


def fullname(kind: Kind, item_id: str) -> str:
    """Return Reddit's fullname of an item."""
    return f"{PREFIXES[kind]}{item_id}"


def _text(value: object) -> str:
    return tidy(value) if isinstance(value, str) else ""


def _optional_text(value: object) -> str | None:
    return _text(value) or None


def _author(value: object) -> str | None:
    name = _text(value)
    return None if not name.strip() or is_notice(name) else name


def _whole_number(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and WHOLE_NUMBER.fullmatch(value.strip()):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and abs(value) <= MAX_COUNT else None


def _score(value: object) -> int:
    return _whole_number(value) or 0


def _count(value: object) -> int:
    return max(0, _score(value))


def _share(value: object) -> float | None:
    try:
        share = math.nan if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return share if 0 <= share <= 1 else None


def _is_edited(value: object) -> bool:
    """Return whether the item was edited: Reddit gives false, true, or a time."""
    return value is True or (not isinstance(value, bool) and isinstance(value, int | float))


def _post_id(value: object) -> str | None:
    """Return the id in a submission's fullname; None for anything else."""
    found = POST_NAME.fullmatch(_text(value))
    return found[1] if found else None


def _yes(value: object) -> bool:
    return value is True


Text = Annotated[str, BeforeValidator(_text)]
OptionalText = Annotated[str | None, BeforeValidator(_optional_text)]
Author = Annotated[str | None, BeforeValidator(_author)]
Score = Annotated[int, BeforeValidator(_score)]
Count = Annotated[int, BeforeValidator(_count)]
Share = Annotated[float | None, BeforeValidator(_share)]
Edited = Annotated[bool, BeforeValidator(_is_edited)]
Yes = Annotated[bool, BeforeValidator(_yes)]
PostId = Annotated[str | None, BeforeValidator(_post_id)]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,20}$")]
Time = Annotated[float, Field(ge=EARLIEST, lt=LATEST)]


class RedditThing(BaseModel):
    """The fields that submissions and comments share."""

    id: Id
    created_utc: Time
    author: Author = None
    permalink: Text = ""
    score: Score = 0
    edited: Edited = False
    stickied: Yes = False
    distinguished: OptionalText = None


class RedditSubmission(RedditThing):
    """A t3 object."""

    title: Text = ""
    url: Text = ""
    upvote_ratio: Share = None
    num_comments: Count = 0
    link_flair_text: OptionalText = None
    crosspost_parent: PostId = None

    def seen(self, data: Mapping[str, Any]) -> SeenPost:
        """Return the item; data is the original object."""
        content = text_of(data)
        is_gone = is_removed(marked=_is_marked(data), title=self.title, content=content)
        short = f"/comments/{self.id}/"
        return SeenPost(
            id=self.id,
            author=self.author,
            title=self.title,
            content=content,
            url=REDDIT + self.url if OWN_PATH.fullmatch(self.url) else self.url,
            # Reddit's own permalink contains words of the title.
            permalink=_permalink("" if is_gone else self.permalink, short),
            created_utc=self.created_utc,
            upvotes=self.score,
            upvote_ratio=self.upvote_ratio,
            comment_count=self.num_comments,
            flair=self.link_flair_text,
            deleted=is_gone,
            edited=self.edited,
            stickied=self.stickied,
            distinguished=self.distinguished,
            crosspost_parent=self.crosspost_parent,
        )


class RedditComment(RedditThing):
    """A t1 object. link_id names its submission, which we may never have seen."""

    link_id: Annotated[str, Field(pattern=r"^t3_[A-Za-z0-9_]{1,20}$")]
    parent_id: Text = ""
    body: Text = ""

    def seen(self, data: Mapping[str, Any]) -> SeenComment:
        """Return the item; data is the original object."""
        post_id = self.link_id.removeprefix(PREFIXES["post"])
        return SeenComment(
            id=self.id,
            post_id=post_id,
            parent_id=self._answered() or post_id,
            author=self.author,
            content=self.body,
            permalink=_permalink(self.permalink, f"/comments/{post_id}/_/{self.id}/"),
            created_utc=self.created_utc,
            upvotes=self.score,
            deleted=is_removed(marked=_is_marked(data), content=self.body),
            edited=self.edited,
            stickied=self.stickied,
            distinguished=self.distinguished,
        )

    def _answered(self) -> str | None:
        """Return the id of the comment that it answers; None if it answers the post."""
        found = COMMENT_NAME.fullmatch(self.parent_id)
        return found[1] if found and found[1] != self.id else None


MODELS: dict[object, type[RedditSubmission | RedditComment]] = {
    "t3": RedditSubmission,
    "t1": RedditComment,
}


def text_of(data: Mapping[str, Any]) -> str:
    """Return a submission's text, with the captions of its gallery and the options of its poll.

    A cross-post without own text has the text of its original.
    """
    parts = [_text(data.get("selftext")), *_captions(data), *_options(data)]
    text = "\n\n".join(part for part in parts if part.strip())
    if text:
        return tidy(text)
    shown = data.get("crosspost_parent_list")
    original = shown[0] if isinstance(shown, list) and shown else None
    if not isinstance(original, dict) or _is_marked(original):
        return ""
    words = text_of({**original, "crosspost_parent_list": None})
    return "" if is_notice(words) else words


def _captions(data: Mapping[str, Any]) -> list[str]:
    gallery = data.get("gallery_data")
    items = gallery.get("items") if isinstance(gallery, dict) else None
    return [
        _text(item.get("caption"))
        for item in (items if isinstance(items, list) else [])
        if isinstance(item, dict)
    ]


def _options(data: Mapping[str, Any]) -> list[str]:
    poll = data.get("poll_data")
    options = poll.get("options") if isinstance(poll, dict) else None
    texts = [
        _text(option.get("text"))
        for option in (options if isinstance(options, list) else [])
        if isinstance(option, dict)
    ]
    return ["\n".join(f"- {text}" for text in texts if text.strip())]


def read_things(children: Iterable[Any], left_out: Counter[str] | None = None) -> list[Seen]:
    """Return the items of a listing's children.

    Other things, invalid objects and advertisements are left out, logged, and counted in left_out
    by reason.
    """
    found: list[Seen] = []
    for child in children:
        reason = read_thing(child)
        if not isinstance(reason, str):
            found.append(reason)
            continue
        if left_out is not None:
            left_out[reason] += 1
        level = logging.INFO if reason == "promoted" else logging.WARNING
        event(log, "reddit.object_left_out", level, reason=reason)
    return found


def read_thing(child: Any) -> Seen | str:
    """Return the item of an object, or why it is left out."""
    try:
        model = MODELS[child["kind"]]
        data = child["data"]
        if isinstance(data, dict) and _is_promoted(data):
            return "promoted"
        return model.model_validate(data).seen(data)
    except (KeyError, TypeError, ValidationError) as error:
        return _reason(error)


def _is_marked(data: Mapping[str, Any]) -> bool:
    """Return whether Reddit marks an object as removed or filtered."""
    if any(data.get(mark) for mark in REMOVED_MARKS):
        return True
    return data.get("collapsed_reason_code") == DELETED_REASON


def _is_promoted(data: Mapping[str, Any]) -> bool:
    """Return whether an object is an advertisement."""
    return any(data.get(mark) is True for mark in ("promoted", "is_created_from_ads_ui"))


def _permalink(given: str, short: str) -> str:
    """Return the permalink as an address on Reddit, or the short one if it isn't one there."""
    if OWN_PATH.fullmatch(given):
        return REDDIT + given
    return given if OWN_ADDRESS.fullmatch(given) else REDDIT + short


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        fields = dict.fromkeys(str(e["loc"][0]) for e in error.errors() if e["loc"])
        return f"no usable {', '.join(fields)}" if fields else "no object"
    return "no submission or comment"
