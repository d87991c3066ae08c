"""Incidents of alert rules: what they were about, what was known when, and what was sent."""

from typing import Annotated, Final, Literal

from pydantic import Field, RootModel

from api.schema.alerts import CHANNELS, TYPES
from api.schema.base import Answer, Body, Time, WebAddress
from api.schema.parameters import Parameters
from api.schema.values import BY, CURSOR, JsonInteger, WholeNumber
from shared.alerts.validation import TAKES_RULE_ID
from shared.communities import NAME
from shared.models import ChannelType, ConditionType, DeliveryStatus

MAX_INCIDENTS = 100
MAX_SNOOZE_HOURS = 168
# The hours that the form of a link offers, with their names; the first one is chosen.
SNOOZES: Final = ((24, "a day"), (1, "an hour"), (4, "four hours"), (168, "a week"))
INCIDENT_ID = rf"^{NAME.pattern}\.([0-9]{{6,9}}|test-[0-9a-f]{{8}})$"
Status = Literal["open", "closed"]
SnoozeOf = Literal["incident", "rule"]
# What the form of a link offers, with their names; the first one is chosen.
SNOOZED: Final[tuple[tuple[SnoozeOf, str], ...]] = (
    ("incident", "this incident"),
    ("rule", "everything of its rule"),
)
StatusOf = Annotated[Status, Field(description="open or closed")]


class IncidentsParameters(Parameters):
    """A page of the incidents."""

    status: Status | None = Field(
        default=None, description="open or closed; without it, both", examples=["open"]
    )
    rule: str | None = Field(
        default=None,
        pattern=rf"^{NAME.pattern}$",
        description=f"the id of an alert rule, {TAKES_RULE_ID}: only its incidents, also after it"
        " was removed",
        examples=["cursor-mood"],
    )
    limit: WholeNumber = Field(
        default=20,
        ge=1,
        le=MAX_INCIDENTS,
        description=f"a whole number of incidents from 1 to {MAX_INCIDENTS}. The Link header leads"
        " to the next page; with `status`, a page may have fewer and still be followed by another",
        examples=[20],
    )
    cursor: str | None = Field(
        default=None,
        pattern=CURSOR,
        description="the beginning of the page, from the Link header of the page before",
        examples=["2026-11-23T13:00:00Z_cursor-mood.000003"],
    )


class IncidentPath(Parameters):
    """The id of an incident, in the path."""

    id: str = Field(
        pattern=INCIDENT_ID,
        description="the id of an incident: that of its rule, a dot and six digits",
        examples=["cursor-mood.000003"],
    )


class CitedAnswer(Answer):
    """An item that a finding rests on, as it was then."""

    id: str = Field(description="the id of the item")
    post: str | None = Field(
        default=None,
        description="the id of the post that it is or answers; null: it wasn't kept then",
    )
    community: str = Field(description="the id of its community")
    title: str = Field(description="the title of its thread")
    excerpt: str = Field(description="the beginning of its words")
    permalink: WebAddress = Field(description="it at its source; empty if it isn't http(s)")


class FindingAnswer(Answer):
    """What a condition found in the hours up to `hour`."""

    cause: str = Field(description="what tells findings of a rule apart: worse, a topic, an item")
    sentence: str = Field(description="what was found, in a sentence")
    hour: str = Field(
        description="the last full hour that was looked at", examples=["2026-11-23T13"]
    )
    figures: dict[str, float | None] = Field(
        description="figures by their names, such as value, baseline and n"
    )
    items: list[CitedAnswer] = Field(description="the items that it rests on")


class UpdateAnswer(Answer):
    """What was known at a time."""

    at: Time = Field(description="when it became known, or was done")
    event: Literal["opened", "updated", "closed", "acknowledged", "silenced"] = Field(
        description="opened, updated or closed by the rule; acknowledged or silenced by a person"
    )
    finding: FindingAnswer | None = Field(description="what was found; null where nothing was")
    reason: str | None = Field(
        description="why it closed, null where its cause was gone; or what else is silent"
    )
    by: str | None = Field(description=f"of what a person did, {BY}")


class ShownChannel(Answer):
    """A channel as anybody may see it."""

    type: ChannelType = Field(description=CHANNELS)
    address: str | None = Field(
        description="the host of a hook, an e-mail address with its name left out, or the service"
        " of an Apprise address; null where a setting holds it"
    )


class DeliveryAnswer(Answer):
    """A message that a channel is owed."""

    id: str = Field(description="its id, unique in the incident")
    channel: ShownChannel = Field(description="where it goes")
    event: Literal["opened", "updated", "closed", "test"] = Field(description="what it says")
    status: DeliveryStatus = Field(
        description="waiting, sent, failed, or folded into the digest, since the channel had its"
        " share of the day"
    )
    created: Time = Field(description="since when it is owed")
    due: Time = Field(description="when it is sent at the earliest")
    attempts: int = Field(description="how often it was tried")
    error: str | None = Field(description="why the last try failed; null: it didn't")
    sent_at: Time | None = Field(description="when it was sent; null: not yet")


class IncidentSummary(Answer):
    """An incident as lists show it."""

    id: str = Field(description="the incident's id")
    rule: str = Field(description="the id of its rule")
    rule_name: str = Field(description="the name of the rule when it opened")
    type: ConditionType = Field(description=TYPES)
    scope: str = Field(description="all, subject:ID or community:ID")
    scope_name: str = Field(description="the name of the scope, for people")
    cause: str = Field(description="what tells incidents of a rule apart")
    sentence: str = Field(description="what was found last, in a sentence")
    view: str = Field(
        description="the path of the dashboard's view of its scope and of the span that was looked"
        " at last",
        examples=["/?subject=cursor&from=2026-11-22&to=2026-11-23"],
    )
    status: StatusOf
    opened: Time = Field(description="the end of the hour in which it was found")
    closed: Time | None = Field(description="the end of the hour in which it was over; null: open")
    lasted: int | None = Field(description="the minutes that it lasted; null while it is open")
    acknowledged: Time | None = Field(
        description="when somebody acknowledged it, so that channels hear of its end only; null:"
        " nobody did"
    )
    silenced_until: Time | None = Field(
        description="until when nothing more is sent of it; null: nobody chose so"
    )
    updated: Time = Field(description="when something became known of it last")
    deliveries_by_status: dict[DeliveryStatus, int] = Field(
        description="the number of messages that channels are owed, by their status"
    )


class IncidentAnswer(IncidentSummary):
    """An incident, with what was known when, and what was sent."""

    updates: list[UpdateAnswer] = Field(description="what was known when, oldest first")
    deliveries: list[DeliveryAnswer] = Field(description="the messages that channels are owed")


class Incidents(RootModel[list[IncidentSummary]]):
    """Incidents, newest first."""


class SnoozeBody(Body):
    """How long nothing more of an incident, or of its whole rule, is sent."""

    hours: JsonInteger = Field(
        ge=1,
        le=MAX_SNOOZE_HOURS,
        description=f"a whole number of hours from 1 to {MAX_SNOOZE_HOURS}",
        examples=[24],
    )
    of: SnoozeOf = Field(
        default="incident",
        description="incident: nothing more of it is sent, and nothing of another one of the same"
        " rule and cause. rule: nothing of its rule is sent, and no incident opens",
        examples=["incident"],
    )


class SentTest(Answer):
    """A test of a rule's channels, which is on its way."""

    incident: str = Field(
        description="the id of an incident of its own, whose deliveries say what became of it"
    )
