"""The trending topics."""

from pydantic import Field, RootModel

from api.schema.base import LEFT_OUT, METHODS, MIXED_METHODS, Answer, Methods, Time
from api.schema.sentiment import LabelCounts
from shared.models import TopicState


class TopicAnswer(Answer):
    """A trending topic."""

    id: str = Field(description="the theme as an identifier: the same topic keeps it")
    theme: str = Field(description="a phrase that most of its posts use, in their own spelling")
    keywords: list[str] = Field(description="other words that its posts use more than before")
    post_ids: list[str] = Field(description="up to 100 of its posts, the fastest growing first")
    mentions: int = Field(description="posts of the last 24 hours that are about it")
    mentions_by_hour: list[int] = Field(
        description="its posts and their comments in each of the 24 hours, oldest first"
    )
    growth: float | None = Field(
        description="how many times as large a share of all posts uses its main term as in the"
        " seven days before; null where none did"
    )
    subreddits: list[str] = Field(
        validation_alias="communities", description="where its posts are, the most first"
    )
    engagement_velocity: float = Field(
        description="what topics are ranked by: the upvotes and three times the comments that"
        " each of its posts gains an hour, by the last day's observations, added up"
    )
    upvotes: int | None = Field(
        default=None,
        description="upvotes that its posts have gained in the 24 hours; null for earlier topics",
    )
    comments: int | None = Field(
        default=None,
        description="comments that its posts have gained in the 24 hours, as the source counts"
        " them; null for earlier topics",
    )
    state: TopicState | None = Field(
        default=None,
        description="new (first mentioned within 6 hours), rising, peaked (past its peak, at"
        " peak_time) or fading (its last 3 hours hold a third of its best 3, or less); null for"
        " earlier topics",
    )
    sentiment_distribution: LabelCounts = Field(description="its posts and their comments")
    sentiment_avg: float | None = Field(
        description="their mean compound, -1 to 1; null where all are left out"
    )
    left_out: int = Field(description=LEFT_OUT)
    methods: Methods = Field(description=METHODS)
    mixed_methods: bool = Field(description=MIXED_METHODS)
    peak_time: Time = Field(description="the beginning of the hour with most posts and comments")
    created_at: Time = Field(description="when it was computed")


class TopicsAnswer(RootModel[list[TopicAnswer]]):
    """Trending topics, the fastest growing first."""
