"""Markers: what happened and when, and what was said before and after it."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from api.schema.base import Answer, Body, DataOrigin, Time
from api.schema.explain import DifferingItem, ItemsRead
from api.schema.parameters import OneSubject, Parameters
from api.schema.sentiment import Change, Rematching, Scope, SentimentOf
from api.schema.values import Bound, WholeNumber
from shared.communities import NAME
from shared.models import MarkerKind
from shared.subjects.markers import (
    MAX_LINK_CHARS,
    MAX_MARKER_CHARS,
    TAKES_DATE,
    TAKES_LINK,
    TAKES_MARKED,
    TAKES_MARKER_ID,
    TAKES_MARKER_NAME,
    TAKES_TIME,
    checked_date,
    checked_link,
    checked_name,
    checked_time,
)

MAX_ID_CHARS = 40
MAX_EFFECT_DAYS = 30
KINDS = "release, incident, price or other"

MarkerId = Annotated[str, StringConstraints(max_length=MAX_ID_CHARS)]
Name = Annotated[str, StringConstraints(max_length=MAX_MARKER_CHARS), AfterValidator(checked_name)]
Day = Annotated[str, StringConstraints(max_length=10), AfterValidator(checked_date)]
TimeOfDay = Annotated[str, StringConstraints(max_length=5), AfterValidator(checked_time)]
Link = Annotated[str, StringConstraints(max_length=MAX_LINK_CHARS), AfterValidator(checked_link)]


class MarkerBody(Body):
    """A marker, whole: what is left out has its default."""

    id: MarkerId | None = Field(
        default=None, description="nothing, or the id in the path", examples=["cursor-2"]
    )
    date: Day = Field(description=TAKES_DATE, examples=["2026-11-18"])
    time: TimeOfDay | None = Field(default=None, description=TAKES_TIME, examples=["14:30"])
    name: Name = Field(description=TAKES_MARKER_NAME, examples=["Cursor 2.0"])
    kind: MarkerKind = Field(default="other", description=KINDS, examples=["release"])
    subject: MarkerId | None = Field(default=None, description=TAKES_MARKED, examples=["cursor"])
    link: Link | None = Field(
        default=None, description=TAKES_LINK, examples=["https://cursor.com/changelog"]
    )
    at: str | None = Field(
        default=None, max_length=40, description="ignored, so that a read can be sent back"
    )


class ListedMarkerBody(MarkerBody):
    """A marker of a whole watchlist."""

    id: MarkerId = Field(description=TAKES_MARKER_ID, examples=["cursor-2"])


class MarkerPath(Parameters):
    """The id of a marker, in the path."""

    id: str = Field(
        pattern=rf"^{NAME.pattern}$",
        description=f"a marker's id: {TAKES_MARKER_ID}",
        examples=["cursor-2"],
    )


class MarkersParameters(Parameters):
    """The subject and the span of the markers that are listed."""

    subject: OneSubject = Field(
        default=None,
        description="the id of a subject of the watchlist, in any case: its markers, and those for"
        " all; without it, all markers",
        examples=["cursor"],
    )
    start: Bound | None = Field(
        default=None,
        description="a time: markers from then on",
        examples=["2026-11-01T00:00:00Z"],
        json_schema_extra={"format": "date-time"},
    )
    end: Bound | None = Field(
        default=None,
        description="a time: markers before then",
        examples=["2026-12-01T00:00:00Z"],
        json_schema_extra={"format": "date-time"},
    )


class EffectParameters(MarkerPath):
    """The marker, and the length of the spans on either side of it."""

    days: WholeNumber = Field(
        default=7,
        ge=1,
        le=MAX_EFFECT_DAYS,
        description=f"a whole number of days from 1 to {MAX_EFFECT_DAYS}, on either side",
        examples=[7],
    )


class MarkerAnswer(Answer):
    """Something that happened, which charts show."""

    id: str = Field(description="the marker's id")
    date: str = Field(description="the day, in UTC", examples=["2026-11-18"])
    time: str | None = Field(description="the time of the day, in UTC; null: unknown")
    name: str = Field(description="the name that is shown")
    kind: MarkerKind = Field(description=KINDS)
    subject: str | None = Field(description="the id of the subject that it concerns; null: all")
    link: str | None = Field(description="an address to read more; null if there is none")
    at: Time = Field(description="the time; the beginning of the day where only that is known")


class MarkersAnswer(Answer):
    """Markers, by their time."""

    markers: list[MarkerAnswer] = Field(description="the markers, oldest first")


class Span(Answer):
    """Whole hours."""

    start: Time = Field(description="the beginning of the first hour")
    end: Time = Field(description="the end of the last hour")


class MarkerEffect(Answer):
    """Equal spans before and after a marker, and what changed between them."""

    marker: MarkerAnswer = Field(description="the marker")
    status: Literal["compared", "too_early", "upcoming"] = Field(
        description="compared; too_early (less than a day was collected after it) or upcoming (it"
        " is still to come): then there are no spans and no change"
    )
    scope: Scope
    days: int = Field(description="the days on either side that were asked for")
    hours: int | None = Field(
        description="the hours of each span: those of `days`, or as many as were collected since;"
        " null unless compared"
    )
    before: Span | None = Field(
        description="the span before, which ends where the hour of the marker begins, or its day"
        " where no time is known; null unless compared"
    )
    after: Span | None = Field(
        description="the span after, which begins where that hour or day ends; null unless compared"
    )
    change: Change | None = Field(
        description="the change from the span before to that after: `statistics` are those after,"
        " `previous` those before; null unless compared"
    )
    items: list[DifferingItem] = Field(
        description="the items that differ: those of both spans that moved the mean most, the"
        " largest effect first, up to 10, and two of each thread; empty unless compared"
    )
    looked_at: ItemsRead | None = Field(
        description="how many items were looked at for `items`: `items` and `read` are those of"
        " the span after; null unless compared"
    )
    ready_at: Time = Field(description="when a day will have passed after it")
    overlapping: list[MarkerAnswer] = Field(
        description="other markers of the same subject, or for all, from the beginning of the span"
        " before to the end of that after: what changed may be theirs"
    )
    sentiment_of: SentimentOf
    rematching: Rematching = False
    origin: DataOrigin
    timestamp: Time = Field(description="when the answer was made")


MOMENTS_OF_EFFECT = {"timestamp": True}
