"""Digests that are sent: their definitions, what was sent of each, and what it said."""

from typing import Literal, NotRequired, TypedDict

from shared.models.alerts import AlertChannel

DigestEvery = Literal["day", "week"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class ScheduledDigest(TypedDict):
    """A digest that is sent; id is safe in a path.

    subjects are ids of the watchlist; None: those of role own and competitor. at is a time of the
    day such as 08:00 in the time zone; weekday is that of a weekly one. since is when it was last
    given another schedule or switched on: what was due before isn't sent.
    """

    id: str
    name: str
    subjects: list[str] | None
    every: DigestEvery
    at: str
    weekday: Weekday
    time_zone: str
    channels: list[AlertChannel]
    note: str
    enabled: bool
    since: str


class ScheduledDigests(TypedDict):
    """All digests; `revision` counts their changes, and `change` describes the last one.

    by is who made it, where that is known.
    """

    id: Literal["digests"]
    kind: Literal["digests"]
    ttl: int
    revision: int
    changed_at: str
    change: str
    by: NotRequired[str]
    digests: list[ScheduledDigest]
    _etag: NotRequired[str]


class DigestsRevision(TypedDict):
    """An earlier or current state of the digests; id is the revision, with eight digits."""

    id: str
    kind: Literal["digests_revision"]
    ttl: int
    digests: ScheduledDigests
    _etag: NotRequired[str]


DigestDeliveryStatus = Literal["waiting", "sent", "failed"]


class FoldedAlert(TypedDict):
    """An alert that a channel didn't get, since it had its most of a day."""

    incident: str
    rule: str
    scope: str
    sentence: str
    at: str


class DigestDelivery(TypedDict):
    """A digest that a channel is owed; id is unique in its issue.

    due is when it is sent at the earliest, and last when it is given up. batch is the key of its
    message, None until it was claimed. folded are the alerts that the message tells of, None until
    they were looked up: a message that is sent again tells of the same ones, and of how many more.
    """

    id: str
    channel: AlertChannel
    status: DigestDeliveryStatus
    due: str
    last: str
    batch: str | None
    attempts: int
    error: str | None
    sent_at: str | None
    folded: list[FoldedAlert] | None
    more_folded: int


class DigestIssue(TypedDict):
    """One digest of a period, and to whom it is sent.

    id is its time in letters that are safe in a key, or that of a test. at is when it was due.
    period_end is the day with whose beginning its period ends. error says why it couldn't be made;
    it then has no deliveries.
    """

    id: str
    kind: Literal["scheduled", "test"]
    every: DigestEvery
    at: str
    period_end: str
    made_at: str
    error: str | None
    deliveries: list[DigestDelivery]


class DigestTrial(TypedDict):
    """Attempts to make an issue that failed; due is when it is tried again."""

    issue: str
    began: str
    attempts: int
    due: str
    error: str


class DigestLast(TypedDict):
    """The newest issue that was due by the schedule: when, and of which period."""

    at: str
    every: DigestEvery
    period_end: str


class DigestState(TypedDict):
    """What was sent of a digest; id is the digest's.

    issues are the newest first. tests are the ids of tests that were asked for and aren't made yet.
    """

    id: str
    kind: Literal["digest_state"]
    ttl: int
    last: DigestLast | None
    trial: DigestTrial | None
    tests: list[str]
    issues: list[DigestIssue]
    _etag: NotRequired[str]


class DigestRow(TypedDict):
    """A subject in the table of a digest; what isn't known is None.

    mood and mood_change are means of sentiment (-1..1), interval is [low, high]. share and
    share_change are shares of voice (0..1). course has the mentions of each step of the period.
    """

    id: str
    name: str
    address: str
    mentions: int
    mentions_address: str
    mentions_before: int | None
    volume: str
    mood: float | None
    interval: list[float] | None
    mood_change: float | None
    verdict: str
    share: float | None
    share_change: float | None
    course: list[int]


class DigestQuote(TypedDict):
    """A sentence of somebody, and where it stands; address is empty where it has none."""

    text: str
    source: str
    address: str


class DigestWhy(TypedDict):
    """Why a subject changed: a sentence, what made it up, and quotes."""

    subject: str
    sentence: str
    points: list[str]
    quotes: list[DigestQuote]
    note: str


class DigestLine(TypedDict):
    """A text with an address, which may be empty, and what is said of it."""

    text: str
    address: str
    about: str


class DigestContent(TypedDict):
    """What an issue of a digest says, in plain texts; id is "DIGEST.ISSUE".

    address is that of the page of exactly this period. notes are sentences about its data.
    next_text says when the next one comes; it is empty where none does. made_at is when it was
    stored.
    """

    id: str
    kind: Literal["digest_content"]
    ttl: int
    made_at: str
    name: str
    title: str
    every: DigestEvery
    time_zone: str
    first_day: str
    period_end: str
    address: str
    is_sample: bool
    sentence: str
    notes: list[str]
    is_empty: bool
    next_text: str
    subjects: list[DigestRow]
    compared: str
    changed: list[str]
    unchanged: list[str]
    reasons: list[DigestWhy]
    read_these: list[DigestLine]
    worth_an_answer: list[DigestLine]
    topics: list[DigestLine]
    markers: list[DigestLine]
    unseen: list[str]
    incidents: list[DigestLine]
    _etag: NotRequired[str]
