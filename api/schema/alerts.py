"""Alert rules: what their changes take, and what answers say of them."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from api.schema.base import Answer, Body, Time
from api.schema.parameters import Parameters
from api.schema.values import BY, JsonInteger
from shared.alerts.channels import (
    MAX_CHANNELS,
    MAX_SETTING_CHARS,
    MAX_TO_CHARS,
    TAKES_ADDRESS,
    TAKES_APPRISE,
    TAKES_EMAIL,
    TAKES_SETTING,
)
from shared.alerts.properties import MAX_HOURS, MAX_SEARCH_CHARS, TAKES_SEARCH
from shared.alerts.validation import (
    DEFAULT_COOLDOWN,
    MAX_COOLDOWN,
    MAX_NAME_CHARS,
    MAX_NOTE_CHARS,
    MAX_ZONE_CHARS,
    MIN_COOLDOWN,
    TAKES_COOLDOWN,
    TAKES_NAME,
    TAKES_RULE_ID,
    TAKES_SCOPE,
    TAKES_TIME,
    TAKES_ZONE,
)
from shared.communities import NAME
from shared.models import ChannelType, ConditionType, RuleStatus

MAX_ID_CHARS = 40
MAX_SCOPE_CHARS = 170
MAX_STATUS_CHARS = 20
MAX_REASON_CHARS = 500
MAX_TIME_CHARS = 40
IGNORED = "ignored, so that a read can be sent back"
TYPES = (
    "mood, volume, topic, negative_share, mention, share_of_voice, search, coverage or collection"
)
CHANNELS = "webhook, slack, teams, discord, email or apprise"
ABOUT_DIRECTION = (
    "of mood: better, worse or any (default any); of volume: up, down or any (default up); of"
    " share_of_voice: up, down or any (default any)"
)
ABOUT_ABOVE = "of negative_share: a share from 0 to 1 (default 0.5)"
ABOUT_Q = f"of search, which needs it: {TAKES_SEARCH}"
ABOUT_HOURS = (
    f"of negative_share: a whole number of hours from 24 to {MAX_HOURS} (default 24); of coverage"
    f" and collection: from 1 to {MAX_HOURS} (default 3)"
)
ABOUT_TO = (
    f"of webhook, slack, teams and discord: {TAKES_ADDRESS}; of email: {TAKES_EMAIL}; of apprise:"
    f" {TAKES_APPRISE}; null where the setting named by `secret` holds it"
)
ShownStatus = Literal[RuleStatus, "off", "waiting"]
ABOUT_STATUS = (
    "by the last evaluation: ok, firing, recovering (what was found is found no more), silenced,"
    " no_data (the hour can't be judged) or broken (it can't be evaluated); else off, where it is"
    " disabled, or waiting, before the first evaluation"
)
Direction = Literal["better", "worse", "up", "down", "any"]
RuleId = Annotated[str, StringConstraints(max_length=MAX_ID_CHARS)]
TimeOfDay = Annotated[str, StringConstraints(max_length=5)]


class ConditionBody(Body):
    """What a rule looks for: a type, with the properties of that type alone."""

    type: ConditionType = Field(description=TYPES, examples=["mood"])
    direction: Direction | None = Field(default=None, description=ABOUT_DIRECTION)
    above: float | None = Field(default=None, description=ABOUT_ABOVE, examples=[0.5])
    q: Annotated[str, StringConstraints(max_length=MAX_SEARCH_CHARS)] | None = Field(
        default=None, description=ABOUT_Q, examples=['"rate limit"']
    )
    hours: JsonInteger | None = Field(default=None, description=ABOUT_HOURS, examples=[24])


class ChannelBody(Body):
    """A place that messages go to."""

    type: ChannelType = Field(description=CHANNELS, examples=["email"])
    to: Annotated[str, StringConstraints(max_length=MAX_TO_CHARS)] | None = Field(
        default=None, description=ABOUT_TO, examples=["team@example.com"]
    )
    secret: Annotated[str, StringConstraints(max_length=MAX_SETTING_CHARS)] | None = Field(
        default=None,
        description=f"{TAKES_SETTING}; or null. Messages to a webhook are signed with it",
        examples=["TEAM_HOOK"],
    )
    broken: str | None = Field(default=None, max_length=MAX_REASON_CHARS, description=IGNORED)


class QuietHoursBody(Body):
    """The hours of each day in which no message is sent; `to` may be on the next day."""

    from_: TimeOfDay = Field(alias="from", description=TAKES_TIME, examples=["22:00"])
    to: TimeOfDay = Field(description=TAKES_TIME, examples=["07:00"])


class RuleBody(Body):
    """An alert rule, whole: what is left out has its default."""

    id: RuleId | None = Field(
        default=None, description="nothing, or the id in the path", examples=["cursor-mood"]
    )
    name: Annotated[str, StringConstraints(max_length=MAX_NAME_CHARS)] = Field(
        description=TAKES_NAME, examples=["Cursor: mood"]
    )
    scope: Annotated[str, StringConstraints(max_length=MAX_SCOPE_CHARS)] = Field(
        description=TAKES_SCOPE, examples=["subject:cursor"]
    )
    condition: ConditionBody = Field(description="what the rule looks for")
    channels: list[ChannelBody] = Field(
        default=[],
        max_length=MAX_CHANNELS,
        description=f"at most {MAX_CHANNELS} places that messages go to; without any, incidents"
        " are only listed",
    )
    quiet_hours: QuietHoursBody | None = Field(
        default=None, description="the hours of each day in which no message is sent; null: none"
    )
    time_zone: Annotated[str, StringConstraints(max_length=MAX_ZONE_CHARS)] = Field(
        default="UTC", description=TAKES_ZONE, examples=["Europe/Berlin"]
    )
    cooldown: JsonInteger = Field(
        default=DEFAULT_COOLDOWN,
        ge=MIN_COOLDOWN,
        le=MAX_COOLDOWN,
        description=f"{TAKES_COOLDOWN}: the time after an incident's end in which the same"
        " cause opens no other. Hours that begin in it open none. Items and topics have none",
        examples=[DEFAULT_COOLDOWN],
    )
    note: Annotated[str, StringConstraints(max_length=MAX_NOTE_CHARS)] = Field(
        default="", description=f"the owner's note, of at most {MAX_NOTE_CHARS} characters"
    )
    enabled: bool = Field(default=True, description="true, or false: it isn't evaluated")
    status: str | None = Field(default=None, max_length=MAX_STATUS_CHARS, description=IGNORED)
    status_since: str | None = Field(default=None, max_length=MAX_TIME_CHARS, description=IGNORED)
    status_reason: str | None = Field(
        default=None, max_length=MAX_REASON_CHARS, description=IGNORED
    )
    silenced_until: str | None = Field(default=None, max_length=MAX_TIME_CHARS, description=IGNORED)
    open_incidents: JsonInteger | None = Field(default=None, description=IGNORED)


class RulePath(Parameters):
    """The id of an alert rule, in the path."""

    id: str = Field(
        pattern=rf"^{NAME.pattern}$",
        description=f"a rule's id: {TAKES_RULE_ID}",
        examples=["cursor-mood"],
    )


class ConditionAnswer(Answer):
    """What a rule looks for; properties of other types are null."""

    type: ConditionType = Field(description=TYPES)
    direction: Direction | None = Field(default=None, description=ABOUT_DIRECTION)
    above: float | None = Field(default=None, description=ABOUT_ABOVE)
    q: str | None = Field(default=None, description=ABOUT_Q)
    hours: int | None = Field(default=None, description=ABOUT_HOURS)


class ChannelAnswer(Answer):
    """A place that messages go to."""

    type: ChannelType = Field(description=CHANNELS)
    to: str | None = Field(description="its address; null where a setting holds it")
    secret: str | None = Field(description="the name of the setting that holds its secret")


class QuietHoursAnswer(Answer):
    """The hours of each day in which no message is sent."""

    model_config = ConfigDict(serialize_by_alias=True)

    from_: str = Field(alias="from", description="when they begin, in the rule's time zone")
    to: str = Field(description="when they end; where this isn't later, on the next day")


class RuleAnswer(Answer):
    """An alert rule."""

    id: str = Field(description="the rule's id")
    name: str = Field(description="the name that is shown")
    scope: str = Field(description="all, subject:ID or community:ID")
    condition: ConditionAnswer = Field(description="what the rule looks for")
    channels: tuple[ChannelAnswer, ...] = Field(description="the places that messages go to")
    quiet_hours: QuietHoursAnswer | None = Field(
        description="the hours of each day in which no message is sent; null: none"
    )
    time_zone: str = Field(description="the time zone of the quiet hours")
    cooldown: int = Field(
        description="minutes after an incident's end in which the same cause opens no other"
    )
    note: str = Field(description="the owner's note")
    enabled: bool = Field(description="whether it is evaluated")


class RulesAnswer(Answer):
    """All alert rules."""

    revision: int = Field(description="counts the changes; 0 before anything is stored")
    changed_at: Time | None = Field(description="when they were changed; null before the first")
    change: str = Field(description="what the last change was")
    rules: tuple[RuleAnswer, ...] = Field(description="the rules, in their order")


class ChannelWithStatus(ChannelAnswer):
    """A place that messages go to, and whether it takes them."""

    broken: str | None = Field(
        description="why it takes no messages any more, such as a revoked hook; of several e-mail"
        " addresses, which of them take none; null where it takes them, or nothing was sent yet"
    )


class RuleWithStatus(RuleAnswer):
    """An alert rule, and what it is doing."""

    channels: tuple[ChannelWithStatus, ...] = Field(description="the places that messages go to")
    status: ShownStatus = Field(description=ABOUT_STATUS)
    status_since: Time | None = Field(
        description="when this status began; null where that isn't known: before the first hour"
        " that can be judged, where it is off, and until the evaluation after it was silenced"
    )
    status_reason: str | None = Field(description="why it is no_data or broken; else null")
    silenced_until: Time | None = Field(
        description="until when it opens nothing, since somebody has silenced it; null: it isn't"
    )
    open_incidents: int = Field(description="the number of its open incidents")


class RulesWithStatus(RulesAnswer):
    """All alert rules, and what they are doing."""

    rules: tuple[RuleWithStatus, ...] = Field(description="the rules, in their order")


class RulesRevision(RulesAnswer):
    """A state of the alert rules, and who made it."""

    by: str | None = Field(description=BY)


class RulesHistory(Answer):
    """Revisions of the alert rules, the newest first."""

    revisions: list[RulesRevision] = Field(description="the revisions")
