"""What the API's answers hold."""

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel

from api.parameter_models import Granularity
from shared.models import Label, Language, TopicState, Trigger, WorkStatus

HealthStatus = Literal["starting", "healthy", "degraded", "unhealthy"]
Feed = Literal["reddit", "sample", "recorded"]

Verdict = Literal[
    "better",
    "worse",
    "unclear",
    "too_few",
    "mixed_methods",
    "no_earlier_data",
    "not_collected",
]

# Of one page: a comment costs a request unit, and a long one nearly two.
MAX_COMMENTS = 500
# Kinds of problems: https://www.rfc-editor.org/rfc/rfc9457#section-3.1.1
NO_TYPE = "about:blank"
BAD_SETTING = "urn:undertone:bad-setting"
Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
# What a browser runs, or opens on a machine of its own, is no address of a post.
WEB = {"http", "https"}
# A browser takes a backslash for a slash, and drops line ends: it would go elsewhere than it says.
NOT_IN_ADDRESSES = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
NOT_IN_HOSTS = re.compile(r"[\s\\]")


def web_address(value: str) -> str:
    """Return an http(s) address as it is; anything else, such as `javascript:…`, is left out."""
    try:
        address = urlsplit(value)
        is_web = address.scheme in WEB and bool(address.hostname)
    except ValueError:
        return ""
    is_odd = NOT_IN_ADDRESSES.search(value) or NOT_IN_HOSTS.search(address.netloc)
    return value if is_web and not is_odd else ""


WebAddress = Annotated[str, BeforeValidator(web_address)]
Methods = Annotated[dict[str, int], Field(examples=[{"linear 1+2": 900, "vader 3.3.2+2": 131}])]

LEFT_OUT = (
    "items in other languages than English, which count in none of the three labels and not in the"
    " mean; 0 where the setting OTHER_LANGUAGES has them count"
)
LANGUAGE = (
    "en, other (certainly not English) or none (no words of the author's, so neutral with compound"
    " 0); null for what was scored before languages were told apart"
)
DELETED = "whether Reddit listed it without its author's words already"
SHARE = "by linear its probability, by vader the share of such words; 0 to 1, 1 together"
METHODS = "how many items each method and version scored, the most first"
COPIES = (
    "how many of the posts repeat another one: the same author's same words, or a cross-post; they"
    " count in everything here, and lists over all show them as one"
)
COPY_OF = (
    "the post that it repeats, as subreddit/id: its author's same words within a week, or what it"
    " cross-posts; null where it repeats none. A list over all leaves it out where it has that one"
)
COPIED_BY = "the posts that repeat it, as subreddit/id, oldest first"
MIXED_METHODS = "whether more than one method scored them, so that the mean mixes what differs"


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
    copies: int = Field(default=0, description=COPIES)


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
    copies: int = Field(default=0, description=COPIES)


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


