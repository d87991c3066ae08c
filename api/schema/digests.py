"""Digests that are sent: what their changes take, and what answers say of them."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from api.schema.alerts import (
    IGNORED,
    MAX_REASON_CHARS,
    MAX_STATUS_CHARS,
    MAX_TIME_CHARS,
    ChannelAnswer,
    ChannelBody,
    ChannelWithStatus,
    RuleId,
    TimeOfDay,
)
from api.schema.base import Answer, Body, Time
from api.schema.incidents import ShownChannel
from api.schema.parameters import Parameters
from api.schema.values import BY
from shared.alerts.channels import MAX_CHANNELS
from shared.alerts.validation import (
    MAX_NAME_CHARS,
    MAX_NOTE_CHARS,
    MAX_ZONE_CHARS,
    TAKES_NAME,
    TAKES_ZONE,
)
from shared.communities import NAME
from shared.digests.validation import MAX_SUBJECTS, TAKES_AT, TAKES_DIGEST_ID, TAKES_SUBJECTS
from shared.models import DigestDeliveryStatus, DigestEvery, Weekday

MAX_SUBJECT_CHARS = 100
EVERY = "day or week"
WEEKDAY = "of a weekly one: monday to sunday; a daily one ignores it"
SUBJECTS = f"{TAKES_SUBJECTS}. What is said of them is the same as GET /digest says of this set"
DigestStatus = Literal["off", "waiting", "sending", "sent", "failed"]
ABOUT_STATUS = (
    "of the newest one that was due: sent, failed (it couldn't be read, or a channel didn't take"
    " it), or sending (a channel waits for it); else off, where it is disabled or has no channel,"
    " or waiting, before the first one"
)


class DigestBody(Body):
    """A digest that is sent, whole: what is left out has its default."""

    id: RuleId | None = Field(
        default=None, description="nothing, or the id in the path", examples=["team"]
    )
    name: Annotated[str, StringConstraints(max_length=MAX_NAME_CHARS)] = Field(
        description=f"{TAKES_NAME}; messages have it as their title", examples=["Weekly digest"]
    )
    subjects: (
        Annotated[
            list[Annotated[str, StringConstraints(max_length=MAX_SUBJECT_CHARS)]],
            Field(max_length=MAX_SUBJECTS),
        ]
        | None
    ) = Field(default=None, description=SUBJECTS, examples=[["cursor"]])
    every: DigestEvery = Field(default="week", description=EVERY, examples=["week"])
    at: TimeOfDay = Field(default="08:00", description=TAKES_AT, examples=["08:00"])
    weekday: Weekday = Field(default="monday", description=WEEKDAY, examples=["monday"])
    time_zone: Annotated[str, StringConstraints(max_length=MAX_ZONE_CHARS)] = Field(
        default="UTC", description=TAKES_ZONE, examples=["Europe/Berlin"]
    )
    channels: list[ChannelBody] = Field(
        default=[],
        max_length=MAX_CHANNELS,
        description=f"at most {MAX_CHANNELS} places that it is sent to, as rules have them; without"
        " any, nothing is sent",
    )
    note: Annotated[str, StringConstraints(max_length=MAX_NOTE_CHARS)] = Field(
        default="", description=f"the owner's note, of at most {MAX_NOTE_CHARS} characters"
    )
    enabled: bool = Field(default=True, description="false: it isn't sent")
    status: str | None = Field(default=None, max_length=MAX_STATUS_CHARS, description=IGNORED)
    status_reason: str | None = Field(
        default=None, max_length=MAX_REASON_CHARS, description=IGNORED
    )
    next_at: str | None = Field(default=None, max_length=MAX_TIME_CHARS, description=IGNORED)
    last_at: str | None = Field(default=None, max_length=MAX_TIME_CHARS, description=IGNORED)
    last_sent_at: str | None = Field(default=None, max_length=MAX_TIME_CHARS, description=IGNORED)


class DigestPath(Parameters):
    """The id of a digest, in the path."""

    id: str = Field(
        pattern=rf"^{NAME.pattern}$",
        description=f"a digest's id: {TAKES_DIGEST_ID}",
        examples=["team"],
    )


class DigestAnswer(Answer):
    """A digest that is sent."""

    id: str = Field(description="the digest's id")
    name: str = Field(description="the name that is shown")
    subjects: tuple[str, ...] | None = Field(
        description="the ids of its subjects; null: those of role own and competitor"
    )
    every: DigestEvery = Field(description=EVERY)
    at: str = Field(description="the time of the day at which it is sent")
    weekday: Weekday = Field(description=WEEKDAY)
    time_zone: str = Field(description="the time zone of its hour and its days")
    channels: tuple[ChannelAnswer, ...] = Field(description="the places that it is sent to")
    note: str = Field(description="the owner's note")
    enabled: bool = Field(description="whether it is sent")


class DigestsAnswer(Answer):
    """All digests that are sent."""

    revision: int = Field(description="counts the changes; 0 before anything is stored")
    changed_at: Time | None = Field(description="when they were changed; null before the first")
    change: str = Field(description="what the last change was")
    digests: tuple[DigestAnswer, ...] = Field(description="the digests, in their order")


class DigestWithStatus(DigestAnswer):
    """A digest that is sent, and what became of the last one."""

    channels: tuple[ChannelWithStatus, ...] = Field(description="the places that it is sent to")
    status: DigestStatus = Field(description=ABOUT_STATUS)
    status_reason: str | None = Field(
        description="why the last one failed, or why it waits; else null"
    )
    next_at: Time | None = Field(
        description="when it is sent next; null where it is off or has no channel"
    )
    last_at: Time | None = Field(description="when the last one was due; null before the first")
    last_sent_at: Time | None = Field(
        description="when a channel took one last, tests left out; null: none has yet"
    )


class DigestsWithStatus(DigestsAnswer):
    """All digests that are sent, and what became of the last ones."""

    digests: tuple[DigestWithStatus, ...] = Field(description="the digests, in their order")


class DigestsRevision(DigestsAnswer):
    """A state of the digests that are sent, and who made it."""

    by: str | None = Field(description=BY)


class DigestsHistory(Answer):
    """Revisions of the digests, the newest first."""

    revisions: list[DigestsRevision] = Field(description="the revisions")


class DigestDeliveryAnswer(Answer):
    """A digest that a channel is owed."""

    id: str = Field(description="its id, unique in the issue")
    channel: ShownChannel = Field(description="where it goes")
    status: DigestDeliveryStatus = Field(description="waiting, sent or failed")
    due: Time = Field(description="when it is sent at the earliest")
    attempts: int = Field(description="how often it was tried")
    error: str | None = Field(description="why the last try failed; null: it didn't")
    sent_at: Time | None = Field(description="when it was sent; null: not yet")
    folded: int = Field(
        description="the number of alerts in it that the channel got no message of before"
    )


class DigestIssueAnswer(Answer):
    """A digest of a period, and to whom it was sent."""

    id: str = Field(description="its id, unique among those of the digest")
    kind: Literal["scheduled", "test"] = Field(description="scheduled, or test")
    every: DigestEvery = Field(description=EVERY)
    at: Time = Field(description="when it was due")
    period_end: str = Field(description="the day with whose beginning its period ends")
    made_at: Time = Field(description="when it was read")
    error: str | None = Field(description="why it couldn't be read; null: it could")
    deliveries: list[DigestDeliveryAnswer] = Field(description="the messages of its channels")


class DigestIssues(Answer):
    """The newest issues of a digest."""

    tests: list[str] = Field(description="the ids of tests that are on their way")
    issues: list[DigestIssueAnswer] = Field(description="up to ten, the newest first")


class SentDigestTest(Answer):
    """A test of a digest, which is on its way."""

    issue: str = Field(
        description="the id of an issue of its own, whose deliveries say what became of it"
    )
