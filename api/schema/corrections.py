"""Corrections by people: what their changes take, and what answers say of them."""

from typing import Annotated, Literal

from pydantic import Field, RootModel

from api.schema.base import Answer, Body, Community, Time, WebAddress
from api.schema.parameters import OtherName, Parameters
from api.schema.values import BY, ITEM_ID, CommunityName, Kind, SubjectId, WholeNumber
from shared.models import Label

# A correction costs about three request units: itself, its note, and its item.
MAX_CORRECTIONS = 200
# Subjects of a body; no text is about more.
MAX_SUBJECTS_SAID = 50
TICKET = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{6}Z_[0-9a-f]{8}$"

LabelsBySubject = Annotated[dict[SubjectId, Label | None], Field(max_length=MAX_SUBJECTS_SAID)]
MentionsBySubject = Annotated[dict[SubjectId, bool | None], Field(max_length=MAX_SUBJECTS_SAID)]


class CorrectionPath(Parameters):
    """The item that is corrected."""

    id: str = Field(
        pattern=rf"^{ITEM_ID}$",
        description="the id of a post or comment: up to 128 letters, digits, dots, hyphens and"
        " underscores",
        examples=["1abcde"],
    )
    kind: Kind | None = Field(
        default=None,
        description="post or comment; needed where a post and a comment have the same id",
        examples=["post"],
    )
    subreddit: CommunityName | None = Field(
        default=None,
        description="the name of its community, in upper or lower case; without it, the item is"
        " looked up in all of them",
        examples=["claude"],
    )
    community: OtherName = None


class CorrectionsParameters(Parameters):
    """A page of the list of corrections, and its format."""

    limit: WholeNumber = Field(
        default=50,
        ge=1,
        le=MAX_CORRECTIONS,
        description=f"a whole number of corrections from 1 to {MAX_CORRECTIONS}. The Link header"
        " leads to the next page",
        examples=[50],
    )
    cursor: str | None = Field(
        default=None,
        pattern=TICKET,
        description="the beginning of the page, from the Link header of the page before",
        examples=["2026-11-23T13:05:07.000000Z_0a1b2c3d"],
    )
    format: Literal["json", "ndjson", "jsonl"] | None = Field(
        default=None,
        description="json, or ndjson (also called jsonl): the labels as training data, a row for"
        " each text and each product that it names; without it, the Accept header decides",
        examples=["ndjson"],
    )


class CorrectionBody(Body):
    """The labels that an item should have: what isn't given stays, and null takes it back."""

    label: Label | None = Field(
        default=None,
        description="the right label of the item: positive, negative or neutral; null takes a"
        " correction back",
        examples=["negative"],
    )
    targets: LabelsBySubject | None = Field(
        default=None,
        description="the right labels of what it says of subjects, by their ids: positive, negative"
        f" or neutral, or null. At most {MAX_SUBJECTS_SAID} subjects that it mentions; null"
        " for all takes all back",
        examples=[{"cursor": "positive"}],
    )
    mentions: MentionsBySubject | None = Field(
        default=None,
        description="whether it is about subjects of the watchlist, by their ids: true, false or"
        f" null. At most {MAX_SUBJECTS_SAID}; null for all takes all back",
        examples=[{"aider": False}],
    )


class SaidAnswer(Answer):
    """The label of a method at the time of its correction."""

    label: Label = Field(description="positive, negative or neutral")
    method: str = Field(description="the name of the method")
    version: str | None = Field(description="the version of the method; null for the earliest ones")


class CorrectionAnswer(Answer):
    """The corrected labels of an item."""

    id: str = Field(description="the id of the item")
    kind: Kind = Field(description="post or comment")
    subreddit: Community
    permalink: WebAddress = Field(description="it at its source; empty if it isn't http(s)")
    label: Label | None = Field(description="its corrected label; null where that is the method's")
    targets: dict[str, Label] = Field(
        description="the corrected labels of what it says of subjects, by their ids"
    )
    mentions: dict[str, bool] = Field(
        description="whether it is about subjects, by their ids, where that was corrected"
    )
    label_said: SaidAnswer | None = Field(
        description="what the method said of the item; null where its label isn't corrected"
    )
    targets_said: dict[str, SaidAnswer] = Field(
        description="what the method said of subjects; without those of which it said nothing"
    )
    corrected_at: Time = Field(description="when it was last corrected")
    by: str | None = Field(description=BY)
    stale: bool = Field(
        description="whether the item's text has changed since: the correction doesn't count then"
    )
    counts: bool = Field(
        description="whether the item and all statistics have it. After a change that takes some"
        " seconds, or until a running collection ends; false if it is stale"
    )


class Corrections(RootModel[list[CorrectionAnswer]]):
    """Corrections, the last changed first."""
