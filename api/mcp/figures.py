"""Tools that give figures of scopes."""

from pydantic import Field, JsonValue

from api.mcp.arguments import Arguments, ScopeName, parameters_of, scope_parameters
from api.mcp.reader import Found, Reader
from api.mcp.reading import address
from api.mcp.tool import Tool
from api.reads.comparison import compare
from api.reads.statistics import read_stats
from api.reads.subjects import read_subjects
from api.reads.subreddits import read_communities
from api.reads.voice import read_voice
from api.schema.base import Answer
from api.schema.coverage import CoverageAnswer
from api.schema.cycles import CommunityDetail
from api.schema.parameters import (
    ComparedSpanParameters,
    CompareParameters,
    ScopeParameters,
    SpanParameters,
    SubredditsParameters,
)
from api.schema.sentiment import COVERAGE, Comparison, Scope, Stats, TimeWindow
from api.schema.subject_parameters import SubjectIds, SubjectsParameters, Until, VoiceParameters
from api.schema.subjects import ShareOfVoice, SubjectsAnswer
from api.schema.values import MAX_COMPARED, ComparedScopes

UNCERTAINTY = (
    "Each mean comes with n (total), stderr and a 95% interval. Trust the verdict of a change, not"
    " the sign of a difference."
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


class SubjectsArguments(Arguments, SubjectsParameters):
    """The window of the figures of subjects."""

    until: Until = "collected"


async def find_subjects(reader: Reader, arguments: SubjectsArguments) -> Found:
    """Return the subjects of the watchlist with their figures, as GET /subjects does."""
    parameters = parameters_of(SubjectsParameters, arguments, {"until": arguments.until})
    return Found(await reader.read(read_subjects, parameters), address("/subjects", parameters))


class VoiceArguments(Arguments, VoiceParameters):
    """The subjects of a share of voice, its places and its window."""

    until: Until = "collected"
    subjects: SubjectIds | None = Field(
        default=None,
        description="ids of subjects, the set; without it, those of role own and competitor",
        examples=[["cursor", "claude-code"]],
    )


async def find_voice(reader: Reader, arguments: VoiceArguments) -> Found:
    """Return the share of voice of subjects, as GET /share-of-voice does."""
    parameters = parameters_of(VoiceParameters, arguments, {"until": arguments.until})
    return Found(await reader.read(read_voice, parameters), address("/share-of-voice", parameters))


class ComparedArguments(Arguments, ComparedSpanParameters):
    """The scopes of a comparison, and its window."""

    scopes: ComparedScopes = Field(
        description=f"1 to {MAX_COMPARED} of: subject:ID, the id of a community, all",
        examples=[["subject:cursor", "subject:claude-code"]],
    )


async def find_comparison(reader: Reader, arguments: ComparedArguments) -> Found:
    """Return scopes side by side with their changes, as GET /sentiment/compare does."""
    parameters = parameters_of(CompareParameters, arguments, {"until": "collected"})
    found = await reader.read(compare, parameters)
    return Found(found, address("/sentiment/compare", parameters))


class CoverageArguments(Arguments, SpanParameters):
    """The scope and the window whose coverage is asked for."""

    scope: ScopeName = "all"


class CoverageOfScope(Answer):
    """The observed part of a scope, and the state of the collection of its communities."""

    scope: Scope
    window: TimeWindow = Field(description="the time that was looked at")
    coverage: CoverageAnswer | None = Field(description=COVERAGE)
    communities: list[CommunityDetail] = Field(
        description="the watched communities that the scope reads, with errors that last"
    )


async def find_coverage(reader: Reader, arguments: CoverageArguments) -> Found:
    """Return what was observed of a scope, as GET /sentiment/stats and /communities do."""
    in_scope = scope_parameters(arguments.scope)
    parameters = parameters_of(ScopeParameters, arguments, in_scope)
    stats = await reader.read(read_stats, parameters)
    watched = await reader.read(read_communities, SubredditsParameters())
    only = stats.subreddit if "community" in in_scope else None
    answer = CoverageOfScope(
        scope=stats.scope,
        window=stats.window,
        coverage=stats.coverage,
        communities=[each for each in watched.details if only in {None, each.community}],
    )
    return Found(answer, address("/sentiment/stats", parameters))


LIST_SUBJECTS = Tool(
    name="list_subjects",
    title="Subjects of the watchlist",
    description=(
        "Lists the products and topics that are watched, with their ids, roles (own, competitor,"
        " topic), mentions, mean, share of voice and change. Begin here to learn the ids that"
        f" other tools take. {UNCERTAINTY}"
    ),
    arguments=SubjectsArguments,
    answer=SubjectsAnswer,
    find=find_subjects,
)

SHARE_OF_VOICE = Tool(
    name="share_of_voice",
    title="Share of voice",
    description=(
        "Returns the mentions of each subject over those of a set of subjects, by default own ones"
        f" and competitors, with intervals and changes. {UNCERTAINTY}"
    ),
    arguments=VoiceArguments,
    answer=ShareOfVoice,
    find=find_voice,
)

COMPARE = Tool(
    name="compare",
    title="Scopes side by side",
    description=(
        "Compares up to ten subjects and communities over one span, each also with its own time"
        f" before; verdicts hold among all of them together. {UNCERTAINTY}"
    ),
    arguments=ComparedArguments,
    answer=Comparison,
    find=find_comparison,
)

COVERAGE_TOOL = Tool(
    name="coverage",
    title="What was observed",
    description=(
        "Returns which part of a span was observed of a scope, its gaps with their reasons, and"
        " the watched communities with the state of their collection. Look here before you call a"
        " fall in mentions a fact."
    ),
    arguments=CoverageArguments,
    answer=CoverageOfScope,
    find=find_coverage,
)

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
