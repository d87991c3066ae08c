"""The shapes of the API: what its parameters take and what its answers hold."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    ValidationInfo,
    field_validator,
)
from pydantic.functional_validators import AfterValidator

from shared.models import Label, Language, Trigger, WorkStatus
from shared.times import iso

Feed = Literal["reddit", "sample", "recorded"]

MOST_HOURS = 2160
MOST_POSTS = 500
MOST_ROWS = 100_000
# A search reads at most so many posts for a page; its next page goes on where it stopped.
MOST_SCANNED = 500
MOST_SEARCH_CHARS = 200
MOST_TOPICS = 100
MOST_COMPARED = 10
# Of a comparison: ten subreddits by the hour for a week, and some more.
MOST_STEPS = 2500
MOST_CYCLES = 100
# Reddit's longest names have 21 characters; more than that is answered as unknown up to here.
MOST_NAME_CHARS = 100
# A cursor is the order key of a page's last post: opaque to clients, and right while posts arrive.
CURSOR = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z_[A-Za-z0-9_]{1,32}$"
MOST_COMMENTS = 1000

# Few enough digits that int() is quick, and more than any bound has.
WHOLE_NUMBER = re.compile(r"-?[0-9]{1,9}")


def _whole_number(value: object) -> object:
    """Read digits only: pydantic by itself would also take 1_000, 24.0 and blanks."""
    if not isinstance(value, str):
        return value
    if not WHOLE_NUMBER.fullmatch(value):
        raise ValueError("it is no whole number")
    return int(value)


def _names(value: object) -> object:
    if isinstance(value, str):
        return tuple(dict.fromkeys(name.strip() for name in value.split(",") if name.strip()))
    return value


def _moment(value: str) -> str:
    """Read a time of any offset; without one it counts as UTC."""
    try:
        # A plus sign in a query string is a blank.
        moment = datetime.fromisoformat(value.replace(" ", "+"))
        return iso(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError) as error:
        raise ValueError("it is no time") from error


WholeNumber = Annotated[int, BeforeValidator(_whole_number)]
Cursor = Annotated[str, Field(pattern=CURSOR)]
Format = Literal["json", "csv", "ndjson"]
Granularity = Literal["hour", "day", "week"]
SubredditName = Annotated[str, Field(max_length=MOST_NAME_CHARS)]
Compared = Annotated[
    tuple[Annotated[SubredditName, Field(pattern=r"^[A-Za-z0-9_.]+$")], ...],
    Field(min_length=1, max_length=MOST_COMPARED),
    BeforeValidator(_names),
]
Moment = Annotated[str, AfterValidator(_moment)]
Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]


Methods = Annotated[dict[str, int], Field(examples=[{"linear 1": 900, "vader 3.3.2": 131}])]

LEFT_OUT = (
    "items in other languages than English, which count in none of the three labels and not in the"
    " mean; 0 where the setting OTHER_LANGUAGES has them count"
)
LANGUAGE = (
    "en, other (certainly not English) or none (no words of the author's, so neutral with compound"
    " 0); null for what was scored before languages were told apart"
)
SHARE = "by linear its probability, by vader the share of such words; 0 to 1, 1 together"
METHODS = "how many items each method and version scored, the most first"
MIXED_METHODS = "whether more than one method scored them, so that the mean mixes what differs"


class Parameters(BaseModel):
    """What a query string may say: a field's description says what the parameter takes."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ScopeParameters(Parameters):
    """Which subreddits, and how far back."""

    subreddit: SubredditName | None = Field(
        default=None,
        description="the name of a watched subreddit, in any case; without it, all of them",
        examples=["claude"],
    )
    hours: WholeNumber = Field(
        default=24,
        ge=1,
        le=MOST_HOURS,
        description=f"a whole number of hours from 1 to {MOST_HOURS}, the current one included",
        examples=[24],
    )


class FormatParameters(Parameters):
    """In what form."""

    format: Format | None = Field(
        default=None,
        description="json, csv or ndjson; without it, what the Accept header likes best",
        examples=["csv"],
    )


class TrendsParameters(ScopeParameters, FormatParameters):
    """Which subreddits, how far back, and in steps of what."""

    hours: WholeNumber = Field(
        default=168,
        ge=1,
        le=MOST_HOURS,
        description=f"a whole number of hours from 1 to {MOST_HOURS}, the current one included",
        examples=[168],
    )
    granularity: Granularity = Field(
        default="hour",
        description="hour, day or week: days are UTC's, weeks begin on Monday",
        examples=["day"],
    )


