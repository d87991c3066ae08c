"""Posts and comments."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, RootModel

from api.schema.base import (
    Answer,
    Community,
    DataOrigin,
    LeftOut,
    Methods,
    MixedMethods,
    Time,
    WebAddress,
)
from api.schema.kinds import Kinds, Switch
from api.schema.sentiment import LabelCounts
from api.schema.values import Kind
from shared.communities import SourceName
from shared.models import Label, Language, Via

# Maximum comments of a page; a comment costs a request unit, a long one nearly two.
MAX_COMMENTS = 500
SHARE = "for linear its probability, for vader the share of such words; 0 to 1, and 1 together"
# The name of a deleted author in answers.
NO_AUTHOR = "[deleted]"

Author = Annotated[
    str,
    BeforeValidator(lambda name: name or NO_AUTHOR),
    Field(description="the author's name; [deleted] if there is none"),
]
Source = Annotated[SourceName, Field(description="the kind of place that it comes from")]
Upvotes = Annotated[
    int | None,
    Field(
        description="upvotes minus downvotes, or likes, as last seen; null if the source has none"
    ),
]
CollectedAt = Annotated[Time, Field(description="when its text was collected")]
TextLanguage = Annotated[
    Language | None,
    Field(
        description="en, other (clearly not English) or none (no words of the author, so neutral"
        " with compound 0); null for texts scored before languages were recognised"
    ),
]
Deleted = Annotated[
    bool, Field(description="whether its source already listed it without its author's words")
]
CopyOf = Annotated[
    str | None,
    Field(
        description="the post that it repeats, as community/id: one with its author's same words"
        " within a week, or the one that it cross-posts; null if it repeats none. A list"
        " over all communities leaves it out if it has that post"
    ),
]
Unsure = Annotated[
    bool, Field(description="whether the method can't tell; the label is neutral then")
]
Deciding = Annotated[
    list[str],
    Field(
        description="up to five words that decided the label, as they stand in the text without its"
        " Markdown; empty where the method doesn't tell them"
    ),
]
By = Annotated[
    Literal["parent"] | None,
    Field(
        description='parent: a bare reply, such as "same here", has the sentiment of what it'
        " answers; else null"
    ),
]
Copies = Annotated[
    list[str], Field(description="the posts that repeat it, as community/id, oldest first")
]


def _is_stored(_: object) -> bool:
    """Return that a field is there, whatever its value."""
    return True


Corrected = Annotated[
    bool,
    BeforeValidator(_is_stored),
    Field(
        validation_alias="method_says",
        description="whether a person corrected the label; the method, and what it gives beside"
        " label and compound, is still the one that scored it",
    ),
]
NotAbout = Annotated[
    list[str],
    BeforeValidator(lambda mentions: [each["subject"] for each in mentions]),
    Field(
        validation_alias="rejected",
        description="the subjects that the rules find in it, and a person says that it isn't about",
    ),
]


class MentionSentiment(Answer):
    """The sentiment of an item about a subject that it names."""

    label: Label = Field(description="positive, negative or neutral")
    compound: float = Field(description="-1 to 1")
    method: str = Field(description="the method that scored it")
    version: str | None = Field(description="the version of the method")
    unsure: Unsure = False
    deciding: Deciding = Field(default=[])
    by: By = None
    corrected: Corrected = False


class ItemMention(Answer):
    """A subject that an item mentions."""

    subject: str = Field(description="the id of the subject")
    via: Via = Field(
        description="text (it names the subject), thread (a comment that names no subject, under"
        " a post about it) or home (it names no subject, in a home community of it)"
    )
    matched: list[str] = Field(
        description="the words that name it, as they stand in the text; empty unless via text"
    )
    sentiment: MentionSentiment | None = Field(
        default=None,
        description="what the item says of it; null where that isn't known: the sentiment of the"
        " whole item counts then",
    )
    added: bool = Field(
        default=False, description="whether a person says that it is about it, and the rules don't"
    )


ItemMentions = Annotated[list[ItemMention], Field(description="the subjects that it mentions")]


class PostSentiment(Answer):
    """The sentiment of a text."""

    label: Label = Field(description="positive, negative or neutral")
    compound: float = Field(description="-1 to 1")
    positive: float = Field(description=f"how positive: {SHARE}")
    negative: float = Field(description=f"how negative: {SHARE}")
    neutral: float = Field(description=f"how neutral: {SHARE}")
    method: str = Field(description="the method that scored the text")
    analyzed_at: Time = Field(description="when the text was scored")
    version: str | None = Field(
        default=None,
        description="the version of the method; null for texts scored before there were versions",
    )
    unsure: Unsure = False
    deciding: Deciding = Field(default=[])
    by: By = None
    corrected: Corrected = False


class PostAnswer(Answer):
    """A post."""

    id: str = Field(description="the post's id, unique among the posts of all communities")
    source: Source
    subreddit: Community
    author: Author
    title: str = Field(description="the title")
    content: str = Field(description="the text in Markdown, empty if the post is a link")
    url: WebAddress = Field(description="what the post links to; empty if it isn't http(s)")
    permalink: WebAddress = Field(description="the post at its source; empty if it isn't http(s)")
    created_utc: Time = Field(description="when it was posted")
    upvotes: Upvotes
    comment_count: int | None = Field(
        description="comments at its source, as last seen; null if the source doesn't say"
    )
    collected_at: CollectedAt
    language: TextLanguage = None
    sentiment: PostSentiment = Field(description="the sentiment of title and content")
    flair: str | None = Field(default=None, description="its flair; null if it has none")
    upvote_ratio: float | None = Field(
        default=None,
        description="the share of upvotes among all votes, 0 to 1, as last seen; null if unknown",
    )
    deleted: Deleted = False
    cursor: str = Field(
        validation_alias="order_key",
        description="the value of `cursor` of /posts/recent for the posts after this one",
    )
    copy_of: CopyOf = None
    copies: Copies = Field(default=[])
    mentions: ItemMentions = Field(default=[])
    not_about: NotAbout = Field(default=[])
    kinds: Kinds = None
    switch: Switch = None


class Posts(RootModel[list[PostAnswer]]):
    """Posts, in the order of `sort`."""


class CommentAnswer(Answer):
    """A comment."""

    id: str = Field(description="the comment's id, unique among those of all communities")
    post_id: str = Field(description="the id of its post")
    parent_id: str = Field(
        description="the id of the comment that it answers, or post_id where it answers the post;"
        " parents never form a circle"
    )
    source: Source
    subreddit: Community
    author: Author
    content: str = Field(description="the text in Markdown")
    permalink: WebAddress = Field(
        description="the comment at its source; empty if it isn't http(s)"
    )
    created_utc: Time = Field(description="when it was written")
    upvotes: Upvotes
    collected_at: CollectedAt
    language: TextLanguage = None
    sentiment: PostSentiment = Field(description="the sentiment of its text")
    deleted: Deleted = False
    mentions: ItemMentions = Field(default=[])
    not_about: NotAbout = Field(default=[])
    kinds: Kinds = None
    switch: Switch = None


class PostDetail(Answer):
    """A post with its comments."""

    post: PostAnswer = Field(description="the post")
    comments: list[CommentAnswer] = Field(
        description=f"its stored comments, oldest first, at most {MAX_COMMENTS}; the Link header"
        " leads to later ones"
    )
    comments_complete: bool = Field(
        description="whether no later comments are stored: without `cursor`, whether these are all"
        " of them"
    )
    sentiment_distribution: LabelCounts = Field(description="these comments by label")
    sentiment_avg: float | None = Field(
        description="these comments' mean compound, -1 to 1; null if there are none"
    )
    left_out: LeftOut
    methods: Methods
    mixed_methods: MixedMethods
    origin: DataOrigin


class ItemAnswer(Answer):
    """A post or a comment."""

    kind: Kind = Field(description="post or comment")
    id: str = Field(description="its id, unique among those of its kind")
    post_id: str = Field(description="the post that it is or belongs to")
    source: Source
    subreddit: Community
    author: Author
    title: str | None = Field(description="the title of a post; null for a comment")
    content: str = Field(description="the text in Markdown, empty where a post is a link")
    permalink: WebAddress = Field(description="it at its source; empty if it isn't http(s)")
    created_utc: Time = Field(description="when it was written")
    upvotes: Upvotes
    comment_count: int | None = Field(
        description="a post's comments at its source, as last seen; null for a comment, and where"
        " that isn't said"
    )
    collected_at: CollectedAt
    sentiment: PostSentiment = Field(description="the sentiment of title and content")
    language: TextLanguage = None
    deleted: Deleted = False
    cursor: str = Field(
        validation_alias="order_key",
        description="the value of `cursor` of /items for the items after this one",
    )
    copy_of: CopyOf = None
    copies: Copies = Field(default=[])
    mentions: ItemMentions = Field(default=[])
    kinds: Kinds = None
    switch: Switch = None


class Items(RootModel[list[ItemAnswer]]):
    """Posts and comments, in the order of `sort`."""
