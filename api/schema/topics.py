"""The topics of a scope and a span."""

from typing import Literal

from pydantic import Field

from api.schema.base import Answer, Time
from api.schema.coverage import CoverageAnswer
from api.schema.parameters import OneSubject, SpanParameters
from api.schema.sentiment import OfSubject, Rematching, Scope, Totals
from api.schema.values import CommunityName, Kind, WholeNumber
from shared.topics.course import CourseState

MAX_TOPICS = 50
MAX_ITEMS = 100


class TopicsParameters(SpanParameters):
    """The scope and the span of topics, and the number of topics."""

    community: CommunityName | None = Field(
        default=None,
        description="the name of a watched community, in upper or lower case, instead of"
        " `subject`; without both, all communities",
        examples=["claude"],
    )
    subject: OneSubject = None
    limit: WholeNumber = Field(
        default=20,
        ge=1,
        le=MAX_TOPICS,
        description=f"a whole number of topics from 1 to {MAX_TOPICS}",
        examples=[20],
    )


class LookedAt(Answer):
    """The items of a span among which topics were looked for."""

    start: Time = Field(description="the beginning of the span")
    end: Time = Field(description="its end, which isn't part of it")
    items: int = Field(
        description="items that were read and count: not deleted, a program's, left out by their"
        " language, or a copy of another one"
    )
    read: int = Field(description="items that were read")
    of: int = Field(description="items of the span, as statistics count them")
    is_whole: bool = Field(
        description="whether all items were read; otherwise they are a sample, spread evenly over"
        " the span, and counts of topics are those in the sample"
    )


class TopicItem(Answer):
    """An item of a topic."""

    kind: Kind = Field(description="post or comment")
    id: str = Field(description="its id")
    post_id: str = Field(description="the id of the post that it is or answers")
    community: str = Field(description="the id of its community")
    created_utc: Time = Field(description="when it was written")


class CourseStep(Answer):
    """An hour or a day of a topic's course."""

    start: Time = Field(description="when it begins")
    items: int = Field(description="items about the topic")


class TopicCourse(Answer):
    """The course of a topic over the span."""

    state: CourseState = Field(
        description="new (nothing of it in the span before, and first said in the last quarter),"
        " rising (its last eighth has the most), peaked (past its peak, at peak_at), fading (its"
        " last eighth has at most a third of the best one) or gone (nothing in the last quarter)"
    )
    granularity: Literal["hour", "day"] = Field(
        description="hour up to 48 hours, day for longer spans, in UTC"
    )
    first_at: Time = Field(description="when it was first said in the span")
    peak_at: Time = Field(description="the beginning of the hour or day with the most items")
    steps: list[CourseStep] = Field(description="every hour or day of the span, oldest first")


class ScopeTopic(Answer):
    """A topic: its terms are more frequent in the span than before."""

    id: str = Field(description="the name as an identifier: /items takes it with the same span")
    name: str = Field(description="a phrase that most of its items use, in their spelling")
    keywords: list[str] = Field(description="other terms that its items use more than before")
    n: int = Field(description="its items in the span: those that /items lists with `topic`")
    n_before: int = Field(description="its items in the span before, which may be longer")
    ratio: float | None = Field(
        description="its share of the items, divided by that share before; null if it wasn't"
        " mentioned before"
    )
    log_likelihood: float = Field(
        description="Dunning's G2 of its main term: how surprising its use is. Topics are ranked by"
        " it"
    )
    chance: float = Field(
        description="the probability that chance alone makes any of the terms that were tested as"
        " surprising; 0.01 at most"
    )
    kinds: dict[str, int] | None = Field(
        description="its items by kind of talk, most first; null where no kinds are known"
    )
    statistics: Totals = Field(
        description="the counts and the mean of its items; with `subject`, of what they say of it"
    )
    communities: list[str] = Field(description="the communities of its items, most items first")
    course: TopicCourse = Field(description="its course over the span")
    started_by: TopicItem = Field(description="its earliest item in the span")
    items: list[TopicItem] = Field(description=f"its newest items, {MAX_ITEMS} at most")


class ScopeTopics(Answer):
    """The topics of a scope and a span, most surprising first."""

    scope: Scope
    subject: OfSubject = None
    span: LookedAt = Field(description="the span, and what was read of it")
    before: LookedAt = Field(
        description="the span before it that it is compared with: equally long, but a week at least"
    )
    why_none: Literal["no_items", "nothing_before", "nothing_stands_out"] | None = Field(
        description="why there are no topics: nothing was said, nothing is known of the span"
        " before, or nothing is said significantly more; null if there are any"
    )
    topics: list[ScopeTopic] = Field(description="the topics; an item belongs to one at most")
    coverage: CoverageAnswer | None = Field(
        default=None,
        description="what was observed in the span; null where nothing is recorded",
    )
    rematching: Rematching = False