class CompareParameters(Parameters):
    """Which subreddits to compare, and how far back."""

    subreddits: Compared = Field(
        description=f"1 to {MOST_COMPARED} names of watched subreddits, in any case, separated by"
        " commas; all stands for all of them",
        examples=["claude,OpenAI"],
    )
    hours: WholeNumber = Field(
        default=24,
        ge=1,
        le=MOST_HOURS,
        description=f"a whole number of hours from 1 to {MOST_HOURS}, the current one included",
        examples=[24],
    )
    granularity: Granularity | None = Field(
        default=None,
        description="hour, day or week: how it went in such steps, too; without it, only the"
        f" window's sums. Together the subreddits may have {MOST_STEPS} steps",
        examples=["day"],
    )

    @field_validator("granularity")
    @classmethod
    def _bounded(cls, value: Granularity | None, info: ValidationInfo) -> Granularity | None:
        """Keep the answer to some hundred kilobytes; what is wrong elsewhere is told there."""
        steps = len(info.data.get("subreddits", ())) * info.data.get("hours", 0)
        if value == "hour" and steps > MOST_STEPS:
            raise ValueError(
                f"that would be {steps} steps: take fewer hours or subreddits, or days"
            )
        return value


class PostParameters(Parameters):
    """Which post."""

    id: str = Field(
        pattern=r"^[A-Za-z0-9_]{1,32}$",
        description="Reddit's id of the post: up to 32 letters and digits, without t3_",
        examples=["1abcde"],
    )
    subreddit: SubredditName | None = Field(
        default=None,
        description="the name of its subreddit, in any case; without it, all of them are asked",
        examples=["claude"],
    )


class SubredditsParameters(Parameters):
    """Nothing: all of them are listed."""


class CycleParameters(Parameters):
    """Which cycle."""

    id: str = Field(
        pattern=r"^cycle_[0-9]{8}_[0-9]{6}$",
        description="a cycle's id: cycle_YYYYMMDD_HHMMSS",
        examples=["cycle_20261123_130000"],
    )


class PostsParameters(ScopeParameters, FormatParameters):
    """Which posts, and how many of them."""

    limit: WholeNumber = Field(
        default=100,
        ge=1,
        le=MOST_POSTS,
        description=f"a whole number of posts from 1 to {MOST_POSTS}; without it csv and ndjson"
        f" hold all posts of the window, up to {MOST_ROWS}",
        examples=[100],
    )
    sentiment: Label | None = Field(
        default=None, description="positive, negative or neutral", examples=["negative"]
    )
    q: str | None = Field(
        default=None,
        max_length=MOST_SEARCH_CHARS,
        description='words and "phrases" that must all occur in title or content, in any case; at'
        f" most {MOST_SEARCH_CHARS} characters. A page reads at most {MOST_SCANNED} posts: it may"
        " hold fewer than `limit` though a next one follows",
        examples=['"rate limit" cursor'],
    )
    start: Moment | None = Field(
        default=None,
        description="a time: posts from then on, instead of those of the last hours; at most"
        f" {MOST_HOURS} hours before the end count",
        examples=["2026-11-22T08:00:00Z"],
        json_schema_extra={"format": "date-time"},
    )
    end: Moment | None = Field(
        default=None,
        description="a time: posts before then; without it, until now",
        examples=["2026-11-22T12:00:00Z"],
        json_schema_extra={"format": "date-time"},
    )
    topic: str | None = Field(
        default=None,
        max_length=MOST_SEARCH_CHARS,
        description="the id of a trending topic: its posts, whenever they were written",
        examples=["lantern-mode"],
    )
    at: Moment | None = Field(
        default=None,
        description="with topic, a time of the last 7 days: the topic as it was then",
        examples=["2026-11-23T13:05:00Z"],
        json_schema_extra={"format": "date-time"},
    )
    cursor: Cursor | None = Field(
        default=None,
        description="where the next page begins, as the Link header before it says",
        examples=["2026-11-23T13:05:07Z_1abcde"],
    )


class TrendingParameters(Parameters):
    """How many topics, and as they were when."""

    limit: WholeNumber = Field(
        default=20,
        ge=1,
        le=MOST_TOPICS,
        description=f"a whole number of topics from 1 to {MOST_TOPICS}",
        examples=[20],
    )
    at: Moment | None = Field(
        default=None,
        description="a time such as 2026-11-23T13:05:00Z: the topics as they were computed last"
        " before it; without it, the current ones",
        examples=["2026-11-23T13:05:00Z"],
        json_schema_extra={"format": "date-time"},
    )


