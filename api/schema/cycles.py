"""Collection: the watched subreddits, the cycles, and one that is asked for."""

from typing import Literal

from pydantic import Field, RootModel

from api.schema.base import ORIGIN, Answer, Time
from shared.communities import SourceName
from shared.models import Origin, Trigger, WorkStatus


class SubredditDetail(Answer):
    """A watched subreddit."""

    name: str = Field(description="the subreddit's name")
    last_collected_at: Time | None = Field(
        description="when it was last collected; null before the first time"
    )
    items_24h: int = Field(description="posts and comments of the last 24 hours")
    last_error: str | None = Field(
        description="why the last collection failed; null where it succeeded"
    )


class Subreddits(Answer):
    """The watched subreddits."""

    subreddits: list[str] = Field(description="their names")
    count: int = Field(description="how many they are")
    details: list[SubredditDetail] = Field(description="one object each")
    origin: Origin = Field(description=ORIGIN)


class CycleErrorAnswer(Answer):
    """An error of a cycle."""

    subreddit: str | None = Field(
        validation_alias="community", description="whose it was; null for the whole cycle's"
    )
    kind: str = Field(
        description="what kind of error it was, in a word; waiting is none: no worker has taken"
        " the cycle up yet"
    )
    message: str = Field(description="what went wrong")


class CycleCounts(Answer):
    """What a cycle did with one subreddit."""

    posts_seen: int = Field(description="posts that sources listed")
    comments_seen: int = Field(description="comments that sources listed")
    new: int = Field(description="items stored for the first time")
    edited: int = Field(description="items whose text has changed")
    moved: int = Field(description="items whose score or number of comments has changed")
    removed: int = Field(description="items that were deleted at their source, and so here")
    left_out: int = Field(default=0, description="what sources showed and couldn't be kept")
    error: str | None = Field(description="why it failed; null where it didn't")


class RequestCounts(Answer):
    """The requests that a source was sent."""

    used: int = Field(description="so far")
    left: int | None = Field(
        description="how many more it allows in its window; null where it doesn't say"
    )


class CycleAnswer(Answer):
    """A collection cycle, as far as it has come."""

    id: str = Field(description="cycle_ and when it began or was asked for")
    trigger: Trigger = Field(description="timer, request or cli")
    status: WorkStatus = Field(
        description="running (from when it is asked for), completed or failed (also as soon as its"
        " worker is known to be gone); one that was asked for may begin again after that"
    )
    start_time: Time = Field(description="when it began or was asked for")
    end_time: Time | None = Field(
        description="when it ended; null while it runs, and where its worker is gone and nobody"
        " knows since when"
    )
    posts_collected: int = Field(description="posts stored for the first time")
    comments_collected: int = Field(description="comments stored for the first time")
    posts_seen: int = Field(description="posts that sources listed")
    comments_seen: int = Field(description="comments that sources listed")
    new: int = Field(description="items stored for the first time")
    edited: int = Field(description="items whose text has changed")
    moved: int = Field(description="items whose score or number of comments has changed")
    removed: int = Field(description="items that were deleted at their source, and so here")
    left_out: dict[str, int] = Field(
        default={},
        description="what sources showed and couldn't be kept, counted by the reason",
        examples=[{"no usable created_utc": 1, "promoted": 2}],
    )
    subreddits_processed: list[str] = Field(
        validation_alias="communities_processed",
        description="the communities done so far, in order",
    )
    subreddits: dict[str, CycleCounts] = Field(
        validation_alias="communities", description="what was done with each"
    )
    requests: dict[SourceName, RequestCounts] = Field(
        description="how many requests each source was sent so far"
    )
    reddit_requests: int = Field(description="requests to Reddit so far")
    reddit_requests_left: int | None = Field(
        description="how many more Reddit allows in its window; null where it doesn't say"
    )
    errors: list[CycleErrorAnswer] = Field(description="what went wrong")
    origin: Origin = Field(description=ORIGIN)


class Cycles(RootModel[list[CycleAnswer]]):
    """Collection cycles, newest first."""


class Triggered(Answer):
    """A collection that was asked for."""

    status: Literal["triggered"] = Field(default="triggered", description="always triggered")
    message: str = Field(
        description="what happens now, and how long that takes by the setting of the queue"
    )
    cycle: str = Field(description="the cycle's id: /api/v1/cycles/{id} shows how it goes")
    timestamp: Time = Field(description="when the answer was made")
