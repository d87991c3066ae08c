"""Collection: the watched communities, the cycles, and one that is asked for."""

from typing import Literal

from pydantic import Field, RootModel

from api.schema.base import Answer, DataOrigin, Time
from api.schema.rematch import RematchState
from shared.backfills import BackfillStatus
from shared.communities import SourceName
from shared.models import Outcome, Trigger, WorkStatus


class BackfillState(Answer):
    """The progress of a community's backfill, which reads from the newest to the oldest."""

    status: BackfillStatus = Field(
        description="waiting, running, done, or failed, which is tried again"
    )
    since: Time = Field(description="the begin of the time that is read")
    until: Time = Field(description="its end")
    reached: Time | None = Field(
        description="from this time on, to the end, all is read; null before the first items"
    )
    items: int = Field(description="posts and comments read so far")
    expected: int | None = Field(
        description="how many the source counts in that time; null where it can't count them"
    )
    error: str | None = Field(description="why the last attempt failed; null if it didn't")
    retry_at: Time | None = Field(
        description="when it goes on, after a failure or to leave requests to polling; null if it"
        " doesn't pause"
    )


class ReleasesRead(Answer):
    """The reading of a repository's releases, which become markers."""

    read_at: Time | None = Field(description="when they were last read; null before the first time")
    error: str | None = Field(description="why the last attempt failed; null if it didn't")
    kind: str | None = Field(
        description="the kind of that error, such as missing; null if it didn't fail"
    )


class SubredditDetail(Answer):
    """A watched community."""

    name: str = Field(description="the community's name")
    last_collected_at: Time | None = Field(
        description="when it was last collected; null before the first time"
    )
    items_24h: int = Field(description="posts and comments of the last 24 hours")
    last_error: str | None = Field(
        description="why its last collection failed, and since when each failed; null if it"
        " succeeded"
    )


class Subreddits(Answer):
    """The watched communities."""

    subreddits: list[str] = Field(description="the names of the watched communities")
    count: int = Field(description="the number of watched communities")
    details: list[SubredditDetail] = Field(description="one object for each community")
    origin: DataOrigin


class CommunityDetail(Answer):
    """A watched community, with the state of its collection."""

    community: str = Field(description="the community's id")
    source: SourceName = Field(description="the source that it is read from")
    last_collected_at: Time | None = Field(
        description="when it was last collected; null before the first time"
    )
    items_24h: int = Field(description="posts and comments of the last 24 hours")
    last_error: str | None = Field(
        description="why its last collection failed; null if it succeeded"
    )
    failing_kind: str | None = Field(
        description="the kind of that error, such as blocked; null if it succeeded"
    )
    failing_since: Time | None = Field(
        description="since when each of its collections failed; null if the last one succeeded"
    )
    covered_since: Time | None = Field(
        description="since when it is observed, with or without gaps; null before the first time"
    )
    last_item_at: Time | None = Field(
        description="when the newest collected item was written; null without any"
    )
    backfill: BackfillState | None = Field(
        description="how far the reading of its past has come; null if none was begun"
    )
    releases: ReleasesRead | None = Field(
        description="the reading of its releases; null if it has none, or none was tried yet"
    )


class WatchedCommunities(Answer):
    """The watched communities of all sources."""

    communities: list[str] = Field(description="the ids of the watched communities")
    count: int = Field(description="the number of watched communities")
    details: list[CommunityDetail] = Field(description="one object for each community")
    rematch: RematchState | None = Field(
        description="how far the matching of stored items by changed rules has come; null if all"
        " are matched"
    )
    origin: DataOrigin


class CycleErrorAnswer(Answer):
    """An error of a cycle."""

    subreddit: str | None = Field(
        validation_alias="community",
        description="the community that failed; null for an error of the whole cycle",
    )
    kind: str = Field(
        description="the kind of error, in a word; `waiting` is not an error: no worker has taken"
        " the cycle up yet"
    )
    message: str = Field(description="what went wrong")


class CycleCounts(Answer):
    """The counts of one community in a cycle."""

    posts_seen: int = Field(description="posts that sources listed")
    comments_seen: int = Field(description="comments that sources listed")
    new: int = Field(description="items stored for the first time")
    edited: int = Field(description="items whose text has changed")
    moved: int = Field(description="items whose upvotes or number of comments have changed")
    removed: int = Field(description="items deleted at their source, which are removed here too")
    left_out: int = Field(
        default=0, description="objects that sources listed and that can't be stored"
    )
    error: str | None = Field(description="why the community failed; null if it didn't")


class RequestCounts(Answer):
    """The requests that a source was sent."""

    used: int = Field(description="so far")
    left: int | None = Field(
        description="how many more it allows in its window; null where it doesn't say"
    )
    waited: float = Field(default=0.0, description="seconds waited between them and before retries")
    outcome: Outcome | None = Field(
        default=None,
        description="ok; failed: none of its communities could be read, for `reason`; or waiting:"
        " it is still read, or its time was used up and the rest waits for the next cycle. null"
        " for cycles of earlier versions",
    )
    reason: str | None = Field(
        default=None, description="why it failed or waits, or how many of its communities failed"
    )


class CycleAnswer(Answer):
    """A collection cycle, with its results so far."""

    id: str = Field(description="`cycle_` and when the cycle began or was requested")
    trigger: Trigger = Field(description="what started it: timer, request or cli")
    status: WorkStatus = Field(
        description="running (from the request on), completed, or failed (also as soon as its"
        " worker is known to be gone); a requested cycle may begin again after that"
    )
    start_time: Time = Field(description="when it began or was requested")
    end_time: Time | None = Field(
        description="when it ended; null while it runs, and if its worker is gone at an unknown"
        " time"
    )
    posts_collected: int = Field(description="posts stored for the first time")
    comments_collected: int = Field(description="comments stored for the first time")
    posts_seen: int = Field(description="posts that sources listed")
    comments_seen: int = Field(description="comments that sources listed")
    new: int = Field(description="items stored for the first time")
    edited: int = Field(description="items whose text has changed")
    moved: int = Field(description="items whose upvotes or number of comments have changed")
    removed: int = Field(description="items deleted at their source, which are removed here too")
    left_out: dict[str, int] = Field(
        default={},
        description="objects that sources listed and that can't be stored, counted by reason",
        examples=[{"no usable created_utc": 1, "promoted": 2}],
    )
    subreddits_processed: list[str] = Field(
        validation_alias="communities_processed",
        description="the communities collected so far, in order",
    )
    subreddits: dict[str, CycleCounts] = Field(
        validation_alias="communities", description="the counts of each community"
    )
    requests: dict[SourceName, RequestCounts] = Field(
        description="how many requests each source was sent so far"
    )
    reddit_requests: int = Field(description="requests to Reddit so far")
    reddit_requests_left: int | None = Field(
        description="requests that Reddit still allows in its window; null if unknown"
    )
    errors: list[CycleErrorAnswer] = Field(description="what went wrong")
    origin: DataOrigin


class Cycles(RootModel[list[CycleAnswer]]):
    """Collection cycles, newest first."""


class Triggered(Answer):
    """A requested collection."""

    status: Literal["triggered"] = Field(default="triggered", description="always triggered")
    message: str = Field(
        description="what happens next, and how long it takes by the setting of the queue"
    )
    cycle: str = Field(description="the cycle's id; /api/v1/cycles/{id} shows its progress")
    timestamp: Time = Field(description="when the answer was made")
