"""The HTTP functions for agents: the MCP server. api/blueprint.py says how they are named."""

import azure.functions as func

from api.export.feed import place_of
from api.http.origins import check_origin
from api.http.problems import answering
from api.process import configured_deps, process_caches, process_deps
from api.routes import route_of
from shared.on_demand import QUEUE as COLLECT_QUEUE
from shared.rematches import QUEUE as REMATCH_QUEUE

blueprint = func.Blueprint()
_route = route_of(blueprint)


@_route("mcp")
@answering
async def api_mcp(req: func.HttpRequest) -> func.HttpResponse:
    """Answer a message of an agent that reads."""
    return await _answer(req)


@_route("mcp_changes")
@blueprint.queue_output(
    arg_name="collect", queue_name=COLLECT_QUEUE, connection="AzureWebJobsStorage"
)
@blueprint.queue_output(
    arg_name="rematch", queue_name=REMATCH_QUEUE, connection="AzureWebJobsStorage"
)
@answering
async def api_mcp_changes(
    req: func.HttpRequest, collect: func.Out[str], rematch: func.Out[str]
) -> func.HttpResponse:
    """Answer a message of an agent that may change something, since it has a key."""
    return await _answer(req, (collect, rematch))


async def _answer(
    req: func.HttpRequest, outputs: tuple[func.Out[str], func.Out[str]] | None = None
) -> func.HttpResponse:
    check_origin(req, configured_deps().settings)
    # The MCP package costs half a second, when the first agent calls.
    from api.mcp.bridge import answer_with  # noqa: PLC0415
    from api.mcp.changes import Changes, Outputs  # noqa: PLC0415
    from api.mcp.reader import Reader  # noqa: PLC0415
    from api.mcp.server import Caller, server_for  # noqa: PLC0415

    async def reader() -> Reader:
        return Reader(await process_deps(), process_caches())

    changes = Changes(configured_deps, Outputs(*outputs)) if outputs else None
    return await answer_with(server_for(Caller(reader, place_of(req).base, changes)), req)
