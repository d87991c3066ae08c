"""A trial of an alert rule: what it would have sent over the last days."""

from typing import Literal

from pydantic import Field

from api.schema.base import Answer, Body, Time
from api.schema.incidents import CitedAnswer
from api.schema.values import JsonInteger

MAX_DAYS = 30


class TryBody(Body):
    """How far back a rule is tried."""

    days: JsonInteger = Field(
        default=MAX_DAYS,
        ge=1,
        le=MAX_DAYS,
        description=f"a whole number of days from 1 to {MAX_DAYS}",
        examples=[MAX_DAYS],
    )


class ReplayedAnswer(Answer):
    """A message that channels would have got."""

    at: Time = Field(description="the end of the hour in which it would have been known")
    event: Literal["opened", "updated", "closed"] = Field(
        description="opened, updated or closed: what became of the incident"
    )
    cause: str = Field(description="what tells incidents of the rule apart")
    sentence: str = Field(description="what was found, in a sentence")
    figures: dict[str, float | None] = Field(
        description="figures by their names, such as value, baseline and n"
    )
    items: list[CitedAnswer] = Field(description="the items that it rests on, where they are known")


class ReplayAnswer(Answer):
    """What an alert rule would have sent over the last days."""

    rule: str = Field(description="the id of the rule")
    days: int = Field(description="the days that were asked for")
    evaluated: int = Field(description="the number of full hours that were evaluated")
    unknown: int = Field(description="how many of these couldn't be judged")
    reasons: dict[str, int] = Field(
        description="why hours couldn't be judged, each with their number, the most frequent first"
    )
    messages: list[ReplayedAnswer] = Field(description="what would have been sent, oldest first")
