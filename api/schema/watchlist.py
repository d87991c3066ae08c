"""The watchlist: what its changes take, and what its answers say."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from api.schema.base import Answer, Body, Time
from api.schema.markers import ListedMarkerBody, MarkerAnswer
from api.schema.parameters import Parameters
from api.schema.subjects import TermAnswer
from api.schema.values import BY, Revision, WholeNumber
from shared.communities import NAME, SourceName
from shared.models import Role
from shared.subjects.communities import (
    MAX_ADDRESS_CHARS,
    MAX_COMMUNITIES,
    MAX_QUERY_CHARS,
    TAKES_COMMUNITY,
)
from shared.subjects.markers import MAX_MARKERS
from shared.subjects.validation import (
    MAX_HOMES,
    MAX_MERGED,
    MAX_NAME_CHARS,
    MAX_PHRASES,
    MAX_SUBJECTS,
    MAX_TERM_CHARS,
    MAX_TERMS,
    TAKES_ID,
    TAKES_PHRASE,
    TAKES_TERM,
)
from shared.subjects.watchlist import MAX_SHOWN

MAX_ID_CHARS = 40
MAX_COMMUNITY_CHARS = 150

Text = Annotated[str, StringConstraints(max_length=MAX_TERM_CHARS)]
SubjectId = Annotated[str, StringConstraints(max_length=MAX_ID_CHARS)]
CommunityId = Annotated[str, StringConstraints(max_length=MAX_COMMUNITY_CHARS)]


class TermBody(Body):
    """A name of a subject."""

    text: Text = Field(description=TAKES_TERM, examples=["Claude Code"])
    exact: bool = Field(default=False, description="true: only in this case")
    prefix: bool = Field(default=False, description="true: also the beginning of a word")
    needs_context: bool = Field(
        default=False,
        description="true: outside home communities only with a context word near it",
    )
    capital: bool = Field(
        default=False,
        description="true: with needs_context, it also counts where it has its own capitals within"
        " a sentence",
    )


class SubjectBody(Body):
    """A subject, whole: what is left out has its default."""

    id: SubjectId | None = Field(
        default=None, description="nothing, or the id in the path", examples=["claude-code"]
    )
    name: Annotated[str, StringConstraints(max_length=MAX_NAME_CHARS)] = Field(
        description=f"the name that is shown, of 1 to {MAX_NAME_CHARS} characters",
        examples=["Claude Code"],
    )
    role: Role = Field(default="competitor", description="own, competitor or topic")
    terms: list[TermBody] = Field(
        min_length=1,
        max_length=MAX_TERMS,
        description=f"1 to {MAX_TERMS} names by which people call it",
    )
    exclude: list[Text] = Field(
        default=[],
        max_length=MAX_PHRASES,
        description="phrases that void the terms that they overlap: " + TAKES_PHRASE,
    )
    context: list[Text] = Field(
        default=[],
        max_length=MAX_PHRASES,
        description="words of which one must be near a term that needs context: " + TAKES_PHRASE,
    )
    home: list[CommunityId] = Field(
        default=[],
        max_length=MAX_HOMES,
        description="ids of communities that are about it",
    )
    merged_from: list[SubjectId] = Field(
        default=[],
        max_length=MAX_MERGED,
        description="ids of subjects whose history it has taken",
    )


class ListedSubjectBody(SubjectBody):
    """A subject of a whole watchlist."""

    id: SubjectId = Field(description=TAKES_ID, examples=["claude-code"])


class CommunityBody(Body):
    """The query or address of a community; most need no more than their id."""

    id: CommunityId | None = Field(
        default=None, description="nothing, or the id in the path", examples=["hn.claude-code"]
    )
    query: Annotated[str, StringConstraints(max_length=MAX_QUERY_CHARS)] | None = Field(
        default=None,
        description="for hn.NAME: the words to look for; without them those of the name",
        examples=['"claude code"'],
    )
    address: Annotated[str, StringConstraints(max_length=MAX_ADDRESS_CHARS)] | None = Field(
        default=None,
        description="for forum.NAME: the forum's https address, unless it is known",
        examples=["https://forum.example.com"],
    )
    source: SourceName | None = Field(
        default=None, description="ignored, so that a read can be sent back"
    )


class ListedCommunityBody(CommunityBody):
    """A community of a whole watchlist."""

    id: CommunityId = Field(description=TAKES_COMMUNITY, examples=["hn.claude-code"])


class WatchlistBody(Body):
    """A whole watchlist. What reads say beside is ignored, so that a read can be sent back."""

    subjects: list[ListedSubjectBody] = Field(
        max_length=MAX_SUBJECTS, description=f"all subjects, at most {MAX_SUBJECTS}"
    )
    communities: list[ListedCommunityBody] | None = Field(
        default=None,
        max_length=MAX_COMMUNITIES,
        description="all communities that are collected; null or left out: they stay as they are",
    )
    markers: list[ListedMarkerBody] | None = Field(
        default=None,
        max_length=MAX_MARKERS,
        description=f"all markers, at most {MAX_MARKERS}; null or left out: they stay, but for"
        " those of subjects that are gone",
    )
    revision: int | None = Field(default=None, description="ignored")
    changed_at: str | None = Field(default=None, max_length=40, description="ignored")
    change: str | None = Field(default=None, max_length=300, description="ignored")
    by: str | None = Field(default=None, max_length=100, description="ignored")
    communities_from: Literal["settings", "watchlist"] | None = Field(
        default=None, description="ignored"
    )


class MergeBody(Body):
    """The subject that ends in another one."""

    from_: SubjectId = Field(
        alias="from", description="the id of the subject that is merged", examples=["bard"]
    )


class SubjectPath(Parameters):
    """The id of a subject, in the path."""

    id: str = Field(
        pattern=rf"^{NAME.pattern}$", description=f"a subject's id: {TAKES_ID}", examples=["cursor"]
    )


class CommunityPath(Parameters):
    """The id of a community, in the path."""

    id: str = Field(
        pattern=rf"^[A-Za-z0-9._-]{{1,{MAX_COMMUNITY_CHARS}}}$",
        description=f"a community's id: {TAKES_COMMUNITY}",
        examples=["aws"],
    )


class HistoryParameters(Parameters):
    """The revisions of the watchlist that are shown."""

    limit: WholeNumber = Field(
        default=10,
        ge=1,
        le=MAX_SHOWN,
        description=f"a whole number of revisions from 1 to {MAX_SHOWN}",
        examples=[5],
    )
    below: Revision | None = Field(
        default=None,
        description="only revisions before this one; without it, from the current one on",
        examples=[7],
    )


class SubjectAnswer(Answer):
    """A subject with its rules."""

    id: str = Field(description="the subject's id")
    name: str = Field(description="the name that is shown")
    role: Role = Field(description="own, competitor or topic")
    terms: list[TermAnswer] = Field(description="the names by which people call it")
    exclude: list[str] = Field(description="phrases that void the terms that they overlap")
    context: list[str] = Field(
        description="words of which one must be near a term that needs context"
    )
    home: list[str] = Field(description="the ids of communities that are about it")
    merged_from: list[str] = Field(description="the ids of subjects whose history it has taken")


class CommunityAnswer(Answer):
    """A community that is collected."""

    id: str = Field(description="the community's id")
    source: SourceName = Field(description="the source that it is read from")
    query: str | None = Field(
        description="the words that a query of Hacker News looks for; null: those of its name"
    )
    address: str | None = Field(description="a forum's address; null for other sources")


class WatchlistAnswer(Answer):
    """The subjects and the communities that are watched, and the markers."""

    revision: int = Field(description="counts the changes; 0 before anything is stored")
    changed_at: Time | None = Field(description="when it was changed; null before it is stored")
    change: str = Field(description="what the last change was")
    subjects: list[SubjectAnswer] = Field(description="the subjects, in their order")
    communities: list[CommunityAnswer] = Field(description="the communities that are collected")
    markers: list[MarkerAnswer] = Field(description="the markers, oldest first")
    communities_from: Literal["settings", "watchlist"] = Field(
        description="settings until the communities are changed here, then watchlist"
    )


class WatchlistRevision(WatchlistAnswer):
    """A state of the watchlist, and who made it."""

    by: str | None = Field(description=BY)


class HistoryAnswer(Answer):
    """Revisions of the watchlist, the newest first. Each may be sent back with PUT /watchlist."""

    revisions: list[WatchlistRevision] = Field(
        description="the revisions; fewer than asked for where they are large"
    )
