"""Posts and comments as the store keeps them."""

from typing import Literal, NotRequired, TypedDict

from shared.communities import Kind, SourceName
from shared.kinds import Talk

# Replaces the words of an item that was taken away.
REMOVED = "[removed]"

Label = Literal["positive", "negative", "neutral"]
# none: no words were left; other: certainly not English.
Language = Literal["en", "other", "none"]
Via = Literal["text", "thread", "home"]
"""The way in which an item is about a subject."""
OtherLanguages = Literal["leave_out", "count"]
"""Whether items that aren't English count in labels and averages."""


class Judged(TypedDict):
    """The judgement of a method, kept where the label of a person counts instead."""

    label: Label
    compound: float
    unsure: NotRequired[Literal[True]]
    deciding: NotRequired[list[str]]


class SentimentBasis(TypedDict):
    """The basis of a sentiment.

    unsure says that the method can't tell: the label is neutral then. deciding are up to five
    words, as they stand in the scored words, that decided the label. by parent: a bare reply ("same
    here") has the sentiment of what it answers. method_says: a person corrected the label, and
    this is what the method says; None where it says nothing of the subject alone.
    """

    unsure: NotRequired[Literal[True]]
    deciding: NotRequired[list[str]]
    by: NotRequired[Literal["parent"]]
    method_says: NotRequired[Judged | None]


class Sentiment(SentimentBasis):
    """The sentiment of one text.

    compound lies in -1..1; positive, negative and neutral are shares in 0..1. version is that of
    the method; what was stored before methods had versions lacks it.
    """

    label: Label
    compound: float
    positive: float
    negative: float
    neutral: float
    method: str
    version: NotRequired[str]
    analyzed_at: str


class TextScore(TypedDict):
    """The fields of an item that a method finds in its text; kinds are as in `Item`."""

    language: Language
    sentiment: Sentiment
    kinds: NotRequired[list[Talk]]


class TargetSentiment(SentimentBasis):
    """The sentiment of what a text says of one subject, by a method that scores targets."""

    label: Label
    compound: float
    method: str
    version: str


class Observation(TypedDict):
    """The counts of a post at one moment; velocity is measured between two of them."""

    at: str
    upvotes: int | None
    comment_count: int | None


class Mention(TypedDict):
    """A subject that an item is about, by the id of the subject.

    via text: the item names it, with the words in `matched`, as they stand in the text. via thread:
    a comment that names no subject, under a post about this one. via home: an item that names no
    subject, in a home community of this one. sentiment is what the item says of the subject; where
    it is missing, that of the whole item counts (sentiment_of in shared/stats/subjects.py). by
    parent: a bare reply ("same here") is about what the comment names that it answers. added: a
    person says that the item is about the subject, and the rules don't; via is text then.
    """

    subject: str
    via: Via
    matched: list[str]
    sentiment: NotRequired[TargetSentiment]
    by: NotRequired[Literal["parent"]]
    added: NotRequired[Literal[True]]


class ItemCorrection(TypedDict):
    """A person's corrections of an item, kept in the item so that they outlast all rewriting.

    text is the digest of the text that was corrected: of another text they say nothing. label is
    that of the item, None if it isn't corrected. targets are the labels of what the item says of
    subjects, and mentions say whether it is about a subject, both by the id of the subject.
    """

    text: str
    label: Label | None
    targets: dict[str, Label]
    mentions: dict[str, bool]


class Item(TypedDict):
    """The fields that posts and comments share.

    id is unique among the items of its kind in all communities. source is the kind of place that
    the community belongs to. order_key is created_utc and the id: unique in a partition, and sorted
    by time. None is what the source doesn't know: an author who is gone, or a score that it doesn't
    have. deleted says that the source marks it as taken away: its words and its author's name are
    not kept. distinguished says whom its author speaks for (moderator, admin). language is that of
    the words that were scored; items that were stored before languages were detected lack it. kinds
    are the kinds of talk by the method of the sentiment, ["other"] where none holds; they are
    missing where it has none. correction is what a person corrected, and rejected are the
    mentions that it takes away, as the rules and the method have them
    (shared/corrections/items.py).
    """

    id: str
    source: SourceName
    community: str
    kind: Kind
    order_key: str
    author: str | None
    content: str
    permalink: str
    created_utc: str
    upvotes: int | None
    collected_at: str
    deleted: bool
    edited: NotRequired[bool]
    stickied: NotRequired[bool]
    distinguished: NotRequired[str | None]
    language: NotRequired[Language]
    sentiment: Sentiment
    kinds: NotRequired[list[Talk]]
    mentions: NotRequired[list[Mention]]
    correction: NotRequired[ItemCorrection]
    rejected: NotRequired[list[Mention]]
    _etag: NotRequired[str]


class CopyMarks(TypedDict):
    """The marks of a post that is a copy, or that was copied.

    copy_of is the place (community/order_key) of the post that it repeats. copies are the places
    of those that repeat it, oldest first. collector/rollups/copies.py has the rule.
    """

    copy_of: NotRequired[str]
    copies: NotRequired[list[str]]


class Post(Item, CopyMarks):
    """A submission. observations are its last few counts, oldest first.

    crosspost_parent is the id of the post that it shows in another community.
    """

    title: str
    url: str
    upvote_ratio: float | None
    comment_count: int | None
    flair: str | None
    crosspost_parent: NotRequired[str | None]
    observations: list[Observation]


class Comment(Item):
    """A comment. parent_id is the id of the comment that it answers, or of its post."""

    post_id: str
    parent_id: str


def copy_marks(post: Post) -> CopyMarks:
    """Return the marks of a post; empty if it has none."""
    marks = CopyMarks()
    if "copy_of" in post:
        marks["copy_of"] = post["copy_of"]
    if "copies" in post:
        marks["copies"] = post["copies"]
    return marks
