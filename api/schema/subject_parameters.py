"""The parameters of the endpoints of subjects."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from api.schema.parameters import (
    SORTED_WHOLE,
    SORTS,
    ComparedSpanParameters,
    ListParameters,
    Parameters,
)
from api.schema.values import (
    SUBJECT_ID,
    CommunityName,
    Kind,
    MentionCursor,
    MentionSort,
    Sort,
    SubjectId,
    WholeNumber,
    names_in,
)
from shared.models import Via

MAX_SUBJECTS = 100
# Subjects that a share of voice lists unless `top` says otherwise; the rest are its others.
TOP_SUBJECTS = 10
# Mentions that `sort=score` ranks: the newest ones of the window.
MAX_RANKED = 500

SubjectIds = Annotated[
    tuple[Annotated[str, Field(pattern=SUBJECT_ID)], ...],
    Field(min_length=1, max_length=MAX_SUBJECTS),
    BeforeValidator(names_in),
]
Until = Annotated[
    Literal["now", "collected"],
    Field(
        description="now or collected; with collected the window ends at the last collection at the"
        " latest",
        examples=["collected"],
    ),
]
PathSubject = Annotated[
    SubjectId,
    Field(
        description="the id of a subject of the watchlist, in upper or lower case",
        examples=["cursor"],
    ),
]


class MentionsParameters(ListParameters):
    """The filters and the page of a list of mentions of a subject."""

    id: PathSubject
    kind: Kind | None = Field(
        default=None, description="post or comment; without it, both", examples=["comment"]
    )
    via: Via | None = Field(
        default=None,
        description="text (the subject is named), thread (a comment that names no subject, under a"
        " post about it) or home (in its own community, without a name); without it, all three",
        examples=["text"],
    )
    sort: MentionSort = Field(
        default="newest",
        description=f"{SORTS}. {SORTED_WHOLE}. score is as reach, but of a longer list it ranks the"
        f" newest {MAX_RANKED} mentions alone",
        examples=["reach"],
    )
    cursor: MentionCursor | None = Field(
        default=None,
        description="the beginning of the page, from the Link header of the page before; it goes"
        " with the same `sort`",
        examples=["2026-11-23T13:05:07Z_1abcde"],
    )


class SubjectsParameters(ComparedSpanParameters):
    """The window of the figures of subjects, and the one that it is compared with."""

    until: Until = "now"


class SubjectParameters(SubjectsParameters):
    """The subject that is asked for, and the window of its figures."""

    id: PathSubject


class FeedParameters(Parameters):
    """The subject whose mentions a feed has, and their order."""

    id: PathSubject
    sort: Sort = Field(
        default="newest",
        description=f"which of the mentions of a week: the first 50 in an order. {SORTS}."
        f" {SORTED_WHOLE}",
        examples=["reach"],
    )


class VoiceParameters(SubjectsParameters):
    """The subjects of a share of voice, its places and its window."""

    subjects: SubjectIds | None = Field(
        default=None,
        description=f"1 to {MAX_SUBJECTS} ids of subjects, separated by commas: the set; without"
        " it, those of role own and competitor",
        examples=["cursor,claude-code"],
    )
    home: Literal["include", "exclude"] = Field(
        default="include",
        description="include or exclude; exclude leaves out the communities that are home to any"
        " subject of the set",
        examples=["exclude"],
    )
    community: CommunityName | None = Field(
        default=None,
        description="the name of a watched community, in upper or lower case: only its mentions",
        examples=["claude"],
    )
    top: WholeNumber = Field(
        default=TOP_SUBJECTS,
        ge=1,
        le=MAX_SUBJECTS,
        description=f"a whole number of subjects from 1 to {MAX_SUBJECTS}: those beyond it are"
        " summed under `others`",
        examples=[10],
    )
