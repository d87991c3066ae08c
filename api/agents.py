"""The HTTP functions for agents: the MCP server. api/blueprint.py says how they are named."""

import json

import azure.functions as func

from api.endpoint import MCP
from api.http.origins import check_origin
from api.http.place import place_of
from api.http.problems import answering
from api.http.responses import JSON, NOT_KEPT
from api.http.sign_in import check_signed_in, resource_metadata
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


@_route("oauth_resource")
@answering
async def api_oauth_resource(req: func.HttpRequest) -> func.HttpResponse:
    """Return where a client gets tokens for the app; 404 where it needs none."""
    return _metadata(req)


@_route("oauth_mcp")
@answering
async def api_oauth_mcp(req: func.HttpRequest) -> func.HttpResponse:
    """Return where a client gets tokens for the MCP server; 404 where it needs none."""
    return _metadata(req, MCP)


def _metadata(req: func.HttpRequest, path: str = "") -> func.HttpResponse:
    settings = configured_deps().settings
    found = resource_metadata(settings, place_of(req, settings).base, path)
    return func.HttpResponse(json.dumps(found), headers=NOT_KEPT, mimetype=JSON)


async def _answer(
    req: func.HttpRequest, outputs: tuple[func.Out[str], func.Out[str]] | None = None
) -> func.HttpResponse:
    settings = configured_deps().settings
    base = place_of(req, settings).base
    check_origin(req, settings, settings.cors_origins)
    check_signed_in(req, settings, base)
    # The MCP package costs half a second, when the first agent calls.
    from api.mcp.bridge import answer_with  # noqa: PLC0415
    from api.mcp.changes import Changes, Outputs  # noqa: PLC0415
    from api.mcp.reader import Reader  # noqa: PLC0415
    from api.mcp.server import Caller, server_for  # noqa: PLC0415

    async def reader() -> Reader:
        return Reader(await process_deps(), process_caches())

    changes = Changes(configured_deps, Outputs(*outputs)) if outputs else None
    return await answer_with(server_for(Caller(reader, base, changes)), req)
