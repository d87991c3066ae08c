"""Questions in words, and their answers: what was understood, said, and what it rests on."""

from typing import Annotated, Literal

from pydantic import Field

from api.schema.base import Answer, Body, Community, DataOrigin, Time, WebAddress
from api.schema.parameters import Parameters
from api.schema.values import Moment
from shared.communities import Kind
from shared.models import Label
from shared.questions.queue import ID

MAX_QUESTION = 500
MAX_EVIDENCE = 12
MAX_ITEMS = 20

Intent = Literal[
    "feeling", "change", "reason", "comparison", "topic", "reading", "release", "share", "free"
]


class AskBody(Body):
    """A question in words."""

    question: str = Field(
        min_length=1,
        max_length=MAX_QUESTION,
        description="the question, in English",
        examples=["What changed about Cursor this week?"],
    )
    at: Moment | None = Field(
        default=None,
        description="the time from which words such as `last week` count, so that a question can be"
        " repeated; now, if missing",
        examples=["2026-11-27T17:00:00Z"],
        json_schema_extra={"format": "date-time"},
    )


class QuestionPath(Parameters):
    """The id of a question to the model, in the path."""

    id: str = Field(
        pattern=ID,
        description="the id of a question to the model: 32 hexadecimal digits",
        examples=["00000000000000000000000000000000"],
    )


class AskedScope(Answer):
    """A scope that a question names."""

    scope: str = Field(description="all, subject:ID or the id of a community")
    name: str = Field(description="its name")
    words: str = Field(description="the words of the question that name it; empty if none do")


class Understood(Answer):
    """The question as it was understood."""

    intent: Intent = Field(
        description="feeling (how people feel), change (what changed), reason (why), comparison,"
        " topic (what people say about something), reading (which posts to read), release (whether"
        " it helped), share (of voice), or free (only a model can tell)"
    )
    sentence: str = Field(
        description="it in words",
        examples=["How people feel about Cursor, 18 Nov 00:00 to 25 Nov 00:00 UTC"],
    )
    scopes: list[AskedScope] = Field(
        description="the scopes; of a comparison, two to ten. Otherwise a subject and a community"
        " mean the subject in the community"
    )
    start: Time | None = Field(description="the beginning of the span; null if none is needed")
    end: Time | None = Field(description="the end of the span")
    span_words: str = Field(
        description="the words of the question that name the span; empty: the default"
    )
    search: str | None = Field(description="the words that texts are searched for; null if none")
    marker: str | None = Field(description="the id of the marker of a release; null if none")


class Evidence(Answer):
    """A read that the answer rests on."""

    number: int = Field(description="its number, from 1; sentences name it")
    tool: str = Field(
        description="the name of the MCP tool that reads the same; marker_effect, which is none,"
        " for the time before and after a marker"
    )
    title: str = Field(description="what it is, in words")
    request: str = Field(
        description="the path and query of the API that returns it",
        examples=["/api/v1/sentiment/stats?subject=cursor&hours=168"],
    )
    page: str | None = Field(
        description="the query of the dashboard that shows it; null if no view does",
        examples=["?subject=cursor&hours=168"],
    )


class AskedItem(Answer):
    """A post or comment that the answer rests on."""

    kind: Kind = Field(description="post or comment")
    id: str = Field(description="its id, unique among those of its kind")
    post_id: str = Field(description="the post that it is or belongs to")
    community: Community
    text: str = Field(description="its title, or the beginning of its text, in one line")
    label: Label = Field(description="the label with which it counts in the scope")
    created_utc: Time = Field(description="when it was written")
    permalink: WebAddress = Field(description="it at its source; empty if it isn't http(s)")
    evidence: int = Field(description="the number of the evidence that has it")


class SaidSentence(Answer):
    """A sentence of the answer, and what it rests on."""

    text: str = Field(description="the sentence")
    evidence: list[int] = Field(description="the numbers of the evidence that it rests on")
    items: list[str] = Field(description="ids of the items that it rests on")


class Struck(Answer):
    """A part of a model's answer that isn't shown."""

    what: Literal["figure", "quote", "link", "sentence"] = Field(description="what it was")
    why: str = Field(description="why it was struck, in words")


class AskStep(Answer):
    """A step of a model on its way to the answer."""

    at: Time = Field(description="when it was taken")
    text: str = Field(description="what it does, in words", examples=["Reads why Cursor changed"])


class AskAnswer(Answer):
    """The answer to a question."""

    id: str | None = Field(
        description="the id under which it is kept for 30 days; null for answers of the parser"
    )
    status: Literal["working", "answered", "failed"] = Field(
        description="working: ask again soon; answered: done; failed: `cannot` says why"
    )
    question: str = Field(description="the question")
    at: Time = Field(description="the time from which its words count")
    answered_by: Literal["parser", "model"] = Field(description="who answered")
    has_model: bool = Field(
        description="whether a model is configured, so that POST /ask/model takes questions"
    )
    understood: Understood = Field(description="what was understood")
    answer: list[SaidSentence] = Field(description="the answer; empty if there is none")
    cannot: list[str] = Field(
        description="what can't be answered, and what to do, a sentence each; empty if all could"
    )
    evidence: Annotated[list[Evidence], Field(max_length=MAX_EVIDENCE)] = Field(
        description="the reads that it rests on"
    )
    items: Annotated[list[AskedItem], Field(max_length=MAX_ITEMS)] = Field(
        description="the posts and comments that it rests on"
    )
    struck: list[Struck] = Field(
        description="what a model said that its evidence doesn't bear; empty for the parser"
    )
    steps: list[AskStep] = Field(description="a model's steps so far; empty for the parser")
    origin: DataOrigin
    timestamp: Time = Field(description="when the answer was made")