class CyclesParameters(Parameters):
    """How many cycles."""

    limit: WholeNumber = Field(
        default=20,
        ge=1,
        le=MOST_CYCLES,
        description=f"a whole number of cycles from 1 to {MOST_CYCLES}",
        examples=[20],
    )


class Answer(BaseModel):
    """What an endpoint answers."""

    model_config = ConfigDict(frozen=True)


class Totals(Answer):
    """Posts and comments, counted and averaged."""

    total: int = Field(description="posts and comments together")
    positive: int = Field(description="items with compound >= 0.05")
    negative: int = Field(description="items with compound <= -0.05")
    neutral: int = Field(description="items in between")
    avg_sentiment: float | None = Field(
        description="mean compound, -1 to 1; null where there are no items"
    )
    posts: int = Field(description="posts")
    comments: int = Field(description="comments")
    left_out: int = Field(description=LEFT_OUT)
    methods: Methods = Field(description=METHODS)
    mixed_methods: bool = Field(description=MIXED_METHODS)


class TimeWindow(Answer):
    """Whole hours: the current one so far and those before it."""

    start: Time = Field(description="the first hour's beginning")
    end: Time = Field(description="when the question was asked")


class Stats(Answer):
    """The sentiment of a window."""

    subreddit: str = Field(description="the subreddit, or all")
    time_window_hours: int = Field(description="hours in the window")
    statistics: Totals = Field(description="the counts and the mean")
    window: TimeWindow = Field(description="the time that was counted")
    feed: Feed = Field(description="where the data comes from")
    timestamp: Time = Field(description="when the answer was made")


class TrendPoint(Answer):
    """One step of a trend."""

    start: Time = Field(description="when the hour, day or week begins")
    total: int = Field(description="posts and comments together")
    positive: int = Field(description="items with compound >= 0.05")
    negative: int = Field(description="items with compound <= -0.05")
    neutral: int = Field(description="items in between")
    avg_sentiment: float | None = Field(
        description="mean compound, -1 to 1; null where there are no items"
    )
    posts: int = Field(description="posts")
    comments: int = Field(description="comments")
    left_out: int = Field(description=LEFT_OUT)
    methods: Methods = Field(description=METHODS)
    mixed_methods: bool = Field(description=MIXED_METHODS)


class SentimentTrends(Stats):
    """The sentiment of a window, and how it went."""

    granularity: Granularity = Field(description="the length of a step")
    trend_data: list[TrendPoint] = Field(
        description="every step that the window touches, oldest first, with the items of the window"
        " only; a step without items has totals of 0"
    )


class Difference(Answer):
    """How much more, or less, than in the window before."""

    total: int = Field(description="items")
    positive: int = Field(description="positive items")
    negative: int = Field(description="negative items")
    neutral: int = Field(description="neutral items")
    avg_sentiment: float | None = Field(
        description="mean compound; null where either window has no items"
    )
    posts: int = Field(description="posts")
    comments: int = Field(description="comments")
    left_out: int = Field(description="items in other languages that are left out")
    mixed_methods: bool = Field(
        description="whether more than one method scored the two windows: then the difference is"
        " one of methods, too, and no change of mood"
    )


class ComparedScope(Answer):
    """One subreddit, in the window and in the one before."""

    subreddit: str = Field(description="the subreddit, or all")
    statistics: Totals = Field(description="the window's counts and mean")
    previous: Totals = Field(description="those of the window before, of as many hours")
    difference: Difference = Field(description="statistics less previous")
    trend_data: list[TrendPoint] | None = Field(
        description="every step of the window, oldest first; null where no granularity was given"
    )


class Comparison(Answer):
    """Subreddits side by side."""

    time_window_hours: int = Field(description="hours in the window")
    subreddits: list[ComparedScope] = Field(description="one object each, in the order asked for")
    window: TimeWindow = Field(description="the time that was counted")
    previous_window: TimeWindow = Field(description="the time before it")
    mixed_methods: bool = Field(
        description="whether more than one method scored what is compared, in both windows: then"
        " its averages don't compare"
    )
    feed: Feed = Field(description="where the data comes from")
    timestamp: Time = Field(description="when the answer was made")


