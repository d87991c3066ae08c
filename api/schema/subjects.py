"""Subjects: their figures, their mentions, and their share of voice."""

from typing import Annotated, Literal

from pydantic import Field, RootModel
from typing_extensions import TypedDict

from api.schema.base import Answer, DataOrigin, LeftOut, MixedMethods, Time, WebAddress
from api.schema.coverage import CoverageAnswer
from api.schema.items import (
    SHARE,
    Author,
    CollectedAt,
    Copies,
    CopyOf,
    Deleted,
    ItemMention,
    MentionSentiment,
    Source,
    TextLanguage,
    Upvotes,
)
from api.schema.kinds import Kinds, KindsOfWindow, Switch
from api.schema.sentiment import (
    BY_THREAD,
    CHANGE,
    COVERAGE,
    GAPS,
    GIANT,
    REASON,
    SPAN_NEEDED,
    VERDICT,
    Baseline,
    Few,
    GiantThread,
    Interval,
    IntervalOfDifference,
    ObservedPart,
    Rematching,
    SentimentOf,
    Shares,
    Stderr,
    StderrOfDifference,
    ThreadChange,
    TimeWindow,
    Totals,
)
from api.schema.values import Kind
from shared.models import Role, Via
from shared.stats.compare import Reason, Verdict
from shared.stats.windows import Granularity

Share = Annotated[
    float | None, Field(description="0 to 1; null where nothing of the set was mentioned")
]
VoiceStderr = Annotated[
    float | None,
    Field(
        description="the standard error of the share of voice, which knows that the mentions of a"
        " thread go together; null with fewer than two threads"
    ),
]
VoiceInterval = Annotated[
    list[float] | None,
    Field(
        description="[low, high]: it holds the true share of voice in 95 of 100 cases; null where"
        " its standard error is",
        min_length=2,
        max_length=2,
    ),
]
FewVoices = Annotated[
    bool, Field(description="whether the set has fewer than 30 mentions, which is too few")
]
MentionCount = Annotated[int, Field(description="posts and comments that mention it")]


class MentionTotals(Answer):
    """Mentions, counted and averaged."""

    total: int = Field(description="posts and comments together")
    positive: int = Field(description="mentions with compound >= 0.05")
    negative: int = Field(description="mentions with compound <= -0.05")
    neutral: int = Field(description="mentions in between")
    avg_sentiment: float | None = Field(
        description="mean compound, -1 to 1; null if there are no mentions"
    )
    posts: int = Field(description="posts")
    comments: int = Field(description="comments")
    left_out: LeftOut
    coverage: ObservedPart = None
    stderr: Stderr
    interval: Interval
    few: Few
    shares: Shares = None


class MentionDifference(Answer):
    """The window minus the window before."""

    total: int = Field(description="mentions")
    positive: int = Field(description="positive mentions")
    negative: int = Field(description="negative mentions")
    neutral: int = Field(description="neutral mentions")
    posts: int = Field(description="posts")
    comments: int = Field(description="comments")
    left_out: int = Field(description="mentions that aren't English")
    avg_sentiment: float | None = Field(
        description="mean compound; null if either window has no mentions"
    )
    stderr: StderrOfDifference = None
    interval: IntervalOfDifference = None


class MentionChange(Answer):
    """The change from the time before to the window, over the same number of full hours.

    See docs/uncertainty.md for what is better or worse.
    """

    verdict: Verdict = Field(description=VERDICT)
    reason: Reason | None = Field(description=REASON)
    hours: int = Field(description="the number of full hours compared, on each side")
    statistics: MentionTotals = Field(
        description="the counts and the mean of the window's compared hours"
    )
    previous: MentionTotals = Field(description="those of the hours before")
    avg_sentiment: float | None = Field(description=CHANGE)
    stderr: Stderr
    interval: Interval
    by_thread: ThreadChange | None = Field(description=BY_THREAD)
    giant: GiantThread | None = Field(description=GIANT)
    behind: list[str] = Field(
        description="the communities that weren't collected up to the end of the full hours"
    )
    span_needed: int | None = Field(default=None, description=SPAN_NEEDED, examples=[120])


class CommunityMentions(Answer):
    """The mentions of a subject in one community."""

    community: str = Field(description="the id of the community")
    mentions: MentionCount
    share: float = Field(description="the part of the subject's mentions, 0 to 1")


class SubjectPoint(TypedDict):
    """One step of a subject's course."""

    # No model: a list of subjects has thousands of points, and a model takes three times as long.
    start: Annotated[Time, Field(description="when the hour or day begins")]
    total: MentionCount
    left_out: LeftOut
    avg_sentiment: Annotated[
        float | None, Field(description="mean compound, -1 to 1; null if nothing counts in it")
    ]
    stderr: Stderr
    interval: Interval
    few: Few
    coverage: Annotated[
        float | None,
        Field(
            description="the part of the step that was observed, 0 to 1; null where nothing is"
            " recorded"
        ),
    ]


