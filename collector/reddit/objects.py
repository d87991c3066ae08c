"""Reddit's JSON objects, t3 (submissions) and t1 (comments), and how they become ours.

Twenty years of API versions left every shape there is: only what an item can't be without is
demanded, and an object that lacks it is left out.
https://github.com/reddit-archive/reddit/wiki/JSON
"""

import logging
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from collector.source import Seen, SeenComment, SeenPost
from shared.logs import event

log = logging.getLogger(__name__)

REDDIT = "https://www.reddit.com"
WORDS_GONE = frozenset({"[deleted]", "[removed]", "[ Removed by Reddit ]"})
NO_AUTHOR = "[deleted]"

# Reddit itself ends at 40,000 characters; Cosmos DB ends at 2 MB a document.
MAX_CHARACTERS = 100_000
# 1 January 2000 to 1 January 2100: a time outside is an error of the sender.
EARLIEST, LATEST = 946_684_800, 4_102_444_800


def tidy(text: str) -> str:
    """Make a text that every store takes: no NUL, no half of a surrogate pair, not endless."""
    whole = text[:MAX_CHARACTERS].replace("\x00", "")
    return whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _text(value: object) -> str:
    return tidy(value) if isinstance(value, str) else ""


def _author(value: object) -> str:
    return _text(value) or NO_AUTHOR


def _number(value: object) -> object:
    return 0 if value is None else value


Text = Annotated[str, BeforeValidator(_text)]
Count = Annotated[int, BeforeValidator(_number)]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,20}$")]
Time = Annotated[float, Field(ge=EARLIEST, lt=LATEST)]


class RedditSubmission(BaseModel):
    """A t3 object."""

    id: Id
    created_utc: Time
    author: Annotated[str, BeforeValidator(_author)] = NO_AUTHOR
    title: Text = ""
    selftext: Text = ""
    url: Text = ""
    permalink: Text = ""
    score: Count = 0
    upvote_ratio: Annotated[float, Field(ge=0, le=1)] | None = None
    num_comments: Count = 0
    link_flair_text: Annotated[str | None, BeforeValidator(lambda value: _text(value) or None)] = (
        None
    )
    removed_by_category: str | None = None

    def seen(self) -> SeenPost:
        """Translate into our words."""
        permalink = self.permalink or f"/comments/{self.id}/"
        return SeenPost(
            id=self.id,
            author=self.author,
            title=self.title,
            content=self.selftext,
            url=self.url,
            permalink=REDDIT + permalink if permalink.startswith("/") else permalink,
            created_utc=self.created_utc,
            upvotes=self.score,
            upvote_ratio=self.upvote_ratio,
            comment_count=self.num_comments,
            flair=self.link_flair_text,
            deleted=self.selftext.strip() in WORDS_GONE or self.removed_by_category is not None,
        )


class RedditComment(BaseModel):
    """A t1 object. link_id names its submission, which may be one that we never saw."""

    id: Id
    link_id: Annotated[str, Field(pattern=r"^t3_[A-Za-z0-9_]{1,20}$")]
    created_utc: Time
    parent_id: Text = ""
    author: Annotated[str, BeforeValidator(_author)] = NO_AUTHOR
    body: Text = ""
    permalink: Text = ""
    score: Count = 0

    def seen(self) -> SeenComment:
        """Translate into our words."""
        post_id = self.link_id.removeprefix("t3_")
        permalink = self.permalink or f"/comments/{post_id}/_/{self.id}/"
        return SeenComment(
            id=self.id,
            post_id=post_id,
            parent_id=self.parent_id or self.link_id,
            author=self.author,
            content=self.body,
            permalink=REDDIT + permalink if permalink.startswith("/") else permalink,
            created_utc=self.created_utc,
            upvotes=self.score,
            deleted=self.body.strip() in WORDS_GONE,
        )


MODELS: dict[object, type[RedditSubmission | RedditComment]] = {
    "t3": RedditSubmission,
    "t1": RedditComment,
}


def read_things(children: Iterable[Any]) -> list[Seen]:
    """Translate a listing's children; what is no submission or comment, or lacks what it must
    have, is left out and logged.
    """
    found: list[Seen] = []
    for child in children:
        try:
            model = MODELS[child["kind"]]
            found.append(model.model_validate(child["data"]).seen())
        except (KeyError, TypeError, ValidationError) as error:
            event(log, "reddit.object_left_out", logging.WARNING, reason=_reason(error))
    return found


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{e['loc'][0]}: {e['msg']}" for e in error.errors() if e["loc"])
    return f"no submission or comment ({type(error).__name__})"