class PostSentiment(Answer):
    """The sentiment of a text."""

    label: Label = Field(description="positive, negative or neutral")
    compound: float = Field(description="-1 to 1")
    positive: float = Field(description=f"how positive: {SHARE}")
    negative: float = Field(description=f"how negative: {SHARE}")
    neutral: float = Field(description=f"how neutral: {SHARE}")
    method: str = Field(description="how the text was scored")
    analyzed_at: Time = Field(description="when the text was scored")
    version: str | None = Field(
        default=None, description="the method's version; null for what was scored before versions"
    )


class PostAnswer(Answer):
    """A post."""

    id: str = Field(description="Reddit's id, without t3_")
    subreddit: str = Field(description="the subreddit's name")
    author: str = Field(description="the author's name; [deleted] where there is none")
    title: str = Field(description="the title")
    content: str = Field(description="the text in Markdown, empty where the post is a link")
    url: str = Field(description="what the post links to")
    permalink: str = Field(description="the post on Reddit")
    created_utc: Time = Field(description="when it was posted")
    upvotes: int = Field(description="upvotes less downvotes, as last seen")
    comment_count: int = Field(description="comments on Reddit, as last seen")
    collected_at: Time = Field(description="when its text was collected")
    language: Language | None = Field(default=None, description=LANGUAGE)
    sentiment: PostSentiment = Field(description="the sentiment of title and content")


class Posts(RootModel[list[PostAnswer]]):
    """Posts, newest first."""


class LabelCounts(Answer):
    """Posts and comments by their label."""

    positive: int = Field(description="items with compound >= 0.05")
    negative: int = Field(description="items with compound <= -0.05")
    neutral: int = Field(description="items in between")


class CommentAnswer(Answer):
    """A comment."""

    id: str = Field(description="Reddit's id, without t1_")
    post_id: str = Field(description="the post that it belongs to")
    parent_id: str = Field(
        description="what it answers: t3_ and a post's id, or t1_ and a comment's"
    )
    subreddit: str = Field(description="the subreddit's name")
    author: str = Field(description="the author's name; [deleted] where there is none")
    content: str = Field(description="the text in Markdown")
    permalink: str = Field(description="the comment on Reddit")
    created_utc: Time = Field(description="when it was written")
    upvotes: int = Field(description="upvotes less downvotes, as last seen")
    collected_at: Time = Field(description="when its text was collected")
    language: Language | None = Field(default=None, description=LANGUAGE)
    sentiment: PostSentiment = Field(description="the sentiment of its text")


