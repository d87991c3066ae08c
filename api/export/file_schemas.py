"""The schemas of files: which columns a file of posts, items, mentions or trends has.

A version of a schema only gains columns, at its end: docs/exports.md has the rule.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from api.export.columns import Column, columns_of
from api.schema.items import ItemAnswer, PostAnswer, PostSentiment
from api.schema.sentiment import SentimentTrends, TrendPoint
from api.schema.subjects import MentionAnswer

SchemaName = Literal["posts", "items", "mentions", "trends"]

# Fields added later are at the end, for programs that use column positions.
_KINDS = ("kinds", "switch")
_SWITCH = ("switch_from", "switch_to")
_LATEST = {"language", "source", "mentions", "not_about", *_KINDS}
_FIELDS = [name for name in PostAnswer.model_fields if name not in _LATEST]
_AT = _FIELDS.index("sentiment")
_BASIS = ["sentiment_unsure", "sentiment_deciding", "sentiment_by", "sentiment_corrected"]
_OF_SENTIMENT = (f"sentiment_{name}" for name in PostSentiment.model_fields)
_SENTIMENT = [name for name in _OF_SENTIMENT if name not in _BASIS]
POST_COLUMNS = [
    *_FIELDS[:_AT],
    *_SENTIMENT,
    "language",
    *_FIELDS[_AT + 1 :],
    "source",
    "mentions",
    *_BASIS,
    "not_about",
    "kinds",
    *_SWITCH,
]
_LATER = ("language", "copy_of", "copies", "source", "mentions")
ITEM_COLUMNS = [
    *(name for name in ItemAnswer.model_fields if name not in {"sentiment", *_LATER, *_KINDS}),
    *_SENTIMENT,
    *_LATER,
    *_BASIS,
    "kinds",
    *_SWITCH,
]
_OF_MENTIONS = [name for name in MentionAnswer.model_fields if name not in {"sentiment", *_KINDS}]
_AT_MENTION = list(MentionAnswer.model_fields).index("sentiment")
MENTION_COLUMNS = [
    *_OF_MENTIONS[:_AT_MENTION],
    *_SENTIMENT,
    *_OF_MENTIONS[_AT_MENTION:],
    *_BASIS,
    "kinds",
    *_SWITCH,
]
# A file goes from hand to hand without its name, so that each line says whose it is.
NEWER_COLUMNS = ("stderr", "interval", "few", "corrected")
_STEP_COLUMNS = [
    # Steps have no shares.
    name
    for name in TrendPoint.model_fields
    if name not in {*NEWER_COLUMNS, "shares"}
]
TREND_COLUMNS = [*_STEP_COLUMNS, "subreddit"]
_OF_TRENDS = ("subreddit", "subject", "via")


@dataclass(frozen=True)
class FileSchema:
    """The columns of a file of a kind, and their version."""

    name: SchemaName
    version: int
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """Return the names of the columns, in their order."""
        return [each.name for each in self.columns]


@cache
def schema_of(name: SchemaName) -> FileSchema:
    """Return a schema; the first call derives it from its models."""
    match name:
        case "posts":
            columns = columns_of(PostAnswer, POST_COLUMNS)
        case "items":
            columns = columns_of(ItemAnswer, ITEM_COLUMNS)
        case "mentions":
            columns = columns_of(MentionAnswer, MENTION_COLUMNS)
        case "trends":
            columns = (
                *columns_of(TrendPoint, _STEP_COLUMNS),
                *columns_of(SentimentTrends, _OF_TRENDS),
                *columns_of(TrendPoint, NEWER_COLUMNS),
            )
    return FileSchema(name, 1, columns)
