"""The sentiment of windows: counts, means, steps and changes."""

from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from api.schema.base import Answer, DataOrigin, LeftOut, Methods, MixedMethods, Time
from api.schema.coverage import CoverageAnswer
from api.schema.kinds import KindsOfWindow
from shared.models import Via
from shared.stats.compare import Reason, Side, Verdict
from shared.stats.subjects import SentimentIsOf
from shared.stats.windows import Because, Granularity

COVERAGE = "what was observed of the window; null where nothing is recorded"
CORRECTED = (
    "items whose label a person corrected; they count with that label, and in `methods` by"
    " what scored them"
)
COPIES = (
    "how many of the posts repeat another one: the same author's same words, or a"
    " cross-post. They all count here, but a list over all communities shows only one"
    " of them"
)
GAPS = (
    "hours of the window in which nothing was observed, or, where nothing is recorded, probably"
    " nothing"
)
SentimentOf = Annotated[
    SentimentIsOf,
    Field(
        description="what sentiment is of: text (the author's whole text), target (what the author"
        " says of the subject, where the text names it) or mixed (both, as `methods` say)"
    ),
]
Rematching = Annotated[
    bool,
    Field(
        description="whether stored items are being matched with changed rules, so that the"
        " mentions may not be right yet"
    ),
]
Stderr = Annotated[
    float | None,
    Field(
        description="the standard error of avg_sentiment, which knows that the items of a thread"
        " agree; null with fewer than two threads"
    ),
]
Interval = Annotated[
    list[float] | None,
    Field(
        description="[low, high]: it holds the true avg_sentiment in 95 of 100 cases; null where"
        " stderr is",
        min_length=2,
        max_length=2,
    ),
]
StderrOfDifference = Annotated[
    float | None,
    Field(
        description="the standard error of avg_sentiment, which knows threads; null where that of"
        " either window is"
    ),
]
IntervalOfDifference = Annotated[
    list[float] | None,
    Field(
        description="[low, high]: it holds the true avg_sentiment in 95 of 100 cases, looking at"
        " this alone; null where stderr is. A verdict is in `change`",
        min_length=2,
        max_length=2,
    ),
]
Few = Annotated[
    bool, Field(description="whether fewer than 30 items count in avg_sentiment, which is too few")
]
ObservedPart = Annotated[
    float | None,
    Field(
        description="the part of the time that was observed, 0 to 1; null where nothing is"
        " recorded, and where the answer doesn't tell it"
    ),
]
VERDICT = (
    "better or worse: beyond chance, among all scopes of the answer; no_clear_change (chance"
    " explains it), too_few (under 30 items or three threads on a side), or incomplete (see"
    " `reason`)"
)
REASON = (
    "why the change is incomplete: mixed_methods, no_earlier_data (fewer than half of the hours are"
    " known in both times, or the time before has less than a tenth of the items), or not_collected"
    " (the communities in `behind` lack more than a twentieth of the window); null otherwise"
)
CHANGE = (
    "statistics minus previous, by the mean of all items; null if either has no items. The verdict"
    " rests on `by_thread`"
)
BECAUSE = (
    "just_before: it ends where the window's full hours begin; week_before: the same weekdays and"
    " hours a week earlier; no_week_before: there is too little data of those, and so it is the"
    " time just before"
)
BY_THREAD = (
    "the change of the mean in which threads weigh by what they can tell, on which the verdict"
    " rests; null where it is unknown"
)
SPAN_NEEDED = (
    "of too_few: how many hours, in whole days, a span would need for a verdict, at the rate of"
    " items and threads here; null where data isn't that old, or tells no rate, and of other"
    " verdicts"
)
GIANT = (
    "the thread with more than half of the items of a side, if there is one: no change is claimed"
    " that it alone makes"
)
Scope = Annotated[str, Field(description="a community, all, or subject:ID")]
OfSubject = Annotated[
    str | None, Field(description="the id of the subject; null without `subject`")
]


