"""The trending topics."""

from pydantic import Field, RootModel

from api.schema.base import Answer, LeftOut, Methods, MixedMethods, Time
from api.schema.coverage import CoverageAnswer
from api.schema.sentiment import LabelCounts, Rematching
from shared.models import TopicState


class TopicAnswer(Answer):
    """A trending topic."""

    id: str = Field(description="the theme as an identifier, which the topic keeps from run to run")
    theme: str = Field(description="a phrase that most of its posts use, in their spelling")
    keywords: list[str] = Field(description="other terms that its posts use more than before")
    post_ids: list[str] = Field(description="up to 100 of its posts, fastest growing first")
    mentions: int = Field(description="posts of the last 24 hours that are about it")
    mentions_by_hour: list[int] = Field(
        description="its posts and their comments in each of the 24 hours, oldest first"
    )
    growth: float | None = Field(
        description="the share of posts that use its main term, divided by that share in the seven"
        " days before; null if no post used it then"
    )
    subreddits: list[str] = Field(
        validation_alias="communities",
        description="the communities of its posts, the most frequent first",
    )
    engagement_velocity: float | None = Field(
        description="the upvotes and three times the comments that each of its posts gains an hour,"
        " added up; recent gains weigh more. Topics are ranked by it. null if nothing is known of"
        " any post's upvotes and comments"
    )
    upvotes: int | None = Field(
        default=None,
        description="upvotes that its posts gained in the 24 hours; null for topics computed by"
        " earlier versions",
    )
    comments: int | None = Field(
        default=None,
        description="comments that its posts gained in the 24 hours, as the source counts them;"
        " null for topics computed by earlier versions",
    )
    state: TopicState | None = Field(
        default=None,
        description="new (first mentioned within 6 hours), rising, peaked (past its peak, at"
        " peak_time) or fading (its last 3 hours have at most a third of its best 3);"
        " null for topics computed by earlier versions",
    )
    sentiment_distribution: LabelCounts = Field(description="its posts and their comments by label")
    sentiment_avg: float | None = Field(
        description="their mean compound, -1 to 1; null if all are left out"
    )
    stderr: float | None = Field(
        default=None,
        description="the standard error of sentiment_avg, which knows that the items of a thread"
        " agree; null with fewer than two threads, and for topics computed by earlier versions",
    )
    interval: list[float] | None = Field(
        default=None,
        description="[low, high]: it holds the true sentiment_avg in 95 of 100 cases; null where"
        " stderr is",
        min_length=2,
        max_length=2,
    )
    few: bool | None = Field(
        default=None,
        description="whether fewer than 30 items count in sentiment_avg, which is too few; null for"
        " topics computed by earlier versions",
    )
    left_out: LeftOut
    methods: Methods
    mixed_methods: MixedMethods
    peak_time: Time = Field(
        description="the beginning of the hour with the most posts and comments"
    )
    subject_mentions: int | None = Field(
        default=None,
        description="with `subject`, the number of its listed posts that mention the subject:"
        " `post_ids` has only these then, and all other figures are those of the whole topic; null"
        " without `subject`",
    )
    rematching: Rematching = False
    created_at: Time = Field(description="when it was computed")
    coverage: CoverageAnswer | None = Field(
        default=None,
        description="what was observed of its communities in the 24 hours; null where nothing is"
        " recorded",
    )


class TopicsAnswer(RootModel[list[TopicAnswer]]):
    """Trending topics, fastest growing first."""