class PostDetail(Answer):
    """A post with its comments."""

    post: PostAnswer = Field(description="the post")
    comments: list[CommentAnswer] = Field(
        description=f"its stored comments, oldest first, at most {MOST_COMMENTS}"
    )
    comments_complete: bool = Field(description="whether these are all that are stored")
    sentiment_distribution: LabelCounts = Field(description="the comments by their label")
    sentiment_avg: float | None = Field(
        description="the comments' mean compound, -1 to 1; null where there are none"
    )
    left_out: int = Field(description=LEFT_OUT)
    methods: Methods = Field(description=METHODS)
    mixed_methods: bool = Field(description=MIXED_METHODS)
    feed: Feed = Field(description="where the data comes from")


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
    feed: Feed = Field(description="where the data comes from")


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
    subreddits: list[str] = Field(description="where its posts are, the most first")
    engagement_velocity: float = Field(
        description="upvotes and three times the comments that its posts gain an hour, together"
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


class CycleErrorAnswer(Answer):
    """An error of a cycle."""

    subreddit: str | None = Field(description="whose it was; null for the whole cycle's")
    kind: str = Field(description="what kind of error it was, in a word")
    message: str = Field(description="what went wrong")


class CycleCounts(Answer):
    """What a cycle did with one subreddit."""

    posts_seen: int = Field(description="posts that Reddit listed")
    comments_seen: int = Field(description="comments that Reddit listed")
    new: int = Field(description="items stored for the first time")
    edited: int = Field(description="items whose text has changed")
    moved: int = Field(description="items whose score or number of comments has changed")
    removed: int = Field(description="items that were deleted on Reddit, and so here")
    error: str | None = Field(description="why it failed; null where it didn't")


class CycleAnswer(Answer):
    """A collection cycle, as far as it has come."""

    id: str = Field(description="cycle_ and when it began or was asked for")
    trigger: Trigger = Field(description="timer, request or cli")
    status: WorkStatus = Field(
        description="running (from when it is asked for), completed or failed"
    )
    start_time: Time = Field(description="when it began or was asked for")
    end_time: Time | None = Field(description="when it ended; null while it runs")
    posts_collected: int = Field(description="posts stored for the first time")
    comments_collected: int = Field(description="comments stored for the first time")
    posts_seen: int = Field(description="posts that Reddit listed")
    comments_seen: int = Field(description="comments that Reddit listed")
    new: int = Field(description="items stored for the first time")
    edited: int = Field(description="items whose text has changed")
    moved: int = Field(description="items whose score or number of comments has changed")
    removed: int = Field(description="items that were deleted on Reddit, and so here")
    subreddits_processed: list[str] = Field(description="the subreddits done so far, in order")
    subreddits: dict[str, CycleCounts] = Field(description="what was done with each")
    reddit_requests: int = Field(description="requests to Reddit so far")
    reddit_requests_left: int | None = Field(
        description="how many more Reddit allows in its window; null where it doesn't say"
    )
    errors: list[CycleErrorAnswer] = Field(description="what went wrong")
    feed: Feed = Field(description="where the data comes from")


class Cycles(RootModel[list[CycleAnswer]]):
    """Collection cycles, newest first."""


class Triggered(Answer):
    """A collection that was asked for."""

    status: Literal["triggered"] = Field(default="triggered", description="always triggered")
    message: str = Field(description="what happens now")
    cycle: str = Field(description="the cycle's id: /api/v1/cycles/{id} shows how it goes")
    timestamp: Time = Field(description="when the answer was made")


class ProcessHealth(Answer):
    """The process that answers."""

    uptime_seconds: float = Field(description="for how long it runs")
    memory_mb: float = Field(description="resident memory, in millions of bytes")
    cpu_percent: float = Field(
        description="of one core, since the last time it was asked; 0 the first time"
    )
    pid: int = Field(description="its number")


class ApplicationHealth(Answer):
    """What collection has done; null where the database can't be reached."""

    last_collection_at: Time | None = Field(
        description="when a collection last succeeded; null before the first"
    )
    collections_succeeded: int | None = Field(description="collections that succeeded")
    collections_failed: int | None = Field(description="collections that failed")
    data_freshness_minutes: float | None = Field(
        description="minutes since the last collection; null before the first"
    )
    next_collection_at: Time = Field(description="when the next collection is due")
    running_cycle: str | None = Field(description="the id of the cycle under way; null: none is")
    last_cycle: str | None = Field(
        description="the id of the cycle that ended last; null before the first"
    )
    feed: Feed = Field(description="where the data comes from")


class DatabaseHealth(Answer):
    """The database."""

    connected: bool = Field(description="whether it answers")
    kind: Literal["sqlite", "cosmos"] = Field(description="which one it is")
    latency_ms: float | None = Field(description="how long it took; null without an answer")


class Health(Answer):
    """How the service is.

    unhealthy: the database doesn't answer. degraded: the data is older than two intervals of
    collection, or there is none though there should be. healthy: neither.
    """

    status: Literal["healthy", "degraded", "unhealthy"] = Field(description="the verdict")
    timestamp: Time = Field(description="when the answer was made")
    version: str = Field(description="the program's version")
    process: ProcessHealth = Field(description="the process that answers")
    application: ApplicationHealth = Field(description="what collection has done")
    database: DatabaseHealth = Field(description="the database")


class BadParameter(Answer):
    """A parameter that was refused."""

    parameter: str = Field(description="its name")
    detail: str = Field(description="what was wrong")
    takes: str = Field(description="what it takes")


class Problem(Answer):
    """What went wrong: https://www.rfc-editor.org/rfc/rfc9457."""

    type: str = Field(
        default="about:blank", description="the kind of problem: its status says it all"
    )
    title: str = Field(description="the status in words")
    status: int = Field(description="the HTTP status")
    detail: str = Field(description="what went wrong this time, and what to do")
    instance: str = Field(description="the path that was asked for")
    errors: list[BadParameter] = Field(
        default=[], description="each parameter that was refused; empty for other problems"
    )


class Conflict(Problem):
    """A collection was asked for while one runs."""

    cycle: str = Field(description="the id of the cycle that runs")


# What changes from second to second though the data doesn't.
MOMENTS_OF_STATS: dict[str, Any] = {"timestamp": True, "window": {"end"}}