class LabelShare(TypedDict):
    """The share of a label."""

    share: Annotated[float, Field(description="the part of the items that count, 0 to 1")]
    stderr: Annotated[
        float | None, Field(description="its standard error; null where `stderr` of the mean is")
    ]
    interval: Annotated[
        list[float] | None,
        Field(
            description="[low, high]: it holds the true share in 95 of 100 cases; null where"
            " stderr is",
            min_length=2,
            max_length=2,
        ),
    ]


class LabelShares(TypedDict):
    """The share of each label."""

    positive: Annotated[LabelShare, Field(description="of positive items")]
    negative: Annotated[LabelShare, Field(description="of negative items")]
    neutral: Annotated[LabelShare, Field(description="of neutral items")]


Shares = Annotated[
    LabelShares | None,
    Field(
        description="the shares of the labels, with errors that know threads; null without items,"
        " and where the answer leaves them out"
    ),
]


class Totals(Answer):
    """Posts and comments, counted and averaged."""

    total: int = Field(description="posts and comments together")
    positive: int = Field(description="items with compound >= 0.05")
    negative: int = Field(description="items with compound <= -0.05")
    neutral: int = Field(description="items in between")
    avg_sentiment: float | None = Field(
        description="mean compound, -1 to 1; null if there are no items"
    )
    posts: int = Field(description="posts")
    comments: int = Field(description="comments")
    left_out: LeftOut
    methods: Methods
    mixed_methods: MixedMethods
    copies: int = Field(default=0, description=COPIES)
    corrected: int = Field(default=0, description=CORRECTED)
    coverage: ObservedPart = None
    stderr: Stderr
    interval: Interval
    few: Few
    shares: Shares = None


class WindowTotals(Totals):
    """Posts and comments of a window, counted and averaged, also by kind of talk."""

    kinds: KindsOfWindow = None


class TimeWindow(Answer):
    """Whole hours: the current one so far, and those before it; or those from a start to an end."""

    start: Time = Field(description="the beginning of the first hour")
    end: Time = Field(
        description="when the request was made, or the last collection; with `start` the end of the"
        " last full hour"
    )


class Baseline(Answer):
    """The time that the window is compared with: as many full hours."""

    start: Time = Field(description="the beginning of its first hour")
    end: Time = Field(description="the end of its last hour")
    because: Because = Field(description=BECAUSE)


class Stats(Answer):
    """The sentiment of a window."""

    subreddit: str = Field(description="the community, or all")
    scope: Scope
    subject: OfSubject = None
    via: Via | None = Field(
        default=None, description="the only way that counts; null without `via`"
    )
    time_window_hours: int = Field(description="hours in the window")
    statistics: WindowTotals = Field(description="the counts and the mean")
    window: TimeWindow = Field(description="the time that was counted")
    coverage: CoverageAnswer | None = Field(default=None, description=COVERAGE)
    sentiment_of: SentimentOf
    rematching: Rematching = False
    origin: DataOrigin
    timestamp: Time = Field(description="when the answer was made")


class _Start(Answer):
    start: Time = Field(description="when the hour, day or week begins")


class TrendPoint(Totals, _Start):
    """One step of a trend."""

    coverage: float | None = Field(
        default=None,
        description="the part of the step that was observed, 0 to 1: what is less isn't complete,"
        " and 0 is unknown, whatever its totals; null where nothing is recorded",
    )


class SentimentTrends(Stats):
    """The sentiment of a window, and its course."""

    granularity: Granularity = Field(description="the length of a step")
    trend_data: list[TrendPoint] = Field(
        description="every step that the window touches, oldest first, with only the items of the"
        " window; a step without items has totals of 0"
    )
    communities: dict[str, list[TrendPoint]] | None = Field(
        default=None,
        description="the same steps for each community with mentions, most first; null unless `by`"
        " is community",
    )
    vias: dict[Via, list[TrendPoint]] | None = Field(
        default=None,
        description="the same steps for text, thread and home; null unless `by` is via",
    )


