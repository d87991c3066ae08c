"""Questions of clients of the earlier system, and their answers."""

from typing import Literal

from pydantic import ConfigDict, Field

from api.schema.ask import MAX_QUESTION, Understood
from api.schema.base import Answer, Body, DataOrigin, Time
from api.schema.sentiment import WindowTotals


class EarlierQuestion(Body):
    """A question in words; other fields are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    question: str = Field(
        max_length=MAX_QUESTION,
        description="the question, in English; empty: refused with 400",
        examples=["How do people feel about Cursor?"],
    )


class EarlierSource(Answer):
    """Data that an answer rests on."""

    type: Literal["sentiment_stats", "recent_posts", "read"] = Field(
        description="sentiment_stats or recent_posts, as the earlier system had them; read: a read"
        " that the answer names"
    )
    subreddit: str = Field(description="the community, or all")
    subject: str | None = Field(description="the id of the subject; null without one")
    timeframe: str | None = Field(
        description="the span of sentiment_stats, back from the last full hour; null for others",
        examples=["7d"],
    )
    count: int | None = Field(description="the posts of recent_posts; null for others")
    title: str = Field(description="what it is, in words")
    request: str = Field(description="the path and query of the API that returns it")


class EarlierAnswer(Answer):
    """The answer to a question, with the fields of the earlier system."""

    answer: str = Field(description="the answer, and what can't be answered")
    sources: list[EarlierSource] = Field(description="what it rests on")
    data_summary: dict[str, dict[str, WindowTotals] | WindowTotals] = Field(
        description="for each subject that the question names, by its name, and each community, by"
        " its id, the statistics of last_24h and last_week; where it names none, overall: those of"
        " the last week"
    )
    understood: Understood = Field(description="what was understood")
    origin: DataOrigin
    timestamp: Time = Field(description="when the answer was made")
