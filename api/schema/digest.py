"""The digest of a day or a week: what changed, why, and what to read and to answer."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StringConstraints

from api.schema.base import Answer, DataOrigin, MixedMethods, Time, WebAddress
from api.schema.coverage import CoverageAnswer
from api.schema.explain import (
    ContributionAnswer,
    ExplainedItem,
    ItemsRead,
    ItemToRead,
    QuotesOfReason,
    VolumeChange,
)
from api.schema.markers import MarkerAnswer
from api.schema.parameters import Parameters
from api.schema.sentiment import (
    COVERAGE,
    GAPS,
    REASON,
    VERDICT,
    Baseline,
    Rematching,
    SentimentOf,
    TimeWindow,
)
from api.schema.subject_parameters import MAX_SUBJECTS, SubjectIds
from api.schema.subjects import SubjectFigures
from api.schema.values import Kind, ReportFormat
from shared.kinds import Talk
from shared.reasons.sentence import VolumeVerdict
from shared.stats.compare import Reason, Verdict
from shared.stats.windows import Granularity
from shared.subjects.markers import checked_date

MAX_ZONE_CHARS = 64
MAX_INCIDENTS = 20

PeriodKind = Literal["day", "week"]
WhyEmpty = Literal["no_subjects", "not_collected", "no_mentions"]


def _zone(name: str) -> str:
    """Return the name of a time zone as it is. Raises ValueError for an unknown one."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("it is no time zone") from error
    return name


Day = Annotated[str, StringConstraints(max_length=10), AfterValidator(checked_date)]
ZoneName = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_ZONE_CHARS), AfterValidator(_zone)
]


class DigestParameters(Parameters):
    """The period, the subjects and the format of a digest."""

    period: PeriodKind = Field(
        default="week",
        description="day or week; a week begins on Monday at 00:00 in `time_zone`",
        examples=["week"],
    )
    end: Day | None = Field(
        default=None,
        description="a day, such as 2026-11-23: the period ends where that day begins in"
        " `time_zone`; a week ends with the last Monday that isn't after it. Without it, the last"
        " period that is over",
        examples=["2026-11-23"],
        json_schema_extra={"format": "date"},
    )
    time_zone: ZoneName = Field(
        default="UTC",
        description="the name of a time zone of the IANA database, such as Europe/Berlin: days"
        " begin at midnight there, or at the full hour in UTC before it",
        examples=["Europe/Berlin"],
    )
    subjects: SubjectIds | None = Field(
        default=None,
        description=f"1 to {MAX_SUBJECTS} ids of subjects, separated by commas; without it, those"
        " of role own and competitor",
        examples=["cursor,claude-code"],
    )
    format: ReportFormat | None = Field(
        default=None,
        description="json or markdown; without it, the Accept header decides",
        examples=["markdown"],
    )


class DigestSubject(SubjectFigures):
    """A subject in the period and in the time before; its share of voice is that in `set`."""

    volume: VolumeChange = Field(
        description="the change of the number of its mentions; more or fewer: beyond chance, among"
        " all subjects of the digest"
    )
    share_change_interval: list[float] | None = Field(
        description="[low, high]: it holds the true `share_change` in 95 of 100 cases; null where"
        " that is unknown",
        min_length=2,
        max_length=2,
    )


class DigestChange(Answer):
    """A subject's change in words, with its verdicts."""

    subject: str = Field(description="the id of the subject")
    name: str = Field(description="its name")
    verdict: Verdict = Field(description=VERDICT)
    reason: Reason | None = Field(description=REASON)
    volume: VolumeVerdict = Field(description="the verdict of its `volume`")
    sentence: str = Field(description="the change, or why there is none to tell")


class DigestReason(Answer):
    """Why a subject changed: what GET /explain says of the same hours by `request`."""

    subject: str = Field(description="the id of the subject")
    name: str = Field(description="its name")
    sentence: str = Field(description="the largest contributions beyond chance, or what is missing")
    verdict: Verdict = Field(description="the verdict, looking at this subject alone")
    volume: VolumeChange = Field(description="the change of the number of items, likewise")
    contributions: list[ContributionAnswer] = Field(
        description="up to five contributions that are beyond chance, of the mean or the volume"
    )
    quotes: list[QuotesOfReason] = Field(description="sentences for up to three of them")
    cited: list[ExplainedItem] = Field(description="the items that are named above, each once")
    looked_at: ItemsRead = Field(
        description="how many items it rests on: a digest reads fewer than GET /explain where there"
        " are many"
    )
    request: str = Field(
        description="the path and query of the API that explain the same from the same items;"
        " without `max_cost` from as many as can be read",
        examples=["/api/v1/explain?scope=subject:cursor&start=2026-11-16T00:00:00Z&max_cost=90"],
    )


class DigestItem(Answer):
    """One of the items to read."""

    subject: str = Field(description="the id of the subject that it is about")
    read: ItemToRead = Field(description="its beginning, and why it was chosen")
    item: ExplainedItem = Field(description="the item")