class Difference(Answer):
    """The window minus the window before."""

    total: int = Field(description="items")
    positive: int = Field(description="positive items")
    negative: int = Field(description="negative items")
    neutral: int = Field(description="neutral items")
    avg_sentiment: float | None = Field(
        description="mean compound; null if either window has no items"
    )
    stderr: StderrOfDifference = None
    interval: IntervalOfDifference = None
    posts: int = Field(description="posts")
    comments: int = Field(description="comments")
    left_out: int = Field(description="items left out because they aren't English")
    mixed_methods: bool = Field(
        description="whether more than one method scored the two windows; then the difference may"
        " come from the methods and not from the mood"
    )


class ThreadChange(Answer):
    """A change of the mean in which threads weigh by what they can tell."""

    avg_sentiment: float = Field(description="the change of that mean")
    stderr: Stderr
    interval: Interval


class GiantThread(Answer):
    """A thread with more than half of the items of a side."""

    id: str = Field(description="the id of its post")
    community: str | None = Field(description="the id of its community; null where it isn't known")
    share: float = Field(description="its part of the items, 0.5 to 1")
    side: Side = Field(description="the side: statistics or previous")


class Change(Answer):
    """The change from the time before to the window, over the same number of full hours.

    Hours count in pairs, one of each time, in which something was collected. See
    docs/uncertainty.md for what is better or worse.
    """

    verdict: Verdict = Field(description=VERDICT)
    reason: Reason | None = Field(description=REASON)
    hours: int = Field(description="the number of full hours compared, on each side")
    statistics: Totals = Field(description="the counts and the mean of the window's compared hours")
    previous: Totals = Field(description="those of the hours before")
    avg_sentiment: float | None = Field(description=CHANGE)
    stderr: Stderr
    interval: Interval
    by_thread: ThreadChange | None = Field(description=BY_THREAD)
    giant: GiantThread | None = Field(description=GIANT)
    behind: list[str] = Field(
        description="its communities that weren't collected up to the end of the full hours"
    )
    span_needed: int | None = Field(default=None, description=SPAN_NEEDED, examples=[120])


class ComparedScope(Answer):
    """One community or subject, in the window and in the one before."""

    subreddit: str = Field(description="the community, all, or subject:ID: the same as `scope`")
    scope: Scope
    subject: OfSubject = None
    rematching: Rematching = False
    statistics: Totals = Field(description="the counts and the mean of the window")
    previous: Totals = Field(
        description="those of `previous_window`, with the same number of hours"
    )
    difference: Difference = Field(description="statistics minus previous")
    trend_data: list[TrendPoint] | None = Field(
        description="every step of the window, oldest first; null without `granularity`"
    )
    change: Change | None = Field(
        default=None,
        description="the change since the time before; null unless `until` is collected, or there"
        " is a `start`",
    )
    coverage: CoverageAnswer | None = Field(default=None, description=COVERAGE)


class Comparison(Answer):
    """Communities and subjects side by side."""

    time_window_hours: int = Field(description="hours in the window")
    subreddits: list[ComparedScope] = Field(
        description="one object for each, in the requested order"
    )
    window: TimeWindow = Field(description="the time that was counted")
    previous_window: TimeWindow = Field(description="the time that `previous` is of")
    before: Baseline | None = Field(
        default=None,
        description="the time that each `change` compares the window's full hours with; null"
        " without changes",
    )
    mixed_methods: bool = Field(
        description="whether more than one method scored the compared items of both windows; then"
        " their averages aren't comparable"
    )
    granularity: Granularity | None = Field(
        description="the length of a step of `trend_data`: the requested one, or day if there would"
        " be too many hours; null without `granularity`"
    )
    gaps: list[TimeWindow] | None = Field(
        default=None,
        description="hours of the window in which nothing was observed of the compared communities,"
        " or, where nothing is recorded, probably nothing; null unless `until` is collected, or"
        " there is a `start`",
    )
    sentiment_of: SentimentOf
    origin: DataOrigin
    timestamp: Time = Field(description="when the answer was made")


class LabelCounts(Answer):
    """Posts and comments by label."""

    positive: int = Field(description="items with compound >= 0.05")
    negative: int = Field(description="items with compound <= -0.05")
    neutral: int = Field(description="items in between")


# Fields that change every second even if the data doesn't.
MOMENTS_OF_STATS: dict[str, Any] = {"timestamp": True, "window": {"end"}}