class SubjectFigures(Answer):
    """A subject of the watchlist, in the window and in the one before."""

    id: str = Field(description="the id of the subject")
    name: str = Field(description="its name")
    role: Role = Field(description="own, competitor or topic")
    home: list[str] = Field(description="the ids of its home communities")
    mentions: int = Field(description="its mentions in the window: `total` of `statistics`")
    statistics: MentionTotals = Field(
        description="the mentions of the window, counted, and their mean"
    )
    previous: MentionTotals = Field(
        description="those of the window before, with the same number of hours"
    )
    difference: MentionDifference = Field(description="statistics minus previous")
    change: MentionChange = Field(
        description="the change since the time before, over equal full hours"
    )
    share: float | None = Field(
        description="its share of voice among the subjects of `set`, 0 to 1; null for a subject"
        " outside of it, and where none was mentioned"
    )
    share_stderr: VoiceStderr = None
    share_interval: VoiceInterval = None
    share_few: FewVoices = False
    share_change: float | None = Field(
        description="its share of voice in the compared full hours minus that in the hours before;"
        " null where either is unknown"
    )
    top_community: CommunityMentions | None = Field(
        description="the community with most of its mentions; null without mentions"
    )
    trend_data: list[SubjectPoint] = Field(
        description="every step of the window, oldest first: hours up to 48 of them, else days"
    )
    rematching: Rematching


class _Windowed(Answer):
    time_window_hours: int = Field(description="hours in the window")
    window: TimeWindow = Field(description="the time that was counted")
    previous_window: TimeWindow = Field(description="the time that `previous` is of")
    before: Baseline = Field(
        description="the time that each `change` compares the window's full hours with"
    )
    sentiment_of: SentimentOf
    coverage: CoverageAnswer | None = Field(default=None, description=COVERAGE)
    origin: DataOrigin
    timestamp: Time = Field(description="when the answer was made")


class _OfTheSet(_Windowed):
    set: list[str] = Field(
        description="the subjects whose mentions are the base of shares: those of role own and"
        " competitor"
    )
    mixed_methods: MixedMethods
    base: int = Field(description="the mentions of the subjects of `set` in the window")
    granularity: Granularity = Field(description="the length of a step of `trend_data`")
    gaps: list[TimeWindow] = Field(description=GAPS)


class SubjectsAnswer(_OfTheSet):
    """The subjects of the watchlist, with their figures."""

    subjects: list[SubjectFigures] = Field(
        description="own ones first, then competitors, then topics; each role by mentions"
    )
    rematching: Rematching


class TermAnswer(Answer):
    """A name of a subject."""

    text: str = Field(description="a word or a phrase")
    exact: bool = Field(description="whether it counts in this case only")
    prefix: bool = Field(description="whether it is also the beginning of words")
    needs_context: bool = Field(
        description="whether it counts outside of home communities only near a word of `context`"
    )
    capital: bool = Field(
        default=False,
        description="whether it then also counts where it has its own capitals within a sentence",
    )


class ViaFigures(Answer):
    """The mentions of a subject by one way."""

    via: Via = Field(description="text, thread or home")
    statistics: Totals = Field(description="the counts and the mean of the window")


class CommunityFigures(Answer):
    """The mentions of a subject in one community."""

    community: str = Field(description="the id of the community")
    share: float = Field(description="the part of the subject's mentions, 0 to 1")
    statistics: Totals = Field(description="the counts and the mean of the window")
    change: MentionChange | None = Field(
        description="the change in this community over the compared hours of the subject's"
        " `change`; `hours` are those of them in which the community was observed. Null for one of"
        " the smallest of more than twenty, which isn't compared by itself"
    )
    effect: float | None = Field(
        description="the part of the subject's change of avg_sentiment that comes from this"
        " community, by its own mean and by its share of the mentions; null where `change` is, and"
        " where the subject has no mean on either side"
    )


class SubjectSentiment(MentionSentiment):
    """The sentiment by which a mention counts."""

    positive: float | None = Field(
        description=f"how positive: {SHARE}; null where `sentiment_of` is target"
    )
    negative: float | None = Field(description="how negative, likewise")
    neutral: float | None = Field(description="how neutral, likewise")
    analyzed_at: Time | None = Field(
        description="when the text was scored; null where `sentiment_of` is target"
    )


