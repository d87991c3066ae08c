"""The HTTP function for agents: the MCP server. api/blueprint.py says how it is named."""

import azure.functions as func

from api.export.feed import place_of
from api.http.origins import check_origin
from api.http.problems import answering
from api.process import configured_deps, process_caches, process_deps
from api.routes import route_of

blueprint = func.Blueprint()
_route = route_of(blueprint)


@_route("mcp")
@answering
async def api_mcp(req: func.HttpRequest) -> func.HttpResponse:
    """Answer a message of an MCP client."""
    check_origin(req, configured_deps().settings)
    # The MCP package costs half a second, when the first agent calls.
    from api.mcp.bridge import answer_with  # noqa: PLC0415
    from api.mcp.reader import Reader  # noqa: PLC0415
    from api.mcp.server import Caller, server_for  # noqa: PLC0415

    async def reader() -> Reader:
        return Reader(await process_deps(), process_caches())

    return await answer_with(server_for(Caller(reader, place_of(req).base)), req)
