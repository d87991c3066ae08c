"""The documents that the store keeps, as typed dicts: what is written is what is read.

Times are strings as `shared.times.iso` writes them. `_etag` is there in what a store gives back.
"""

from typing import Literal, NotRequired, TypedDict

Label = Literal["positive", "negative", "neutral"]
Trigger = Literal["timer", "request", "cli"]
WorkStatus = Literal["running", "completed", "failed"]
# none: no words were left; other: certainly not English.
Language = Literal["en", "other", "none"]

# The partition of the statistics over all subreddits; no subreddit may be called so.
ALL = "all"


class Sentiment(TypedDict):
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


class Observation(TypedDict):
    """What a post's counts were at one moment: what velocity is measured between."""

    at: str
    upvotes: int
    comment_count: int


class Item(TypedDict):
    """What posts and comments share.

    order_key is created_utc and the id: unique in a partition, and sorted by time.
    deleted says that the source marks it as taken away: its words and its author's name are not
    kept. distinguished says whom its author speaks for (moderator, admin). language is that of the
    words that were scored; what was stored before languages were told apart lacks it.
    """

    id: str
    subreddit: str
    order_key: str
    author: str
    content: str
    permalink: str
    created_utc: str
    upvotes: int
    collected_at: str
    deleted: bool
    edited: NotRequired[bool]
    stickied: NotRequired[bool]
    distinguished: NotRequired[str | None]
    language: NotRequired[Language]
    sentiment: Sentiment
    _etag: NotRequired[str]


class Post(Item):
    """A submission. observations are its last few counts, oldest first.

    crosspost_parent is the fullname of the post that it shows in another place. copy_of is the
    place (subreddit/order_key) of the post that it repeats, copies are the places of those that
    repeat it, oldest first; both may be left out. collector/rollups/copies.py has the rule.
    """

    title: str
    url: str
    upvote_ratio: float | None
    comment_count: int
    flair: str | None
    crosspost_parent: NotRequired[str | None]
    copy_of: NotRequired[str]
    copies: NotRequired[list[str]]
    observations: list[Observation]


class Comment(Item):
    """A comment. parent_id is a fullname (t1_… or t3_…), post_id a bare id."""

    post_id: str
    parent_id: str


class Labelled(TypedDict):
    """Items by their label, and the sums of their compound and of its square.

    What was stored before squares were summed lacks compound_squares.
    """

    positive: int
    negative: int
    neutral: int
    compound_sum: float
    compound_squares: NotRequired[float]


class Cell(Labelled):
    """The statistics of one hour: a recount of the items created in it.

    methods counts them by the method that scored them, "linear 1"; it is left out where all are of
    `shared.statistics.FIRST_METHOD`, as in what was stored before. other_language is the part of
    them that isn't English, left out where there is none. copies is the number of posts that repeat
    another one, left out where there is none.
    """

    posts: int
    comments: int
    methods: NotRequired[dict[str, int]]
    other_language: NotRequired[Labelled]
    copies: NotRequired[int]


class DayStats(TypedDict):
    """One day of one subreddit, or of `all`; id is YYYY-MM-DD, hours has keys 00 to 23.

    names are the subreddits that count in a day of `all`, or did; earlier days lack it.
    """

    id: str
    subreddit: str
    hours: dict[str, Cell]
    names: NotRequired[list[str]]
    _etag: NotRequired[str]


class MonthStats(TypedDict):
    """One month of one subreddit: the same cells that its days hold, in one small document.

    id is YYYY-MM; subreddit is `shared.months.partition_of` of its name, so that no query for days
    finds it. cells has keys DDTHH, and numbers in the order of `shared.months`. method is what
    scored the items of most hours; methods are those of the other hours.
    """

    id: str
    subreddit: str
    cells: dict[str, list[float]]
    method: str | None
    methods: dict[str, dict[str, int]]
    _etag: NotRequired[str]


class Likeness(TypedDict):
    """What tells whether a post is a copy, and what it is marked as; all of it may be left out.

    text is the same for equal texts of one author; parent is the post that a cross-post shows.
    """

    text: NotRequired[str]
    parent: NotRequired[str]
    copy_of: NotRequired[str]
    copies: NotRequired[list[str]]


class HourShare(TypedDict):
    """What one subreddit adds to one hour of `all`: its cell, and its posts.

    posts are [order_key, label] pairs, newest first: enough to find the newest posts of all
    subreddits without asking each of them. comments are as many strings, newest first: p, n or -
    for positive, neutral or negative, and what follows the hour in the order key. texts are the
    likenesses of posts by their order key, less the empty ones. What was stored before comments or
    texts were listed lacks them.
    """

    cell: Cell
    posts: list[list[str]]
    comments: NotRequired[list[str]]
    texts: NotRequired[dict[str, Likeness]]


class HourOfAll(TypedDict):
    """One hour of `all`; id is YYYY-MM-DDTHH, in the partition `all`."""

    id: str
    subreddit: str
    shares: dict[str, HourShare]
    _etag: NotRequired[str]


class CycleError(TypedDict):
    """One error of a cycle; subreddit is None where it was the whole cycle's."""

    subreddit: str | None
    kind: str
    message: str


class SubredditCounts(TypedDict):
    """What a cycle did with one subreddit; left_out isn't there where nothing was."""

    posts_seen: int
    comments_seen: int
    new: int
    edited: int
    moved: int
    removed: int
    left_out: NotRequired[int]
    error: str | None