class Change(Answer):
    """What changed from the time before to the window, in as many full hours of each.

    Hours count in pairs, one of each time, in which something was collected. avg_sentiment is
    better or worse only beyond two standard errors, with 30 items on either side, of one method.
    """

    verdict: Verdict = Field(
        description="better or worse; unclear (within two standard errors), too_few (under 30"
        " items), mixed_methods, no_earlier_data (under half of the hours are known in both"
        " times, or the time before holds less than a tenth of the items), or not_collected (what"
        " is named in `behind` misses more than a twentieth of the window)"
    )
    hours: int = Field(description="full hours that are compared, on either side")
    statistics: Totals = Field(description="the counts and the mean of the window's")
    previous: Totals = Field(description="those of the hours before")
    avg_sentiment: float | None = Field(
        description="statistics less previous; null where either has no items"
    )
    standard_error: float | None = Field(
        description="of avg_sentiment, as if all items were independent; null where either has"
        " under two items"
    )
    behind: list[str] = Field(
        description="subreddits of it that weren't collected up to the end of the full hours"
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
    standard_error: float | None = Field(
        default=None,
        description="of the mean of `statistics`, as if all items were independent; null unless"
        " `until` is collected, and where there are under two items",
    )
    change: Change | None = Field(
        default=None,
        description="what changed, as far as it can be told; null unless `until` is collected",
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
    granularity: Granularity | None = Field(
        description="the length of a step of `trend_data`: what was asked for, or day where hours"
        " would be too many; null without"
    )
    gaps: list[TimeWindow] | None = Field(
        default=None,
        description="hours of the window in which, as far as can be told, nothing was collected:"
        " none of any subreddit, between busy hours; null unless `until` is collected",
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
    url: WebAddress = Field(description="what the post links to; empty where that isn't http(s)")
    permalink: WebAddress = Field(description="the post on Reddit; empty where that isn't http(s)")
    created_utc: Time = Field(description="when it was posted")
    upvotes: int = Field(description="upvotes less downvotes, as last seen")
    comment_count: int = Field(description="comments on Reddit, as last seen")
    collected_at: Time = Field(description="when its text was collected")
    language: Language | None = Field(default=None, description=LANGUAGE)
    sentiment: PostSentiment = Field(description="the sentiment of title and content")
    flair: str | None = Field(default=None, description="its flair; null where it has none")
    upvote_ratio: float | None = Field(
        default=None, description="upvotes in all votes, 0 to 1, as last seen; null: unknown"
    )
    deleted: bool = Field(default=False, description=DELETED)
    cursor: str = Field(
        validation_alias="order_key",
        description="as `cursor` of /posts/recent: what comes after this post",
    )
    copy_of: str | None = Field(default=None, description=COPY_OF)
    copies: list[str] = Field(default=[], description=COPIED_BY)


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
        description="what it answers: t3_ and a post's id, or t1_ and a comment's; parents never"
        " lead in a circle"
    )
    subreddit: str = Field(description="the subreddit's name")
    author: str = Field(description="the author's name; [deleted] where there is none")
    content: str = Field(description="the text in Markdown")
    permalink: WebAddress = Field(
        description="the comment on Reddit; empty where that isn't http(s)"
    )
    created_utc: Time = Field(description="when it was written")
    upvotes: int = Field(description="upvotes less downvotes, as last seen")
    collected_at: Time = Field(description="when its text was collected")
    language: Language | None = Field(default=None, description=LANGUAGE)
    sentiment: PostSentiment = Field(description="the sentiment of its text")
    deleted: bool = Field(default=False, description=DELETED)


class PostDetail(Answer):
    """A post with its comments."""

    post: PostAnswer = Field(description="the post")
    comments: list[CommentAnswer] = Field(
        description=f"its stored comments, oldest first, at most {MAX_COMMENTS}; the Link header"
        " leads on to later ones"
    )
    comments_complete: bool = Field(
        description="whether no later ones are stored: without `cursor`, whether these are all"
    )
    sentiment_distribution: LabelCounts = Field(description="these comments by their label")
    sentiment_avg: float | None = Field(
        description="these comments' mean compound, -1 to 1; null where there are none"
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


class CycleErrorAnswer(Answer):
    """An error of a cycle."""

    subreddit: str | None = Field(description="whose it was; null for the whole cycle's")
    kind: str = Field(
        description="what kind of error it was, in a word; waiting is none: no worker has taken"
        " the cycle up yet"
    )
    message: str = Field(description="what went wrong")


class CycleCounts(Answer):
    """What a cycle did with one subreddit."""

    posts_seen: int = Field(description="posts that Reddit listed")
    comments_seen: int = Field(description="comments that Reddit listed")
    new: int = Field(description="items stored for the first time")
    edited: int = Field(description="items whose text has changed")
    moved: int = Field(description="items whose score or number of comments has changed")
    removed: int = Field(description="items that were deleted on Reddit, and so here")
    left_out: int = Field(default=0, description="what Reddit showed and couldn't be kept")
    error: str | None = Field(description="why it failed; null where it didn't")


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
    posts_seen: int = Field(description="posts that Reddit listed")
    comments_seen: int = Field(description="comments that Reddit listed")
    new: int = Field(description="items stored for the first time")
    edited: int = Field(description="items whose text has changed")
    moved: int = Field(description="items whose score or number of comments has changed")
    removed: int = Field(description="items that were deleted on Reddit, and so here")
    left_out: dict[str, int] = Field(
        default={},
        description="what Reddit showed and couldn't be kept, counted by the reason",
        examples=[{"no usable created_utc": 1, "promoted": 2}],
    )
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
    message: str = Field(
        description="what happens now, and how long that takes by the setting of the queue"
    )
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


class WorkerHealth(Answer):
    """How the process is that collects: known where one machine runs everything."""

    last_heartbeat: Time | None = Field(description="its last sign of life; null: none yet")
    last_failed_write: Time | None = Field(
        description="when it last could not write to its disk; null: it always could"
    )


class Health(Answer):
    """How the service is.

    starting: the process opens the database for the first time, which may take some seconds.
    unhealthy: the database doesn't answer. degraded: the data is older than two intervals of
    collection, or there is none though there should be; or its time is in the future; or the worker
    gives no sign of life or can't write. healthy: none of these.
    """

    status: Literal["starting", "healthy", "degraded", "unhealthy"] = Field(
        description="the verdict"
    )
    reason: str | None = Field(description="why, in a sentence; null where it is healthy")
    worker: WorkerHealth | None = Field(
        description="the process that collects; null where the platform starts it, as on Azure"
    )
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
        default=NO_TYPE,
        description=f"the kind of problem: {NO_TYPE} where its status says it all, and"
        f" {BAD_SETTING} where a setting of the app is missing or bad",
    )
    title: str = Field(description="the status in words")
    status: int = Field(description="the HTTP status")
    detail: str = Field(description="what went wrong this time, and what to do")
    instance: str = Field(description="the path that was asked for")
    errors: list[BadParameter] = Field(
        default=[], description="each parameter that was refused; empty for other problems"
    )


class Conflict(Problem):
    """A collection was asked for while one runs, or waits for its worker."""

    cycle: str = Field(description="the id of the cycle that runs or was asked for before")


# What changes from second to second though the data doesn't.
MOMENTS_OF_STATS: dict[str, Any] = {"timestamp": True, "window": {"end"}}
