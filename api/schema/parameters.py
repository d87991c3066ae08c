"""The parameters of each endpoint, with their bounds and descriptions."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from api.schema.values import (
    ITEM_ID,
    MAX_COMPARED,
    MAX_HOURS,
    MAX_RANKED_ITEMS,
    MAX_SORTED,
    MAX_SPAN_DAYS,
    Bound,
    CommunityName,
    Compared,
    ComparedScopes,
    Cursor,
    Format,
    Hours,
    Kind,
    ListCursor,
    MentionSort,
    Moment,
    Sort,
    SubjectId,
    WholeNumber,
)
from shared.kinds import TALK, Talk
from shared.models import Label, Via
from shared.stats.step_length import PARTS
from shared.stats.windows import Granularity
from shared.times import parse_iso

MAX_POSTS = 500
# Maximum posts that a search reads for a page; the next page continues there.
MAX_SCANNED = 500
MAX_SEARCH_CHARS = 200
MAX_TOPICS = 100
# Maximum steps of a comparison by the hour, so that an answer has some hundred kilobytes at most.
# Ten communities for a week fit.
MAX_STEPS = 2500
MAX_CYCLES = 100
# A page of communities whose items are counted by their days costs about 7 request units for each.
# One of a large fleet costs up to seven request units.
MAX_COMMUNITIES_LISTED = 100
MAX_NAME_CHARS = 150

OtherName = Annotated[
    CommunityName | None,
    Field(
        description="the same as `subreddit`; where both are given, this one counts",
        examples=["claude"],
    ),
]

OneSubject = Annotated[
    SubjectId | None,
    Field(
        description="the id of a subject of the watchlist, in any case: only what mentions it",
        examples=["cursor"],
    ),
]
OneVia = Annotated[
    Via | None,
    Field(
        description="with `subject`: text (the item names it), thread (a comment that names no"
        " subject, under a post about it) or home (an item in its own community that names none)",
        examples=["text"],
    ),
]


SORTS = (
    "newest; reach (most upvotes first; what has none comes last), most_negative or most_positive"
    " (by compound, of a list of a subject what its items say of the subject), or influence (first"
    " what moves the mean of the window most, down or up)"
)
SORTED_WHOLE = (
    f"reach takes lists of up to about {MAX_SORTED} items, the other orders times in which the"
    f" communities or the subject have up to about {MAX_RANKED_ITEMS:,} items; longer ones are"
    " refused. In these orders, pages of long times may have fewer items than `limit`"
)
AskedGranularity = Literal[Granularity, "auto"]
STEPS = (
    "hour, 2h, 4h, 8h, day, week or auto, which is the shortest of them of which at least half have"
    " 30 items or more, if six of them fit into the window; over more than a week day or week"
)


class Parameters(BaseModel):
    """The parameters of a query string: a field's description says what the parameter accepts."""

    model_config = ConfigDict(frozen=True)


class NoParameters(Parameters):
    """No parameters."""


SPAN = (
    "A date is its beginning in UTC, and a time without offset is in UTC; spans are whole hours, so"
    " that it is rounded"
)


def _without_default(schema: JsonDict) -> None:
    """Remove the default: generated clients would send it, and `start` refuses `hours`."""
    schema.pop("default", None)


def _hours(default: int) -> str:
    """Return the description of the hours of a window that may have a start instead."""
    return (
        f"a whole number of hours from 1 to {MAX_HOURS}, the current one included; not with"
        f" `start` and `end`. Without any of the three, {default}"
    )


class SpanParameters(Parameters):
    """The window of a request: the last hours, or from a start to an end."""

    hours: Hours = Field(
        default=24,
        description=_hours(24),
        examples=[24],
        json_schema_extra=_without_default,
    )
    start: Bound | None = Field(
        default=None,
        description="a time or a date, instead of `hours`: the window begins then, at most"
        f" {MAX_SPAN_DAYS} days before the end and no earlier than data is kept. {SPAN} down. The"
        " window never holds the running hour; that of the answer says what it holds",
        examples=["2026-11-22T08:00:00Z"],
        json_schema_extra={"format": "date-time"},
    )
    end: Bound | None = Field(
        default=None,
        description="with `start`, a time or a date: the window ends before then; without it, with"
        f" the last full hour. {SPAN} up",
        examples=["2026-11-22T12:00:00Z"],
        json_schema_extra={"format": "date-time"},
    )

    @property
    def is_custom(self) -> bool:
        """Return whether the window has a start or an end of its own."""
        return self.start is not None or self.end is not None

    @property
    def max_hours(self) -> int:
        """Return the greatest number of hours that the window may have."""
        if self.start is None:
            return self.hours
        most = MAX_SPAN_DAYS * 24
        if self.end is None:
            return most
        hours = (parse_iso(self.end) - parse_iso(self.start)) // timedelta(hours=1)
        # Both are rounded to whole hours.
        return min(max(hours, 0) + 2, most)