class MentionAnswer(Answer):
    """A post or a comment that mentions a subject."""

    kind: Kind = Field(description="post or comment")
    id: str = Field(description="its id, unique among those of its kind")
    post_id: str = Field(description="the post that it is or belongs to")
    community: str = Field(description="the id of its community")
    via: Via = Field(
        description="text (it names the subject), thread (a comment that names no subject, under"
        " a post about this one) or home (it names no subject, in a home community of it)"
    )
    matched: list[str] = Field(
        description="the words that name the subject, as they stand in the text; empty unless via"
        " text"
    )
    title: str | None = Field(description="the title of a post; null for a comment")
    text: str = Field(description="the text in Markdown, empty where a post is a link")
    sentiment: SubjectSentiment = Field(
        description="what it says of the subject or, where `sentiment_of` is text, at all"
    )
    sentiment_of: SentimentOf = "text"
    author: Author
    created_utc: Time = Field(description="when it was written")
    upvotes: Upvotes
    comment_count: int | None = Field(
        description="a post's comments at its source, as last seen; null for a comment, and where"
        " that isn't said"
    )
    permalink: WebAddress = Field(description="it at its source; empty if it isn't http(s)")
    source: Source
    collected_at: CollectedAt
    language: TextLanguage = None
    deleted: Deleted = False
    mentions: list[ItemMention] = Field(
        description="all subjects that it mentions, this one included"
    )
    copy_of: CopyOf = None
    copies: Copies = Field(default=[])
    kinds: Kinds = None
    switch: Switch = None
    cursor: str = Field(description="the value of `cursor` for the mentions after this one")


class Mentions(RootModel[list[MentionAnswer]]):
    """Posts and comments that mention a subject."""


class SubjectCard(SubjectFigures, _OfTheSet):
    """A subject, with its figures, rules and newest mentions."""

    terms: list[TermAnswer] = Field(description="its names")
    exclude: list[str] = Field(description="phrases that void the terms that they overlap")
    context: list[str] = Field(description="the words of which terms may need one near them")
    merged_from: list[str] = Field(
        description="the ids of the subjects whose history this one has taken"
    )
    by_via: list[ViaFigures] = Field(description="the window by text, thread and home")
    by_community: list[CommunityFigures] = Field(
        description="the window and its change by community, the one with most mentions first; last"
        " those with mentions only in the hours before. Their effects, with `effect_of_others`, add"
        " up to the subject's change"
    )
    kinds: KindsOfWindow = None
    effect_of_others: float | None = Field(
        description="what is left of the subject's change beside the effects of `by_community`:"
        " that of communities that aren't compared by themselves, or aren't watched any more. Null"
        " where the subject has no mean on either side"
    )
    newest: list[MentionAnswer] = Field(
        description="the newest mentions of the window, at most five"
    )


class VoiceFigures(Answer):
    """The share of voice of one subject, or of several together."""

    mentions: MentionCount
    share: Share
    stderr: VoiceStderr = None
    interval: VoiceInterval = None
    few: FewVoices = False
    previous: Share = Field(
        description="its share in the compared hours before the window; null where none was"
        " mentioned, or nothing is known"
    )
    change: float | None = Field(
        description="its share in the compared hours of the window minus `previous`; null where"
        " either is unknown"
    )
    change_interval: list[float] | None = Field(
        default=None,
        description="[low, high]: it holds the true `change` in 95 of 100 cases; null where that"
        " is unknown",
        min_length=2,
        max_length=2,
    )
    positive: int = Field(description="mentions with compound >= 0.05")
    negative: int = Field(description="mentions with compound <= -0.05")
    neutral: int = Field(description="mentions in between")
    left_out: int = Field(description="mentions that aren't English, which have none of the labels")
    sentiment: float | None = Field(description="mean compound, -1 to 1; null without mentions")
    sentiment_stderr: float | None = Field(
        default=None,
        description="the standard error of `sentiment`, which knows that the items of a thread"
        " agree; null with fewer than two threads",
    )
    sentiment_interval: list[float] | None = Field(
        default=None,
        description="[low, high]: it holds the true `sentiment` in 95 of 100 cases; null where"
        " sentiment_stderr is",
        min_length=2,
        max_length=2,
    )
    sentiment_few: bool = Field(
        default=True,
        description="whether fewer than 30 mentions count in `sentiment`, which is too few",
    )


class SubjectVoice(VoiceFigures):
    """The share of voice of one subject."""

    id: str = Field(description="the id of the subject")
    name: str = Field(description="its name")
    role: Role = Field(description="own, competitor or topic")
    communities: list[CommunityMentions] = Field(
        description="its mentions by community, most first"
    )
    rematching: Rematching


class OtherVoices(VoiceFigures):
    """The share of voice of the smaller subjects together."""

    subjects: list[str] = Field(description="their ids")


class ShareOfVoice(_Windowed):
    """The mentions of each subject over those of a set of subjects."""

    subjects: list[SubjectVoice] = Field(description="the subjects of the set, most mentions first")
    others: OtherVoices | None = Field(
        description="the subjects beyond `top` together; null if there are none"
    )
    base: int = Field(description="the mentions of the set in the window")
    previous_base: int = Field(description="its mentions in the compared hours before the window")
    set: list[str] = Field(description="the ids of the subjects of the set")
    home: Literal["include", "exclude"] = Field(
        description="whether the home communities of the set's subjects count"
    )
    community: str | None = Field(description="the only community that counts; null for all")
    left_out_communities: list[str] = Field(
        description="the home communities that don't count; empty with `home` include"
    )
    compared_hours: int = Field(
        description="the number of full hours compared, on each side: those in which something was"
        " observed"
    )
    mixed_methods: MixedMethods
    rematching: Rematching