class DigestQuestion(Answer):
    """A post with a question or a problem to which no reply is known."""

    kind: Kind = Field(description="post")
    id: str = Field(description="its id")
    post_id: str = Field(description="the same")
    community: str = Field(description="the id of its community")
    title: str = Field(description="its title, in one line")
    text: str = Field(description="the beginning of its text, in one line")
    created_utc: Time = Field(description="when it was written")
    permalink: WebAddress = Field(description="it at its source; empty if it isn't http(s)")
    upvotes: int | None = Field(description="upvotes, as last seen; null where none are counted")
    talk: list[Talk] = Field(description="question, problem, or both")
    subjects: list[str] = Field(description="the ids of the digest's subjects that it mentions")


class WorthAnAnswer(Answer):
    """Posts of the period that nobody has answered."""

    subjects: list[str] = Field(
        description="the subjects whose posts were looked through: own ones, or where the digest"
        " has none, its first three"
    )
    since: Time | None = Field(
        description="how far back they were looked through, newest first; null without subjects"
    )
    items: list[DigestQuestion] = Field(
        description="up to five: those with most upvotes of the newest, first"
    )


class DigestTopic(Answer):
    """A topic of a subject whose change is explained."""

    subject: str = Field(description="the id of the subject")
    id: str = Field(description="its id: /items takes it with the subject and the window")
    name: str = Field(description="a phrase that most of its items use")
    n: int = Field(description="its items in the period, of those that were read")
    n_before: int = Field(description="its items in the week before, likewise")
    ratio: float | None = Field(
        description="its share of the items, divided by that share before; null if it is new"
    )
    is_whole: bool = Field(
        description="whether all items were read: then its items are those that /items lists"
    )


class DigestMarkers(Answer):
    """What happened, and what is to come."""

    behind: list[MarkerAnswer] = Field(description="markers within the period, oldest first")
    ahead: list[MarkerAnswer] = Field(description="up to ten markers after it, the next one first")


class UnseenCommunity(Answer):
    """A community that wasn't observed throughout the period."""

    community: str = Field(description="the id of the community")
    hours: int = Field(description="hours of the period in which it wasn't observed")


class DigestIncident(Answer):
    """An alert that is open when the digest is read."""

    id: str = Field(description="the id of the incident")
    rule: str = Field(description="the name of its rule")
    scope: str = Field(description="the name of what the rule watches")
    opened: Time = Field(description="since when it is open")
    sentence: str = Field(description="what the rule found last")


class Digest(Answer):
    """A day or a week of subjects, in the order in which one reads it."""

    sentence: str = Field(description="all of it in a sentence or two")
    why_empty: WhyEmpty | None = Field(
        description="why there is nothing to tell; null where there are mentions"
    )
    period: PeriodKind = Field(description="day or week")
    time_zone: str = Field(description="the time zone in which days begin")
    first_day: str = Field(description="the first day of the period")
    end: str = Field(description="the day with whose beginning the period ends")
    previous_end: str | None = Field(
        description="the `end` of the digest before; null if its data isn't kept any more"
    )
    next_end: str | None = Field(
        description="the `end` of the digest after; null while that period isn't over"
    )
    next_at: Time = Field(description="when the period after this one ends")
    window: TimeWindow = Field(description="the time of the period, in whole hours")
    compared_with: Baseline = Field(description="the time that it is compared with")
    is_sample: bool = Field(description="whether the data is invented: `origin` is sample")
    origin: DataOrigin
    set: list[str] = Field(description="the ids of the subjects, whose mentions share the voice")
    subjects: list[DigestSubject] = Field(
        description="own ones first, then competitors, then topics; each role by mentions"
    )
    changed: list[DigestChange] = Field(
        description="the subjects whose mood or number of mentions changed beyond chance"
    )
    unchanged: list[DigestChange] = Field(
        description="all others, also those of which no change can be told"
    )
    reasons: list[DigestReason] = Field(
        description="why, for up to three subjects that changed; if none did, for an own one"
    )
    read_these: list[DigestItem] = Field(description="up to five items that weigh most")
    worth_an_answer: WorthAnAnswer = Field(description="questions and problems without a reply")
    topics: list[DigestTopic] = Field(
        description="what is said more of the subjects in `reasons` than in the week before"
    )
    markers: DigestMarkers = Field(description="what happened, and what is to come")
    coverage: CoverageAnswer | None = Field(description=COVERAGE)
    gaps: list[TimeWindow] = Field(description=GAPS)
    unseen: list[UnseenCommunity] = Field(
        description="communities that weren't observed throughout, most hours first"
    )
    incidents: list[DigestIncident] = Field(
        description=f"up to {MAX_INCIDENTS} open alerts, newest first"
    )
    granularity: Granularity = Field(description="the length of a step of `trend_data`")
    mixed_methods: MixedMethods
    sentiment_of: SentimentOf
    rematching: Rematching
    timestamp: Time = Field(description="when the answer was made")


MOMENTS_OF_DIGEST = {"timestamp": True}
