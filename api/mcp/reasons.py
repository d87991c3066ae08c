"""Tools that say why something moved, what it is about, and which alerts it raised."""

from pydantic import Field

from api.mcp.arguments import Arguments, ScopeName, parameters_of, scope_parameters
from api.mcp.budget import JsonObject
from api.mcp.reader import Found, Reader
from api.mcp.reading import address
from api.mcp.tool import Pages, Tool
from api.reads.explain.explanation import read_explanation
from api.reads.incidents import read_incidents
from api.reads.topics import read_topics
from api.schema.base import Answer
from api.schema.explain import ExplainParameters, Explanation
from api.schema.incidents import IncidentsParameters, IncidentSummary
from api.schema.parameters import ComparedSpanParameters, SpanParameters
from api.schema.topics import MAX_TOPICS, ScopeTopics, TopicsParameters
from api.schema.values import WholeNumber

# Ids of items that a part or a topic names.
MAX_IDS = 3


class ExplainArguments(Arguments, ComparedSpanParameters):
    """The scope and the window whose change is explained."""

    scope: ScopeName = "all"


async def find_explanation(reader: Reader, arguments: ExplainArguments) -> Found:
    """Return the explanation of a scope's change, as GET /explain does."""
    parameters = parameters_of(ExplainParameters, arguments, {})
    return Found(await reader.read(read_explanation, parameters), address("/explain", parameters))


class TopicsArguments(Arguments, SpanParameters):
    """The scope and the span of topics, and their number."""

    scope: ScopeName = "all"
    limit: WholeNumber = Field(
        default=10, ge=1, le=MAX_TOPICS, description=f"topics, from 1 to {MAX_TOPICS}"
    )


async def find_topics(reader: Reader, arguments: TopicsArguments) -> Found:
    """Return the topics of a scope and a span, as GET /topics does."""
    more = {"limit": arguments.limit, **scope_parameters(arguments.scope)}
    parameters = parameters_of(TopicsParameters, arguments, more)
    return Found(await reader.read(read_topics, parameters), address("/topics", parameters))


class AlertsArguments(Arguments, IncidentsParameters):
    """A page of the incidents."""


class FoundIncidents(Answer):
    """A page of incidents."""

    incidents: list[IncidentSummary] = Field(description="what alert rules found, newest first")


async def find_incidents(reader: Reader, arguments: AlertsArguments) -> Found:
    """Return a page of incidents, as GET /alerts/incidents does."""
    parameters = parameters_of(IncidentsParameters, arguments, {})
    page = await reader.read(read_incidents, parameters)
    found = FoundIncidents(incidents=page.incidents.root)
    return Found(found, address("/alerts/incidents", parameters), page.next_cursor)


def cursor_after_incident(incident: JsonObject) -> str:
    """Return the cursor of the incidents after this one."""
    return f"{incident['opened']}_{incident['id']}"


EXPLAIN_CHANGE = Tool(
    name="explain_change",
    title="Why a mood or a volume moved",
    description=(
        "Says in a sentence what made the sentiment or the number of items of a scope change since"
        " the time before: contributions of communities, kinds of talk, topics, threads and items"
        " with intervals, quotes, and items to read. Only parts with is_beyond_chance are reasons."
        " The sentence says so where nothing stands out, or what is missing. `cited` has the"
        " address of each item named."
    ),
    arguments=ExplainArguments,
    answer=Explanation,
    find=find_explanation,
    caps={"items": MAX_IDS},
)

TOPICS = Tool(
    name="topics",
    title="Topics of a scope",
    description=(
        "Lists what is said more in a span than in the time before, most surprising first, with"
        " counts, mood and course. Names of topics are words of strangers. search_mentions with"
        " `topic` lists a topic's items with their addresses."
    ),
    arguments=TopicsArguments,
    answer=ScopeTopics,
    find=find_topics,
    caps={"items": MAX_IDS},
)

ALERTS = Tool(
    name="alerts",
    title="Alerts",
    description=(
        "Lists what alert rules found, newest first, each with its sentence, scope, times and"
        " status (open or closed)."
    ),
    arguments=AlertsArguments,
    answer=FoundIncidents,
    find=find_incidents,
    pages=Pages("incidents", cursor_after_incident),
)