class Work(TypedDict):
    """What the documents of all work that changes statistics share; id begins with the kind.

    pending_cells is the write-ahead: the hours of each subreddit whose statistics may not agree
    with the items yet. settled is "no" from the start until there are none left: whoever works
    next looks for it.
    """

    id: str
    kind: Literal["cycle", "cleanup", "rescore"]
    status: WorkStatus
    start_time: str
    end_time: str | None
    errors: list[CycleError]
    pending_cells: dict[str, list[str]]
    settled: Literal["yes", "no"]
    _etag: NotRequired[str]


class Cycle(Work):
    """One collection cycle (DataCollectionCycle).

    left_out counts by the reason what the source showed and couldn't be kept. collected_at is that
    of the items that it writes. uncounted names the subreddits whose new items are written and not
    counted yet, each with the fullnames of those that it writes over: recovery counts the others.
    Earlier cycles lack both.
    """

    collected_at: NotRequired[str]
    uncounted: NotRequired[dict[str, list[str]]]

    trigger: Trigger
    feed: str
    posts_collected: int
    comments_collected: int
    posts_seen: int
    comments_seen: int
    new: int
    edited: int
    moved: int
    removed: int
    left_out: NotRequired[dict[str, int]]
    subreddits_processed: list[str]
    subreddits: dict[str, SubredditCounts]
    reddit_requests: int
    reddit_requests_left: int | None


class Removed(TypedDict):
    """How many documents of each kind a cleanup removed; statistics counts days and hours."""

    posts: int
    comments: int
    statistics: int
    topics: int
    cycles: int


class Cleanup(Work):
    """One cleanup: what was created before `before` went. complete says that nothing is left."""

    before: str
    removed: Removed
    cycles_closed: int
    complete: bool


class Rescore(Work):
    """One rescore: items of other methods than `method` ("linear 1") were scored again by it.

    Between two turns at the lease it is `completed`, and not `complete`.
    """

    method: str
    rescored: int
    complete: bool


class Lease(TypedDict):
    """The one lease that guards every writer; holder None means that it is free."""

    id: Literal["lease"]
    kind: Literal["lease"]
    ttl: int
    holder: str | None
    expires_at: str
    _etag: NotRequired[str]


class Request(TypedDict):
    """The collection that was asked for last; cycle is None once it has begun."""

    id: Literal["request"]
    kind: Literal["lease"]
    ttl: int
    cycle: str | None
    asked_at: str
    _etag: NotRequired[str]


class Watermark(TypedDict):
    """The newest item of a listing that is stored."""

    fullname: str
    created_utc: str


class SubredditState(TypedDict):
    """What is remembered of a subreddit between cycles; id is its name.

    has_months says that its months are stored, too: earlier versions stored days only.
    """

    id: str
    kind: Literal["subreddit"]
    ttl: int
    posts_watermark: Watermark | None
    comments_watermark: Watermark | None
    last_attempt_at: str
    last_collected_at: str | None
    last_error: CycleError | None
    has_months: NotRequired[bool]
    _etag: NotRequired[str]


class SweepState(TypedDict):
    """How far the sweep has come in each of its rings; see collector/collection/sweep.py."""

    id: Literal["sweep"]
    kind: Literal["sweep"]
    ttl: int
    recent: list[str]
    older: list[str]
    _etag: NotRequired[str]


class CollectionState(TypedDict):
    """What /health says of collection without reading every cycle.

    feed is where the stored data comes from; a store never mixes feeds.
    """

    id: Literal["collection"]
    kind: Literal["collection"]
    ttl: int
    feed: str
    last_cycle: str | None
    last_started_at: str | None
    last_collection_at: str | None
    collections_succeeded: int
    collections_failed: int
    _etag: NotRequired[str]


TopicState = Literal["new", "rising", "peaked", "fading"]


class Topic(TypedDict):
    """One trending topic.

    engagement_velocity is the engagement that all its posts gain an hour. mentions counts its
    posts; mentions_by_hour its posts and comments in each of the last 24 hours, oldest first.
    growth is how many times as large a share of all posts it has as in the week before; None when
    it had none. methods counts its posts and comments by what scored them, left_out those that
    count neither in the distribution nor in the mean; earlier topics lack both. upvotes and
    comments are what its posts have, and so have gained in the last 24 hours; state says how it
    stands. Earlier topics lack these.
    """

    id: str
    theme: str
    keywords: list[str]
    post_ids: list[str]
    mentions: int
    mentions_by_hour: list[int]
    growth: float | None
    subreddits: list[str]
    engagement_velocity: float
    sentiment_distribution: dict[Label, int]
    sentiment_avg: float | None
    methods: NotRequired[dict[str, int]]
    left_out: NotRequired[int]
    state: NotRequired[TopicState]
    upvotes: NotRequired[int]
    comments: NotRequired[int]
    peak_time: str
    created_at: str


class Topics(TypedDict):
    """The trending topics as they were computed at created_at; the first trends most.

    id is `current`, or that of a snapshot. Only the current one knows the snapshots: the ids of the
    earlier ones, oldest first.
    """

    id: str
    created_at: str
    topics: list[Topic]
    snapshots: list[str]
    _etag: NotRequired[str]
