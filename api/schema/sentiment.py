"""The sentiment of windows: counts, means, steps and changes."""

from typing import Any

from pydantic import Field

from api.schema.base import LEFT_OUT, METHODS, MIXED_METHODS, ORIGIN, Answer, Methods, Time
from shared.models import Origin
from shared.stats.compare import Verdict
from shared.stats.windows import Granularity

COPIES = (
    "how many of the posts repeat another one: the same author's same words, or a cross-post; they"
    " count in everything here, and lists over all show them as one"
)


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
    origin: Origin = Field(description=ORIGIN)
    timestamp: Time = Field(description="when the answer was made")


class _Start(Answer):
    start: Time = Field(description="when the hour, day or week begins")


class TrendPoint(Totals, _Start):
    """One step of a trend."""


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
    origin: Origin = Field(description=ORIGIN)
    timestamp: Time = Field(description="when the answer was made")


class LabelCounts(Answer):
    """Posts and comments by their label."""

    positive: int = Field(description="items with compound >= 0.05")
    negative: int = Field(description="items with compound <= -0.05")
    neutral: int = Field(description="items in between")


# What changes from second to second though the data doesn't.
MOMENTS_OF_STATS: dict[str, Any] = {"timestamp": True, "window": {"end"}}