class ComparedSpanParameters(SpanParameters):
    """The window of a request, and the one that it is compared with."""

    baseline: Literal["before", "rhythm"] | None = Field(
        default=None,
        description="before or rhythm: what the window is compared with. before is the equally long"
        " time that ends where the window starts; rhythm is the same for a window of a week or"
        " more, but for a shorter one the same weekdays and hours a week earlier, if there is data"
        " of them. Without it, before with `hours`, and rhythm with `start`",
        examples=["rhythm"],
    )

    @property
    def is_in_rhythm(self) -> bool:
        """Return whether a short window is compared with the week before."""
        return self.is_custom if self.baseline is None else self.baseline == "rhythm"


class CommunityParameters(Parameters):
    """The communities and the window of a request."""

    subreddit: CommunityName | None = Field(
        default=None,
        description="the name of a watched community, in upper or lower case; without it, all",
        examples=["claude"],
    )
    community: OtherName = None
    hours: Hours = Field(default=24, examples=[24])


class SubjectFilter(Parameters):
    """The subject whose mentions alone count."""

    subject: OneSubject = None
    via: OneVia = None


class ScopeParameters(SubjectFilter, SpanParameters, CommunityParameters):
    """The communities, the subject and the window of a request."""


class FormatParameters(Parameters):
    """The format of the answer."""

    format: Format | None = Field(
        default=None,
        description="json, csv, ndjson or parquet; without it, the Accept header decides",
        examples=["csv"],
    )
    bom: Literal["0", "1"] | None = Field(
        default=None,
        description="1: a csv begins with a byte order mark, so that Excel reads it as UTF-8; other"
        " formats never have one",
        examples=["1"],
    )


class TrendsParameters(ScopeParameters, FormatParameters):
    """The communities, the window and the steps of a course."""

    hours: Hours = Field(
        default=168,
        description=_hours(168),
        examples=[168],
        json_schema_extra=_without_default,
    )
    granularity: AskedGranularity = Field(
        default="hour",
        # Generators of clients name its type so: that of the answer has no auto.
        title="Asked granularity",
        description=f"{STEPS}; days are in UTC, and weeks begin on Monday. If a window has more"
        f" than {MAX_HOURS} hours, hours and parts of a day return days; `granularity` of the"
        " answer says which",
        examples=["day"],
    )
    by: Literal["community", "via"] | None = Field(
        default=None,
        description="with `subject`, community or via: also returns the steps of each of them",
        examples=["community"],
    )


