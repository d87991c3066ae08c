"""Signed addresses of feeds: what their making takes, and what answers say of them."""

from typing import Annotated

from pydantic import Field, RootModel, StringConstraints

from api.schema.base import Answer, Body, Time
from api.schema.parameters import Parameters
from shared.models import FeedKind

ABOUT_FEED = "what it opens: trending, subject (its mentions) or alert_rule (its incidents)"
ABOUT_TARGET = "the id of the subject or of the alert rule; null of trending"
Target = Annotated[str, StringConstraints(min_length=1, max_length=100)]
# A name is printed in lists and logs.
PRINTED = r"^[^\x00-\x1f\x7f]*$"
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=PRINTED)]


class FeedBody(Body):
    """The feed that a new address opens, and a name to know it by."""

    feed: FeedKind = Field(description=ABOUT_FEED, examples=["subject"])
    id: Target | None = Field(default=None, description=ABOUT_TARGET, examples=["cursor"])
    name: Name = Field(
        description="whose reader it is for: 1 to 100 characters", examples=["Rita's reader"]
    )


class FeedPath(Parameters):
    """The id of a signed address, in the path."""

    id: str = Field(
        pattern="^[0-9a-f]{16}$",
        description="the id of an address: 16 hexadecimal digits",
        examples=["0123456789abcdef"],
    )


class FeedAnswer(Answer):
    """A signed address of a feed, without the address itself."""

    id: str = Field(description="its id, by which it is revoked")
    feed: FeedKind = Field(description=ABOUT_FEED)
    target: str | None = Field(description=ABOUT_TARGET)
    name: str = Field(description="whose reader it is for")
    made_at: Time = Field(description="when it was made")
    made_by: str | None = Field(description="who made it; null where that isn't known")
    revoked_at: Time | None = Field(description="when it was revoked; null while it counts")
    revoked_by: str | None = Field(description="who revoked it; null where that isn't known")


class NewFeed(FeedAnswer):
    """A new signed address of a feed. It is shown this once."""

    address: str = Field(description="the path that opens the feed: who has it may read it")


class Feeds(RootModel[list[FeedAnswer]]):
    """The signed addresses of feeds, the newest first; revoked ones too."""
