"""Tools that give figures of scopes."""

from pydantic import Field, JsonValue

from api.mcp.arguments import Arguments, ScopeName, parameters_of, scope_parameters
from api.mcp.reader import Found, Reader
from api.mcp.reading import address
from api.mcp.tool import Tool
from api.reads.comparison import compare
from api.reads.statistics import read_stats
from api.schema.base import Answer
from api.schema.parameters import (
    ComparedSpanParameters,
    CompareParameters,
    ScopeParameters,
)
from api.schema.sentiment import Comparison, Stats

UNCERTAINTY = (
    "Each mean comes with n (total), stderr and a 95% interval; `few` means under 30 items."
    " Trust the verdict of a change, not the sign of a difference: no_clear_change means that"
    " chance explains it. `coverage` is the part of the span that was observed: what is missing is"
    " unknown, not zero."
)


class SentimentArguments(Arguments, ComparedSpanParameters):
    """The scope and the window of a sentiment."""

    scope: ScopeName = "all"
    compared: bool = Field(
        default=True, description="whether to compare with the time before, with a verdict"
    )


class SentimentOfScope(Answer):
    """The sentiment of a scope, and its change."""

    stats: Stats = Field(description="the window: GET /sentiment/stats")
    comparison: Comparison | None = Field(
        description="the window and the time before: GET /sentiment/compare; null if not asked for"
    )


async def find_sentiment(reader: Reader, arguments: SentimentArguments) -> Found:
    """Return the sentiment of a scope, and its change, as the API does."""
    in_scope = scope_parameters(arguments.scope)
    parameters = parameters_of(ScopeParameters, arguments, in_scope)
    comparison = None
    if arguments.compared:
        more: dict[str, JsonValue] = {"scopes": [arguments.scope], "until": "collected"}
        comparison = await reader.read(compare, parameters_of(CompareParameters, arguments, more))
    stats = await reader.read(read_stats, parameters)
    answer = SentimentOfScope(stats=stats, comparison=comparison)
    return Found(answer, address("/sentiment/stats", parameters))


SENTIMENT = Tool(
    name="sentiment",
    title="Sentiment of a scope",
    description=(
        "Returns how people feel about a subject, in a community or in all of them over a span:"
        " counts by label, mean (-1 to 1), kinds of talk, and whether it changed since the time"
        f" before. {UNCERTAINTY}"
    ),
    arguments=SentimentArguments,
    answer=SentimentOfScope,
    find=find_sentiment,
)