class CompareParameters(ComparedSpanParameters):
    """The communities and subjects of a comparison, and its window."""

    subreddits: Compared | None = Field(
        default=None,
        description=f"1 to {MAX_COMPARED} names of watched communities, in upper or lower case,"
        " separated by commas; all means all of them together. `scopes` takes subjects too, and"
        " one of the two is needed",
        examples=["claude,OpenAI"],
    )
    scopes: ComparedScopes | None = Field(
        default=None,
        description="subjects (subject:ID) and communities, mixed, separated by commas; with"
        f" `subreddits` at most {MAX_COMPARED} together",
        examples=["subject:cursor,claude"],
    )
    until: Literal["now", "collected"] = Field(
        default="now",
        description="now or collected; with collected the window ends at the last collection at the"
        " latest, and `change` compares its full hours with the same number before, hour by hour,"
        " without those in which nothing was collected. With `start` there is always a `change`",
        examples=["collected"],
    )
    granularity: AskedGranularity | None = Field(
        default=None,
        description=f"{STEPS}: also returns a series with such steps; without it, only the totals"
        f" of the window. If the communities together would have more than {MAX_STEPS} hours, hours"
        " and parts of a day return days; `granularity` of the answer says which",
        examples=["day"],
    )

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of `subreddits` and `scopes`, each once."""
        return tuple(dict.fromkeys((*(self.subreddits or ()), *(self.scopes or ()))))

    def step_of(self, hours: int) -> AskedGranularity | None:
        """Return the length of the steps of a window of hours: days, where hours would be too many.

        A document of OpenAPI can't say which parameters don't go together: nothing is refused.
        """
        is_long = self.granularity in PARTS and len(self.names) * hours > MAX_STEPS
        return "day" if is_long else self.granularity

    @property
    def is_changed(self) -> bool:
        """Return whether the answer has changes."""
        return self.until == "collected" or self.is_custom


class PostParameters(Parameters):
    """The post that is asked for, and a page of its comments."""

    id: str = Field(
        pattern=rf"^{ITEM_ID}$",
        description="the post's id: up to 128 letters, digits, dots, hyphens and underscores",
        examples=["1abcde"],
    )
    subreddit: CommunityName | None = Field(
        default=None,
        description="the name of its community, in upper or lower case; without it, the post is"
        " looked up in all of them",
        examples=["claude"],
    )
    community: OtherName = None
    cursor: Cursor | None = Field(
        default=None,
        description="the position after which comments continue, from the Link header of the page"
        " before",
        examples=["2026-11-23T13:05:07Z_1abcde"],
    )


class SubredditsParameters(Parameters):
    """A page of the watched communities: in the configured order if one page has all of them."""

    limit: WholeNumber = Field(
        default=MAX_COMMUNITIES_LISTED,
        ge=1,
        le=MAX_COMMUNITIES_LISTED,
        description="a whole number of communities from 1 to"
        f" {MAX_COMMUNITIES_LISTED}. The Link header leads to the next page, in the order of names",
        examples=[MAX_COMMUNITIES_LISTED],
    )
    cursor: str | None = Field(
        default=None,
        max_length=MAX_NAME_CHARS,
        description="the beginning of the page, from the Link header of the page before",
        examples=["claude"],
    )


class CycleParameters(Parameters):
    """The cycle that is asked for."""

    id: str = Field(
        pattern=r"^cycle_[0-9]{8}_[0-9]{6}$",
        description="a cycle's id: cycle_YYYYMMDD_HHMMSS",
        examples=["cycle_20261123_130000"],
    )


class ListParameters(CommunityParameters, FormatParameters):
    """The filters and the page of a list of posts or comments."""

    limit: WholeNumber = Field(
        default=100,
        ge=1,
        le=MAX_POSTS,
        description=f"a whole number of items from 1 to {MAX_POSTS}; without it, files"
        f" have up to {MAX_POSTS}. The Link header leads to the next page",
        examples=[100],
    )
    sentiment: Label | None = Field(
        default=None,
        description="positive, negative or neutral; of a list of a subject what its items say of"
        " the subject",
        examples=["negative"],
    )
    talk: Talk | None = Field(
        default=None,
        description=f"a kind of talk: {', '.join(TALK)}; only items that have it",
        examples=["problem"],
    )
    q: str | None = Field(
        default=None,
        max_length=MAX_SEARCH_CHARS,
        description='whole words and "phrases" that all occur in title or content, whatever their'
        " case, accents, quotes and hyphens; a `*` at the end matches a prefix:"
        f" frustrat*. At most {MAX_SEARCH_CHARS} characters. A search reads at most"
        f" {MAX_SCANNED} items for a page, so a page may have fewer than `limit` and"
        " still be followed by another",
        examples=['"rate limit" cursor'],
    )
    start: Bound | None = Field(
        default=None,
        description="a time: items from then on, instead of those of the last hours; at most"
        f" {MAX_HOURS} hours before the end",
        examples=["2026-11-22T08:00:00Z"],
        json_schema_extra={"format": "date-time"},
    )
    end: Bound | None = Field(
        default=None,
        description="a time: items before then; without it, until now",
        examples=["2026-11-22T12:00:00Z"],
        json_schema_extra={"format": "date-time"},
    )
    sort: MentionSort = "newest"
    cursor: ListCursor | None = Field(
        default=None,
        description="the beginning of the page, from the Link header of the page before; it goes"
        " with the same `sort`",
        examples=["2026-11-23T13:05:07Z_1abcde"],
    )


class PostsParameters(SubjectFilter, ListParameters):
    """The filters and the page of a list of posts."""

    sort: Sort = Field(default="newest", description=f"{SORTS}. {SORTED_WHOLE}", examples=["reach"])
    topic: str | None = Field(
        default=None,
        max_length=MAX_SEARCH_CHARS,
        description="the id of a trending topic: its posts, whenever they were written",
        examples=["lantern-mode"],
    )
    at: Moment | None = Field(
        default=None,
        description="with topic, a time of the last 7 days: the topic as it was then",
        examples=["2026-11-23T13:05:00Z"],
        json_schema_extra={"format": "date-time"},
    )


class ItemsParameters(SubjectFilter, ListParameters):
    """The filters and the page of a list of posts and comments."""

    sort: Sort = Field(default="newest", description=f"{SORTS}. {SORTED_WHOLE}", examples=["reach"])
    kind: Kind | None = Field(
        default=None, description="post or comment; without it, both", examples=["comment"]
    )
    topic: str | None = Field(
        default=None,
        max_length=MAX_SEARCH_CHARS,
        description="the id of a topic of /topics with the same community or subject, and the same"
        " `hours`, or `start` and `end`: exactly its items",
        examples=["rate-limit"],
    )


class TrendingParameters(Parameters):
    """The number of topics, and their time."""

    subject: OneSubject = None

    limit: WholeNumber = Field(
        default=20,
        ge=1,
        le=MAX_TOPICS,
        description=f"a whole number of topics from 1 to {MAX_TOPICS}",
        examples=[20],
    )
    at: Moment | None = Field(
        default=None,
        description="a time such as 2026-11-23T13:05:00Z: the topics computed last before it;"
        " without it, the current ones",
        examples=["2026-11-23T13:05:00Z"],
        json_schema_extra={"format": "date-time"},
    )


class CyclesParameters(Parameters):
    """The number of cycles."""

    limit: WholeNumber = Field(
        default=20,
        ge=1,
        le=MAX_CYCLES,
        description=f"a whole number of cycles from 1 to {MAX_CYCLES}. The Link header leads to the"
        " next page",
        examples=[20],
    )
    cursor: str | None = Field(
        default=None,
        pattern=r"^cycle_[0-9]{8}_[0-9]{6}$",
        description="the beginning of the page, from the Link header of the page before",
        examples=["cycle_20261123_130000"],
    )
