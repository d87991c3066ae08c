"""What the body of a web hook has of a digest."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from collector.alerts.channels.texts import encodable
from shared.alerts.messages import Message
from shared.models import DigestContent

Verdict = Literal["better", "worse", "no_clear_change", "too_few", "incomplete"]
Volume = Literal["more", "fewer", "no_clear_change", "incomplete"]


class _Part(BaseModel):
    # What is stored beside it isn't part of the body.
    model_config = ConfigDict(
        frozen=True, extra="ignore", json_schema_serialization_defaults_required=True
    )


class WebhookRow(_Part):
    """A subject of a digest."""

    id: str = Field(description="the id of the subject")
    name: str
    address: str = Field(description="its page, on the days of the period")
    mentions: int = Field(description="its mentions in the period")
    mentions_address: str = Field(description="the list of exactly these")
    mentions_before: int | None = Field(
        description="its mentions in the time before; null where that isn't known"
    )
    volume: Volume = Field(description="more or fewer mentions, beyond chance; else why not")
    mood: float | None = Field(description="the mean sentiment, -1 to 1; null without mentions")
    interval: list[float] | None = Field(
        description="[low, high] of the mood: it holds the true one in 95 of 100 cases"
    )
    mood_change: float | None = Field(description="the change of the mood from the time before")
    verdict: Verdict = Field(description="whether the mood changed beyond chance; else why not")
    share: float | None = Field(description="its share of the voice in this set, 0 to 1")
    share_change: float | None = Field(description="the change of that share, -1 to 1")
    course: list[int] = Field(description="its mentions in each step of the period")


class WebhookQuote(_Part):
    """A sentence of somebody."""

    text: str
    source: str = Field(description="the name of its community")
    address: str = Field(description="where it stands; empty where that isn't known")


class WebhookReason(_Part):
    """Why a subject changed."""

    subject: str = Field(description="the name of the subject")
    sentence: str
    points: list[str] = Field(description="what made the change, in words")
    quotes: list[WebhookQuote]
    note: str = Field(description="how many items it rests on, where not all; else empty")


class WebhookLine(_Part):
    """Something to read, with what is said of it."""

    text: str
    address: str = Field(description="where it is; empty where it has no address")
    about: str


class WebhookFolded(_Part):
    """An alert that the channel got no message of."""

    incident: str = Field(description="the id of the incident")
    rule: str = Field(description="the rule's name")
    scope: str
    sentence: str
    at: str = Field(description="when it opened, such as 2026-11-23T13:05:07Z")


class WebhookDigest(_Part):
    """A digest of a day or a week, in plain texts."""

    name: str = Field(description="what somebody called it")
    every: Literal["day", "week"]
    time_zone: str
    first_day: str = Field(description="the first day of the period, such as 2026-11-16")
    period_end: str = Field(description="the day with whose beginning the period ends")
    address: str = Field(description="the page of exactly this digest")
    sentence: str = Field(description="all of it in a sentence or two")
    notes: list[str] = Field(description="what to know of its data")
    is_empty: bool = Field(description="whether there is nothing to tell; `sentence` says why")
    next_text: str = Field(description="when the next one comes; empty where none does")
    subjects: list[WebhookRow]
    compared: str = Field(description="what changes are from")
    changed: list[str] = Field(description="sentences about subjects that changed")
    unchanged: list[str] = Field(description="sentences about the others")
    reasons: list[WebhookReason]
    read_these: list[WebhookLine]
    worth_an_answer: list[WebhookLine] = Field(
        description="posts with a question or a problem to which no reply is known"
    )
    topics: list[WebhookLine]
    markers: list[WebhookLine] = Field(description="what happened, and what is to come")
    unseen: list[str] = Field(description="what wasn't observed")
    incidents: list[WebhookLine] = Field(description="open alerts")
    folded: list[WebhookFolded] = Field(
        description="alerts that the channel got no message of, since it had its most of a day"
    )
    more_folded: int = Field(description="the number of further ones")


def digest_of(message: Message, content: DigestContent) -> WebhookDigest:
    """Return what the body of a message has of its digest."""
    whole = {**content, "folded": message.folded, "more_folded": message.more_folded}
    return WebhookDigest.model_validate(_encodable(whole))


def _encodable(value: Any) -> Any:
    """Return a value of JSON whose texts have no halves of surrogate pairs."""
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, dict):
        return {name: _encodable(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(each) for each in value]
    return value
