"""What the list of posts and comments holds."""

from pydantic import Field, RootModel

from api.models import (
    COPIED_BY,
    COPY_OF,
    DELETED,
    LANGUAGE,
    Answer,
    PostSentiment,
    Time,
    WebAddress,
)
from api.parameter_models import Kind
from shared.models import Language


class ItemAnswer(Answer):
    """A post or a comment."""

    kind: Kind = Field(description="post or comment")
    id: str = Field(description="Reddit's id, without t3_ or t1_")
    post_id: str = Field(description="the post that it is or belongs to")
    subreddit: str = Field(description="the subreddit's name")
    author: str = Field(description="the author's name; [deleted] where there is none")
    title: str | None = Field(description="the title of a post; null for a comment")
    content: str = Field(description="the text in Markdown, empty where a post is a link")
    permalink: WebAddress = Field(description="it on Reddit; empty where that isn't http(s)")
    created_utc: Time = Field(description="when it was written")
    upvotes: int = Field(description="upvotes less downvotes, as last seen")
    comment_count: int | None = Field(
        description="a post's comments on Reddit, as last seen; null for a comment"
    )
    collected_at: Time = Field(description="when its text was collected")
    sentiment: PostSentiment = Field(description="the sentiment of title and content")
    language: Language | None = Field(default=None, description=LANGUAGE)
    deleted: bool = Field(default=False, description=DELETED)
    cursor: str = Field(
        validation_alias="order_key",
        description="as `cursor` of /items: what comes after this item",
    )
    copy_of: str | None = Field(default=None, description=COPY_OF)
    copies: list[str] = Field(default=[], description=COPIED_BY)


class Items(RootModel[list[ItemAnswer]]):
    """Posts and comments, newest first."""
