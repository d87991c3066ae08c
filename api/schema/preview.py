"""A preview of a subject's rules: what they would match, and what they keep out."""

from typing import Literal

from pydantic import Field

from api.schema.base import Answer, Time, WebAddress
from api.schema.watchlist import SubjectBody, SubjectId
from shared.communities import Kind

MAX_DAYS = 30
DEFAULT_DAYS = 7

Reason = Literal["excluded", "no_context", "longer_name"]


class PreviewBody(SubjectBody):
    """The rules of a subject, as PUT /subjects/{id} takes them, and for how many days."""

    id: SubjectId | None = Field(
        default=None,
        description="the id of the subject whose rules these would replace; without it it is new",
        examples=["claude-code"],
    )
    days: int = Field(
        default=DEFAULT_DAYS,
        ge=1,
        le=MAX_DAYS,
        description=f"a whole number of days from 1 to {MAX_DAYS}: how far back to look",
    )


class PreviewCommunity(Answer):
    """The items of one community that the rules would match."""

    community: str = Field(description="the id of the community")
    looked_at: int = Field(description="how many of its items were looked at")
    text: int = Field(description="items whose text would name the subject")
    home: int = Field(
        description="items that name no subject, in a home community of it: they would count via"
        " home, or via thread under a post that names one"
    )


class PreviewItem(Answer):
    """An item, and where words of the subject stand in it."""

    kind: Kind = Field(description="post or comment")
    id: str = Field(description="its id, unique among those of its kind")
    post_id: str = Field(description="the post that it is or belongs to")
    community: str = Field(description="the id of its community")
    created_utc: Time = Field(description="when it was written")
    permalink: WebAddress = Field(description="it at its source; empty if it isn't http(s)")
    text: str = Field(
        description="the part of its author's own words around the first mark, in one line; …"
        " stands where it was cut"
    )
    marks: list[list[int]] = Field(
        description="where the words stand in `text`: begin and end of each, in characters (code"
        " points), in order, without overlaps",
        examples=[[[6, 12]]],
    )


class PreviewExample(PreviewItem):
    """An item that the rules would match."""

    matched: list[str] = Field(
        description="the words that name the subject, as they stand in the text"
    )


class KeptOutExample(PreviewItem):
    """An item that has words of the subject, and that the rules keep out."""

    reason: Reason = Field(
        description="excluded: a phrase of `exclude` overlaps them; no_context: they need a context"
        " word near them; longer_name: a longer name of another subject stands there"
    )
    words: str = Field(description="the words of the subject, as they stand in the text")
    phrase: str = Field(
        description="excluded: the phrase, as it stands in the text; longer_name: the longer name;"
        " else the words alone. It is what is marked"
    )
    subject: str | None = Field(
        description="longer_name: the id of the other subject; null for other reasons"
    )


class KeptOutCounts(Answer):
    """The number of items with words of the subject that are kept out, by the first reason."""

    excluded: int = Field(description="by a phrase of `exclude`")
    no_context: int = Field(description="for the lack of a context word")
    longer_name: int = Field(description="by a longer name of another subject")


class Preview(Answer):
    """The newest items that the rules would match, and those that they keep out."""

    days: int = Field(description="how many days were asked for")
    since: Time = Field(
        description="from when on all items were looked at: later than the days' begin where"
        " there are more items than are looked at"
    )
    until: Time = Field(description="until when: now")
    is_whole: bool = Field(description="whether all items of the days were looked at")
    looked_at: int = Field(
        description="how many items were looked at: the newest ones that aren't deleted"
    )
    matched: int = Field(description="how many of them name the subject: they would count via text")
    share: float | None = Field(
        description="`matched` of `looked_at`, 0 to 1; null where nothing was looked at"
    )
    communities: list[PreviewCommunity] = Field(
        description="the communities that were looked at, most matches first"
    )
    examples: list[PreviewExample] = Field(
        description="the newest items that match, at most 20, each text once"
    )
    kept_out: KeptOutCounts = Field(description="what is kept out, by its reason")
    kept_out_examples: list[KeptOutExample] = Field(
        description="the newest items that are kept out, at most 20, and 10 of each reason"
    )
